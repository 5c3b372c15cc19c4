// The soak of the queues: kill -9 at random moments of live traffic, over and over.
//
// Walks (queue_crash_test) meet every instruction, one victim at a time; here many are under way at
// once. Whatever died, the rest must go on, and of the items whose put returned each must be got
// exactly once, but for those that a killed consumer had already taken: at most one a death.
#include "primitives/tests/support/soak.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "gilfree/joinable_queue.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/pipe.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"

namespace gilfree::testing {
namespace {

constexpr int kMostItems = 1 << 21;
constexpr int kInOneBook = 1000;  // deaths

struct Item {
  long number, check;
  friend bool operator<(const Item& a, const Item& b) { return a.number < b.number; }
};

// A pipe as a queue: for one producer and one consumer.
class PipeOfItems {
 public:
  static constexpr int kWorkers = 2;

  explicit PipeOfItems(std::size_t capacity) {
    auto [a, b] = Pipe<Item, Processes>({.capacity = capacity});
    in_.emplace(std::move(a));
    out_.emplace(std::move(b));
  }
  void put(const Item& item) { in_->send(item); }
  Item get() { return out_->recv(); }
  auto try_get() { return out_->try_recv(); }

 private:
  std::optional<Connection<Item, Processes>> in_, out_;
};

// A queue, its workers, and what became of each item: in shared memory, so that it outlives them.
template <typename Q>
class Book {
 public:
  void put_next(int me, Soak& soak) {
    const long number = counters_[kNext].fetch_add(1);
    if (number < kMostItems) {
      queue_.put({number, ~number});
      fates_[static_cast<int>(number)].fetch_or(kPut);
    } else {
      queue_.put({kNotInTheBook, ~kNotInTheBook});  // which is full
    }
    soak.succeeded(me);
  }
  void get_next(int me, Soak& soak) {
    got(queue_.get());
    if constexpr (requires { queue_.task_done(); }) queue_.task_done();
    soak.succeeded(me);
  }
  // The first half put, the others get.
  static constexpr int kWorkers = [] {
    if constexpr (requires { Q::kWorkers; }) {
      return Q::kWorkers;
    } else {
      return 4;
    }
  }();

  // When all are dead.
  void balance(int consumers_killed) {
    while (const auto left = queue_.try_get()) got(*left);
    long lost = 0;
    for (int i = 0; i < std::min<long>(counters_[kNext], kMostItems); ++i) {
      lost += fates_[i] == kPut ? 1 : 0;
    }
    EXPECT_EQ(counters_[kTorn], 0);
    EXPECT_EQ(counters_[kTwice], 0);
    EXPECT_LE(lost, consumers_killed);
  }

 private:
  static constexpr long kNotInTheBook = -1;
  enum Counter { kNext, kTorn, kTwice };
  enum Fate { kPut = 1, kGot = 2 };  // kPut once put returned, + kGot once got

  void got(const Item& item) {
    if (item.check != ~item.number) counters_[kTorn]++;
    if (item.number == kNotInTheBook) return;
    const auto before = fates_[static_cast<int>(item.number)].fetch_or(kGot);
    if ((before & kGot) != 0) counters_[kTwice]++;
  }

  Q queue_{16};
  Ledger<Processes> fates_{kMostItems}, counters_{3};
};

template <typename Q>
class SoakTest : public Watchdog {
 protected:
  void SetUp() override { ::alarm(900); }
};
using Queues = ::testing::Types<Queue<Item>, LifoQueue<Item>, PriorityQueue<Item>,
                                JoinableQueue<Item>, PipeOfItems>;
struct Names {
  template <typename Q>
  static std::string GetName(int) {
    if constexpr (std::is_same_v<Q, Queue<Item>>) return "Queue";
    if constexpr (std::is_same_v<Q, LifoQueue<Item>>) return "LifoQueue";
    if constexpr (std::is_same_v<Q, PriorityQueue<Item>>) return "PriorityQueue";
    if constexpr (std::is_same_v<Q, JoinableQueue<Item>>) return "JoinableQueue";
    return "Pipe";
  }
};
TYPED_TEST_SUITE(SoakTest, Queues, Names);

TYPED_TEST(SoakTest, KilledAtRandomMomentsNoneHangsAndNothingCommittedIsLost) {
  KillTally tally;
  long successes = 0;
  for (const int wanted = kills_wanted(); tally.kills() < wanted && !this->HasFailure();) {
    constexpr int kWorkers = Book<TypeParam>::kWorkers;
    Book<TypeParam> book;
    int consumers_killed = kWorkers / 2;  // all of them, at the end
    Soak soak(kWorkers, [&](int me, Soak& it) {
      me < kWorkers / 2 ? book.put_next(me, it) : book.get_next(me, it);
    });
    soak.run_for(
        std::min(kInOneBook, wanted - tally.kills()), tally,
        {.at_death = [&](int victim) { consumers_killed += victim < kWorkers / 2 ? 0 : 1; },
         .needs_all = true});
    successes += soak.successes();
    book.balance(consumers_killed);
  }
  tally.print(Names::GetName<TypeParam>(0), successes);
}

}  // namespace
}  // namespace gilfree::testing
