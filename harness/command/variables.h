// Variables: each option may also be given by an environment variable, `--time-budget` as
// BENCH_ALL_TIME_BUDGET. The command line has precedence.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>

namespace harness {

// For all options of the command and of its subcommands that have a long name, or for those of them that are `wanted`: the
// variable of an option that a command does not use means nothing to it. A variable of a flag that says false (0, no, off)
// is removed from the environment: what is not wanted is not given.
void accept_variables(
    CLI::App& app,
    const std::function<bool(const CLI::Option*)>& wanted = [](auto) { return true; });

// Throws CLI::ValidationError for a variable whose value its option refuses: CLI11 from 2.4 on ignores such a variable.
// After app.parse().
void refuse_ignored_variables(CLI::App& app);

// Whether the option has the value of its variable.
bool is_from_variable(const CLI::Option& option);

// The same, and it is not among these words, where it may have been given the same value.
bool is_from_variable_alone(const CLI::Option& option, int argc, char** argv);

// Returns all variables of this form that are set, with their values.
std::map<std::string, std::string> variables();

// Removes the variables from the environment: programs that this one starts get what they are told.
void remove_variables();

// Returns a message about an option, "--rounds: ...", with the name of its variable instead if the value is from that.
std::string named_by_variable(const CLI::App& app, const std::string& message);

}  // namespace harness
