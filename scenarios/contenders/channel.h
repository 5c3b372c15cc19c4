// Channel: what every contender of pipe_vs_queue is. One way, from one process to another, for
// messages of one size, made before the fork.
//
//   struct Pigeon {
//     static constexpr Facts kFacts{.name = "pigeon", .primitive = "bird", .wait = "block"};
//     explicit Pigeon(std::size_t bytes);   // throws harness::Skipped if it cannot be had here
//     void send(const std::byte* message);  // copies `bytes` in
//     void receive(std::byte* message);     // copies them out
//     int depth() const;                    // messages it holds, 0 if that is not known
//     void finish();                        // only if a party must do something before it ends
//   };
#pragma once

#include <concepts>
#include <cstddef>

#include "scenarios/contenders/contender.h"

namespace scenarios {

template <typename C>
concept Channel = requires(C channel, const std::byte* in, std::byte* out) {
  C(std::size_t{});
  { C::kFacts } -> std::convertible_to<Facts>;
  channel.send(in);
  channel.receive(out);
  { channel.depth() } -> std::convertible_to<int>;
};

template <Channel C>
void finish(C& channel) {
  if constexpr (requires { channel.finish(); }) channel.finish();
}

// How many messages a channel that may choose should hold: some 4 MiB, so that neither side waits for
// the other's every message, but a megabyte's eight do not wash out the caches.
constexpr std::size_t usual_depth(std::size_t bytes) {
  const std::size_t depth = (std::size_t{4} << 20) / bytes;
  return depth < 8 ? 8 : depth > 1024 ? 1024 : depth;
}

}  // namespace scenarios
