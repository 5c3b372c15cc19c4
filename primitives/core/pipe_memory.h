// PipeMemory: what both ends of a pipe share: two lanes, and who has come and gone.
//
//   const PipeMemory<T, S> memory(capacity, duplex);
//   auto out = memory.lane(0), in = memory.lane(1);  // the first end's; the second's the other way
//                                                    // round. A one-way pipe has no lane 0.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "primitives/core/end.h"
#include "primitives/core/home.h"
#include "primitives/core/ring.h"
#include "primitives/core/scope.h"
#include "primitives/core/segment.h"
#include "primitives/core/store.h"
#include "primitives/core/token.h"
#include "primitives/errors.h"

namespace gilfree::core {

template <typename T, Scope S>
class PipeMemory {
  using Store = StoreOf<T, S>;

  // One direction. `receiver` is the participant that last received: while it lives, a sender need
  // not ask the kernel whether anyone holds the other end.
  struct LaneState {
    RingState<typename Store::Position, S> ring;
    alignas(kApart) std::atomic<Token> receiver{kNobody};
  };
  struct State {
    State(std::size_t messages, bool both_ways) : capacity(messages), duplex(both_ways ? 1 : 0) {}

    const std::uint64_t capacity;
    const std::uint64_t duplex;
    Came came;                             // by name: which end somebody has held
    std::atomic<std::uint32_t> closes{0};  // how often somebody closed a share of an end
    LaneState lanes[2];                    // the cells of both follow the state
  };

 public:
  // An end's handle on a direction.
  struct Lane {
    template <typename Item>
    static constexpr bool kWritesAtOnce = Store::template kWritesAtOnce<Item>;

    Ring<Store, S> ring;
    std::atomic<Token>* receiver;
  };

  PipeMemory(std::size_t capacity, bool duplex)
      : PipeMemory(Home<State, S>(2 * bytes_of_lane(capacity), capacity, duplex)) {}

  // By name (segment.h), with an end taken of it: of a new one, before anybody else can.
  using TakeEnd = std::function<void(int file, Came& came)>;
  PipeMemory(create_only_t, std::string_view name, std::size_t capacity, bool duplex,
             const TakeEnd& take)
      : PipeMemory(Home<State, S>(create_segment(name, layout_of<State>(), bytes(capacity),
                                                 maker(capacity, duplex), claim(take)))) {}
  PipeMemory(open_only_t, std::string_view name, const TakeEnd& take)
      : PipeMemory(
            Home<State, S>(open_segment(name, layout_of<State>(), sizeof(State), claim(take)))) {}
  PipeMemory(open_or_create_t, std::string_view name, std::size_t capacity, bool duplex,
             const TakeEnd& take)
      : PipeMemory(Home<State, S>(open_or_create_segment(name, layout_of<State>(), sizeof(State),
                                                         bytes(capacity), maker(capacity, duplex),
                                                         claim(take)))) {}
  ~PipeMemory() {
    if constexpr (!S::kAcrossProcesses) {  // what was sent and never received
      for (const int which : {0, 1}) {
        if (auto left = lane(which)) {
          while (left->ring.has_item()) (void)left->ring.template read<T>();
        }
      }
    }
  }
  PipeMemory(const PipeMemory&) = delete;
  PipeMemory& operator=(const PipeMemory&) = delete;

  std::optional<Lane> lane(int which) const {
    if (which == 0 && !duplex_) return std::nullopt;
    auto& state = home_->lanes[which];
    auto* cells = reinterpret_cast<std::byte*>(&*home_ + 1) + which * bytes_of_lane(capacity_);
    return Lane{Ring<Store, S>(state.ring, Store(capacity_, cells)), &state.receiver};
  }
  std::atomic<std::uint32_t>& closes() const { return home_->closes; }

 private:
  explicit PipeMemory(Home<State, S> home)
      : home_(std::move(home)), capacity_(checked(home_)), duplex_(home_->duplex != 0) {}

  static std::size_t bytes(std::size_t capacity) {
    return sizeof(State) + 2 * bytes_of_lane(capacity);
  }
  static auto maker(std::size_t capacity, bool duplex) {
    return [=](void* memory) { ::new (memory) State(capacity, duplex); };
  }
  static auto claim(const TakeEnd& take) {
    return [&](void* memory, int file) { take(file, static_cast<State*>(memory)->came); };
  }
  // Its capacity, if it has the memory for that: it may be a stranger's.
  static std::size_t checked(const Home<State, S>& home) {
    const std::uint64_t capacity = home->capacity;  // read once
    if (!Store::fits(capacity, home.bytes()) || bytes(capacity) > home.bytes()) {
      throw Corrupted(
          "gilfree::Pipe: the named object's capacity does not fit its size; remove it");
    }
    return capacity;
  }

  static std::size_t bytes_of_lane(std::size_t capacity) {
    return (Store::bytes(capacity) + kApart - 1) / kApart * kApart;
  }

  Home<State, S> home_;
  std::size_t capacity_;
  bool duplex_;
};

}  // namespace gilfree::core
