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
// Order       First in, first out, each direction by itself.
// Cost        O(1): one copy in and one out, no lock, no system call unless someone has to sleep or
//             be woken, or the other end has not yet received for the first time. Two file
//             descriptors a pipe across processes; memory for `capacity` items a direction.
// Blocking    recv waits while nothing has come, send while the direction is full: awake for some
//             50 us, then asleep; try_ never waits; _for waits at most that long.
// Sharing     One sender and one receiver at a time on each end, as in Python; use a Queue for more.
// Errors      EndOfFile from recv once nobody holds the other end and what was sent is drained;
//             BrokenPipe from send once nobody holds the other end. Closed: this end was closed
//             here. std::logic_error: a one-way pipe used the wrong way round. No room:
//             std::bad_alloc, Boost's interprocess_exception, std::system_error for descriptors.
// Visibility  send(x) synchronizes with the recv that returns x.
// Crash       A process may be killed at any instruction. The message it was sending was sent or was
//             not, never half; one it was receiving is still there for whoever holds the end next.
//             The other end learns of it at once if it is awake or calls, within core::kHeartbeat
//             (20 ms) if it sleeps.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "primitives/core/end.h"
#include "primitives/core/home.h"
#include "primitives/core/participant.h"
#include "primitives/core/ring.h"
#include "primitives/core/scope.h"
#include "primitives/core/store.h"
#include "primitives/errors.h"

namespace gilfree {

struct PipeOptions {
  bool duplex = true;        // false: the first end only receives, the second only sends
  std::size_t capacity = 0;  // messages a direction; 0: 256 KiB worth of them, 8 to 4096
};

template <typename T, Scope S>
class Connection;

// Both ends. Across processes: made before the fork, inherited by the child.
template <typename T, Scope S = Processes>
std::pair<Connection<T, S>, Connection<T, S>> Pipe(PipeOptions options = {});

template <typename T, Scope S = Processes>
class Connection {
  static_assert(core::CanTravel<T, S>,
                "this type cannot travel between processes: make it trivially copyable without "
                "pointers, or write a gilfree::Codec for it");

 public:
  Connection(Connection&&) noexcept = default;
  Connection& operator=(Connection&& from) noexcept {
    std::swap(home_, from.home_);
    std::swap(end_, from.end_);
    std::swap(out_, from.out_);
    std::swap(in_, from.in_);
    std::swap(closes_seen_, from.closes_seen_);
    return *this;
  }
  ~Connection() { close(); }

  void send(const T& item) { send_to(sending(), item); }
  void send(T&& item) { send_to(sending(), std::move(item)); }

  T recv() {
    auto& lane = receiving();
    (void)await_item(lane, kNever);
    return lane.ring.template read<T>();
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

  // True if recv() would not wait: there is a message, or the end of the file.
  bool poll() { return poll_until(kNow); }
  bool poll_for(Timeout timeout) { return poll_until(timeout.deadline()); }

  // Gives up this process's share of this end (across threads: this end). Idempotent.
  void close() {
    if (!end_.close()) return;
    home_->get()->closes.fetch_add(1, std::memory_order_release);
    for (const Lane* lane : {out_ ? &*out_ : nullptr, in_ ? &*in_ : nullptr}) {
      if (lane != nullptr) lane->ring.ring_everyone();
    }
  }
  bool closed() const { return !end_.is_open(); }

 private:
  using Store = core::StoreOf<T, S>;

  // One direction. `receiver` is the participant that last received: while it lives, a sender need
  // not ask the kernel whether anyone holds the other end.
  struct LaneState {
    core::RingState<typename Store::Position, S> ring;
    alignas(core::kApart) std::atomic<core::Token> receiver{core::kNobody};
  };
  struct State {
    LaneState lanes[2];                    // the cells of both follow the state
    std::atomic<std::uint32_t> closes{0};  // how often somebody closed a share of an end
  };
  // This end's handle on a direction.
  struct Lane {
    core::Ring<Store, S> ring;
    std::atomic<core::Token>* receiver;
  };
  // The memory, and in a thread scope what was sent and never received.
  class Memory;

  Connection(std::shared_ptr<Memory> home, core::End<S> end, std::optional<Lane> out,
             std::optional<Lane> in)
      : home_(std::move(home)), end_(std::move(end)), out_(out), in_(in) {}

  std::optional<T> recv_until(Deadline deadline) {
    auto& lane = receiving();
    if (!await_item(lane, deadline)) return std::nullopt;
    return lane.ring.template read<std::optional<T>>();
  }

  Lane& sending() { return *usable(out_, "gilfree::Connection::send: this end only receives"); }
  Lane& receiving() {
    Lane& lane = *usable(in_, "gilfree::Connection::recv: this end only sends");
    const auto me = core::self<S>();
    if (lane.receiver->load(std::memory_order_relaxed) != me) {
      lane.receiver->store(me, std::memory_order_relaxed);
    }
    return lane;
  }
  Lane* usable(std::optional<Lane>& lane, const char* wrong_way) const {
    if (!end_.is_open()) throw Closed("gilfree::Connection: this end was closed; keep it open");
    if (!lane) throw std::logic_error(wrong_way);
    return &*lane;
  }

  template <typename Item>
  void send_to(Lane& lane, Item&& item) {
    while (true) {
      if (nobody_receives(lane)) {
        throw BrokenPipe("gilfree::Connection::send: nobody holds the other end any more");
      }
      if (lane.ring.has_room(item)) [[likely]]
        break;
      (void)lane.ring.await_room(
          item, kNever, [&] { return somebody_closed(); }, [&] { return end_.other_is_gone(); });
    }
    lane.ring.write(std::forward<Item>(item));
  }

  // True with an item there; false if the deadline came first. Throws at the end of the file.
  bool await_item(Lane& lane, Deadline deadline) {
    while (!lane.ring.has_item()) {
      const auto gone = [&] { return end_.other_is_gone(); };
      if (somebody_closed() || deadline == kNow) {
        note_closes();
        if (!end_.is_open()) throw Closed("gilfree::Connection::recv: closed while receiving");
        if (gone()) return last_item(lane);
      }
      const auto waited = lane.ring.await_item(
          deadline, [&] { return somebody_closed(); }, gone);
      if (!waited) return false;
      if (!lane.ring.has_item() && !somebody_closed() && gone()) return last_item(lane);
    }
    return true;
  }

  // Nobody can send any more: what has not arrived by now never will.
  bool last_item(Lane& lane) {
    if (lane.ring.has_item()) return true;
    throw EndOfFile("gilfree::Connection::recv: nothing is left and nobody holds the other end");
  }

  bool poll_until(Deadline deadline) {
    try {
      return await_item(receiving(), deadline);
    } catch (const EndOfFile&) {
      return true;
    }
  }

  bool nobody_receives(Lane& lane) {
    const auto receiver = lane.receiver->load(std::memory_order_relaxed);
    if (receiver != core::kNobody && !core::is_dead<S>(receiver) && !somebody_closed()) {
      return false;
    }
    note_closes();
    return end_.other_is_gone();
  }

  bool somebody_closed() const {
    return home_->get()->closes.load(std::memory_order_acquire) != closes_seen_;
  }
  void note_closes() { closes_seen_ = home_->get()->closes.load(std::memory_order_acquire); }

  friend std::pair<Connection, Connection> Pipe<T, S>(PipeOptions);

  std::shared_ptr<Memory> home_;
  core::End<S> end_;
  std::optional<Lane> out_, in_;  // nothing in the direction that a one-way pipe has not
  std::uint32_t closes_seen_ = 0;
};

template <typename T, Scope S>
class Connection<T, S>::Memory {
 public:
  explicit Memory(std::size_t capacity) : capacity_(capacity), home_(2 * bytes_of_lane(capacity)) {}
  ~Memory() {
    if constexpr (!S::kAcrossProcesses) {
      for (const int which : {0, 1}) {
        auto ring = lane(which).ring;
        while (ring.has_item()) (void)ring.template read<T>();
      }
    }
  }
  State* get() const { return &*home_; }

  Lane lane(int which) const {
    auto& state = home_->lanes[which];
    auto* cells = reinterpret_cast<std::byte*>(&*home_ + 1) + which * bytes_of_lane(capacity_);
    return {core::Ring<Store, S>(state.ring, Store(capacity_, cells)), &state.receiver};
  }

 private:
  static std::size_t bytes_of_lane(std::size_t capacity) {
    return (Store::bytes(capacity) + core::kApart - 1) / core::kApart * core::kApart;
  }

  std::size_t capacity_;
  core::Home<State, S> home_;
};

template <typename T, Scope S>
std::pair<Connection<T, S>, Connection<T, S>> Pipe(PipeOptions options) {
  using End = Connection<T, S>;
  using Lane = std::optional<typename End::Lane>;
  const std::size_t worth = std::size_t{256 << 10} / sizeof(T);
  const std::size_t capacity =
      options.capacity != 0 ? options.capacity : std::clamp<std::size_t>(worth, 8, 4096);
  auto memory = std::make_shared<typename End::Memory>(capacity);
  const Lane there = options.duplex ? Lane(memory->lane(0)) : Lane();
  const Lane back = memory->lane(1);
  auto [first, second] = core::End<S>::make_both();
  return {End(memory, std::move(first), there, back), End(memory, std::move(second), back, there)};
}

}  // namespace gilfree
