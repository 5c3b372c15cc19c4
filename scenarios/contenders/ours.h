// Ours: gilfree's Queue and Pipe, with their own way of waiting and, to compare with what burns a
// core, spinning.
#pragma once

#include <new>
#include <optional>

#include "scenarios/contenders/message.h"

#include <gilfree/multiprocessing.h>

namespace scenarios {

// Constructs the received message where it is wanted: one copy out, as `auto m = queue.get();` makes.
template <std::size_t N, typename Receive>
void receive_into(Message<N>& message, Receive receive) {
  ::new (&message) Message<N>(receive());
}

template <std::size_t N>
class TypedQueue {
 public:
  explicit TypedQueue(std::size_t depth) : queue_(depth) {}
  void send(const Message<N>& message) { queue_.put(message); }
  void receive(Message<N>& message) {
    receive_into(message, [&] { return queue_.get(); });
  }
  int depth() const { return static_cast<int>(queue_.capacity()); }

 protected:
  gilfree::multiprocessing::Queue<Message<N>> queue_;
};

template <std::size_t N>
class TypedSpinningQueue : public TypedQueue<N> {
 public:
  using TypedQueue<N>::TypedQueue;
  void send(const Message<N>& message) {
    while (!this->queue_.try_put(message)) continue;
  }
  void receive(Message<N>& message) {
    while (true) {
      if (auto item = this->queue_.try_get()) {
        message = *item;
        return;
      }
    }
  }
};

// A process that holds an end keeps the pipe alive, and each party uses one: they never close, as
// the scenario's end marker tells the receiver when to stop.
template <std::size_t N>
class TypedPipe {
 public:
  explicit TypedPipe(std::size_t depth)
      : depth_(depth),
        ends_(gilfree::multiprocessing::Pipe<Message<N>>({.duplex = false, .capacity = depth})) {}
  void send(const Message<N>& message) { ends_.second.send(message); }
  void receive(Message<N>& message) {
    receive_into(message, [&] { return ends_.first.recv(); });
  }
  int depth() const { return static_cast<int>(depth_); }

 private:
  std::size_t depth_;
  std::pair<gilfree::multiprocessing::Connection<Message<N>>,
            gilfree::multiprocessing::Connection<Message<N>>>
      ends_;
};

struct OurQueue : AnySize<TypedQueue> {
  static constexpr Facts kFacts{.name = "queue", .primitive = "queue", .wait = "adaptive"};
  using AnySize::AnySize;
};

struct OurSpinningQueue : AnySize<TypedSpinningQueue> {
  static constexpr Facts kFacts{.name = "queue", .primitive = "queue", .wait = "spin"};
  using AnySize::AnySize;
};

struct OurPipe : AnySize<TypedPipe> {
  static constexpr Facts kFacts{.name = "pipe", .primitive = "pipe", .wait = "adaptive"};
  using AnySize::AnySize;
};

}  // namespace scenarios
