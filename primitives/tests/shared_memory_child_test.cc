// A child that shares memory is a process of its own, and its parent's memory is afterwards as it was.
#include "primitives/tests/support/shared_memory_child.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "gilfree/detail/identity/participant.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

class SharedMemoryChildTest : public Watchdog {
 protected:
  void SetUp() override {
    Watchdog::SetUp();
    if (!can_share_memory()) GTEST_SKIP() << "memory cannot be shared so in this build";
  }
  Ledger<Processes> notified_{4};
};

int global = 1;

TEST_F(SharedMemoryChildTest, MemoryIsAsItWasWhateverTheChildDidAndHoweverItEnded) {
  int local = 1;
  std::vector<std::string> words{"one"};
  for (int round = 0; round < 100; ++round) {
    const int status = run_sharing_memory([&] {
      global = local = 2;
      for (int i = 0; i < 1000; ++i) words.emplace_back(100, 'x');
      notified_[0]++;
      if (round % 2 == 0) ::raise(SIGKILL);
    });
    EXPECT_EQ(WIFSIGNALED(status), round % 2 == 0);
    EXPECT_EQ(global, 1);
    EXPECT_EQ(local, 1);
    EXPECT_EQ(words, std::vector<std::string>{"one"});
  }
  EXPECT_EQ(notified_[0], 100) << "shared memory is put back too";
}

TEST_F(SharedMemoryChildTest, ItIsAParticipantOfItsOwnWhoseDeathIsSeen) {
  const auto mine = detail::self<Processes>();
  const int status = run_sharing_memory([&] {
    notified_[0] = static_cast<std::int64_t>(detail::self<Processes>());
    notified_[1] = ::getpid();
    notified_[2] = detail::is_dead<Processes>(detail::self<Processes>()) ? 1 : 0;
    ::raise(SIGKILL);
  });
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_NE(static_cast<detail::OwnerId>(notified_[0]), mine);
  EXPECT_NE(notified_[1], ::getpid());
  EXPECT_EQ(notified_[2], 0);
  EXPECT_TRUE(detail::is_dead<Processes>(static_cast<detail::OwnerId>(notified_[0])));
  EXPECT_EQ(detail::self<Processes>(), mine);
  EXPECT_FALSE(detail::is_dead<Processes>(mine));
}

}  // namespace
}  // namespace gilfree::testing
