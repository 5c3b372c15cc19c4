// Contender: one candidate that answers a scenario's question, as its roster lists it.
//
// A contender registers itself from its own file (contenders/NAME.cc); scenarios/README.md shows how.
#pragma once

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "harness/scenario.h"
#include "scenarios/support/worker_kind.h"

namespace scenarios {

// What a contender's class says of itself, as its member kFacts.
struct Facts {
  std::string_view name;       // the value of the axis and of the column `contender`
  std::string_view label;      // what the report calls it
  std::string_view family;     // whose it is: gilfree, std, boost ... ; the report colours by it
  std::string_view primitive;  // what kind of thing it is
  std::string_view wait;       // how a worker waits: block, spin, yield (spins and gives the CPU
                               // away), or adaptive (spins or yields a while, then blocks)
  bool is_added = false;       // by a user's program (gilfree/bench/contender.h)
};

// The base of every roster's entries.
struct Contender {
  Contender(const Facts& facts, WorkerKind kind, std::string_view which = "")
      : name(facts.name),
        label(facts.label),
        family(facts.family),
        primitive(facts.primitive),
        wait(facts.wait),
        is_added(facts.is_added),
        workers(kind),
        variant(which) {}

  bool is_cpython() const { return family == "cpython"; }

  // Writes the columns that every scenario has.
  void note(harness::Run& run) const {
    run.note("primitive", primitive);
    run.note("wait", wait);
    run.note("scope", workers == WorkerKind::kThreads ? "thread" : "process");
  }

  std::string name, label, family, primitive, wait;
  bool is_added;
  WorkerKind workers;   // what it works between
  std::string variant;  // tells entries of one name apart: an operation, a way of waiting
};

// Ends a launch as skipped: this machine cannot provide what is needed. `what` names the call and the
// remedy.
[[noreturn]] inline void cannot(const std::string& what, int error = errno) {
  throw harness::Skipped(what + ": " + std::strerror(error));
}

// Ends a launch as failed: an operation of the contender did not work.
[[noreturn]] inline void broken(const std::string& what, int error = errno) {
  throw std::runtime_error(what + ": " + std::strerror(error));
}

}  // namespace scenarios
