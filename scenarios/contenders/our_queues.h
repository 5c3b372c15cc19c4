// Ours: Queue, JoinableQueue, LifoQueue and PriorityQueue, and Pipe for one and one, in both scopes.
#pragma once

#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include "scenarios/contenders/our_synchronisation.h"
#include "scenarios/contenders/shared_queue.h"

#include <gilfree/joinable_queue.h>
#include <gilfree/lifo_queue.h>
#include <gilfree/pipe.h>
#include <gilfree/priority_queue.h>
#include <gilfree/queue.h>

namespace scenarios {

template <std::size_t N, typename Queue>
class OurAnyQueue {
 public:
  static constexpr bool kSharesItself = true;

  explicit OurAnyQueue(std::size_t capacity) : queue_(capacity) {}
  void put(const Message<N>& message) { queue_.put(message); }
  void get(Message<N>& message) { ::new (&message) Message<N>(queue_.get()); }
  void put_many(const std::vector<Message<N>>& messages) { queue_.put_many(messages); }
  void get_many(std::vector<Message<N>>& messages, std::size_t most) {
    messages = queue_.get_many(most);
  }

 protected:
  Queue queue_;
};

struct OurSharedQueue {
  static constexpr QueueFacts kFacts{
      {.name = "queue", .primitive = "queue", .wait = "adaptive"}, true, true, true, false, true};
  template <std::size_t N, Scope S>
  using Of = OurAnyQueue<N, gilfree::Queue<Message<N>, OurScope<S>>>;
};

struct OurFlowPipe {
  static constexpr QueueFacts kFacts{
      {.name = "pipe", .primitive = "pipe", .wait = "adaptive"}, true, true, true, true, true};
  template <std::size_t N, Scope S>
  class Of {
   public:
    static constexpr bool kSharesItself = true;

    explicit Of(std::size_t capacity)
        : ends_(gilfree::Pipe<Message<N>, OurScope<S>>({.duplex = false, .capacity = capacity})) {}
    void put(const Message<N>& message) { ends_.second.send(message); }
    void get(Message<N>& message) { ::new (&message) Message<N>(ends_.first.recv()); }
    void put_many(const std::vector<Message<N>>& messages) { ends_.second.send_many(messages); }
    void get_many(std::vector<Message<N>>& messages, std::size_t most) {
      messages = ends_.first.recv_many(most);
    }

   private:
    using End = gilfree::Connection<Message<N>, OurScope<S>>;
    std::pair<End, End> ends_;
  };
};

struct OurJoinableQueue {
  static constexpr QueueFacts kFacts{
      {.name = "joinable_queue", .primitive = "joinable_queue", .wait = "adaptive"},
      true,
      true,
      true,
      false,
      true};
  template <std::size_t N, Scope S>
  class Of : public OurAnyQueue<N, gilfree::JoinableQueue<Message<N>, OurScope<S>>> {
   public:
    using OurAnyQueue<N, gilfree::JoinableQueue<Message<N>, OurScope<S>>>::OurAnyQueue;
    void get(Message<N>& message) {
      ::new (&message) Message<N>(this->queue_.get());
      this->queue_.task_done();
    }
    void get_many(std::vector<Message<N>>& messages, std::size_t most) {
      messages = this->queue_.get_many(most);
      for (std::size_t i = 0; i < messages.size(); ++i) this->queue_.task_done();
    }
  };
};

struct OurLifoQueue {
  static constexpr QueueFacts kFacts{
      {.name = "lifo_queue", .primitive = "lifo_queue", .wait = "adaptive"},
      true,
      true,
      false,
      false,
      true};
  template <std::size_t N, Scope S>
  using Of = OurAnyQueue<N, gilfree::LifoQueue<Message<N>, OurScope<S>>>;
};

// One of eight priorities each, in turn.
struct OurPriorityQueue {
  static constexpr QueueFacts kFacts{
      {.name = "priority_queue", .primitive = "priority_queue", .wait = "adaptive"},
      true,
      true,
      false,
      false,
      true};
  struct ByPriority {
    template <std::size_t N>
    bool operator()(const Message<N>& one, const Message<N>& other) const {
      return word_of(one) % 8 < word_of(other) % 8;
    }
  };
  template <std::size_t N, Scope S>
  using Of = OurAnyQueue<N, gilfree::PriorityQueue<Message<N>, ByPriority, OurScope<S>>>;
};

}  // namespace scenarios
