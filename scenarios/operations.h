// Operations: what single_operation measures, in lists by what they are about. A new one is a line in
// one of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/scenario.h"

namespace scenarios {

struct Operation {
  std::string name;                         // the value of the axis, and of column `impl`
  std::string scope;                        // "thread" or "process" where it makes a difference
  std::function<void(harness::Run&)> body;  // prepares, and calls run.operation() once
};

std::vector<Operation> message_operations();          // message_operations.cc
std::vector<Operation> synchronisation_operations();  // synchronisation_operations.cc
std::vector<Operation> cpython_operations();          // the same, by CPython
std::vector<Operation> machine_operations();          // single_operation.cc

// Keeps the compiler from seeing that a value is not used.
template <typename T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace scenarios
