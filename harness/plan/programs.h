// Programs: contenders that are programs of their own, in any language (docs/contender-program.md).
//
//   --contender-program mine=./prog --contender-program "other=python3 'my prog.py'"
#pragma once

#include <list>
#include <string>
#include <vector>

#include "harness/scenario.h"

namespace harness {

struct Program {
  std::string name;                  // the contender's
  std::vector<std::string> command;  // the program and its first arguments
};

// Returns the files that it is made of: the program, where execvp() finds it, and the script of an interpreter, if that is
// the first argument. Others may be files that it writes.
std::vector<std::string> files_of(const Program& program);

// Returns what the command line's texts say; a command is split as a shell does, with quotes. Throws BadUsage for a name
// that no contender can have, for one that is given twice, and for a program that is not there.
std::vector<Program> programs_from(const std::vector<std::string>& texts);

// Returns the scenarios with the programs as contenders of those that take programs
// (Scenario::offers_program). Throws BadUsage if a contender of any scenario has the name already.
std::list<Scenario> with_programs(const std::vector<const Scenario*>& scenarios,
                                  const std::vector<Program>& programs);

}  // namespace harness
