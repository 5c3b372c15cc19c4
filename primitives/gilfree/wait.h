// wait: which of many connections have something to receive.
//
//   std::vector<mp::Connection<int>> workers = ...;
//   for (auto* worker : mp::wait(workers)) use(worker->recv());
//
// Python's multiprocessing.connection.wait. The thread sleeps once for all of them, on the event count of
// each direction that it could receive from; it looks at every one of them after each wake-up, so use it
// for hundreds of connections, not for hundreds of thousands.
//
// Order       The ready ones in the order in which they were given.
// Cost        A look at each connection; asleep, one system call for the first 126 of them.
// Blocking    Waits until one is ready or the timeout is over: spins for about 50 us, then sleeps.
//             Returns at once if none was given.
// Errors      As Connection::poll: Closed if one of them was closed here, std::logic_error if one of
//             them only sends. A negative timeout throws std::invalid_argument.
// Visibility  As recv(), which is to be called.
// Crash       A connection whose other end no process holds is ready: its recv() throws EndOfFile. A killed
//             holder is noticed at once, one of another family within detail::kHeartbeat (20 ms).
#pragma once

#include <memory>
#include <ranges>
#include <type_traits>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/wait/event_count_set.h"
#include "gilfree/pipe.h"
#include "gilfree/scope.h"

namespace gilfree {
namespace detail {

// The connections of one call to wait(), and the event counts that it sleeps on.
template <typename T, Scope S>
class Waiting {
 public:
  void add(Connection<T, S>& connection) {
    connections_.push_back(&connection);
    event_counts_.push_back(&connection.end_.receiving().ring.filled());
  }

  std::vector<Connection<T, S>*> until(Deadline deadline) {
    if (connections_.empty()) return {};
    detail::EventCountSet<S> event_counts(event_counts_);
    std::vector<Connection<T, S>*> ready = poll();
    while (ready.empty() &&
           event_counts.wait(
               deadline, [&] { return may_be_ready(); }, [&] { return !poll().empty(); })) {
      ready = poll();
    }
    return ready;
  }

 private:
  std::vector<Connection<T, S>*> poll() const {
    std::vector<Connection<T, S>*> ready;
    for (auto* connection : connections_) {
      if (connection->poll()) ready.push_back(connection);
    }
    return ready;
  }
  // Returns whether poll() is worth a system call: something was sent, or an end was closed.
  bool may_be_ready() const {
    for (auto* connection : connections_) {
      if (connection->end_.may_be_ready()) return true;
    }
    return false;
  }

  std::vector<Connection<T, S>*> connections_;
  std::vector<detail::EventCount<S>*> event_counts_;
};

template <typename T, Scope S>
Waiting<T, S> waiting_for(const Connection<T, S>&);

}  // namespace detail

// Waits until one of `connections` has something to receive, or its other end is closed. Returns pointers
// to those that do; none if the deadline came first. `connections` is a range of Connections or of
// pointers to them, all of one type.
template <std::ranges::input_range Connections>
auto wait(Connections&& connections, Deadline deadline) {
  const auto at = [](auto&& one) -> auto& {
    if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(one)>>) {
      return *one;
    } else {
      return one;
    }
  };
  decltype(detail::waiting_for(at(*std::ranges::begin(connections)))) waiting;
  for (auto&& each : connections) waiting.add(at(each));
  return waiting.until(deadline);
}
template <std::ranges::input_range Connections>
auto wait(Connections&& connections) {
  return wait(connections, kNever);
}
template <std::ranges::input_range Connections>
auto wait(Connections&& connections, Timeout timeout) {
  return wait(connections, timeout.deadline());
}

}  // namespace gilfree
