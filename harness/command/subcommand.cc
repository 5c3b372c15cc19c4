#include "harness/command/subcommand.h"

#include <algorithm>
#include <string>

#include "harness/base/errors.h"

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
    throw BadUsage(one_line(mistake.what()) + "; see bench-all " + std::string(command) +
                   " --help");
  }
  return std::nullopt;
}

}  // namespace harness
