// gilfree's Queue and Pipe between processes, with their own way of waiting; and Queue spinning, to compare
// it with contenders that keep a core busy.
#include <new>
#include <utility>

#include "scenarios/pipe_vs_queue.h"
#include "scenarios/support/any_size.h"
#include "scenarios/support/message.h"

#include <gilfree/multiprocessing.h>

namespace scenarios {
namespace {

// Constructs the received message in place: one copy out, as in `auto m = queue.get();`.
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

// Each worker uses one end and inherits the other, which keeps the pipe open: it is never closed, and
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

struct QueueChannel : AnySize<TypedQueue> {
  static constexpr bool kTakesDelay = true;
  static constexpr Facts kFacts{.name = "queue",
                                .label = "gilfree Queue",
                                .family = "gilfree",
                                .primitive = "queue",
                                .wait = "adaptive"};
  using AnySize::AnySize;
};

struct SpinningQueueChannel : AnySize<TypedSpinningQueue> {
  static constexpr Facts kFacts{.name = "queue",
                                .label = "gilfree Queue",
                                .family = "gilfree",
                                .primitive = "queue",
                                .wait = "spin"};
  using AnySize::AnySize;
};

struct PipeChannel : AnySize<TypedPipe> {
  static constexpr Facts kFacts{.name = "pipe",
                                .label = "gilfree Pipe",
                                .family = "gilfree",
                                .primitive = "pipe",
                                .wait = "adaptive"};
  using AnySize::AnySize;
};

const Registration registered[] = {
    add_channel<QueueChannel>(),
    add_channel<SpinningQueueChannel>(kSpinningWait),
    add_channel<PipeChannel>(),
};

}  // namespace
}  // namespace scenarios
