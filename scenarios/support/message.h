// Message<N>: a payload of N bytes as a trivially copyable type, for contenders that carry types.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace scenarios {

template <std::size_t N>
struct Message {
  std::array<std::byte, N> payload;
};

// Returns the first eight bytes of a message.
template <std::size_t N>
std::uint64_t word_of(const Message<N>& message) {
  std::uint64_t word;
  std::memcpy(&word, message.payload.data(), sizeof word);
  return word;
}

}  // namespace scenarios
