// AnySize: a channel of raw bytes of a size chosen at run time, made of one that carries types.
//
//   template <std::size_t N>
//   struct TypedQueue {
//     explicit TypedQueue(std::size_t depth);
//     void send(const Message<N>&);
//     void receive(Message<N>&);
//     int depth() const;
//   };
//   struct QueueChannel : AnySize<TypedQueue> { ... kFacts; using AnySize::AnySize; };
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "scenarios/pipe_vs_queue.h"
#include "scenarios/support/message.h"

namespace scenarios {

inline constexpr int kSmallestBits = 3, kLargestBits = 20;

// A channel of raw bytes of a size chosen at run time, over Typed<N> for each N that is compiled in: the
// powers of two from 8 bytes to 1 MiB.
template <template <std::size_t> class Typed>
class AnySize {
 public:
  explicit AnySize(std::size_t bytes) : AnySize(bytes, std::make_index_sequence<kSizes>()) {}

  void send(const std::byte* message) { send_(typed_.get(), message); }
  void receive(std::byte* message) { receive_(typed_.get(), message); }
  int depth() const { return depth_; }

 private:
  static constexpr std::size_t kSizes = kLargestBits - kSmallestBits + 1;

  template <std::size_t... I>
  AnySize(std::size_t bytes, std::index_sequence<I...>) {
    if (!(try_size<std::size_t{1} << (I + kSmallestBits)>(bytes) || ...)) {
      throw harness::Skipped("typed messages are compiled for powers of two from 8 to 1M, not " +
                             std::to_string(bytes) + " bytes");
    }
  }

  template <std::size_t N>
  bool try_size(std::size_t bytes) {
    if (bytes != N) return false;
    auto typed = std::make_shared<Typed<N>>(usual_depth(N));
    depth_ = typed->depth();
    send_ = [](void* to, const std::byte* message) {
      static_cast<Typed<N>*>(to)->send(*reinterpret_cast<const Message<N>*>(message));
    };
    receive_ = [](void* from, std::byte* message) {
      static_cast<Typed<N>*>(from)->receive(*reinterpret_cast<Message<N>*>(message));
    };
    typed_ = std::move(typed);
    return true;
  }

  std::shared_ptr<void> typed_;
  void (*send_)(void*, const std::byte*) = nullptr;
  void (*receive_)(void*, std::byte*) = nullptr;
  int depth_ = 0;
};

}  // namespace scenarios
