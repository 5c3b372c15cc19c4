// StateMemory: the memory a primitive's state lives in, chosen by its scope.
//
//   StateMemory<State, S> memory(extra, arguments...);                    // heap, or memory that forks inherit
//   StateMemory<State, Processes> named(create_only, "jobs", extra, arguments...);
//   StateMemory<Inner, S> inner(memory, memory->part);                      // a part of another's state
//
// Only for trivially destructible states, since a killed process destroys nothing. `extra` bytes,
// zeroed, follow the state. The memory is freed with the last handle; across processes, when no process
// has it mapped any more and it has no name (segment.h).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/base/shareable.h"  // IWYU pragma: export
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/memory/segment.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <typename State, Scope S>
class StateMemory {
  static_assert(std::is_standard_layout_v<State> && std::is_trivially_destructible_v<State>);

 public:
  template <typename... Args>
  explicit StateMemory(std::size_t extra, Args&&... args) : bytes_(sizeof(State) + extra) {
    if constexpr (S::kAcrossProcesses) {
      (void)Participants::table();  // now, so that each process that inherits the state shares it
      memory_ = anonymous_segment(bytes_, bytes_on_demand<State>());
    } else {
      memory_.reset(::operator new(bytes_, kAlignment),
                    [](void* bytes) { ::operator delete(bytes, kAlignment); });
      std::memset(memory_.get(), 0, bytes_);
    }
    state_ = ::new (memory_.get()) State(std::forward<Args>(args)...);
  }

  // By name, for unrelated processes. They throw as named.h says.
  template <typename... Args>
  requires S::kAcrossProcesses StateMemory(create_only_t, std::string_view name, std::size_t extra,
                                           Args&&... args) {
    adopt(create_segment(name, layout_of<State>(), sizeof(State) + extra, maker(args...), {},
                         bytes_on_demand<State>()));
  }
  StateMemory(open_only_t, std::string_view name) requires S::kAcrossProcesses {
    adopt(open_segment(name, layout_of<State>(), sizeof(State), {}, bytes_on_demand<State>()));
  }
  template <typename... Args>
  requires S::kAcrossProcesses StateMemory(open_or_create_t, std::string_view name,
                                           std::size_t extra, Args&&... args) {
    adopt(open_or_create_segment(name, layout_of<State>(), sizeof(State), sizeof(State) + extra,
                                 maker(args...), {}, bytes_on_demand<State>()));
  }

  explicit StateMemory(Segment segment) requires S::kAcrossProcesses { adopt(std::move(segment)); }

  // `part` lies within what `whole` holds.
  template <typename Whole>
  StateMemory(const StateMemory<Whole, S>& whole, State& part)
      : memory_(whole.memory()), state_(&part), bytes_(sizeof(State)) {}

  State& operator*() const { return *state_; }
  State* operator->() const { return state_; }

  // The bytes of the state and all that follows it: in a named object, as many as the file has.
  std::size_t bytes() const { return bytes_; }
  const std::shared_ptr<void>& memory() const { return memory_; }

 private:
  static constexpr std::align_val_t kAlignment{std::max(kApart, alignof(State))};

  template <typename... Args>
  static auto maker(Args&... args) {
    return [&](void* memory) { ::new (memory) State(std::forward<Args>(args)...); };
  }
  void adopt(Segment segment) {
    (void)Participants::table();
    memory_ = std::move(segment.memory);
    state_ = static_cast<State*>(memory_.get());
    bytes_ = segment.bytes;
  }

  std::shared_ptr<void> memory_;
  State* state_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace gilfree::detail
