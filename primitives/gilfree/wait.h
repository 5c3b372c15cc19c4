// wait: which of many connections have something to receive, and which processes have ended.
//
//   std::vector<mp::Connection<int>> workers = ...;
//   for (auto* worker : mp::wait(workers)) use(worker->recv());
//
//   for (const auto& ready : mp::wait({results, orders, worker.sentinel()}, 5s)) {     // of any types
//     if (ready == results) use(results.recv());
//     if (ready == worker.sentinel()) replace(worker);
//   }
//
// Python's multiprocessing.connection.wait. The thread sleeps once for all of them, on the event count of
// each direction that it could receive from; it looks at every one of them after each wake-up, so use it
// for hundreds of connections, not for hundreds of thousands.
//
// Order       The ready ones in the order in which they were given.
// Cost        A look at each connection; asleep, one system call for the first 126 of them. A look at a
//             process is a system call, made before each sleep.
// Blocking    Waits until one is ready or the timeout is over: spins for 50 us at most, then sleeps.
//             Returns at once if none was given.
// Errors      As Connection::poll: Closed if one of them was closed here, std::logic_error if one of
//             them only sends. As Sentinel::is_ready: std::logic_error for a process that this one did
//             not start. A negative timeout throws std::invalid_argument.
// Visibility  As recv(), which is to be called. An end: as join().
// Crash       A connection whose other end no process holds is ready: its recv() throws EndOfFile. A killed
//             holder is noticed at once, one of an unrelated process within detail::kHeartbeat (20 ms). So is
//             the end of a process: at once if it has used a primitive across processes, else within
//             that time.
#pragma once

#include "gilfree/version.h"

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/wait/event_count_set.h"
#include "gilfree/pipe.h"
#include "gilfree/process.h"
#include "gilfree/scope.h"

namespace gilfree {

namespace detail {
template <Scope S>
class Waiting;
}

// What wait() may be given: a Connection of any type, or across processes the end of a process. It refers
// to the Connection, which must outlive it.
template <Scope S>
class Waitable {
 public:
  // A connection is ready when it has something to receive, or its other end is closed.
  template <typename T>
  Waitable(Connection<T, S>& connection)  // NOLINT: implicit, so that a list of connections will do
      : connection_(&connection), calls_(&kCallsOf<T>) {}
  // A process is ready when it has ended.
  Waitable(Sentinel process) requires S::kAcrossProcesses  // NOLINT: implicit, as above
      : process_(std::move(process)) {}

  // Returns true if both refer to the same connection or process.
  bool operator==(const Waitable& other) const {
    return connection_ == other.connection_ && process_ == other.process_;
  }

  // Returns true if it is ready. Never waits; may cost a system call.
  bool is_ready() const { return process_ ? process_->is_ready() : calls_->poll(connection_); }

 private:
  friend class detail::Waiting<S>;

  struct Calls {
    detail::EventCount<S>& (*event_count)(void* connection);
    bool (*may_be_ready)(void* connection);
    bool (*poll)(void* connection);
  };
  template <typename T>
  static Connection<T, S>& as(void* connection) {
    return *static_cast<Connection<T, S>*>(connection);
  }
  template <typename T>
  static constexpr Calls kCallsOf = {
      [](void* one) -> detail::EventCount<S>& { return as<T>(one).end_.receiving().ring.filled(); },
      [](void* one) { return as<T>(one).end_.may_be_ready(); },
      [](void* one) { return as<T>(one).poll(); }};

  void* connection_ = nullptr;
  const Calls* calls_ = nullptr;
  std::optional<Sentinel> process_;
};

namespace detail {

// What one call of wait() was given, and the event counts that it sleeps on.
template <Scope S>
class Waiting {
 public:
  void add(Waitable<S> one) {
    if (one.calls_ != nullptr) {
      event_counts_.push_back(&one.calls_->event_count(one.connection_));
    }
    all_.push_back(std::move(one));
  }

  // Returns the places of those that are ready; none if the deadline came first.
  std::vector<std::size_t> until(Deadline deadline) {
    if (all_.empty()) return {};
    if (event_counts_.empty()) event_counts_.push_back(&never_notified_);
    EventCountSet<S> event_counts(event_counts_);
    std::vector<std::size_t> ready = poll();
    while (ready.empty() &&
           event_counts.wait(
               deadline, [&] { return may_be_ready(); }, [&] { return !poll().empty(); })) {
      ready = poll();
    }
    return ready;
  }
  const Waitable<S>& at(std::size_t place) const { return all_[place]; }

 private:
  std::vector<std::size_t> poll() const {
    std::vector<std::size_t> ready;
    for (std::size_t place = 0; place < all_.size(); ++place) {
      if (all_[place].is_ready()) ready.push_back(place);
    }
    return ready;
  }
  // Returns whether poll() is worth a system call: something was sent, or an end was closed.
  bool may_be_ready() const {
    for (const auto& one : all_) {
      if (one.calls_ != nullptr && one.calls_->may_be_ready(one.connection_)) return true;
    }
    return false;
  }

  std::vector<Waitable<S>> all_;
  std::vector<EventCount<S>*> event_counts_;
  EventCount<S> never_notified_;  // where only processes are waited for
};

// The scope of what a range holds: Connections, pointers to them, Sentinels or Waitables.
template <typename T, Scope S>
S scope_of(const Connection<T, S>&);
template <typename T, Scope S>
S scope_of(const Connection<T, S>*);
template <Scope S>
S scope_of(const Waitable<S>&);
Processes scope_of(const Sentinel&);

template <typename Range>
using ScopeOfRange = decltype(scope_of(*std::ranges::begin(std::declval<Range&>())));

template <typename T>
inline constexpr bool is_connection = false;
template <typename T, Scope S>
inline constexpr bool is_connection<Connection<T, S>> = true;

// Of a range of connections, or of pointers to them: pointers to the ready ones.
template <typename Connections>
auto wait_for_connections(Connections& connections, Deadline deadline) {
  const auto at = [](auto&& one) {
    if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(one)>>) {
      return one;
    } else {
      return &one;
    }
  };
  std::vector<decltype(at(*std::ranges::begin(connections)))> all, ready;
  Waiting<ScopeOfRange<Connections>> waiting;
  for (auto&& each : connections) {
    all.push_back(at(each));
    waiting.add(*all.back());
  }
  for (const std::size_t place : waiting.until(deadline)) ready.push_back(all[place]);
  return ready;
}

// Of any others: the ready ones.
template <typename Waitables>
auto wait_for_any(const Waitables& waitables, Deadline deadline) {
  using S = ScopeOfRange<const Waitables>;
  Waiting<S> waiting;
  for (const auto& each : waitables) waiting.add(each);
  std::vector<Waitable<S>> ready;
  for (const std::size_t place : waiting.until(deadline)) ready.push_back(waiting.at(place));
  return ready;
}

}  // namespace detail

// Waits until one of `waitables` has something to receive, or its other end is closed, or it is a process
// that has ended. Returns those; none if the deadline came first. Given a range of Connections of one
// type, or of pointers to them, it returns pointers to Connections; given Sentinels or Waitables, it
// returns Waitables, which compare equal to what they were made of.
template <std::ranges::input_range Waitables>
auto wait(Waitables&& waitables, Deadline deadline) {
  using One = std::remove_cvref_t<std::ranges::range_reference_t<Waitables>>;
  if constexpr (detail::is_connection<std::remove_cv_t<std::remove_pointer_t<One>>>) {
    return detail::wait_for_connections(waitables, deadline);
  } else {
    return detail::wait_for_any(waitables, deadline);
  }
}
template <std::ranges::input_range Waitables>
auto wait(Waitables&& waitables) {
  return wait(waitables, kNever);
}
template <std::ranges::input_range Waitables>
auto wait(Waitables&& waitables, Timeout timeout) {
  return wait(waitables, timeout.deadline());
}

// The same of a list of any of them, {connection, other, process.sentinel()}: connections of any types and
// processes, or connections between threads. Returns the ready ones as Waitables.
inline auto wait(std::initializer_list<Waitable<Processes>> waitables, Deadline deadline = kNever) {
  return detail::wait_for_any(waitables, deadline);
}
inline auto wait(std::initializer_list<Waitable<Processes>> waitables, Timeout timeout) {
  return detail::wait_for_any(waitables, timeout.deadline());
}
inline auto wait(std::initializer_list<Waitable<Threads>> waitables, Deadline deadline = kNever) {
  return detail::wait_for_any(waitables, deadline);
}
inline auto wait(std::initializer_list<Waitable<Threads>> waitables, Timeout timeout) {
  return detail::wait_for_any(waitables, timeout.deadline());
}

}  // namespace gilfree
