#include "harness/command/subcommand.h"

#include <algorithm>
#include <string>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/command/values.h"
#include "harness/command/variables.h"

namespace harness {
namespace {

// CLI11 itself names all words, in some versions from the last to the first.
std::string unexpected_text(const std::vector<std::string>& words) {
  std::vector<std::string> named;
  bool may_be_value = false;
  for (const auto& word : words) {
    const bool is_option = word.size() > 1 && word.front() == '-' && word != "--";
    if (word != "--" && (is_option || !may_be_value)) named.push_back(word);
    may_be_value = is_option && word.find('=') == std::string::npos;
  }
  return (named.size() > 1 ? "The following arguments were not expected: "
                           : "The following argument was not expected: ") +
         joined(named);
}

}  // namespace

bool is_named(int argc, char** argv, std::initializer_list<std::string_view> names) {
  return argc > 1 &&
         std::find(names.begin(), names.end(), std::string_view(argv[1])) != names.end();
}

std::optional<int> answered(std::string_view command, CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    refuse_ignored_variables(app);
  } catch (const CLI::CallForHelp& wanted) {
    return app.exit(wanted);
  } catch (const CLI::ParseError& mistake) {
    throw BadUsage(named_by_variable(app, mistake_text(app, mistake)) + "; see bench-all " +
                   std::string(command) + " --help");
  } catch (const BadUsage& mistake) {
    throw BadUsage(named_by_variable(app, mistake.what()));
  }
  return std::nullopt;
}

std::string mistake_text(const CLI::App& app, const CLI::ParseError& mistake) {
  const bool is_extra = dynamic_cast<const CLI::ExtrasError*>(&mistake) != nullptr;
  return one_line(is_extra ? unexpected_text(app.remaining(true)) : mistake.what());
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
