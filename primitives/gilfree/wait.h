// wait: which of many connections have something to receive.
//
//   std::vector<mp::Connection<int>> workers = ...;
//   for (auto* worker : mp::wait(workers)) use(worker->recv());
//
// Python's multiprocessing.connection.wait.
//
// Order       The ready ones in the order in which they were given.
// Cost        A look at each connection; asleep, one system call for the first 126 of them.
// Blocking    Until one is ready or the timeout is over: awake for some 50 us, then asleep. At once
//             if none was given.
// Errors      As Connection::poll: Closed if one of them was closed here, std::logic_error if one of
//             them only sends. A negative timeout throws std::invalid_argument.
// Visibility  As recv(), which is to be called.
// Crash       A connection whose other end nobody holds any more is ready: recv() says so. A killed
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

template <typename T, Scope S>
class Waiting {
 public:
  void add(Connection<T, S>& connection) {
    connections_.push_back(&connection);
    event_counts_.push_back(&connection.receiving().ring.filled());
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
  // Without a system call.
  bool may_be_ready() const {
    for (auto* connection : connections_) {
      if (connection->in_->ring.size() > 0 || connection->somebody_closed()) return true;
    }
    return false;
  }

  std::vector<Connection<T, S>*> connections_;
  std::vector<detail::EventCount<S>*> event_counts_;
};

template <typename T, Scope S>
Waiting<T, S> waiting_for(const Connection<T, S>&);

}  // namespace detail

// `connections`: a range of Connections or of pointers to them, all of one type.
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
