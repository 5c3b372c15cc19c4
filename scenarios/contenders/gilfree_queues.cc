// gilfree's Queue, JoinableQueue, LifoQueue and PriorityQueue, and Pipe for one producer and one
// consumer, between threads and between processes.
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include "scenarios/producer_consumer.h"
#include "scenarios/support/gilfree_scope.h"

#include <gilfree/joinable_queue.h>
#include <gilfree/lifo_queue.h>
#include <gilfree/pipe.h>
#include <gilfree/priority_queue.h>
#include <gilfree/queue.h>

namespace scenarios {
namespace {

template <std::size_t N, typename Queue>
class GilfreeQueueOf {
 public:
  static constexpr bool kSharesItself = true;

  explicit GilfreeQueueOf(std::size_t capacity) : queue_(capacity) {}
  void put(const Message<N>& message) { queue_.put(message); }
  void get(Message<N>& message) { ::new (&message) Message<N>(queue_.get()); }
  void put_many(const std::vector<Message<N>>& messages) { queue_.put_many(messages); }
  void get_many(std::vector<Message<N>>& messages, std::size_t most) {
    messages = queue_.get_many(most);
  }

 protected:
  Queue queue_;
};

struct GilfreeQueue {
  static constexpr Facts kFacts{.name = "queue",
                                .label = "gilfree Queue",
                                .family = "gilfree",
                                .primitive = "queue",
                                .wait = "adaptive"};
  static constexpr bool kTakesDelay = true;
  static constexpr QueueTraits kTraits{.batches = true};
  template <std::size_t N, WorkerKind K>
  using Of = GilfreeQueueOf<N, gilfree::Queue<Message<N>, GilfreeScope<K>>>;
};

struct GilfreePipe {
  static constexpr Facts kFacts{.name = "pipe",
                                .label = "gilfree Pipe",
                                .family = "gilfree",
                                .primitive = "pipe",
                                .wait = "adaptive"};
  static constexpr QueueTraits kTraits{.one_to_one = true, .batches = true};
  template <std::size_t N, WorkerKind K>
  class Of {
   public:
    static constexpr bool kSharesItself = true;

    explicit Of(std::size_t capacity)
        : ends_(
              gilfree::Pipe<Message<N>, GilfreeScope<K>>({.duplex = false, .capacity = capacity})) {
    }
    void put(const Message<N>& message) { ends_.second.send(message); }
    void get(Message<N>& message) { ::new (&message) Message<N>(ends_.first.recv()); }
    void put_many(const std::vector<Message<N>>& messages) { ends_.second.send_many(messages); }
    void get_many(std::vector<Message<N>>& messages, std::size_t most) {
      messages = ends_.first.recv_many(most);
    }

   private:
    using End = gilfree::Connection<Message<N>, GilfreeScope<K>>;
    std::pair<End, End> ends_;
  };
};

struct GilfreeJoinableQueue {
  static constexpr Facts kFacts{.name = "joinable_queue",
                                .label = "gilfree JoinableQueue",
                                .family = "gilfree",
                                .primitive = "joinable_queue",
                                .wait = "adaptive"};
  static constexpr QueueTraits kTraits{.batches = true};
  template <std::size_t N, WorkerKind K>
  class Of : public GilfreeQueueOf<N, gilfree::JoinableQueue<Message<N>, GilfreeScope<K>>> {
   public:
    using GilfreeQueueOf<N, gilfree::JoinableQueue<Message<N>, GilfreeScope<K>>>::GilfreeQueueOf;
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

struct GilfreeLifoQueue {
  static constexpr Facts kFacts{.name = "lifo_queue",
                                .label = "gilfree LifoQueue",
                                .family = "gilfree",
                                .primitive = "lifo_queue",
                                .wait = "adaptive"};
  static constexpr QueueTraits kTraits{.in_order = false, .batches = true};
  template <std::size_t N, WorkerKind K>
  using Of = GilfreeQueueOf<N, gilfree::LifoQueue<Message<N>, GilfreeScope<K>>>;
};

// Items have one of eight priorities, in turn.
struct GilfreePriorityQueue {
  static constexpr Facts kFacts{.name = "priority_queue",
                                .label = "gilfree PriorityQueue",
                                .family = "gilfree",
                                .primitive = "priority_queue",
                                .wait = "adaptive"};
  static constexpr QueueTraits kTraits{.in_order = false, .batches = true};
  struct ByPriority {
    template <std::size_t N>
    bool operator()(const Message<N>& one, const Message<N>& other) const {
      return word_of(one) % 8 < word_of(other) % 8;
    }
  };
  template <std::size_t N, WorkerKind K>
  using Of = GilfreeQueueOf<N, gilfree::PriorityQueue<Message<N>, ByPriority, GilfreeScope<K>>>;
};

template <WorkerKind K>
Registration add_all() {
  add_queue<GilfreeQueue, K>();
  add_queue<GilfreePipe, K>();
  add_queue<GilfreeJoinableQueue, K>();
  add_queue<GilfreeLifoQueue, K>();
  return add_queue<GilfreePriorityQueue, K>();
}

const Registration registered[] = {
    add_all<WorkerKind::kThreads>(),
    add_all<WorkerKind::kProcesses>(),
};

}  // namespace
}  // namespace scenarios
