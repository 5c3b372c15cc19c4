// Pipe: two connected ends; what is sent into one is received from the other.
//
//   auto [parent, child] = mp::Pipe<Reading>();
//   mp::Process sensor([&] { parent.close(); while (measuring()) child.send(measure()); });
//   sensor.start();
//   child.close();                       // close the end you do not use, or EndOfFile never comes
//   try { while (true) plot(parent.recv()); } catch (const gilfree::EndOfFile&) {}
//
// Python's multiprocessing.Pipe. A pipe is a queue with one sender and one receiver a direction, so
// it needs no lock: between two processes it is the fastest way this library has.
//
//   auto inbox = mp::Pipe<Reading>(gilfree::create_only, "readings", {.duplex = false});
//   auto outbox = mp::Pipe<Reading>(gilfree::open_only, "readings");      // in another program
//
// By name (named.h) each program gets one end: the one that creates the pipe the first, the one that
// opens it the second. open_or_create takes the first end if no process holds it, so a program that is
// started again goes on where it died. An end that was never opened does not count as closed: until
// then recv waits, and send as long as there is room does not.
//
// Order       First in, first out, each direction by itself.
// Cost        O(1): one copy in and one out, no lock, no system call unless a thread has to sleep
//             or be woken, or the other end has not yet received for the first time. Two file
//             descriptors a pipe across processes; memory for `capacity` items a direction.
// Blocking    recv waits while nothing has come, send while the direction is full. Both spin for about
//             50 us, then sleep. try_ never waits; _for and _until wait at most that long.
// Sharing     One sender and one receiver at a time on each end, as in Python; use a Queue for more.
// Errors      EndOfFile from recv once no process holds the other end and what was sent is
//             drained; BrokenPipe from send once no process holds the other end. Closed: this end was closed
//             here. std::logic_error: a one-way pipe used the wrong way round. A negative timeout:
//             std::invalid_argument. No room: std::bad_alloc, or std::system_error for
//             shared memory (not_enough_memory, no_space_on_device) and descriptors. By name:
//             what named.h says, and std::system_error (device_or_resource_busy) if another
//             process holds the end.
// Visibility  send(x) synchronizes with the recv that returns x.
// Crash       A process may be killed at any instruction. The message it was sending was sent or was
//             not, never half, and so was the part of a batch that there was room for; one it was
//             receiving is still there for the next holder of the end. The other end notices the
//             death at once, awake or asleep; if it was opened by name, within detail::kHeartbeat
//             (20 ms).
#pragma once

#include "gilfree/version.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <string_view>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/queue/endpoint_liveness.h"
#include "gilfree/detail/queue/item_store.h"
#include "gilfree/detail/queue/pipe_end.h"
#include "gilfree/errors.h"
#include "gilfree/named.h"
#include "gilfree/scope.h"

namespace gilfree {

// mp::Pipe<T>({.duplex = false, .capacity = 64})
struct PipeOptions {
  bool duplex = true;        // false: the first end only receives, the second only sends
  std::size_t capacity = 0;  // messages a direction; 0: 256 KiB worth of them, 8 to 4096
};

template <typename T, Scope S>
class Connection;

template <Scope S>
class Waitable;  // wait.h

// Makes a pipe and returns both ends. Across processes: make it before the fork, children inherit it.
template <typename T, Scope S = Processes>
std::pair<Connection<T, S>, Connection<T, S>> Pipe(PipeOptions options = {});

// One end of a pipe. One thread at a time may send, and one may receive.
template <typename T, Scope S = Processes>
class Connection {
  static_assert(detail::must_travel<T, S>());
  using End = detail::PipeEnd<T, S>;

 public:
  Connection(Connection&&) noexcept = default;
  // Exchanges the two ends: that of this connection is closed when `from` is destroyed.
  Connection& operator=(Connection&& from) noexcept = default;
  // Closes this process's share of the end.
  ~Connection() { end_.close(); }

  // One end by name. create_only makes the pipe and takes the first end, open_only takes the second;
  // open_or_create takes the first if no process holds it. `options` count only if the pipe is made.
  Connection(create_only_t tag, std::string_view name,
             PipeOptions options = {}) requires S::kAcrossProcesses
      : Connection(End::by_name(name, {0}, tag, name, capacity_of(options), options.duplex)) {}
  Connection(open_only_t tag, std::string_view name) requires S::kAcrossProcesses
      : Connection(End::by_name(name, {1}, tag, name)) {}
  Connection(open_or_create_t tag, std::string_view name,
             PipeOptions options = {}) requires S::kAcrossProcesses
      : Connection(End::by_name(name, {0, 1}, tag, name, capacity_of(options), options.duplex)) {}

  // Sends an item, waiting while the direction is full.
  void send(const T& item) { end_.send_item(item); }
  void send(T&& item) { end_.send_item(std::move(item)); }
  // Sends a range of items, as many at a time as there is room for, each time with one commit. Those of
  // a container given by && are moved.
  template <std::ranges::input_range Items>
  void send_many(Items&& items) {
    end_.send_many(std::forward<Items>(items));
  }
  void send_many(std::initializer_list<T> items) { send_many<decltype(items)&>(items); }

  // Receives the next item, waiting until there is one.
  T recv() { return end_.recv(); }
  // Receives the next item without waiting, or waiting at most that long. Returns nullopt if none came.
  [[nodiscard]] std::optional<T> try_recv() { return end_.recv_until(kNow); }
  [[nodiscard]] std::optional<T> try_recv_for(Timeout timeout) {
    return end_.recv_until(timeout.deadline());
  }
  template <typename C, typename D>
  [[nodiscard]] std::optional<T> try_recv_until(std::chrono::time_point<C, D> time) {
    return end_.recv_until(to_deadline(time));
  }
  // Receives up to `most` items with one commit, waiting for the first.
  std::vector<T> recv_many(std::size_t most) { return end_.recv_some(most, kNever); }
  // The same without waiting. May return none.
  [[nodiscard]] std::vector<T> try_recv_many(std::size_t most) {
    return end_.recv_some(most, kNow);
  }

  // Returns true if recv() would not wait: there is a message, or the end of the file. The timed forms
  // wait at most that long for it.
  bool poll() { return end_.poll_till(kNow); }
  bool poll_for(Timeout timeout) { return end_.poll_till(timeout.deadline()); }
  template <typename C, typename D>
  bool poll_until(std::chrono::time_point<C, D> time) {
    return end_.poll_till(to_deadline(time));
  }

  // Releases this process's share of this end (across threads: this end). Idempotent.
  void close() { end_.close(); }
  // Returns true after close(), here and not at the other end.
  bool closed() const { return !end_.is_open(); }

 private:
  explicit Connection(End end) : end_(std::move(end)) {}
  static std::size_t capacity_of(const PipeOptions& options) {
    const std::size_t worth = std::size_t{256 << 10} / sizeof(T);
    return options.capacity != 0 ? options.capacity : std::clamp<std::size_t>(worth, 8, 4096);
  }

  friend std::pair<Connection, Connection> Pipe<T, S>(PipeOptions);
  friend class Waitable<S>;

  End end_;
};

template <typename T, Scope S>
std::pair<Connection<T, S>, Connection<T, S>> Pipe(PipeOptions options) {
  using Both = Connection<T, S>;
  using Memory = typename Both::End::Memory;
  auto memory = std::make_shared<Memory>(Both::capacity_of(options), options.duplex);
  auto [first, second] = detail::EndpointLiveness<S>::make_both();
  return {Both({memory, std::move(first)}), Both({memory, std::move(second)})};
}

}  // namespace gilfree
