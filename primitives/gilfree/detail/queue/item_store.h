// ItemStore: how items of type T are kept in a ring of scope S.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include "gilfree/codec.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/queue/fixed_slots.h"
#include "gilfree/detail/queue/message_memory.h"
#include "gilfree/detail/queue/variable_slots.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

// What can be put into a Queue or sent through a Pipe. Between threads: whatever can be moved.
// Between processes: what is trivially copyable and shows no address (shareable.h), or has a Codec.
template <typename T, typename S>
concept CanTravel = (S::kAcrossProcesses && (Shareable<T> || Encodable<T>)) ||
                    (!S::kAcrossProcesses && std::movable<T>);

template <typename T, Scope S>
consteval bool must_travel() {
  constexpr bool kTravels = CanTravel<T, S>;
  static_assert(
      kTravels || !S::kAcrossProcesses,
      "this type cannot travel between processes: make it trivially copyable, give it a "
      "serialize() for gilfree/archive_codec.h (cereal's, and its header for a type of the "
      "library), or write a gilfree::Codec for it; a pointer, reference or view in it means "
      "nothing in another process: send what it points to (std::string for "
      "std::string_view)");
  static_assert(kTravels || S::kAcrossProcesses,
                "this type cannot travel between threads: make it movable");
  return true;
}

template <typename T, Scope S>
inline constexpr bool stored_as_message = S::kAcrossProcesses && !Shareable<T>;

// The memory for messages, which is at the end of a queue's; 0 where items have fixed slots.
template <typename T, Scope S>
inline constexpr std::size_t kMessageBytes =
    stored_as_message<T, S> ? MessageMemory<T>::kReserved : 0;

template <typename T, Scope S>
using ItemStore = std::conditional_t<stored_as_message<T, S>, VariableSlots<T>, FixedSlots<T>>;

}  // namespace gilfree::detail
