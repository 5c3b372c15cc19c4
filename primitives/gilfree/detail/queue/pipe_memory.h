// PipeMemory: what both ends of a pipe share: two directions, and which ends are open.
//
//   const PipeMemory<T, S> memory(capacity, duplex);
//   auto out = memory.direction(0), in = memory.direction(1);  // the first end's; the second's the other way
//                                                    // round. A one-way pipe has no direction 0.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/detail/memory/segment.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/queue/endpoint_liveness.h"
#include "gilfree/detail/queue/item_store.h"
#include "gilfree/detail/queue/ring.h"
#include "gilfree/detail/queue/ring_state.h"
#include "gilfree/errors.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <typename T, Scope S>
class PipeMemory {
  using Store = ItemStore<T, S>;

  // One direction. `receiver` is the participant that last received: while it lives, a sender need
  // not ask the kernel whether anyone holds the other end.
  struct DirectionState {
    RingState<typename Store::Position, S> ring;
    alignas(kApart) std::atomic<OwnerId> receiver{kNoOwner};
  };
  struct alignas(Store::kAlignment) State {
    using Element = T;
    static constexpr std::size_t kOnDemand = 2 * kMessageBytes<T, S>;

    State(std::size_t messages, bool both_ways) : capacity(messages), duplex(both_ways ? 1 : 0) {}

    const std::uint64_t capacity;
    const std::uint64_t duplex;
    EverOpened came;                       // by name: which end was ever held
    std::atomic<std::uint32_t> closes{0};  // how often a share of an end was closed
    DirectionState directions[2];          // the cells of both follow the state
  };

 public:
  // An end's handle on a direction.
  struct Direction {
    using Items = Store;
    template <typename Item>
    static constexpr bool kHasFastWrite = Store::template kHasFastWrite<Item>;

    Ring<Store, S> ring;
    std::atomic<OwnerId>* receiver;
  };

  PipeMemory(std::size_t capacity, bool duplex)
      : PipeMemory(StateMemory<State, S>(2 * bytes_of_direction(capacity), capacity, duplex)) {}

  // By name (segment.h), with an end taken of it: of a new one, before any other process can.
  using TakeEnd = std::function<void(int file, EverOpened& came)>;
  PipeMemory(create_only_t, std::string_view name, std::size_t capacity, bool duplex,
             const TakeEnd& take)
      : PipeMemory(StateMemory<State, S>(create_segment(name, layout_of<State>(), bytes(capacity),
                                                        maker(capacity, duplex), claim(take),
                                                        State::kOnDemand))) {}
  PipeMemory(open_only_t, std::string_view name, const TakeEnd& take)
      : PipeMemory(StateMemory<State, S>(open_segment(name, layout_of<State>(), sizeof(State),
                                                      claim(take), State::kOnDemand))) {}
  PipeMemory(open_or_create_t, std::string_view name, std::size_t capacity, bool duplex,
             const TakeEnd& take)
      : PipeMemory(StateMemory<State, S>(
            open_or_create_segment(name, layout_of<State>(), sizeof(State), bytes(capacity),
                                   maker(capacity, duplex), claim(take), State::kOnDemand))) {}
  ~PipeMemory() {
    if constexpr (!S::kAcrossProcesses) {  // what was sent and never received
      for (const int which : {0, 1}) {
        if (auto left = direction(which)) left->ring.destroy_items();
      }
    }
  }
  PipeMemory(const PipeMemory&) = delete;
  PipeMemory& operator=(const PipeMemory&) = delete;

  std::optional<Direction> direction(int which) const {
    if (which == 0 && !duplex_) return std::nullopt;
    auto& state = state_memory_->directions[which];
    auto* cells =
        reinterpret_cast<std::byte*>(&*state_memory_ + 1) + which * bytes_of_direction(capacity_);
    return Direction{Ring<Store, S>(state.ring, Store(capacity_, cells)), &state.receiver};
  }
  std::atomic<std::uint32_t>& closes() const { return state_memory_->closes; }

 private:
  explicit PipeMemory(StateMemory<State, S> memory)
      : state_memory_(std::move(memory)),
        capacity_(checked(state_memory_)),
        duplex_(state_memory_->duplex != 0) {}

  static std::size_t bytes(std::size_t capacity) {
    return sizeof(State) + 2 * bytes_of_direction(capacity);
  }
  static auto maker(std::size_t capacity, bool duplex) {
    return [=](void* memory) { ::new (memory) State(capacity, duplex); };
  }
  static auto claim(const TakeEnd& take) {
    return [&](void* memory, int file) { take(file, static_cast<State*>(memory)->came); };
  }
  // Its capacity, if it has the memory for that: an unrelated process may have written it.
  static std::size_t checked(const StateMemory<State, S>& memory) {
    const std::uint64_t capacity = memory->capacity;  // read once
    if (!Store::fits(capacity, memory.bytes()) || bytes(capacity) > memory.bytes()) {
      throw Corrupted(
          "gilfree::Pipe: the named object's capacity does not fit its size; remove it");
    }
    return capacity;
  }

  static std::size_t bytes_of_direction(std::size_t capacity) {
    return (Store::bytes(capacity) + Store::kAlignment - 1) / Store::kAlignment * Store::kAlignment;
  }

  StateMemory<State, S> state_memory_;
  std::size_t capacity_;
  bool duplex_;
};

}  // namespace gilfree::detail
