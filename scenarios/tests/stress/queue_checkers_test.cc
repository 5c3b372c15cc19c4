// The stress tests of queues and pipes: each says what is wrong with one that is broken in one place.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "scenarios/producer_consumer.h"
#include "scenarios/stress/end_of_flow.h"
#include "scenarios/stress/order.h"
#include "scenarios/stress/pipe_end.h"
#include "scenarios/tests/stress/checked.h"

#include <gilfree/errors.h>
#include <gilfree/lifo_queue.h>
#include <gilfree/pipe.h>
#include <gilfree/priority_queue.h>
#include <gilfree/queue.h>

namespace scenarios::testing {
namespace {

// A queue as the roster has it, that a subclass breaks in one place. `at` numbers what is put and what is got.
class PlainQueue : public AnyQueue {
 public:
  void put(const Message<64>& message) override {
    const std::scoped_lock hold(mutex_);
    insert(message, puts_++);
    changed_.notify_all();
  }
  void get(Message<64>& message) override {
    std::unique_lock hold(mutex_);
    changed_.wait(hold, [&] { return !items_.empty(); });
    message = take(gets_++);
  }
  void put_many(const std::vector<Message<64>>&) override {}
  void get_many(std::vector<Message<64>>&, std::size_t) override {}

 protected:
  virtual void insert(const Message<64>& message, int /*at*/) { items_.push_back(message); }
  virtual Message<64> take(int /*at*/) {
    const Message<64> message = items_.front();
    items_.pop_front();
    return message;
  }

  std::deque<Message<64>> items_;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int puts_ = 0, gets_ = 0;
};

struct Loses : PlainQueue {
  void insert(const Message<64>& message, int at) override {
    if (at != 5) PlainQueue::insert(message, at);
  }
};
struct Repeats : PlainQueue {  // the one before it, in the place of an item
  Message<64> take(int at) override {
    const Message<64> message = PlainQueue::take(at);
    return at == 5 ? last : (last = message);
  }
  Message<64> last{};
};
struct Tears : PlainQueue {
  Message<64> take(int at) override {
    Message<64> message = PlainQueue::take(at);
    if (at == 5) message.payload[63] = static_cast<std::byte>(99);
    return message;
  }
};
struct Invents : PlainQueue {
  Message<64> take(int at) override {
    Message<64> message = PlainQueue::take(at);
    if (at == 5) message.payload.fill(static_cast<std::byte>(0x77));
    return message;
  }
};
struct Reorders : PlainQueue {
  void insert(const Message<64>& message, int at) override {
    at % 8 == 7 ? items_.push_front(message) : items_.push_back(message);
  }
};

template <typename Queue>
Registration add_broken(std::string_view name) {
  QueueContender entry(
      Facts{.name = name, .label = name, .family = "broken", .primitive = "queue", .wait = "block"},
      WorkerKind::kThreads);
  entry.make = [](std::size_t) { return std::make_unique<Queue>(); };
  return Roster<QueueContender>::add(std::move(entry));
}

const Registration added[] = {add_broken<PlainQueue>("plain"), add_broken<Loses>("loses"),
                              add_broken<Repeats>("repeats"),  add_broken<Tears>("tears"),
                              add_broken<Invents>("invents"),  add_broken<Reorders>("reorders")};

const stress::Test& delivery(const std::string& queue) {
  return registered("queue_delivery/contender:" + queue + "/scope:threads");
}

TEST(QueueDelivery, OfASoundQueueAllIsDeliveredOnce) {
  const auto seen = seen_by(delivery("plain"), {.actors = 4, .operations = 50});
  EXPECT_EQ(seen.forbidden, Texts{});
  EXPECT_EQ(seen.others, Texts{"delivered once"});
}

// A consumer has a ticket for each item that there will be: for one that is lost it waits for ever.
TEST(QueueDelivery, AnItemThatIsLostIsAHang) {
  EXPECT_EQ(seen_by(delivery("loses"), {.actors = 2, .operations = 20}).forbidden,
            Texts{"hang: 'get'"});
}

TEST(QueueDelivery, AnItemInThePlaceOfAnotherIsDeliveredTwiceAndTheOtherLost) {
  const auto seen = seen_by(delivery("repeats"), {.actors = 2, .operations = 20});
  EXPECT_EQ(seen.forbidden, (Texts{"delivered twice", "lost"}));
}

TEST(QueueDelivery, PartsOfTwoItemsAreTorn) {
  const auto seen = seen_by(delivery("tears"), {.actors = 2, .operations = 20});
  EXPECT_EQ(seen.forbidden, (Texts{"lost", "torn"}));
}

TEST(QueueDelivery, AnItemThatWasNeverPutIsNotTakenForOne) {
  const auto seen = seen_by(delivery("invents"), {.actors = 2, .operations = 20});
  EXPECT_EQ(seen.forbidden, (Texts{"lost", "never put"}));
}

TEST(QueueDelivery, AnItemBehindALaterOneIsOutOfOrder) {
  const auto found = first_forbidden(delivery("reorders"), {.actors = 2, .operations = 300});
  EXPECT_EQ(found, Texts{"out of order"});
}

// Queues of gilfree but for one thing.
using checkers::FlowItem, checkers::OrderedItem;
using Threads = gilfree::Threads;

using Lifo = gilfree::LifoQueue<OrderedItem, Threads>;
using ByPriority = gilfree::PriorityQueue<OrderedItem, std::less<>, Threads>;
struct FifoAsLifo : gilfree::Queue<OrderedItem, Threads> {
  using gilfree::Queue<OrderedItem, Threads>::Queue;
};
template <typename Queue, bool kByPriority>
stress::Test order(const char* name) {
  return over(std::string("order/contender:") + name + "/scope:threads", [](const Config& config) {
    return std::make_unique<checkers::Order<Queue, kByPriority>>(config);
  });
}

TEST(Order, WhatGivesTheOldestFirstIsNoStack) {
  const auto seen =
      seen_by(order<FifoAsLifo, false>("lifo_queue"), {.actors = 2, .operations = 30});
  EXPECT_EQ(seen.forbidden, Texts{"out of order"});
}

TEST(Order, WhatGivesTheNewestOrTheOldestFirstIsNoPriorityQueue) {
  const Config config{.actors = 2, .operations = 30};
  EXPECT_EQ(seen_by(order<Lifo, true>("priority_queue"), config).forbidden, Texts{"out of order"});
  EXPECT_EQ(seen_by(order<FifoAsLifo, true>("priority_queue"), config).forbidden,
            Texts{"out of order"});
}

TEST(Order, TheRightOnesAreInOrder) {
  const Config config{.actors = 3, .operations = 50};
  EXPECT_EQ(seen_by(order<Lifo, false>("lifo_queue"), config).forbidden, Texts{});
  EXPECT_EQ(seen_by(order<ByPriority, true>("priority_queue"), config).forbidden, Texts{});
}

using Flow = gilfree::Queue<FlowItem, Threads>;
template <typename Queue>
stress::Test flow() {
  return over("end_of_flow/contender:queue/scope:threads", [](const Config& config) {
    return std::make_unique<checkers::EndOfFlow<Queue>>(config);
  });
}

struct FlowLoses : Flow {
  using Flow::Flow;
  void put(const FlowItem& item) {
    if (item.number != 5) Flow::put(item);
  }
};
struct FlowGivesTwice : Flow {
  using Flow::Flow;
  void put(const FlowItem& item) {
    Flow::put(item);
    if (item.number == 5) Flow::put(item);
  }
};
struct FlowTears : Flow {
  using Flow::Flow;
  FlowItem get() {
    FlowItem item = Flow::get();
    if (item.number == 5) item.check = 0;
    return item;
  }
};
struct FlowInvents : Flow {
  using Flow::Flow;
  FlowItem get() {
    FlowItem item = Flow::get();
    return item.number == 5 ? FlowItem{1 << 20, ~(1 << 20)} : item;
  }
};
// Forgets at close() what is still in it.
struct FlowDropsAtClose : Flow {
  using Flow::Flow;
  void close() {
    try {
      while (try_get()) continue;
    } catch (const gilfree::Closed&) {  // it is closed already
    }
    Flow::close();
  }
};
struct FlowNeverEnds : Flow {
  using Flow::Flow;
  void close() {}
};

TEST(EndOfFlow, SaysWhatIsWrongWithAQueueThatIsBroken) {
  const Config config{.actors = 2, .operations = 20};
  EXPECT_EQ(seen_by(flow<Flow>(), config).forbidden, Texts{});
  EXPECT_EQ(seen_by(flow<FlowLoses>(), config).forbidden, Texts{"lost"});
  EXPECT_EQ(seen_by(flow<FlowGivesTwice>(), config).forbidden, Texts{"got twice"});
  EXPECT_EQ(seen_by(flow<FlowTears>(), config).forbidden, (Texts{"lost", "torn"}));
  EXPECT_EQ(seen_by(flow<FlowInvents>(), config).forbidden, (Texts{"lost", "torn"}));
  EXPECT_EQ(first_forbidden(flow<FlowDropsAtClose>(), many_delays(4, 40)), Texts{"lost"});
}

TEST(EndOfFlow, AQueueThatDoesNotEndHangs) {
  EXPECT_EQ(seen_by(flow<FlowNeverEnds>(), {.actors = 2, .operations = 5}).forbidden,
            Texts{"hang: 'get'"});
}

// Ends of a pipe that are gilfree's but for one thing.
using Connection = gilfree::Connection<long, Threads>;
struct SoundEnd : Connection {
  explicit SoundEnd(Connection end) : Connection(std::move(end)) {}
};
struct Skips : SoundEnd {
  using SoundEnd::SoundEnd;
  void send(long item) {
    if (item != 3) Connection::send(item);
  }
};
struct SwapsTwo : SoundEnd {
  using SoundEnd::SoundEnd;
  void send(long item) { Connection::send(item == 3 ? 4 : item == 4 ? 3 : item); }
};
struct EndsEarly : SoundEnd {
  using SoundEnd::SoundEnd;
  long recv() {
    const long item = Connection::recv();
    return item == 3 ? throw gilfree::EndOfFile("too early") : item;
  }
};
struct IsBroken : SoundEnd {
  using SoundEnd::SoundEnd;
  void send(long item) {
    if (item == 3) throw gilfree::BrokenPipe("not so");
    Connection::send(item);
  }
};
struct StaysOpen : SoundEnd {
  using SoundEnd::SoundEnd;
  void close() {}
};

template <typename Made>
Texts pipe_end() {
  const auto test = over("pipe_end/contender:pipe/scope:threads", [](const Config&) {
    auto [receiver, sender] = gilfree::Pipe<long, Threads>({.duplex = false});
    return std::make_unique<checkers::PipeEnd<Made, false>>(
        std::pair(Made(std::move(receiver)), Made(std::move(sender))));
  });
  return seen_by(test, {.actors = 2, .operations = 20}).forbidden;
}

TEST(PipeEnd, SaysWhatIsWrongWithAPipeThatIsBroken) {
  EXPECT_EQ(pipe_end<SoundEnd>(), Texts{});
  EXPECT_EQ(pipe_end<Skips>(), (Texts{"gap", "lost"}));
  EXPECT_EQ(pipe_end<SwapsTwo>(), Texts{"gap"});
  EXPECT_EQ(pipe_end<IsBroken>(), Texts{"broken too early"});
  EXPECT_TRUE(pipe_end<EndsEarly>().count("lost") == 1);
}

TEST(PipeEnd, APipeWhoseEndOfFileNeverComesHangs) {
  EXPECT_EQ(pipe_end<StaysOpen>(), Texts{"hang: 'recv'"});
}

}  // namespace
}  // namespace scenarios::testing
