// Files of named objects that have holes, as a copy has that leaves out what is zero, or a file whose size a stranger
// has set. They are filled when the object is opened, or it is refused: a read of one in a full /dev/shm is a SIGBUS.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <iterator>
#include <string>

#include "gilfree/lock.h"
#include "gilfree/named.h"
#include "gilfree/pipe.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"
#include "gilfree/value.h"
#include "primitives/tests/support/full_dev_shm.h"
#include "primitives/tests/support/named.h"
#include "primitives/tests/support/worlds.h"

namespace gilfree::testing {
namespace {

using Numbers = Array<std::uint64_t>;

class FileHolesTest : public NamedTest {
 protected:
  bool make_hole(off_t at, off_t bytes) const {
    const int file = ::open(path().c_str(), O_RDWR | O_CLOEXEC);
    const int made = ::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, bytes);
    ::close(file);
    return made == 0;
  }
};

constexpr off_t kHeader = 4096, kPage = 4096;
constexpr int kNoHole = 50;

// A hole in what has a fixed size is found also where more memory than that was taken on demand.
TEST_F(FileHolesTest, InAFullDevShmAFileWithHolesIsRefusedWhenItIsOpened) {
  const std::function<void()> makes[] = {
      [&] { Lock<>(create_only, name()); }, [&] { Numbers(create_only, name(), 8192); },
      [&] { Queue<std::string>(create_only, name(), 8).put("one"); },
      [&] { PriorityQueue<std::string>(create_only, name(), 8192).put("one"); },
      [&] { Connection<std::string>(create_only, name()).close(); }};
  const std::function<void()> opens[] = {
      [&] { (void)Lock<>(open_only, name()).try_lock(); },
      [&] { (void)Numbers(open_only, name())[4096]; },
      [&] { (void)Queue<std::string>(open_only, name()).try_get(); },
      [&] { (void)PriorityQueue<std::string>(open_only, name()).try_get(); },
      [&] { (void)Connection<std::string>(open_only, name()).try_recv(); }};
  for (std::size_t kind = 0; kind < std::size(makes); ++kind) {
    const int answer = ask_with_shm("16m", [&] {
      makes[kind]();
      if (!make_hole(kHeader, kPage)) return kNoHole;
      fill_dev_shm();
      return throws_corrupted(opens[kind]) ? 0 : 1;
    });
    if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
    EXPECT_EQ(answer, 0) << kind;
  }
}

TEST_F(FileHolesTest, WhereThereIsRoomTheyAreFilledWhenItIsOpened) {
  constexpr std::size_t kNumbers = 65'536;
  const int answer = ask_with_shm("16m", [&] {
    Numbers(create_only, name(), kNumbers)[kNumbers - 1] = 7;
    if (!make_hole(kHeader + kPage, 100 * kPage)) return kNoHole;
    const Numbers numbers(open_only, name());
    fill_dev_shm();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kNumbers; ++i) sum += numbers[i];
    return sum == 7 ? 0 : 1;
  });
  if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(answer, 0);
}

TEST_F(FileHolesTest, WhereThereIsTooLittleRoomNothingIsTakenBeforeItIsRefused) {
  const int answer = ask_with_shm("16m", [&] {
    Numbers(create_only, name(), 1'000'000);
    if (!make_hole(kHeader, 1'900 * kPage)) return kNoHole;
    const int other = ::open("/dev/shm/other", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (::posix_fallocate(other, 0, 10 << 20) != 0) return 1;
    ::close(other);
    const auto before = free_in_dev_shm();
    if (!throws_corrupted([&] { (void)Numbers(open_only, name())[500'000]; })) return 2;
    return free_in_dev_shm() == before ? 0 : 3;
  });
  if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(answer, 0);
}

// All of it is there, though most was never written: nothing is asked for that may be refused.
TEST_F(FileHolesTest, AWholeFileIsOpenedInAFullDevShm) {
  const int answer = ask_with_shm("16m", [&] {
    Numbers(create_only, name(), 65'536);
    const std::string messages = name() + ".other";
    Queue<std::string>(create_only, messages, 8);
    fill_dev_shm();
    if (Numbers(open_only, name())[65'535] != 0) return 1;
    return Queue<std::string>(open_only, messages).empty() ? 0 : 2;
  });
  if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(answer, 0);
}

}  // namespace
}  // namespace gilfree::testing
