// Named objects between unrelated programs: how they are created and shared.
#include "gilfree/named.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/errors.h"
#include "gilfree/event.h"
#include "gilfree/joinable_queue.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/lock.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "gilfree/value.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/line.h"
#include "primitives/tests/support/named.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kCounts = 2'000, kMany = 8;

template <typename Subject, typename Tag>
std::unique_ptr<Subject> make(Tag tag, const std::string& name) {
  if constexpr (std::is_constructible_v<Subject, Tag, std::string_view, int>) {
    return std::make_unique<Subject>(tag, name, 2);  // permits, parties, elements, items
  } else {
    return std::make_unique<Subject>(tag, name);
  }
}

template <typename Subject>
class NamedObjectTest : public NamedTest {};
using Subjects =
    ::testing::Types<Lock<>, RLock<>, Semaphore<>, BoundedSemaphore<>, Event<>, Condition<>,
                     Barrier<>, Value<long>, Array<long>, Queue<long>, Queue<std::string>,
                     LifoQueue<long>, PriorityQueue<std::string>, JoinableQueue<long>>;
TYPED_TEST_SUITE(NamedObjectTest, Subjects);

TYPED_TEST(NamedObjectTest, EachTagDoesWhatItSays) {
  const auto& name = this->name();
  EXPECT_EQ(error_of([&] { make<TypeParam>(open_only, name); }),
            std::errc::no_such_file_or_directory);
  const auto created = make<TypeParam>(create_only, name);
  EXPECT_EQ(error_of([&] { make<TypeParam>(create_only, name); }), std::errc::file_exists);
  EXPECT_NO_THROW(make<TypeParam>(open_only, name));
  EXPECT_NO_THROW(make<TypeParam>(open_or_create, name));
  EXPECT_TRUE(remove(name));
  EXPECT_NO_THROW(make<TypeParam>(open_or_create, name));
  EXPECT_NO_THROW(make<TypeParam>(open_only, name));  // it outlives its handles
}

TYPED_TEST(NamedObjectTest, IsNotOpenedAsAnObjectOfAnotherKind) {
  const auto made = make<TypeParam>(create_only, this->name());
  const auto is_refused = [&](auto tag) {
    using Other = std::conditional_t<std::is_same_v<TypeParam, Event<>>, Barrier<>, Event<>>;
    EXPECT_THROW((make<Other>(tag, this->name())), Corrupted);
  };
  is_refused(open_only);
  is_refused(open_or_create);
}

class Named : public NamedTest {};

TEST_F(Named, ASemaphoreIsNotOpenedAsABoundedOneNorTheOtherWayRound) {
  const Semaphore<> plain(create_only, name(), 2);
  EXPECT_THROW(BoundedSemaphore<>(open_only, name()), Corrupted);
  EXPECT_TRUE(remove(name()));
  const BoundedSemaphore<> bounded(create_only, name(), 2);
  EXPECT_THROW(Semaphore<>(open_only, name()), Corrupted);
}

TEST_F(Named, AValueIsNotOpenedAsOneOfAnotherType) {
  const Value<long> value(create_only, name());
  EXPECT_THROW(Value<double>(open_only, name()), Corrupted);
  EXPECT_THROW(Array<int>(open_or_create, name(), 2), Corrupted);
}

TEST_F(Named, OpeningFindsTheArgumentsOfTheCreator) {
  const Semaphore<> made(create_only, name(), 7);
  EXPECT_EQ(Semaphore<>(open_or_create, name(), 3).value(), 7);
  EXPECT_TRUE(remove(name()));
  const BoundedSemaphore<> bounded(create_only, name(), 5);
  EXPECT_EQ(BoundedSemaphore<>(open_only, name()).value(), 5);
  EXPECT_TRUE(remove(name()));
  const Barrier<> barrier(create_only, name(), 9);
  EXPECT_EQ(Barrier<>(open_only, name()).parties(), 9);
  EXPECT_TRUE(remove(name()));
  const Array<int> array(create_only, name(), 1'000'000);
  EXPECT_EQ(Array<int>(open_only, name()).size(), 1'000'000u);
}

TEST_F(Named, ARemovedOneServesThoseThatHaveItOpenAndANewOneIsAnother) {
  Value<long> old_one(create_only, name());
  EXPECT_TRUE(remove(name()));
  EXPECT_FALSE(remove(name()));
  Value<long> new_one(create_only, name());
  old_one.value() = 1;
  EXPECT_EQ(new_one.value(), 0);
  EXPECT_EQ(old_one.value(), 1);
}

TEST_F(Named, UnrelatedProcessesCountTogetherUnderOneLock) {
  Value<long> counter(create_only, name());
  std::vector<UnrelatedProcess> strangers;
  for (int i = 0; i < 3; ++i) strangers.emplace_back("count", name());
  for (auto& stranger : strangers) EXPECT_EQ(stranger.join(), 0);
  EXPECT_EQ(counter.value(), 3 * kCounts);
}

TEST_F(Named, ManyUnrelatedProcessesMayOpenOrCreateAtOnce) {
  std::vector<UnrelatedProcess> strangers;
  for (int i = 0; i < kMany; ++i) strangers.emplace_back("meet_and_count", name());
  for (auto& stranger : strangers) EXPECT_EQ(stranger.join(), 0);
  EXPECT_EQ(Value<long>(open_only, name()).value(), kMany * kCounts);
}

TEST_F(Named, ManyThatCreateAtTheSameMomentGetTheSameObject) {
  for (int round = 0; round < 30; ++round) {
    Barrier<Processes> start(kMany);
    Crew<Processes> crew;
    crew.start(kMany, [&](int) {
      start.wait();
      Value<long> counter(open_or_create, name());
      const std::scoped_lock hold(counter);
      ++counter.value();
    });
    crew.join();
    ASSERT_EQ(Value<long>(open_only, name()).value(), kMany) << "round " << round;
    ASSERT_TRUE(remove(name()));
  }
}

TEST_F(Named, UnrelatedProcessesWakeEachOther) {
  Event<> ready(create_only, name() + ".ready"), event(create_only, name());
  UnrelatedProcess waiter("wait_for_event", name());
  ready.wait();
  await_sleep(waiter.pid());
  event.set();
  EXPECT_EQ(waiter.join(), 0);
}

TEST_F(Named, AnUnrelatedProcessIsRefusedTheLockThatThisOneHolds) {
  Lock<> lock(create_only, name());
  EXPECT_EQ(UnrelatedProcess("try_lock", name()).join(), 1);
  const std::scoped_lock hold(lock);
  EXPECT_EQ(UnrelatedProcess("try_lock", name()).join(), 0);
}

// Its word may be what another program has written there.
TEST_F(Named, ALockThatIsDestroyedWhileHeldSaysSoAndEndsNoProgram) {
  ::testing::internal::CaptureStderr();
  std::thread([&] { Lock<>(create_only, name()).lock(); }).join();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "gilfree::Lock: destroyed while held; unlock it first\n");
  Lock<> lock(open_only, name());
  lock.lock();
  EXPECT_TRUE(lock.abandoned());
  lock.unlock();
}

// The parts of the unrelated processes, which know the name alone.

int count(Value<long>& counter) {
  for (int i = 0; i < kCounts; ++i) {
    const std::scoped_lock hold(counter);
    ++counter.value();
  }
  return 0;
}

const Parts kParts = {
    {"count",
     [](const std::string& name) {
       Value<long> counter(open_only, name);
       return count(counter);
     }},
    {"meet_and_count",
     [](const std::string& name) {
       Barrier<>(open_or_create, name + ".other", kMany).wait();
       Value<long> counter(open_or_create, name);
       return count(counter);
     }},
    {"wait_for_event",
     [](const std::string& name) {
       Event<> event(open_only, name);
       say_ready(name);
       event.wait();
       return 0;
     }},
    {"try_lock",
     [](const std::string& name) {
       Lock<> lock(open_only, name);
       return std::unique_lock(lock, std::try_to_lock).owns_lock() ? 1 : 0;
     }},
};

}  // namespace
}  // namespace gilfree::testing

int main(int argc, char** argv) {
  return gilfree::testing::test_or_play(argc, argv, gilfree::testing::kParts);
}
