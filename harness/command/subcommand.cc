#include "harness/command/subcommand.h"

#include <algorithm>
#include <string>

#include "harness/base/errors.h"
#include "harness/command/values.h"
#include "harness/command/variables.h"

namespace harness {

bool is_named(int argc, char** argv, std::initializer_list<std::string_view> names) {
  return argc > 1 &&
         std::find(names.begin(), names.end(), std::string_view(argv[1])) != names.end();
}

std::optional<int> answered(std::string_view command, CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& wanted) {
    return app.exit(wanted);
  } catch (const CLI::ParseError& mistake) {
    throw BadUsage(named_by_variable(app, one_line(mistake.what())) + "; see bench-all " +
                   std::string(command) + " --help");
  } catch (const BadUsage& mistake) {
    throw BadUsage(named_by_variable(app, mistake.what()));
  }
  return std::nullopt;
}

CLI::Validator number_between(double least, double most) {
  const auto check = [=](std::string& text) {
    try {
      (void)decimal("", text, least, most);
      return std::string();
    } catch (const BadUsage& why) {
      return std::string(why.what()).substr(2);
    }
  };
  return CLI::Validator(check, "", "");
}

CLI::Validator not_empty() {
  const auto check = [](std::string& text) {
    return std::string(text.empty() ? "it is empty; give it a value or leave it out" : "");
  };
  return CLI::Validator(check, "", "");
}

}  // namespace harness
