// Line: workers that wait on a condition, in the order of their numbers.
//
//   Line<S> line(condition, 3);
//   line.add(3);                                // each waits when this returns
//   notify(2);
//   line.await_back(2);
//   EXPECT_EQ(line.who_came(0, 2), (std::vector<std::int64_t>{0, 1}));
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "gilfree/condition.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

template <Scope S>
class Line {
 public:
  Line(Condition<S>& condition, int most) : condition_(condition), counts_(2), order_(most) {}

  // Returns when the next one waits: it counts itself holding the lock, and wait gives that up.
  void add(const std::function<void()>& wait) {
    const int number = added_++;
    crew_.start(1, [this, number, wait](int) {
      const std::scoped_lock hold(condition_);
      counts_[kWaiting]++;
      wait();
      order_[back()] = number;
      counts_[kBack]++;
    });
    for (bool waits = false; !waits; std::this_thread::yield()) {
      const std::scoped_lock hold(condition_);
      waits = counts_[kWaiting] == added_;
    }
  }
  void add(int workers) {
    while (workers-- > 0) add([this] { condition_.wait(); });
  }

  int back() { return static_cast<int>(counts_[kBack]); }
  void await_back(int workers) {
    while (back() < workers) std::this_thread::yield();
  }
  // The numbers of those that came back `from`th to `to`th, sorted.
  std::vector<std::int64_t> who_came(int from, int to) {
    std::vector<std::int64_t> numbers;
    for (int i = from; i < to; ++i) numbers.push_back(order_[i]);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }
  void join() { crew_.join(); }

 private:
  enum { kWaiting, kBack };
  Condition<S>& condition_;
  Ledger<S> counts_, order_;
  int added_ = 0;
  Crew<S> crew_;
};

}  // namespace gilfree::testing
