// PipeEnd: one end of a pipe: its two directions, whether the other end is held, and how to wait for both.
//
//   end.send_item(item);                     // throws BrokenPipe if no process holds the other end
//   const T item = end.recv();               // throws EndOfFile then, once all is drained
//
// Each direction is a ring with one writer and one reader, so there is no lock. `closes` counts the ends
// that were closed, in shared memory: while it has not changed since it was last looked at, the other end
// is closed only if its last holder was killed. The kernel knows that, and is asked before each sleep.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
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
#include "gilfree/scope.h"

namespace gilfree::detail {

template <typename T, Scope S>
class PipeEnd {
 public:
  using Memory = PipeMemory<T, S>;
  using Direction = typename Memory::Direction;
  using Store = typename Direction::Items;

  PipeEnd(std::shared_ptr<Memory> memory, EndpointLiveness<S> end)
      : memory_(std::move(memory)),
        end_(std::move(end)),
        out_(memory_->direction(end_.side())),
        in_(memory_->direction(1 - end_.side())) {}

  PipeEnd(PipeEnd&& from) noexcept
      : memory_(std::move(from.memory_)),
        end_(std::move(from.end_)),
        out_(from.out_),
        in_(from.in_),
        closes_seen_(from.closes_seen_.load(std::memory_order_relaxed)) {}
  PipeEnd& operator=(PipeEnd&& from) noexcept {
    std::swap(memory_, from.memory_);
    std::swap(end_, from.end_);
    std::swap(out_, from.out_);
    std::swap(in_, from.in_);
    const auto seen = from.closes_seen_.exchange(closes_seen_.load(std::memory_order_relaxed),
                                                 std::memory_order_relaxed);
    closes_seen_.store(seen, std::memory_order_relaxed);
    return *this;
  }

  // Opens the first of `sides` that no process holds. `how`: a tag and the arguments that belong to it.
  template <typename... How>
  static PipeEnd by_name(std::string_view name, std::initializer_list<int> sides, How... how) {
    std::optional<EndpointLiveness<S>> end;
    const auto take = [&](int file, EverOpened& came) {
      end = EndpointLiveness<S>::hold(file, sides, came);
      if (end) return;
      throw std::system_error(std::make_error_code(std::errc::device_or_resource_busy),
                              "gilfree::Pipe: another process holds that end of '" +
                                  std::string(name) + "'; let it close first");
    };
    auto memory = std::make_shared<Memory>(how..., take);
    return PipeEnd(std::move(memory), *std::move(end));
  }

  // Sends an item. Fast path for small items, with the slow paths as tail calls: no stack frame
  // (docs/adr/0005-cache-lines-in-flight.md, 10).
  template <typename Item>
  [[gnu::always_inline]] void send_item(Item&& item) {
    if constexpr (Direction::template kHasFastWrite<Item>) {
      if (out_ && end_.is_open() && !an_end_was_closed() &&
          is_seen_alive_at_once<S>(out_->receiver->load(std::memory_order_relaxed)) &&
          out_->ring.can_write_fast()) [[likely]] {
        if (out_->ring.write_fast(item)) [[unlikely]]
          out_->ring.finish_write_fast();
        return;
      }
    }
    send_slow(std::forward<Item>(item));
  }
  template <typename Items>
  void send_many(Items&& items) {
    auto& direction = sending();
    auto source = items_of<T>(std::forward<Items>(items));
    while (source.has_next()) {
      const auto need = need_of_next<Store>(source);
      await_room(direction, need);
      direction.ring.write_many(source, need);
    }
  }

  T recv() {
    const bool is_known = was_last_receiver();
    if (is_known && in_->ring.has_item()) [[likely]]
      return in_->ring.template read<T>();
    return recv_slow(is_known);
  }

  // Nothing, or none, if the deadline came first.
  std::optional<T> recv_until(Deadline deadline) {
    const bool is_known = was_last_receiver();
    if (!(is_known && in_->ring.has_item()) && !await_item(receiving(), deadline, is_known)) {
      return std::nullopt;
    }
    return in_->ring.template read<std::optional<T>>();
  }

  std::vector<T> recv_some(std::size_t most, Deadline deadline) {
    std::vector<T> items;
    auto& direction = receiving();
    if (most > 0 && await_item(direction, deadline)) direction.ring.read_many(items, most);
    return items;
  }

  // True if recv() would not wait: there is a message, or the end of the file.
  bool poll_till(Deadline deadline) {
    try {
      return await_item(receiving(), deadline);
    } catch (const EndOfFile&) {
      return true;
    }
  }

  // Releases this process's share of this end (across threads: this end). Idempotent.
  void close() {
    if (!end_.close()) return;
    if (in_)
      in_->receiver->store(
          kNoOwner, std::memory_order_relaxed);  // a receiver that goes on stores its id again
    memory_->closes().fetch_add(1, std::memory_order_release);
    for (const Direction* direction : {out_ ? &*out_ : nullptr, in_ ? &*in_ : nullptr}) {
      if (direction != nullptr) direction->ring.notify_both_sides();
    }
  }
  bool is_open() const { return end_.is_open(); }

  // For a wait on several pipes: the direction that this end receives from, and whether it may have
  // become ready, without a system call.
  Direction& receiving() {
    Direction& direction =
        *usable(in_, "gilfree::Connection: this end only sends; receive at the other");
    const auto me = self<S>();
    if (direction.receiver->load(std::memory_order_relaxed) != me) {
      direction.receiver->store(me, std::memory_order_relaxed);
    }
    return direction;
  }
  bool may_be_ready() const { return in_->ring.size() > 0 || an_end_was_closed(); }

 private:
  Direction& sending() {
    return *usable(out_, "gilfree::Connection: this end only receives; send at the other");
  }
  Direction* usable(std::optional<Direction>& direction, const char* wrong_way) const {
    if (!end_.is_open()) throw Closed("gilfree::Connection: this end was closed; keep it open");
    if (!direction) throw std::logic_error(wrong_way);
    return &*direction;
  }

  template <typename Item>
  [[gnu::noinline]] void send_slow(Item&& item) {
    Direction& direction = sending();
    const auto need = Store::need_of(item);
    await_room(direction, need);
    direction.ring.write(std::forward<Item>(item), need);
  }
  void await_room(Direction& direction, typename Store::Need need) {
    while (true) {
      if (has_no_receiver(direction)) throw_broken();
      if (direction.ring.has_room(need)) [[likely]]
        return;
      (void)direction.ring.await_room(
          need, Waiters::kOne, kNever, [&] { return an_end_was_closed(); },
          [&] { return end_.other_is_gone(); });
      if (!direction.ring.has_room(need) && other_is_gone()) throw_broken();
    }
  }

  [[noreturn]] static void throw_broken() {
    throw BrokenPipe("gilfree::Connection::send: no process holds the other end any more");
  }

  // True if this thread was the last to receive here, and may again.
  [[gnu::always_inline]] bool was_last_receiver() const {
    const OwnerId me = self_if_known<S>();
    return in_ && end_.is_open() && me != kNoOwner &&
           in_->receiver->load(std::memory_order_relaxed) == me;
  }
  [[gnu::noinline]] T recv_slow(bool is_empty) {
    auto& direction = receiving();
    (void)await_item(direction, kNever, is_empty);
    return direction.ring.template read<T>();
  }

  // True with an item there; false if the deadline came first. Throws at the end of the file. `is_empty`: the
  // caller has just looked, and begins with the wait.
  bool await_item(Direction& direction, Deadline deadline, bool is_empty = false) {
    for (; is_empty || !direction.ring.has_item(); is_empty = false) {
      if ((an_end_was_closed() || deadline == kNow) && other_is_gone()) return last_item(direction);
      const auto waited = direction.ring.await_item(
          Waiters::kOne, deadline, [&] { return an_end_was_closed(); },
          [&] { return end_.other_is_gone(); });
      if (waited == Waited::kTooLate) return false;
      if (!direction.ring.has_item() && other_is_gone()) return last_item(direction);
    }
    return true;
  }

  // No process can send any more: what has not arrived by now never will.
  bool last_item(Direction& direction) {
    if (direction.ring.has_item()) return true;
    throw EndOfFile(
        "gilfree::Connection::recv: nothing is left and no process holds the other end");
  }

  bool has_no_receiver(Direction& direction) {
    if (an_end_was_closed()) return other_is_gone();
    const auto receiver = direction.receiver->load(std::memory_order_relaxed);
    return !is_seen_alive<S>(receiver) && end_.other_is_gone_lately();
  }

  // Asks the kernel. Unless the other end is closed, the closes counted so far are no reason to ask again.
  bool other_is_gone() {
    const auto closes = memory_->closes().load(std::memory_order_acquire);
    if (!end_.is_open()) throw Closed("gilfree::Connection: closed while it waited; keep it open");
    if (end_.other_is_gone()) return true;
    closes_seen_.store(closes, std::memory_order_relaxed);
    return false;
  }

  [[gnu::always_inline]] bool an_end_was_closed() const {
    return memory_->closes().load(std::memory_order_acquire) !=
           closes_seen_.load(std::memory_order_relaxed);
  }

  std::shared_ptr<Memory> memory_;
  EndpointLiveness<S> end_;
  std::optional<Direction> out_, in_;  // nothing in the direction that a one-way pipe has not
  std::atomic<std::uint32_t> closes_seen_{0};  // by the sending thread or the receiving one
};

}  // namespace gilfree::detail
