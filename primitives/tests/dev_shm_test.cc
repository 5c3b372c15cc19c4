// Named objects where memory is short: a small or full /dev/shm, a folder on disk in its place, and
// resource limits. Each is an error that names what is missing, where the memory is asked for.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>
#include <system_error>

#include "gilfree/detail/memory/mapping.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/lock.h"
#include "gilfree/named.h"
#include "gilfree/pipe.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"
#include "gilfree/value.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/sanitizers.h"
#include "primitives/tests/support/segments.h"
#include "primitives/tests/support/worlds.h"

namespace gilfree::testing {
namespace {

class DevShmTest : public SegmentTest {};

struct Page {
  char bytes[4096];
};

TEST_F(DevShmTest, WhatHasAFixedSizeAsksForAllItsMemoryWhenItIsCreated) {
  const int answer = ask_with_shm("16m", [&] {
    const auto full = std::errc::no_space_on_device;
    if (error_of([&] { Queue<Page>(create_only, name(), 8192); }) != full) return 1;
    if (error_of([&] { LifoQueue<Page>(create_only, name(), 8192); }) != full) return 2;
    if (error_of([&] { PriorityQueue<int>(create_only, name(), 1 << 20); }) != full) return 3;
    if (error_of([&] { Array<Page>(create_only, name(), 8192); }) != full) return 4;
    if (error_of([&] { open(); }) != std::errc::no_such_file_or_directory) return 5;
    Queue<Page> queue(create_only, name(), 1024);
    static Page page{};
    for (int i = 0; i < 1024; ++i) queue.put(page);
    return 0;
  });
  if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(answer, 0);
}

// A message that does not fit is refused, those before it are there, and others can follow.
template <typename Put, typename Get>
int expect_refused_and_whole(Put put, Get get) {
  put(std::string(1'000, 'a'));
  if (error_of([&] { put(std::string(100 << 20, 'x')); }) != std::errc::no_space_on_device)
    return 1;
  if (error_of([&] { put(std::string(600 << 20, 'y')); }) != std::errc::no_space_on_device)
    return 2;
  put(std::string(1'000, 'b'));
  struct statvfs system {};
  if (::statvfs("/dev/shm", &system) != 0 || system.f_bavail * system.f_bsize < (8 << 20)) return 4;
  std::string both = get() + get();
  return both.size() == 2'000 && both.find('x') == both.npos ? 0 : 3;
}

int queue_answer(auto& queue) {
  return expect_refused_and_whole([&](const std::string& item) { queue.put(item); },
                                  [&] { return queue.get(); });
}

TEST_F(DevShmTest, AMessageForWhichThereIsNoMemoryIsRefusedAndNothingIsLost) {
  const std::string name = this->name();
  const std::function<int()> questions[] = {
      [&] {
        Queue<std::string> queue(create_only, name, 8);
        return queue_answer(queue);
      },
      [&] {
        LifoQueue<std::string> queue(create_only, name, 8);
        return queue_answer(queue);
      },
      [&] {
        PriorityQueue<std::string> queue(create_only, name, 8);
        return queue_answer(queue);
      },
      [&] {
        Connection<std::string> mine(create_only, name), theirs(open_only, name);
        return expect_refused_and_whole([&](const std::string& item) { mine.send(item); },
                                        [&] { return theirs.recv(); });
      }};
  int which = 0;
  for (const auto& question : questions) {
    const int answer = ask_with_shm("16m", question);
    if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
    EXPECT_EQ(answer, 0) << which;
    ++which;
  }
}

TEST_F(DevShmTest, AFullOneIsAnErrorAndNotACrashLater) {
  const int answer = ask_with_shm("64k", [&] {
    create();  // fits
    detail::remove_segment(name());
    const auto error =
        error_of([&] { detail::create_segment(name(), kLayout, 1 << 20, [](void*) {}); });
    if (error != std::errc::no_space_on_device) return 1;
    return error_of([&] { open(); }) == std::errc::no_such_file_or_directory ? 0 : 2;
  });
  if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(answer, 0);
}

TEST_F(DevShmTest, AFolderOnDiskInItsPlaceIsRefusedAndLeftEmpty) {
  char folder[] = "/var/tmp/gilfree-test-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const int answer = ask_with_shm(folder, [&] {
    const auto refused = std::errc::operation_not_supported;
    if (error_of([&] { Lock<>(create_only, name()); }) != refused) return 1;
    if (error_of([&] { Lock<>(gilfree::open_or_create, name()); }) != refused) return 2;
    if (error_of([&] { Lock<>(open_only, name()); }) != std::errc::no_such_file_or_directory)
      return 3;
    return gilfree::remove(name()) ? 4 : 0;
  });
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
  if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(answer, 0);
}

// In a child with that limit: what `action` is refused with, if the message names the limit.
std::errc refusal_with(__rlimit_resource resource, rlim_t limit, const std::string& named,
                       const std::function<void()>& action) {
  return static_cast<std::errc>(answer_of(fork_child([&] {
    const rlimit both{limit, limit};
    ::setrlimit(resource, &both);
    try {
      action();
    } catch (const std::system_error& error) {
      const bool names_it = std::string(error.what()).find(named) != std::string::npos;
      ::_exit(names_it ? error.code().value() : kDied);
    }
    ::_exit(0);
  })));
}

TEST_F(DevShmTest, AFileSizeLimitIsAnErrorThatNamesItAndNotASignal) {
  EXPECT_EQ(refusal_with(RLIMIT_FSIZE, 64 << 10, "RLIMIT_FSIZE",
                         [&] { Queue<Page>(create_only, name(), 64); }),
            std::errc::file_too_large);
  EXPECT_EQ(refusal_with(RLIMIT_FSIZE, 64 << 10, "RLIMIT_FSIZE",
                         [&] { Queue<std::string>(create_only, name(), 8); }),
            std::errc::file_too_large);
  EXPECT_EQ(refusal_with(RLIMIT_FSIZE, 64 << 10, "", [&] { Lock<>(create_only, name()); }),
            std::errc());
}

TEST_F(DevShmTest, AnAddressSpaceLimitIsAnErrorThatNamesIt) {
  if (kHasShadowMemory) GTEST_SKIP() << "a sanitizer needs address space of its own";
  constexpr rlim_t kLimit = rlim_t{1} << 30;
  const auto error = std::errc::not_enough_memory;
  EXPECT_EQ(refusal_with(RLIMIT_AS, kLimit, "RLIMIT_AS", [] { Queue<std::string>(8); }), error);
  EXPECT_EQ(refusal_with(RLIMIT_AS, kLimit, "RLIMIT_AS",
                         [&] { Queue<std::string>(create_only, name(), 8); }),
            error);
  EXPECT_EQ(error_of([&] { open(); }), std::errc::no_such_file_or_directory);
}

TEST(ReservedPages, AreWrittenWithoutAFaultAndKeepWhatTheyHold) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto memory = detail::map_shared(detail::kNoFile, 8 * page, "a test");
  auto* const bytes = static_cast<std::byte*>(memory.get());
  bytes[0] = bytes[3 * page] = std::byte{7};
  detail::reserve_pages(bytes + page / 2, 3 * page);
  unsigned char there[8];
  ASSERT_EQ(::mincore(bytes, 8 * page, there), 0);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(there[i] & 1, 1) << i;
  EXPECT_EQ(bytes[0], std::byte{7});
  EXPECT_EQ(bytes[3 * page], std::byte{7});
}

}  // namespace
}  // namespace gilfree::testing
