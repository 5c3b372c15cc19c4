// Every timed form of the primitives, in both scopes, given times that make no sense, that never come,
// or that were long ago.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/event.h"
#include "gilfree/lock.h"
#include "gilfree/pipe.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "gilfree/value.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

// A timed form: whether it got what it waited for, and what gives that to the waiter.
struct Form {
  std::string name;
  std::function<bool()> wait;
  std::function<void()> give;
};

// One of each primitive: to be had at once, or taken by its maker until given.
template <Scope S>
class Everything {
 public:
  enum Kind { kToBeHad, kTaken };

  explicit Everything(Kind kind) : is_told_(1), barrier_(kind == kTaken ? 2 : 1) {
    if (kind == kToBeHad) {
      is_told_[0] = 1;
      event_.set();
      items_.put(1);
      ends_.first.send(1);
    } else {
      room_.put(1);
      std::lock(lock_, again_, own_, value_, array_);
      semaphore_.acquire();
      bounded_.acquire();
    }
  }
  ~Everything() {
    if (lock_.owned()) lock_.unlock();
    if (again_.owned()) again_.unlock();
  }

  // `time`: a duration or a moment.
  template <typename Time>
  std::vector<Form> forms(Time time) {
    return {
        lock_form("Lock", lock_, time),
        lock_form("RLock", again_, time),
        lock_form("Condition's lock", own_, time),
        lock_form("Value", value_, time),
        lock_form("Array", array_, time),
        semaphore_form("Semaphore", semaphore_, time),
        semaphore_form("BoundedSemaphore", bounded_, time),
        {"Event", [=, this] { return wait(event_, time); }, [this] { event_.set(); }},
        {"Condition",
         [=, this] {
           const std::scoped_lock hold(notified_);
           return wait(notified_, time, [&] { return is_told_[0] != 0; });
         },
         [this] {
           const std::scoped_lock hold(notified_);
           is_told_[0] = 1;
           notified_.notify_all();
         }},
        {"Queue, to put", [=, this] { return put(time) && room_.try_get(); },
         [this] { (void)room_.get(); }},
        {"Queue, to get", [=, this] { return get(time) && items_.try_put(1); },
         [this] { items_.put(1); }},
        {"Connection",
         [=, this] {
           if (!recv(time)) return false;
           ends_.first.send(1);
           return true;
         },
         [this] { ends_.first.send(1); }},
        {"Barrier",
         [=, this] {
           try {
             return wait(barrier_, time) >= 0;
           } catch (const BrokenBarrier&) {
             return false;
           }
         },
         [this] { barrier_.wait(); }},
    };
  }

 private:
  template <typename Waitable, typename Time, typename... Predicate>
  static auto wait(Waitable& waitable, Time time, Predicate... predicate) {
    if constexpr (requires { time.time_since_epoch(); }) {
      return waitable.wait_until(time, predicate...);
    } else {
      return waitable.wait_for(time, predicate...);
    }
  }
  // `in_time` of a duration, `by_then` of a moment.
  template <typename Time, typename For, typename Until>
  static bool one_of(Time time, For in_time, Until by_then) {
    if constexpr (requires { time.time_since_epoch(); }) {
      return static_cast<bool>(by_then(time));
    } else {
      return static_cast<bool>(in_time(time));
    }
  }
  bool put(auto time) {
    return one_of(
        time, [this](auto t) { return room_.try_put_for(1, t); },
        [this](auto t) { return room_.try_put_until(1, t); });
  }
  bool get(auto time) {
    return one_of(
        time, [this](auto t) { return items_.try_get_for(t); },
        [this](auto t) { return items_.try_get_until(t); });
  }
  bool recv(auto time) {
    return one_of(
        time, [this](auto t) { return ends_.second.try_recv_for(t); },
        [this](auto t) { return ends_.second.try_recv_until(t); });
  }
  template <typename L, typename Time>
  static Form lock_form(const char* name, L& lock, Time time) {
    return {name, [=, &lock] { return std::unique_lock(lock, time).owns_lock(); },
            [&lock] { lock.unlock(); }};
  }
  template <typename Sem, typename Time>
  static Form semaphore_form(const char* name, Sem& semaphore, Time time) {
    return {name,
            [=, &semaphore] {
              const bool got = one_of(
                  time, [&](auto t) { return semaphore.try_acquire_for(t); },
                  [&](auto t) { return semaphore.try_acquire_until(t); });
              if (got) semaphore.release();
              return got;
            },
            [&semaphore] { semaphore.release(); }};
  }

  Lock<S> lock_;
  RLock<S> again_;
  Value<int, S> value_;
  Array<int, S> array_{1};
  Semaphore<S> semaphore_;
  BoundedSemaphore<S> bounded_;
  Event<S> event_;
  Condition<S> own_, notified_;
  Ledger<S> is_told_;
  Barrier<S> barrier_;
  Queue<int, S> items_{1}, room_{1};
  std::pair<Connection<int, S>, Connection<int, S>> ends_ = Pipe<int, S>();
};

template <typename S>
class TimeoutTest : public Watchdog {
 protected:
  using All = Everything<S>;

  template <typename Time>
  static void expect_had_at_once(Time time) {
    All all(All::kToBeHad);
    for (const auto& form : all.forms(time)) EXPECT_TRUE(form.wait()) << form.name;
  }
  template <typename Time>
  static void expect_too_late(Time time) {
    All all(All::kTaken);
    for (const auto& form : all.forms(time)) EXPECT_FALSE(ask_another<S>(form.wait)) << form.name;
  }
  template <typename Time>
  static void expect_refusal(Time time) {
    All all(All::kToBeHad);
    for (const auto& form : all.forms(time)) {
      EXPECT_THROW(form.wait(), std::invalid_argument) << form.name;
    }
    for (const auto& form : all.forms(0ns)) EXPECT_TRUE(form.wait()) << form.name;
  }
  // Sleeps until it is given.
  template <typename Time>
  static void expect_to_sleep(Time time) {
    All all(All::kTaken);
    for (const auto& form : all.forms(time)) {
      SleepWatch<S> watch(1);
      Ledger<S> got(1);
      Crew<S> crew;
      crew.start(1, [&](int) {
        watch.will_sleep(0);
        got[0] = form.wait();
      });
      watch.await(0);
      form.give();
      crew.join();
      EXPECT_TRUE(got[0]) << form.name;
    }
  }
};
TYPED_TEST_SUITE(TimeoutTest, BothScopes);

using Seconds = std::chrono::duration<double>;
using LongSeconds = std::chrono::duration<long double>;
using Hours = std::chrono::hours;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

template <typename C, typename D = typename C::duration>
using Moment = std::chrono::time_point<C, D>;
using System = std::chrono::system_clock;

TYPED_TEST(TimeoutTest, ANegativeTimeoutIsRefused) {
  this->expect_refusal(-1ns);
  this->expect_refusal(-0.5ms);
  this->expect_refusal(Hours::min());
  this->expect_refusal(Seconds(-kInfinity));
}

TYPED_TEST(TimeoutTest, ATimeoutThatIsNoNumberIsRefused) {
  this->expect_refusal(Seconds(kNotANumber));
}

TYPED_TEST(TimeoutTest, ATimeoutOfZeroTakesWhatIsThereAndNothingElse) {
  this->expect_had_at_once(0s);
  this->expect_too_late(0s);
  this->expect_too_late(std::chrono::duration<long, std::pico>(999));
}

TYPED_TEST(TimeoutTest, ATimeoutBeyondTheClockIsForEver) {
  this->expect_to_sleep(Hours::max());
  this->expect_to_sleep(std::chrono::nanoseconds::max());
  this->expect_to_sleep(Seconds(1e300));
  this->expect_had_at_once(Seconds(kInfinity));
  this->expect_had_at_once(LongSeconds::max());
}

TYPED_TEST(TimeoutTest, AMomentBeyondTheClockNeverComes) {
  this->expect_to_sleep(Moment<Clock>::max());
  this->expect_to_sleep(Moment<Clock, Hours>::max());
  this->expect_to_sleep(Moment<Clock, Seconds>(Seconds(1e300)));
  this->expect_to_sleep(Moment<System>::max());
  this->expect_had_at_once(Moment<System, Hours>::max());
  this->expect_had_at_once(Moment<System, Seconds>(Seconds(kInfinity)));
}

TYPED_TEST(TimeoutTest, AMomentLongAgoTakesWhatIsThereAndNothingElse) {
  this->expect_had_at_once(Moment<Clock>::min());
  this->expect_had_at_once(Moment<System, Hours>::min());
  this->expect_too_late(Moment<Clock>::min());
  this->expect_too_late(Moment<Clock>());
  this->expect_too_late(Moment<Clock, Hours>::min());
  this->expect_too_late(Moment<Clock, Seconds>(Seconds(-1e300)));
  this->expect_too_late(Moment<System>::min());
  this->expect_too_late(Moment<System, Hours>::min());
}

}  // namespace
}  // namespace gilfree::testing
