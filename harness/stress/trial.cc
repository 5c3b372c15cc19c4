#include "harness/stress/trial.h"

#include <cxxabi.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "harness/scenario.h"

namespace harness::stress {
namespace {

void pause_for(std::uint64_t us) {
  const timespec time{0, static_cast<long>(us * 1000)};
  ::nanosleep(&time, nullptr);
}

std::ptrdiff_t open_descriptors() {
  std::error_code none;
  const std::filesystem::directory_iterator all("/proc/self/fd", none);
  return none ? 0 : std::distance(begin(all), end(all));
}

// Calls `action`; records an exception that leaves it. The unwinding of a thread that is cancelled passes.
template <typename Action>
void guarded(Board& board, Action action) {
  try {
    action();
  } catch (const std::exception& why) {
    board.record(std::string("exception: ") + why.what());
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {
    board.record("exception: of an unknown type");
  }
}

class Trial {
 public:
  Trial(const Config& config, std::uint64_t seed, Board& board, Body& body)
      : config_(config), seed_(seed), board_(board), body_(body) {}

  void run_threads() {
    std::vector<std::thread> threads;
    for (int number = 0; number < config_.actors; ++number) {
      threads.emplace_back([this, number] {
        act(number);
        board_.actors[static_cast<std::size_t>(number)].state.store(ActorState::kEnded);
        body_.ended(number);
      });
    }
    for (auto& each : threads) each.join();
  }

  void run_processes() {
    for (int number = 0; number < config_.actors; ++number) start_process(number);
    Random random(seed_for(seed_, "stops"));
    int stops_left = config_.stops;
    while (!pids_.empty()) {
      if (stops_left == 0) {
        reap(0);
      } else {
        reap(WNOHANG);
        pause_for(random.magnitude(5000));
        --stops_left;
        stop_one(random);
      }
    }
  }

 private:
  void act(int number) {
    Actor actor(number, config_, seed_, board_);
    actor.begin();
    guarded(board_, [&] { body_.act(actor); });
    actor.end();
  }

  void start_process(int number) {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);
      act(number);
      ::_exit(0);
    }
    pids_.push_back(pid);
    numbers_.push_back(number);
  }

  // Takes the exit status of those that have ended; of the next one, if `options` is 0.
  void reap(int options) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, options);
    if (pid <= 0) return;
    for (std::size_t i = 0; i < pids_.size(); ++i) {
      if (pids_[i] != pid) continue;
      const int number = numbers_[i];
      pids_.erase(pids_.begin() + static_cast<std::ptrdiff_t>(i));
      numbers_.erase(numbers_.begin() + static_cast<std::ptrdiff_t>(i));
      note_end(number, status);
      return;
    }
  }

  void note_end(int number, int status) {
    auto& state = board_.actors[static_cast<std::size_t>(number)].state;
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && config_.kills > 0;
    state.store(killed ? ActorState::kKilled : ActorState::kEnded);
    if (WIFSIGNALED(status) && !killed) {
      board_.record(std::string("crash: ") + ::strsignal(WTERMSIG(status)));
    } else if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
      board_.record("crash: exit code " + std::to_string(WEXITSTATUS(status)));
    }
    body_.ended(number);
  }

  // Stops an actor for a while: mostly short, at times longer than any heartbeat.
  void stop_one(Random& random) {
    if (pids_.empty()) return;
    const pid_t pid = pids_[random.below(pids_.size())];
    if (::kill(pid, SIGSTOP) != 0) return;
    pause_for(random.once_in(8) ? 60'000 : random.magnitude(10'000));
    ::kill(pid, SIGCONT);
    board_.leader_steps.fetch_add(1);
  }

  const Config& config_;
  std::uint64_t seed_;
  Board& board_;
  Body& body_;
  std::vector<pid_t> pids_;
  std::vector<int> numbers_;
};

void stage(Board& board, const char* what) {
  board.leader_at.store(what);
  board.leader_steps.fetch_add(1);
}

void look_for_leftovers(Board& board, std::ptrdiff_t descriptors_before) {
  if (const auto left = open_descriptors() - descriptors_before; left > 0) {
    board.record("leak: descriptors");
  }
  if (::waitpid(-1, nullptr, WNOHANG) != -1) board.record("leak: a child process");
}

void run_body(const Test& test, const Config& config, std::uint64_t seed, Board& board) {
  stage(board, "makes the shared state");
  const auto body = test.make(config);
  Trial trial(config, seed, board, *body);
  stage(board, "waits for the actors");
  test.limits.across_processes ? trial.run_processes() : trial.run_threads();
  stage(board, "judges");
  body->judge({config, board});
  stage(board, "destroys the shared state");
}

}  // namespace

bool Judged::was_killed(int actor) const {
  return board.actors[static_cast<std::size_t>(actor)].state.load() == ActorState::kKilled;
}

void run_trial(const Test& test, const Config& config, std::uint64_t seed, Board& board) {
  for (const int number : {SIGHUP, SIGINT, SIGTERM}) ::signal(number, SIG_DFL);
  const auto descriptors = open_descriptors();
  try {
    guarded(board, [&] {
      try {
        run_body(test, config, seed, board);
      } catch (const Skipped& why) {
        board.skipped.store(true);
        board.record(why.what());
      }
    });
    look_for_leftovers(board, descriptors);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace harness::stress
