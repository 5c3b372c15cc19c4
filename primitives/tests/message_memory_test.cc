// Memory for messages of any length in what has no name: far more is reserved than the system may have, and what
// a message needs of it is asked for before it is written.
#include "gilfree/detail/queue/message_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "gilfree/pipe.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/queue_kinds.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

constexpr std::size_t kReserved = detail::MessageMemory<std::string>::kReserved;

struct Mapping {
  std::uintptr_t begin, end;
  std::string flags;  // as proc(5) has them: "rd wr sh ... nr"
};

// The shared mappings of this process that have room for messages.
std::vector<Mapping> mappings_for_messages() {
  std::vector<Mapping> found;
  std::ifstream smaps("/proc/self/smaps");
  bool is_one = false;
  for (std::string line; std::getline(smaps, line);) {
    std::istringstream in(line);
    Mapping mapping{};
    char dash = 0;
    std::string permissions;
    if (in >> std::hex >> mapping.begin >> dash >> mapping.end >> permissions && dash == '-') {
      is_one = permissions == "rw-s" && mapping.end - mapping.begin >= kReserved;
      if (is_one) found.push_back(mapping);
    } else if (is_one && line.rfind("VmFlags:", 0) == 0) {
      found.back().flags = line + " ";
    }
  }
  return found;
}

// The kernel promises the memory of a mapping without this flag.
bool is_promised(const Mapping& mapping) { return mapping.flags.find(" nr ") == std::string::npos; }

bool kernel_promises_all() {
  int mode = 0;
  std::ifstream("/proc/sys/vm/overcommit_memory") >> mode;
  return mode == 2;
}

template <typename Kind>
class MessageMemoryTest : public Watchdog {};
using Kinds =
    ::testing::Types<Fifo<Processes>, Lifo<Processes>, Priority<Processes>, Joinable<Processes>>;
TYPED_TEST_SUITE(MessageMemoryTest, Kinds);
class PipeMemoryTest : public Watchdog {};

void expect_one_that_is_not_promised() {
  if (kernel_promises_all()) GTEST_SKIP() << "vm.overcommit_memory is 2";
  const auto mappings = mappings_for_messages();
  ASSERT_EQ(mappings.size(), 1u);
  EXPECT_FALSE(is_promised(mappings[0])) << mappings[0].flags;
}

TYPED_TEST(MessageMemoryTest, MemoryForMessagesIsNotAskedForWhenItIsMade) {
  const QueueOf<TypeParam, std::string> queue(8);
  expect_one_that_is_not_promised();
}

TEST_F(PipeMemoryTest, MemoryForMessagesOfBothDirectionsIsNotAskedForWhenItIsMade) {
  const auto ends = Pipe<std::string, Processes>();
  expect_one_that_is_not_promised();
}

// Pages that may not be written are what the kernel gives no memory for.
TYPED_TEST(MessageMemoryTest, AMessageForWhichTheSystemHasNoMemoryIsRefusedAndNothingIsLost) {
  constexpr std::size_t kThere = std::size_t{16} << 20;
  QueueOf<TypeParam, std::string> queue(8);
  const auto mappings = mappings_for_messages();
  ASSERT_EQ(mappings.size(), 1u);
  auto* const rest = reinterpret_cast<std::byte*>(mappings[0].begin) + kThere;
  ASSERT_EQ(::mprotect(rest, mappings[0].end - mappings[0].begin - kThere, PROT_READ), 0);
  queue.put("first");
  EXPECT_EQ(error_of([&] { queue.put(std::string(100 << 20, 'x')); }),
            std::errc::not_enough_memory);
  EXPECT_EQ(queue.qsize(), 1u);
  queue.put("second");
  const std::string both = queue.get() + queue.get();
  EXPECT_TRUE(both == "firstsecond" || both == "secondfirst") << both;
}

}  // namespace
}  // namespace gilfree::testing
