// Condition over each lock that it can have, in both scopes: which waiter is woken, by which call, and how long one
// waits. What it does with its lock is in condition_lock_test.
#include "gilfree/condition.h"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <vector>

#include "primitives/tests/support/another.h"
#include "primitives/tests/support/line.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <Scope S>
struct OverItsOwn {
  Condition<S> condition;
};
template <Scope S>
struct OverALock {
  Lock<S> lock;
  Condition<S> condition{lock};
};
template <Scope S>
struct OverAnRLock {
  RLock<S> lock;
  Condition<S> condition{lock};
};

template <typename Subject>
class ConditionTest : public Watchdog {};
using Subjects =
    ::testing::Types<OverItsOwn<Threads>, OverItsOwn<Processes>, OverALock<Threads>,
                     OverALock<Processes>, OverAnRLock<Threads>, OverAnRLock<Processes>>;
TYPED_TEST_SUITE(ConditionTest, Subjects);

TYPED_TEST(ConditionTest, NotifyWakesAsManyAsAskedForAndThoseThatWaitedLongest) {
  TypeParam subject;
  auto& condition = subject.condition;
  Line<ScopeOf<TypeParam>> line(condition, 7);
  line.add(7);
  const auto notify = [&](int waiters) {
    const std::scoped_lock hold(condition);
    condition.notify(waiters);
  };
  notify(2);
  line.await_back(2);
  EXPECT_EQ(line.who_came(0, 2), (std::vector<std::int64_t>{0, 1}));
  {
    const std::scoped_lock hold(condition);
    condition.notify_one();
    condition.notify_one();
  }
  line.await_back(4);
  EXPECT_EQ(line.who_came(2, 4), (std::vector<std::int64_t>{2, 3}));
  notify(1);
  line.await_back(5);
  EXPECT_EQ(line.who_came(4, 5), (std::vector<std::int64_t>{4}));
  notify(100);
  line.join();
  EXPECT_EQ(line.who_came(5, 7), (std::vector<std::int64_t>{5, 6}));
}

TYPED_TEST(ConditionTest, NotifyAllWakesAllWaitersAndNoneThatComesLater) {
  TypeParam subject;
  auto& condition = subject.condition;
  Line<ScopeOf<TypeParam>> line(condition, 5);
  line.add(4);
  {
    const std::scoped_lock hold(condition);
    condition.notify_all();
  }
  line.add(1);
  line.await_back(4);
  EXPECT_EQ(line.who_came(0, 4), (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(line.back(), 4);
  const std::unique_lock hold(condition);
  condition.notify_all();
}

TYPED_TEST(ConditionTest, ANotificationThatFindsNoWaiterIsForgotten) {
  TypeParam subject;
  const std::scoped_lock hold(subject.condition);
  subject.condition.notify_one();
  subject.condition.notify_all();
  EXPECT_FALSE(subject.condition.wait_for(5ms));
}

TYPED_TEST(ConditionTest, ANotifiedWaiterReturnsWhenTheLockIsFreeAndHoldsIt) {
  TypeParam subject;
  auto& condition = subject.condition;
  Line<ScopeOf<TypeParam>> line(condition, 1);
  line.add(1);
  {
    const std::scoped_lock hold(condition);
    condition.notify_one();
    EXPECT_EQ(line.back(), 0);
  }
  line.join();  // and its scoped_lock unlocked what it held
  EXPECT_EQ(line.back(), 1);
}

TYPED_TEST(ConditionTest, PatienceIsKeptAtLeastAsLongAsPromised) {
  TypeParam subject;
  auto& condition = subject.condition;
  const std::scoped_lock hold(condition);
  auto start = Clock::now();
  EXPECT_FALSE(condition.wait_for(0ms));
  EXPECT_FALSE(condition.wait_for(30ms));
  EXPECT_GE(Clock::now() - start, 30ms);
  start = Clock::now();
  EXPECT_FALSE(condition.wait_until(start + 30ms));
  EXPECT_GE(Clock::now() - start, 30ms);
  EXPECT_FALSE(condition.wait_until(start));
  EXPECT_FALSE(condition.wait_until(std::chrono::system_clock::now() + 1ms));
  start = Clock::now();
  EXPECT_FALSE(condition.wait_for(30ms, [] { return false; }));
  EXPECT_GE(Clock::now() - start, 30ms);
}

TYPED_TEST(ConditionTest, NotifiedInTimeItReturnsTrue) {
  TypeParam subject;
  auto& condition = subject.condition;
  using S = ScopeOf<TypeParam>;
  Ledger<S> notified(3);
  Line<S> line(condition, 3);
  line.add([&] { notified[0] = condition.wait_for(1h); });
  line.add([&] { notified[1] = condition.wait_until(Clock::now() + 1h); });
  line.add([&] { notified[2] = condition.wait_until(std::chrono::system_clock::now() + 1h); });
  {
    const std::scoped_lock hold(condition);
    condition.notify_all();
  }
  line.join();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(notified[i]) << "form " << i;
}

TYPED_TEST(ConditionTest, WithAPredicateItWaitsUntilThatIsTrue) {
  TypeParam subject;
  auto& condition = subject.condition;
  using S = ScopeOf<TypeParam>;
  Ledger<S> number(1), said(2);
  Line<S> line(condition, 3);
  const auto ready = [&] { return number[0] == 2; };
  line.add([&] { condition.wait(ready); });
  line.add([&] { said[0] = condition.wait_for(1h, ready); });
  line.add([&] { said[1] = condition.wait_until(Clock::now() + 1h, ready); });
  for (int i = 1; i <= 2; ++i) {
    EXPECT_EQ(line.back(), 0);
    const std::scoped_lock hold(condition);
    number[0] = i;
    condition.notify_all();
  }
  line.join();
  EXPECT_TRUE(said[0]);
  EXPECT_TRUE(said[1]);
}

TYPED_TEST(ConditionTest, APredicateThatIsTrueAlreadyNeedsNoWaiting) {
  TypeParam subject;
  auto& condition = subject.condition;
  const std::scoped_lock hold(condition);
  condition.wait([] { return true; });
  EXPECT_TRUE(condition.wait_for(1h, [] { return true; }));
  EXPECT_TRUE(condition.wait_until(Clock::now() - 1h, [] { return true; }));
}

TYPED_TEST(ConditionTest, TooLateItSaysWhatThePredicateSaysInTheEnd) {
  TypeParam subject;
  const std::scoped_lock hold(subject.condition);
  int asked = 0;
  EXPECT_TRUE(subject.condition.wait_for(5ms, [&] { return ++asked == 2; }));
  EXPECT_EQ(asked, 2);
}

TYPED_TEST(ConditionTest, AWaiterThatIsTooLateConsumesNoNotification) {
  TypeParam subject;
  auto& condition = subject.condition;
  Line<ScopeOf<TypeParam>> line(condition, 2);
  line.add([&] { condition.wait_for(20ms); });  // has waited longest, and gives up
  line.add(1);
  line.await_back(1);
  {
    const std::scoped_lock hold(condition);
    condition.notify_one();
  }
  line.join();
  EXPECT_EQ(line.who_came(1, 2), (std::vector<std::int64_t>{1}));
}

// Notifications meet waits that are just running out. The holder of the lock knows how many wait and
// have no notification: each notification sent while one waited is a wait that returns true.
TYPED_TEST(ConditionTest, EachNotificationIsOneWaitThatSaysTrueAlsoWhenTimeRunsOut) {
  constexpr int kWorkers = 3, kNotifications = 3'000;
  TypeParam subject;
  auto& condition = subject.condition;
  using S = ScopeOf<TypeParam>;
  enum { kWaiting, kNotified, kSaidTrue, kSaidFalse, kDone };
  Ledger<S> book(5);
  Crew<S> crew;
  crew.start(kWorkers, [&](int me) {
    const std::scoped_lock hold(condition);
    for (int i = 0; book[kDone] == 0; ++i) {
      book[kWaiting]++;
      const bool notified = condition.wait_for(std::chrono::microseconds((i * 7 + me) % 90));
      book[kWaiting]--;
      if (notified) book[kNotified]--;
      book[notified ? kSaidTrue : kSaidFalse]++;
    }
  });
  int sent = 0;
  // Until a wait has run out of time, too.
  for (; sent < kNotifications || book[kSaidFalse] == 0; std::this_thread::yield()) {
    const std::scoped_lock hold(condition);
    if (book[kWaiting] == book[kNotified]) continue;
    condition.notify_one();
    book[kNotified]++;
    ++sent;
  }
  book[kDone] = 1;
  crew.join();
  EXPECT_EQ(book[kSaidTrue], sent);
  EXPECT_EQ(book[kNotified], 0);
}

TYPED_TEST(ConditionTest, WithoutTheLockAThreadMayNeitherWaitNorNotify) {
  TypeParam subject;
  auto& condition = subject.condition;
  const auto is_refused = [&] {
    const auto refused = std::errc::operation_not_permitted;
    return error_of([&] { condition.wait(); }) == refused &&
           error_of([&] { condition.wait_for(1ms); }) == refused &&
           error_of([&] { condition.wait([] { return true; }); }) == refused &&
           error_of([&] { condition.wait_for(1ms, [] { return true; }); }) == refused &&
           error_of([&] { condition.notify_one(); }) == refused &&
           error_of([&] { condition.notify(2); }) == refused &&
           error_of([&] { condition.notify_all(); }) == refused;
  };
  EXPECT_TRUE(is_refused());
  const std::scoped_lock hold(condition);
  EXPECT_TRUE(ask_another<ScopeOf<TypeParam>>([&] { return is_refused(); }));
}

TYPED_TEST(ConditionTest, NotifyOfZeroIsRefused) {
  TypeParam subject;
  const std::scoped_lock hold(subject.condition);
  EXPECT_THROW(subject.condition.notify(0), std::invalid_argument);
  EXPECT_THROW(subject.condition.notify(-1), std::invalid_argument);
  subject.condition.notify(INT64_MAX);
}

}  // namespace
}  // namespace gilfree::testing
