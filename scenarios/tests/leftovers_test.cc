// A contender that is made and destroyed leaves nothing behind: no open descriptor, no name in shared memory or in
// /dev/mqueue, no System V object, no child and no thread.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "scenarios/lock_contention.h"
#include "scenarios/pipe_vs_queue.h"
#include "scenarios/producer_consumer.h"
#include "scenarios/semaphore_pool.h"
#include "scenarios/tests/own_threads.h"
#include "scenarios/tests/payloads.h"
#include "scenarios/tests/support.h"
#include "scenarios/wakeup.h"

namespace scenarios::testing {
namespace {

std::set<std::string> names_in(const char* folder) {
  std::set<std::string> names;
  std::error_code none;
  for (const auto& each : std::filesystem::directory_iterator(folder, none))
    names.insert(each.path());
  return names;
}

// The folder that is read has a descriptor itself.
std::size_t descriptors() { return names_in("/proc/self/fd").size(); }

// Memory that this process has mapped and others may share: a leaked mapping is one more each time.
std::size_t shared_mappings() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);)
    count += line.find(" rw-s ") != std::string::npos;
  return count;
}

// Names that other programs make meanwhile do not count: ours have the number of this process in them.
std::set<std::string> names_of_this_process() {
  std::set<std::string> ours;
  for (const char* folder : {"/dev/shm", "/dev/mqueue"}) {
    for (const auto& name : names_in(folder)) {
      if (name.find("-" + std::to_string(::getpid()) + "-") != std::string::npos) ours.insert(name);
    }
  }
  return ours;
}

// Calls `make_and_destroy` until what it may keep (a library's own threads and descriptors) is there, and then again.
template <typename MakeAndDestroy>
void expect_nothing_left(MakeAndDestroy make_and_destroy) {
  for (int i = 0; i < 3; ++i) make_and_destroy();
  const bool children = has_children();  // a fork server stays
  const auto open = descriptors(), threads = own_threads(), mapped = shared_mappings();
  for (int i = 0; i < 20; ++i) make_and_destroy();
  EXPECT_LE(descriptors(), open) << "descriptors";
  EXPECT_LE(own_threads(), threads) << "threads";
  EXPECT_LE(shared_mappings(), mapped + 2) << "mappings that are shared";
  EXPECT_EQ(has_children(), children);
  EXPECT_EQ(names_of_this_process(), std::set<std::string>());
}

template <typename Entry>
class LeftoversTest : public ContenderTest<Entry> {
 protected:
  template <typename Use>
  void leaves_nothing(Use use) {
    this->unless_skipped([&] {
      use();
      expect_nothing_left(use);
    });
  }
};

using ChannelLeftoversTest = LeftoversTest<ChannelContender>;
using QueueLeftoversTest = LeftoversTest<QueueContender>;
using LockLeftoversTest = LeftoversTest<LockContender>;
using SemaphoreLeftoversTest = LeftoversTest<SemaphoreContender>;
using WakeupLeftoversTest = LeftoversTest<WakeupContender>;

TEST_P(ChannelLeftoversTest, AChannelThatWasNotUsedLeavesNothing) {
  leaves_nothing([this] { contender().make(64); });
}

TEST_P(ChannelLeftoversTest, AChannelThatHoldsAMessageLeavesNothing) {
  if (contender().name == "zeromq_ipc") GTEST_SKIP() << "its sender waits for a receiver to end";
  leaves_nothing([this] {
    const auto channel = contender().make(64);
    channel->send(payload_of(64, 1).data());
  });
}

TEST_P(QueueLeftoversTest, AQueueThatHoldsItemsLeavesNothing) {
  if (contender().name == "zeromq_ipc") GTEST_SKIP() << "its sender waits for a receiver to end";
  leaves_nothing([this] {
    const auto queue = contender().make(1024);
    for (std::uint64_t number = 0; number < 5; ++number) queue->put(message_of_number<64>(number));
    Message<64> item{};
    queue->get(item);
  });
}

TEST_P(LockLeftoversTest, ALockThatWasUsedLeavesNothing) {
  leaves_nothing([this] {
    const auto lock = contender().make();
    lock->lock();
    lock->unlock();
  });
}

TEST_P(SemaphoreLeftoversTest, ASemaphoreThatWasUsedLeavesNothing) {
  leaves_nothing([this] {
    const auto semaphore = contender().make(2);
    semaphore->acquire();
    semaphore->release();
  });
}

TEST_P(WakeupLeftoversTest, ASignalThatWasUsedLeavesNothing) {
  leaves_nothing([this] {
    const auto signal = contender().make();
    if (contender().variant == "barrier_round") return;  // at a barrier both wait
    signal->wake();
    signal->wait();
    signal->rearm();
  });
}

INSTANTIATE_TEST_SUITE_P(All, ChannelLeftoversTest, ::testing::ValuesIn(native<ChannelContender>()),
                         NameOf());
INSTANTIATE_TEST_SUITE_P(All, QueueLeftoversTest, ::testing::ValuesIn(native<QueueContender>()),
                         NameOf());
INSTANTIATE_TEST_SUITE_P(All, LockLeftoversTest, ::testing::ValuesIn(native<LockContender>()),
                         NameOf());
INSTANTIATE_TEST_SUITE_P(All, SemaphoreLeftoversTest,
                         ::testing::ValuesIn(native<SemaphoreContender>()), NameOf());
INSTANTIATE_TEST_SUITE_P(All, WakeupLeftoversTest, ::testing::ValuesIn(native<WakeupContender>()),
                         NameOf());

}  // namespace
}  // namespace scenarios::testing
