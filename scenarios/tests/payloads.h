// Payloads whose every byte depends on their number, so that a torn, stale or foreign one is noticed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "scenarios/support/message.h"

namespace scenarios::testing {

// Writes `size` bytes: the number at the beginning, as far as there is room, and then the bytes of a generator that
// is seeded with it (splitmix64).
inline void write_payload(std::byte* bytes, std::size_t size, std::uint64_t number) {
  std::uint64_t state = number;
  std::uint64_t word = number;
  for (std::size_t at = 0; at < size; at += sizeof word) {
    std::memcpy(bytes + at, &word, size - at < sizeof word ? size - at : sizeof word);
    state += 0x9e3779b97f4a7c15;
    word = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    word ^= word >> 27;
  }
}

inline std::vector<std::byte> payload_of(std::size_t size, std::uint64_t number) {
  std::vector<std::byte> bytes(size);
  write_payload(bytes.data(), size, number);
  return bytes;
}

template <std::size_t N>
Message<N> message_of_number(std::uint64_t number) {
  Message<N> message;
  write_payload(message.payload.data(), N, number);
  return message;
}

// Returns true if all bytes are those of the number that the message begins with.
template <std::size_t N>
bool is_intact(const Message<N>& message) {
  return message.payload == message_of_number<N>(word_of(message)).payload;
}

}  // namespace scenarios::testing
