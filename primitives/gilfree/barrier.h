// Barrier: a meeting point; each party that comes waits until all parties have come.
//
//   mp::Barrier start_line(3);
//   // each of three workers:
//   prepare();
//   start_line.wait();
//   run();                                     // no worker runs before all are prepared
//
// Python's multiprocessing.Barrier and threading.Barrier, with their action. After all have passed it
// serves again.
//
//   mp::Barrier exchange(3, [&] { swap(front, back); });      // run by the last party to come
//
// Order       wait returns the place in which this party came: 0 to parties - 1, each once a round. The
//             parties leave in no order.
// Cost        A lock, two stores and an unlock for each party; the last one looks whether all the others
//             live, for which the kernel is asked after unrelated processes (named.h; about 20 us
//             each), and wakes them. 8 bytes a party.
// Blocking    wait waits for the last party: it spins for 50 us at most, then sleeps. wait_for and
//             wait_until wait at most that long, also where another party is stopped; then the barrier
//             is broken for all parties, as in Python. A thread that comes when all parties have come,
//             and is late while these run the action, does not break their round but the barrier from
//             then on. With no time left they wait up to 20 ms for another party that is just arriving.
//             The action runs while they wait. abort never waits; reset waits without a limit for a
//             party that is in the action, or is just arriving, also one that is stopped there.
// Errors      BrokenBarrier from wait: a party died, was late, or called abort() or reset() meanwhile,
//             or the action threw; and from then on at once, until reset(). The last party gets what its
//             action threw. std::invalid_argument: less than 1 or more than 2^20 parties, or a negative
//             timeout. Corrupted: a named barrier that says that more parties came than there are.
// Visibility  What any party did before wait is seen by the action and by every party after wait. Destroy
//             a Barrier only when each party has returned from its wait, as std::barrier.
// Crash       A process may be killed at any instruction. Killed before it has come: the others wait
//             for it, or for one that is started in its place. Killed while it waits, or in the action:
//             the barrier breaks and the others get BrokenBarrier at once. Killed as the last one, or
//             after it came, without an action: all pass.
#pragma once

#include "gilfree/version.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/memory/barrier_rounds.h"
#include "gilfree/errors.h"
#include "gilfree/named.h"
#include "gilfree/scope.h"

namespace gilfree {

// detail/memory/barrier_rounds.h has the states of a round and the commit of each step.
template <Scope S = Processes>
class Barrier {
 public:
  // Called by the last party to come, before any party passes. Each process that opens a barrier by
  // name gives its own.
  using Action = std::function<void()>;

  // A barrier of `parties`, by itself or under a name. One that exists under the name keeps its number
  // of parties.
  explicit Barrier(std::int64_t parties, Action action = {})
      : rounds_(std::move(action), parties) {}
  Barrier(create_only_t tag, std::string_view name, std::int64_t parties, Action action = {})
      : rounds_(std::move(action), tag, name, parties) {}
  Barrier(open_only_t tag, std::string_view name, Action action = {})
      : rounds_(std::move(action), tag, name) {}
  Barrier(open_or_create_t tag, std::string_view name, std::int64_t parties, Action action = {})
      : rounds_(std::move(action), tag, name, parties) {}
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;

  // Waits until all parties have come. Returns the place in which this one came, 0 to parties() - 1.
  int wait() { return rounds_.wait_till(kNever); }
  // The same, at most that long: then the barrier is broken for all parties.
  int wait_for(Timeout timeout) { return rounds_.wait_till(timeout.deadline()); }
  template <typename C, typename D>
  int wait_until(std::chrono::time_point<C, D> time) {
    return rounds_.wait_till(to_deadline(time));
  }

  // Breaks it: a party that waits or comes gets BrokenBarrier until reset(). Never waits.
  void abort() { rounds_.break_it(); }
  // Makes it as new. A party that waits gets BrokenBarrier.
  void reset() { rounds_.reset(); }

  // Returns how many parties meet here.
  int parties() const { return static_cast<int>(rounds_.parties()); }
  // Returns how many have come and wait. May have changed when it returns, like broken().
  int n_waiting() const { return rounds_.n_waiting(); }
  // Returns true from the time it was broken until reset().
  bool broken() const { return rounds_.broken(); }

 private:
  detail::BarrierRounds<S> rounds_;
};

}  // namespace gilfree
