// The soak: kill -9 at random moments of live traffic, over and over.
//
// Walks (queue_crash_test) meet every instruction, one victim at a time; here many are under way at
// once. Whatever died, the rest must go on, and of the items whose put returned each must be got
// exactly once, but for those that a killed consumer had already taken: at most one a death.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "primitives/queue.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

constexpr int kWorkers = 2;  // of each kind
constexpr int kMostItems = 1 << 22;

int kills_wanted() {
  const char* chosen = std::getenv("GILFREE_SOAK_KILLS");
  return chosen != nullptr ? std::atoi(chosen) : 1000;
}

// Shared: what became of each item, and how far things are.
struct Book {
  explicit Book() : fates(kMostItems), counters(3) {}
  enum Counter { kNext, kTorn, kTwice };
  enum Fate { kPut = 1, kGot = 2 };

  Ledger<Processes> fates;  // kPut once put returned, + kGot once got
  Ledger<Processes> counters;
};

struct Item {
  long number, check;
};

void produce(Queue<Item>& queue, Book& book) {
  while (true) {
    const long number = book.counters[Book::kNext].fetch_add(1);
    if (number >= kMostItems) return;
    queue.put({number, ~number});
    book.fates[static_cast<int>(number)].fetch_or(Book::kPut);
  }
}

void consume(Queue<Item>& queue, Book& book) {
  while (true) {
    const Item item = queue.get();
    if (item.check != ~item.number) book.counters[Book::kTorn]++;
    const auto before = book.fates[static_cast<int>(item.number)].fetch_or(Book::kGot);
    if ((before & Book::kGot) != 0) book.counters[Book::kTwice]++;
  }
}

class SoakTest : public Watchdog {
 protected:
  void SetUp() override { ::alarm(600); }
};

TEST_F(SoakTest, KilledAtRandomMomentsNobodyHangsAndNothingCommittedIsLost) {
  Queue<Item> queue(16);
  Book book;
  const auto start = [&](int worker) {
    return fork_child([&] { worker < kWorkers ? produce(queue, book) : consume(queue, book); });
  };
  std::vector<pid_t> workers;
  for (int i = 0; i < 2 * kWorkers; ++i) workers.push_back(start(i));

  std::mt19937 random(std::random_device{}());
  std::chrono::nanoseconds longest{};
  int kills = 0, consumers_killed = 0;
  for (const int wanted = kills_wanted(); kills < wanted; ++kills) {
    // Traffic flows again after each death: this is where a hang would show.
    const auto since = Clock::now();
    const long before = book.counters[Book::kNext];
    while (book.counters[Book::kNext] < before + 20) {
      if (book.counters[Book::kNext] >= kMostItems) break;
      std::this_thread::yield();
    }
    longest = std::max<std::chrono::nanoseconds>(longest, Clock::now() - since);
    for (auto spins = random() % 200'000; spins > 0; --spins) core::this_cpu();

    const std::size_t victim = random() % workers.size();
    ::kill(workers[victim], SIGKILL);
    ::waitpid(workers[victim], nullptr, 0);
    consumers_killed += victim >= kWorkers ? 1 : 0;
    workers[victim] = start(static_cast<int>(victim));
    if (book.counters[Book::kNext] >= kMostItems) break;
  }
  for (const pid_t worker : workers) {
    ::kill(worker, SIGKILL);
    ::waitpid(worker, nullptr, 0);
  }
  while (const auto left = queue.try_get()) {
    book.fates[static_cast<int>(left->number)].fetch_or(Book::kGot);
  }

  long lost = 0, put = 0;
  const long made = std::min<long>(book.counters[Book::kNext], kMostItems);
  for (int i = 0; i < made; ++i) {
    put += (book.fates[i] & Book::kPut) != 0 ? 1 : 0;
    lost += book.fates[i] == Book::kPut ? 1 : 0;
  }
  std::cout << "    " << kills << " kills, " << put << " items, " << lost << " taken by "
            << consumers_killed << " killed consumers, longest stall "
            << std::chrono::duration<double, std::milli>(longest).count() << " ms\n";
  EXPECT_EQ(book.counters[Book::kTorn], 0);
  EXPECT_EQ(book.counters[Book::kTwice], 0);
  EXPECT_LE(lost, consumers_killed + kWorkers);
}

}  // namespace
}  // namespace gilfree::testing
