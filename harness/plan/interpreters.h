// Interpreters: the CPythons that a run compares with.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace harness {

struct Interpreter {
  // Its version: "3.11.7"; "3.14.0t" if it is free-threaded, "3.14.0t-gil" if that one will have the GIL; "3.11.7-2"
  // for another program of that version; or "missing".
  std::string label;
  std::string path;  // of the program itself, not of a wrapper that picks one; empty if missing
  std::chrono::duration<double> start{};  // what starting it took, with what the contenders import
};

// Those of --python, or the first python3 on PATH that runs; none at all gives one called "missing".
// Throws BadUsage for one that was named and does not run, or does not answer within `patience`.
std::vector<Interpreter> find_interpreters(
    const std::vector<std::string>& named,
    std::chrono::nanoseconds patience = std::chrono::seconds(10));

}  // namespace harness
