// What /proc says of a process, and how it is read.
#include "gilfree/detail/base/proc_stat.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

TEST(ProcStat, IsParsedWhateverTheNameOfTheProgramHolds) {
  const auto stat = detail::parse_proc_stat(
      "42 (a) R 1 2) S 1 42 42 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 3 0 4294967297 9 9 "
      "18446744073709551615 1 1 140722222222222 0 0");
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->id, 42);
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->threads, 3u);
  EXPECT_EQ(stat->started, 4294967297u);
  EXPECT_EQ(stat->stack, 140722222222222u);
}

TEST(ProcStat, IsNotParsedFromAnythingElse) {
  for (const char* text :
       {"", "42", "42 (sh", "42 (sh)", "42 (sh) ", "42 (sh) S", "42 (sh) S 1 2 3",
        "42 (sh) S 1 2 3 x 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24"}) {
    EXPECT_FALSE(detail::parse_proc_stat(text).has_value()) << text;
  }
}

TEST(ProcStat, IsReadWithoutAFreeDescriptor) {
  const pid_t child = fork_child([] {
    const rlimit few{16, 16};
    ::setrlimit(RLIMIT_NOFILE, &few);
    while (::open("/dev/null", O_RDONLY) >= 0) continue;
    const auto stat =
        detail::read_proc_stat(("/proc/" + std::to_string(::getpid()) + "/stat").c_str());
    const int none = ::open("/dev/null", O_RDONLY);
    ::_exit(none < 0 && stat && stat->id == ::getpid() && stat->state == 'D' ? 0 : 1);
  });
  int answer = -1;
  EXPECT_EQ(::waitpid(child, &answer, 0), child);
  EXPECT_EQ(answer, 0);
}

}  // namespace
}  // namespace gilfree::testing
