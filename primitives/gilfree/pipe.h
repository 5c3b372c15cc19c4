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
// By name (named.h) each program gets one end: who creates the pipe the first, who opens it the second;
// open_or_create gives the first if nobody holds it, so that a program started again goes on where it
// died. Until somebody has come to the other end, recv waits, and send while there is room.
//
// Order       First in, first out, each direction by itself.
// Cost        O(1): one copy in and one out, no lock, no system call unless someone has to sleep or
//             be woken, or the other end has not yet received for the first time. Two file
//             descriptors a pipe across processes; memory for `capacity` items a direction.
// Blocking    recv waits while nothing has come, send while the direction is full: awake for some
//             50 us, then asleep; try_ never waits; _for waits at most that long.
// Sharing     One sender and one receiver at a time on each end, as in Python; use a Queue for more.
// Errors      EndOfFile from recv once nobody holds the other end and what was sent is drained;
//             BrokenPipe from send once nobody holds the other end. Closed: this end was closed
//             here. std::logic_error: a one-way pipe used the wrong way round. A negative timeout:
//             std::invalid_argument. No room: std::bad_alloc, or std::system_error for
//             shared memory (not_enough_memory, no_space_on_device) and descriptors. By name:
//             what named.h says, and std::system_error (device_or_resource_busy) if another
//             process holds the end.
// Visibility  send(x) synchronizes with the recv that returns x.
// Crash       A process may be killed at any instruction. The message it was sending was sent or was
//             not, never half, and so was the part of a batch that there was room for; one it was
//             receiving is still there for whoever holds the end next.
//             The other end learns of it at once, awake or asleep; if it was opened by name, within
//             detail::kHeartbeat (20 ms).
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/queue/endpoint_liveness.h"
#include "gilfree/detail/queue/item_source.h"
#include "gilfree/detail/queue/item_store.h"
#include "gilfree/detail/queue/pipe_memory.h"
#include "gilfree/errors.h"
#include "gilfree/named.h"
#include "gilfree/scope.h"

namespace gilfree {

struct PipeOptions {
  bool duplex = true;        // false: the first end only receives, the second only sends
  std::size_t capacity = 0;  // messages a direction; 0: 256 KiB worth of them, 8 to 4096
};

template <typename T, Scope S>
class Connection;

namespace detail {
template <typename T, Scope S>
class Waiting;  // wait.h
}

// Both ends. Across processes: made before the fork, inherited by the child.
template <typename T, Scope S = Processes>
std::pair<Connection<T, S>, Connection<T, S>> Pipe(PipeOptions options = {});

template <typename T, Scope S = Processes>
class Connection {
  static_assert(detail::must_travel<T, S>());

 public:
  Connection(Connection&&) noexcept = default;
  Connection& operator=(Connection&& from) noexcept {
    std::swap(memory_, from.memory_);
    std::swap(end_, from.end_);
    std::swap(out_, from.out_);
    std::swap(in_, from.in_);
    std::swap(closes_seen_, from.closes_seen_);
    return *this;
  }
  ~Connection() { close(); }

  // One end by name.
  Connection(create_only_t tag, std::string_view name,
             PipeOptions options = {}) requires S::kAcrossProcesses
      : Connection(by_name(name, {0}, tag, name, capacity_of(options), options.duplex)) {}
  Connection(open_only_t tag, std::string_view name) requires S::kAcrossProcesses
      : Connection(by_name(name, {1}, tag, name)) {}
  Connection(open_or_create_t tag, std::string_view name,
             PipeOptions options = {}) requires S::kAcrossProcesses
      : Connection(by_name(name, {0, 1}, tag, name, capacity_of(options), options.duplex)) {}

  void send(const T& item) { send_item(item); }
  void send(T&& item) { send_item(std::move(item)); }

  // All of them, waiting while the direction is full: as many at a time as there is room for, for the
  // price of one. The items of a container given by && are moved.
  template <std::ranges::input_range Items>
  void send_many(Items&& items) {
    auto& direction = sending();
    auto source = detail::items_of<T>(std::forward<Items>(items));
    while (source.has_next()) {
      const auto need = detail::need_of_next<Store>(source);
      await_room(direction, need);
      direction.ring.write_many(source, need);
    }
  }

  void send_many(std::initializer_list<T> items) { send_many<decltype(items)&>(items); }

  T recv() {
    auto& direction = receiving();
    (void)await_item(direction, kNever);
    return direction.ring.template read<T>();
  }

  // Without waiting, or waiting no longer than told. Nothing if nothing came.
  [[nodiscard]] std::optional<T> try_recv() { return recv_until(kNow); }
  [[nodiscard]] std::optional<T> try_recv_for(Timeout timeout) {
    return recv_until(timeout.deadline());
  }
  template <typename C, typename D>
  [[nodiscard]] std::optional<T> try_recv_until(std::chrono::time_point<C, D> time) {
    return recv_until(to_deadline(time));
  }

  // Up to `most` of what is there, for the price of one, waiting while there is nothing.
  std::vector<T> recv_many(std::size_t most) { return recv_some(most, kNever); }
  // The same without waiting. May be empty.
  [[nodiscard]] std::vector<T> try_recv_many(std::size_t most) { return recv_some(most, kNow); }

  // True if recv() would not wait: there is a message, or the end of the file.
  bool poll() { return poll_till(kNow); }
  bool poll_for(Timeout timeout) { return poll_till(timeout.deadline()); }
  template <typename C, typename D>
  bool poll_until(std::chrono::time_point<C, D> time) {
    return poll_till(to_deadline(time));
  }

  // Gives up this process's share of this end (across threads: this end). Idempotent.
  void close() {
    if (!end_.close()) return;
    if (in_)
      in_->receiver->store(detail::kNoOwner, std::memory_order_relaxed);  // or another: it says so
    memory_->closes().fetch_add(1, std::memory_order_release);
    for (const Direction* direction : {out_ ? &*out_ : nullptr, in_ ? &*in_ : nullptr}) {
      if (direction != nullptr) direction->ring.notify_both_sides();
    }
  }
  bool closed() const { return !end_.is_open(); }

 private:
  using Memory = detail::PipeMemory<T, S>;
  using Direction = typename Memory::Direction;
  using Store = typename Direction::Items;

  Connection(std::shared_ptr<Memory> memory, detail::EndpointLiveness<S> end)
      : memory_(std::move(memory)),
        end_(std::move(end)),
        out_(memory_->direction(end_.side())),
        in_(memory_->direction(1 - end_.side())) {}

  // The first of `sides` that nobody holds. `how`: a tag and what belongs to it.
  template <typename... How>
  static Connection by_name(std::string_view name, std::initializer_list<int> sides, How... how) {
    std::optional<detail::EndpointLiveness<S>> end;
    const auto take = [&](int file, detail::EverOpened& came) {
      end = detail::EndpointLiveness<S>::hold(file, sides, came);
      if (end) return;
      throw std::system_error(std::make_error_code(std::errc::device_or_resource_busy),
                              "gilfree::Pipe: another process holds that end of '" +
                                  std::string(name) + "'; let it close first");
    };
    auto memory = std::make_shared<Memory>(how..., take);
    return Connection(std::move(memory), *std::move(end));
  }
  static std::size_t capacity_of(const PipeOptions& options) {
    const std::size_t worth = std::size_t{256 << 10} / sizeof(T);
    return options.capacity != 0 ? options.capacity : std::clamp<std::size_t>(worth, 8, 4096);
  }

  std::optional<T> recv_until(Deadline deadline) {
    auto& direction = receiving();
    if (!await_item(direction, deadline)) return std::nullopt;
    return direction.ring.template read<std::optional<T>>();
  }

  std::vector<T> recv_some(std::size_t most, Deadline deadline) {
    std::vector<T> items;
    auto& direction = receiving();
    if (most > 0 && await_item(direction, deadline)) direction.ring.read_many(items, most);
    return items;
  }

  Direction& sending() {
    return *usable(out_, "gilfree::Connection: this end only receives; send at the other");
  }
  Direction& receiving() {
    Direction& direction =
        *usable(in_, "gilfree::Connection: this end only sends; receive at the other");
    const auto me = detail::self<S>();
    if (direction.receiver->load(std::memory_order_relaxed) != me) {
      direction.receiver->store(me, std::memory_order_relaxed);
    }
    return direction;
  }
  Direction* usable(std::optional<Direction>& direction, const char* wrong_way) const {
    if (!end_.is_open()) throw Closed("gilfree::Connection: this end was closed; keep it open");
    if (!direction) throw std::logic_error(wrong_way);
    return &*direction;
  }

  // The short way, for small items and all but a few of them (docs/adr/0005-cache-lines-in-flight.md, 10).
  template <typename Item>
  [[gnu::always_inline]] void send_item(Item&& item) {
    if constexpr (Direction::template kWritesAtOnce<Item>) {
      if (out_ && end_.is_open() && !somebody_closed() &&
          detail::is_seen_alive_at_once<S>(out_->receiver->load(std::memory_order_relaxed)) &&
          out_->ring.can_write_at_once()) [[likely]] {
        if (out_->ring.write_at_once(item)) [[unlikely]]
          out_->ring.after_write();
        return;
      }
    }
    send_the_long_way(std::forward<Item>(item));
  }
  template <typename Item>
  [[gnu::noinline]] void send_the_long_way(Item&& item) {
    Direction& direction = sending();
    const auto need = Store::need_of(item);
    await_room(direction, need);
    direction.ring.write(std::forward<Item>(item), need);
  }
  void await_room(Direction& direction, typename Store::Need need) {
    while (true) {
      if (nobody_receives(direction)) throw_broken();
      if (direction.ring.has_room(need)) [[likely]]
        return;
      (void)direction.ring.await_room(
          need, kNever, [&] { return somebody_closed(); }, [&] { return end_.other_is_gone(); });
      if (!direction.ring.has_room(need) && other_is_gone()) throw_broken();
    }
  }

  [[noreturn]] static void throw_broken() {
    throw BrokenPipe("gilfree::Connection::send: nobody holds the other end any more");
  }

  // True with an item there; false if the deadline came first. Throws at the end of the file.
  bool await_item(Direction& direction, Deadline deadline) {
    while (!direction.ring.has_item()) {
      if ((somebody_closed() || deadline == kNow) && other_is_gone()) return last_item(direction);
      const auto waited = direction.ring.await_item(
          deadline, [&] { return somebody_closed(); }, [&] { return end_.other_is_gone(); });
      if (!waited) return false;
      if (!direction.ring.has_item() && other_is_gone()) return last_item(direction);
    }
    return true;
  }

  // Nobody can send any more: what has not arrived by now never will.
  bool last_item(Direction& direction) {
    if (direction.ring.has_item()) return true;
    throw EndOfFile("gilfree::Connection::recv: nothing is left and nobody holds the other end");
  }

  bool poll_till(Deadline deadline) {
    try {
      return await_item(receiving(), deadline);
    } catch (const EndOfFile&) {
      return true;
    }
  }

  bool nobody_receives(Direction& direction) {
    if (somebody_closed()) return other_is_gone();
    const auto receiver = direction.receiver->load(std::memory_order_relaxed);
    return !detail::is_seen_alive<S>(receiver) && end_.other_is_gone_lately();
  }

  [[gnu::always_inline]] bool somebody_closed() const {
    return memory_->closes().load(std::memory_order_acquire) != closes_seen_;
  }
  // Asks the kernel. Unless it says yes, what was closed so far is no reason to ask again.
  bool other_is_gone() {
    const auto closes = memory_->closes().load(std::memory_order_acquire);
    if (!end_.is_open()) throw Closed("gilfree::Connection: closed while it waited; keep it open");
    if (end_.other_is_gone()) return true;
    closes_seen_ = closes;
    return false;
  }

  friend std::pair<Connection, Connection> Pipe<T, S>(PipeOptions);
  friend class detail::Waiting<T, S>;

  std::shared_ptr<Memory> memory_;
  detail::EndpointLiveness<S> end_;
  std::optional<Direction> out_, in_;  // nothing in the direction that a one-way pipe has not
  std::uint32_t closes_seen_ = 0;
};

template <typename T, Scope S>
std::pair<Connection<T, S>, Connection<T, S>> Pipe(PipeOptions options) {
  using Both = Connection<T, S>;
  auto memory = std::make_shared<typename Both::Memory>(Both::capacity_of(options), options.duplex);
  auto [first, second] = detail::EndpointLiveness<S>::make_both();
  return {Both(memory, std::move(first)), Both(memory, std::move(second))};
}

}  // namespace gilfree
