// Freeze and barge: a victim stands still at an instruction, a third party acts, the victim is killed, and
// a waiter must go on.
//
//   const Findings found = freeze_and_barge({.rest = ..., .operation = ..., .wait = ...});
//   EXPECT_TRUE(found.only({{"goes on", 1}}));
//
// One object for all instructions of a scene, and processes that live on or are lent their memory
// (restartable_process.h): so a place takes a millisecond.
#pragma once

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/identity/participant.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/breakpoint.h"
#include "primitives/tests/support/crash_lab.h"
#include "primitives/tests/support/lab_process.h"
#include "primitives/tests/support/restartable_process.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/tally.h"
#include "primitives/tests/support/victim.h"

namespace gilfree::testing {

// When the waiter comes, and falls asleep if it has to.
enum class Comes { kBefore, kMeanwhile, kAfterwards };

struct Scene {
  // In the lab process (lab_process.h), before each victim: all as at first.
  std::function<void()> rest;
  // In the victim: walked. If `wake` is given, from when it slept and the lab process has woken it.
  std::function<void()> operation;
  std::function<void()> wake = {};
  // In the waiter. It sleeps behind a victim that is woken.
  std::function<void()> wait;
  Comes waiter_comes = Comes::kBefore;
  // In the third party: while the victim stands still, for which it may have to wait, and after its death.
  std::function<void()> meanwhile = [] {};
  std::function<void()> afterwards = [] {};
  // Then, in the lab process: gives the waiter what it may rightly lack.
  std::function<void()> settle = [] {};
  // When the waiter has gone on: true if the books are right.
  std::function<bool()> is_right = [] { return true; };
  std::chrono::milliseconds patience = std::chrono::seconds(10);
};

namespace internal {

// Another process, that does what it is given to do, again and again.
class Actor {
 public:
  explicit Actor(const std::vector<std::function<void()>>& acts)
      : process_([this, acts] {
          (void)detail::self<Processes>();
          while (true) {
            while (words_[kGo] == 0) ::usleep(20);
            const auto act = static_cast<std::size_t>(words_[kGo].exchange(0)) - 1;
            words_[kIn] = 1;
            acts[act]();
            words_[kThrough] = 1;
          }
        }) {}

  // Returns when it is through, or sleeps.
  void start(int act = 0) {
    words_[kThrough] = words_[kIn] = 0;
    words_[kGo] = act + 1;
    while (words_[kThrough] == 0 && (words_[kIn] == 0 || state_of(process_.id()) != 'S')) {
      std::this_thread::yield();
    }
  }
  // False if it hangs.
  bool await(std::chrono::milliseconds patience) {
    for (const auto late = Clock::now() + patience; words_[kThrough] == 0; ::usleep(20)) {
      if (Clock::now() > late) return false;
    }
    return true;
  }

 private:
  enum Word { kGo, kIn, kThrough, kWords };
  Ledger<Processes> words_{kWords};
  RestartableProcess process_;
};

// A scene's processes, as the lab process directs them.
class Cast {
 public:
  Cast(const Scene& scene, std::atomic<std::int64_t>& slowest_us)
      : scene_(scene),
        slowest_us_(slowest_us),
        waiter_({scene.wait}),
        barger_({scene.meanwhile, scene.afterwards}) {}

  // Where a victim goes that is not stopped.
  void trace_victim() {
    begin();
    trace({.prepare = attach,
           .operation = scene_.operation,
           .others = [this] { waiter_.start(); },
           .wake = scene_.wake,
           .contended = true});  // the waiter comes meanwhile, and is not to stand still
    if (scene_.waiter_comes == Comes::kMeanwhile) waiter_.start();
    (void)end();
  }

  // Empty if the victim did not come by there.
  std::string stop_at_and_barge(const Step& step) {
    begin();
    const bool stands = run_to(step);
    if (scene_.waiter_comes == Comes::kMeanwhile) waiter_.start();
    if (stands) barger_.start(kMeanwhile);
    const auto since = Clock::now();
    victim_->kill();
    victim_->await_death();
    if (stands && !barger_.await(scene_.patience)) return "hang";
    if (stands) barger_.start(kAfterwards);
    const std::string word = end();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - since);
    slowest_us_ = std::max<std::int64_t>(slowest_us_, took.count());
    return stands || word == "hang" ? word : "";
  }

 private:
  enum Act { kMeanwhile, kAfterwards };  // of the barger
  struct Shared {
    Step step;
    std::uint8_t covered;
    Control control;
  };

  static void attach() { (void)detail::self<Processes>(); }
  static Shared* map() {
    return static_cast<Shared*>(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  }
  static void unmap(Shared* shared) { ::munmap(shared, sizeof *shared); }
  static std::uint8_t& code_at(const Step& step) {
    return *reinterpret_cast<std::uint8_t*>(step.address);
  }

  void begin() {
    scene_.rest();
    if (!scene_.wake && scene_.waiter_comes == Comes::kBefore) waiter_.start();
  }
  std::string end() {
    if (!scene_.wake && scene_.waiter_comes == Comes::kAfterwards) waiter_.start();
    scene_.settle();
    if (!waiter_.await(scene_.patience)) return "hang";
    return scene_.is_right() ? "goes on" : "not right";
  }

  // True if the victim stands there.
  bool run_to(const Step& step) {
    shared_->step = step;
    shared_->control.counting = !scene_.wake;
    shared_->covered = code_at(step);
    if (victim_ == nullptr) {
      victim_ = std::make_unique<RestartableProcess>([this] { live(); },
                                                     [shared = shared_.get()] {
                                                       if (auto& code = code_at(shared->step);
                                                           code != shared->covered)
                                                         code = shared->covered;
                                                     });
    } else {
      victim_->restart();
    }
    if (scene_.wake) {
      const bool sleeps = await_victim('S') == 'S';
      waiter_.start();
      shared_->control.counting = true;
      scene_.wake();
      if (!sleeps) return false;
    }
    return await_victim('T') == 'T';
  }
  void live() {
    attach();
    const Step& step = shared_->step;
    stop_at(shared_->control, step.address, step.occurrence, step.beyond, Fate::kFreezes);
    scene_.operation();
    ::raise(SIGKILL);
  }
  // Until it stands still, has ended, or does what is `expected`, or for too long something else.
  char await_victim(char expected) {
    const pid_t id = victim_->id();
    const auto late = Clock::now() + std::chrono::milliseconds(300);
    char state = state_of(id);
    while (state != expected && state != 'T' && state != 'Z' && state != '?') {
      if (Clock::now() > late) break;
      std::this_thread::yield();
      state = state_of(id);
    }
    return state;
  }

  const Scene& scene_;
  std::atomic<std::int64_t>& slowest_us_;  // from a death until the waiter is through
  std::unique_ptr<Shared, void (*)(Shared*)> shared_{map(), unmap};
  Actor waiter_, barger_;
  std::unique_ptr<RestartableProcess> victim_;
};

}  // namespace internal

// Freezes a victim at every instruction of the first `most_rounds` rounds of its loops. The words: "goes
// on", "hang" if the waiter does not, "not right".
inline Findings freeze_and_barge(const Scene& scene, int most_rounds = 1) {
  constexpr int kMostTraces = 3, kEnoughMs = 30'000;
  (void)way_in_and_out();
  std::vector<Step> path;
  Ledger<Processes> slowest_us(1), hung_ms(1);
  std::unique_ptr<internal::Cast> cast;  // of one lab process
  const auto in_cast = [&]() -> internal::Cast& {
    if (cast == nullptr) cast = std::make_unique<internal::Cast>(scene, slowest_us[0]);
    return *cast;
  };
  for (int tries = 0; tries < kMostTraces; ++tries) {
    // A victim under single steps takes the CPU it is on for itself, also while it waits.
    ask_lab_process(1, {scene.patience, !scene.wake}, [&](std::size_t) {
      in_cast().trace_victim();
      cast.reset();
      return "traced";
    });
    auto again = traced_path(most_rounds);
    if (std::exchange(path, std::move(again)) == path) break;
  }
  const auto words = ask_lab_process(path.size(), {scene.patience, true}, [&](std::size_t at) {
    if (hung_ms[0] >= kEnoughMs) return std::string("not asked");
    const std::string word = in_cast().stop_at_and_barge(path[at]);
    if (word == "hang") {
      cast.reset();
      hung_ms[0] += scene.patience.count();
    }
    if (at + 1 == path.size()) cast.reset();
    return word;
  });
  Findings found;
  found.instructions = static_cast<int>(path.size());
  for (std::size_t at = 0; at < words.size(); ++at) {
    words[at].empty() ? (void)++found.missed : found.add(words[at], static_cast<int>(at) + 1);
  }
  found.slowest = std::chrono::microseconds(slowest_us[0]);
  return tallied("freeze", found);
}

}  // namespace gilfree::testing
