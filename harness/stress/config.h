// Config: the circumstances of a trial. Written as a text that the command line takes again:
//
//   actors:3,ops:40,cpus:one,delays:many,interrupt:50us,kill:1
#pragma once

#include <string>

#include "harness/stress/random.h"

namespace harness::stress {

// Which circumstances a test, or the command line, allows.
struct Faults {
  bool delays = true;      // at marked points: yields, pauses, sleeps, changes of the CPU
  bool interrupts = true;  // at any instruction, by a timer's signal whose handler delays
  bool stops = true;       // SIGSTOP and SIGCONT, of processes
  bool kills = true;       // SIGKILL, of processes
};

// What a test allows, of the circumstances that the engine chooses among.
struct Limits {
  int least_actors = 2, most_actors = 4;
  int most_operations = 200;
  bool across_processes = false;
  bool kills = false;  // the survivors of a killed actor get on, which the test judges
};

struct Config {
  int actors = 2;
  int operations = 100;  // of each actor; a test may take it as a measure only
  enum class Cpus { kFree, kOne, kEach, kMoving } cpus = Cpus::kFree;
  enum class Delays { kNone, kFew, kMany } delays = Delays::kNone;
  int interrupt_us = 0;  // mean time between two interruptions of an actor; 0: none
  int nice = 0;          // actors have a priority (nice value) between 0 and this
  int stops = 0;         // how often some actor is stopped
  int kills = 0;         // how many actors are killed

  bool operator==(const Config&) const = default;
};

// As the text above: what is at its default is left out, but for actors and ops.
std::string to_text(const Config& config);

// Throws BadUsage, naming --config, if it is no such text or beyond what the test allows.
Config parse_config(const std::string& text, const Limits& limits);

// Returns circumstances that the test and `faults` allow.
Config random_config(const Limits& limits, const Faults& faults, Random& random);

// Returns `config` with one part of it made simpler, from the simplest on: part 0, 1, ... kSimplerParts - 1.
inline constexpr int kSimplerParts = 8;
Config simpler(Config config, const Limits& limits, int part);

}  // namespace harness::stress
