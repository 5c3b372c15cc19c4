// Actor: a thread or process of a trial, as it sees itself.
#pragma once

#include <cstdint>
#include <string_view>

#include "harness/stress/board.h"
#include "harness/stress/config.h"
#include "harness/stress/random.h"

namespace harness::stress {

class Actor {
 public:
  Actor(int number, const Config& config, std::uint64_t seed, Board& board);

  int number() const { return number_; }
  const Config& config() const { return config_; }
  Random& random() { return random_; }

  // A marked point: says what comes next, for the report of a hang, and changes the schedule as the
  // config has it: yields, spins, sleeps, moves to another CPU, is killed. `what` is a string literal.
  void at(const char* what);

  // Waits until all actors have come here, spinning: they go on within some nanoseconds of each other
  // where each has a CPU. Not for actors that may be killed.
  void meet();

  void record(std::string_view outcome, std::uint64_t samples = 1) {
    board_.record(outcome, samples);
  }

  // For the trial: takes a CPU and a priority, waits for the others, and arms the interruptions.
  void begin();
  // For the trial: nothing interrupts it from here on.
  void end();

 private:
  friend void interrupt_actor(int);

  void arm_timer(std::uint64_t most_us);
  void choose_kill();
  void delay(Random& random);
  void take_cpu(int at);

  int number_;
  const Config& config_;
  Board& board_;
  ActorState& state_;
  Random random_, interruptions_;
  bool is_doomed_ = false;       // is to be killed
  std::uint64_t kill_step_ = 0;  // the step after which the timer of its death runs
  std::uint64_t kill_ns_ = 0;
  std::uint32_t met_ = 0;
  void* timer_ = nullptr;
  bool has_timer_ = false;
};

// A marked point in code that does not know its actor, such as a primitive that was made to be tested.
// Outside an actor it does nothing.
void point(const char* what);

}  // namespace harness::stress
