// Subcommand: a command of bench-all that has options of its own and shares none with `run`.
//
//   if (is_named(argc, argv, {"noise"})) return noise(argc, argv);
//
//   CLI::App app{kMeaning};                                    // in noise()
//   declare(app, options);
//   if (const auto code = answered("noise", app, argc - 1, argv + 1)) return *code;
#pragma once

#include <CLI/CLI.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace harness {

// Returns true if the first argument is one of these names.
bool is_named(int argc, char** argv, std::initializer_list<std::string_view> names);

// Parses the command line of this command. Returns the exit code if that was all there is to do: --help.
// Throws BadUsage, with the command line that says more.
std::optional<int> answered(std::string_view command, CLI::App& app, int argc, char** argv);

// Returns what is wrong with the command line of `app`, in one line. An option that is unknown is named alone, without the
// word after it, which may be its value.
std::string mistake_text(const CLI::App& app, const CLI::ParseError& mistake);

// Accepts a number within these bounds, and says so of others, NaN among them.
CLI::Validator number_between(double least, double most);

// Accepts all but an empty text, which would ask for nothing where a word asks for something.
CLI::Validator not_empty();

}  // namespace harness
