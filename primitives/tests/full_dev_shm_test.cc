// Named objects that are read where /dev/shm is full or small: what was put is there, and a length or an
// offset that lies is Corrupted. A read of a page that was never written asks for memory; where there is none it is
// a SIGBUS, which would end the reader.
#include "primitives/tests/support/full_dev_shm.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/named.h"
#include "gilfree/pipe.h"
#include "gilfree/priority_queue.h"
#include "primitives/tests/support/named.h"
#include "primitives/tests/support/queue_kinds.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/worlds.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;
using Calls = std::vector<std::function<void()>>;

template <typename Kind>
struct QueueChannel {
  using Queue = QueueOf<Kind, std::string>;

  explicit QueueChannel(const std::string& name) : sender(create_only, name, 8) { reopen(name); }
  void reopen(const std::string& name) {
    receiver = nullptr;
    receiver = std::make_unique<Queue>(open_only, name);
  }
  void put(const std::string& item) { sender.put(item); }
  std::string get() { return receiver->get(); }
  Calls gets() {
    return {[&] { (void)receiver->get(); },
            [&] { (void)receiver->try_get(); },
            [&] { (void)receiver->try_get_for(0ms); },
            [&] { (void)receiver->try_get_until(Clock::now()); },
            [&] { (void)receiver->get_many(3); },
            [&] { (void)receiver->try_get_many(3); },
            [&] { (void)receiver->try_get_many_for(3, 0ms); }};
  }

  Queue sender;
  std::unique_ptr<Queue> receiver;
};

struct PipeChannel {
  explicit PipeChannel(const std::string& name) : sender(create_only, name) { reopen(name); }
  void reopen(const std::string& name) {
    receiver = nullptr;  // first, since one process holds an end
    receiver = std::make_unique<Connection<std::string>>(open_only, name);
  }
  void put(const std::string& item) { sender.send(item); }
  std::string get() { return receiver->recv(); }
  Calls gets() {
    return {[&] { (void)receiver->recv(); },
            [&] { (void)receiver->try_recv(); },
            [&] { (void)receiver->try_recv_for(0ms); },
            [&] { (void)receiver->try_recv_until(Clock::now()); },
            [&] { (void)receiver->recv_many(3); },
            [&] { (void)receiver->try_recv_many(3); }};
  }

  Connection<std::string> sender;
  std::unique_ptr<Connection<std::string>> receiver;
};

template <typename Channel>
class FullDevShmTest : public NamedTest {};
using Channels =
    ::testing::Types<QueueChannel<Fifo<Processes>>, QueueChannel<Joinable<Processes>>,
                     QueueChannel<Lifo<Processes>>, QueueChannel<Priority<Processes>>, PipeChannel>;
TYPED_TEST_SUITE(FullDevShmTest, Channels);
class FullDevShmHeapTest : public NamedTest {};

// What a stranger reads and writes: the words of the object's first pages, with their offsets in the file.
std::map<off_t, std::uint64_t> words_of(const std::string& path) {
  std::vector<std::uint64_t> words(8192);
  std::ifstream(path, std::ios::binary)
      .read(reinterpret_cast<char*>(words.data()), static_cast<std::streamsize>(8 * words.size()));
  std::map<off_t, std::uint64_t> found;
  for (std::size_t i = 0; i < words.size(); ++i) found[static_cast<off_t>(8 * i)] = words[i];
  return found;
}
bool write_word(const std::string& path, off_t at, std::uint64_t word) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool is_written = ::pwrite(file, &word, sizeof word, at) == sizeof word;
  ::close(file);
  return is_written;
}
// Each word that is `from` becomes `to`. False if there is none.
bool overwrite(const std::string& path, std::uint64_t from, std::uint64_t to) {
  bool has_found = false;
  for (const auto& [at, word] : words_of(path)) {
    if (word == from) has_found = write_word(path, at, to);
  }
  return has_found;
}

// One message has come and gone, and another one is there.
constexpr std::uint64_t kGone = 1'000, kThere = 4'711;
template <typename Channel>
void put_messages(Channel& channel) {
  channel.put(std::string(kGone, 'a'));
  (void)channel.get();
  channel.put(std::string(kThere, 'b'));
}
bool lie_about_length(const std::string& path, std::uint64_t length) {
  return overwrite(path, kThere, length);
}
// Where each kind of object says that the second message is.
bool lie_about_offset(const std::string& path, std::uint64_t offset) {
  constexpr std::uint64_t kOne = std::uint64_t{1} << 40;  // message_memory.h: a Position
  constexpr std::uint64_t kEndOfGone = 8 + kGone, kNeeded = 8 + (kThere + 7) / 8 * 8;
  return overwrite(path, kOne | kEndOfGone, kOne | offset)  // the head of a ring
         | overwrite(path, kOne | kNeeded, kOne | offset)   // the top of a stack
         | overwrite(path, kEndOfGone, offset);             // an extent
}

struct Lie {
  const char* what;
  bool (*tell)(const std::string& path, std::uint64_t value);
  std::uint64_t value;
};
constexpr Lie kLies[] = {{"a long length", lie_about_length, 900 << 20},
                         {"a length of some pages more", lie_about_length, 300 << 10},
                         {"an offset far away", lie_about_offset, 512 << 20},
                         {"an offset behind what was reserved", lie_about_offset, 300 << 10}};
constexpr int kNoLie = 50;

TYPED_TEST(FullDevShmTest, InAFullOneALengthOrAnOffsetThatLiesIsCorruptedAndNotACrash) {
  for (const Lie& lie : kLies) {
    SCOPED_TRACE(lie.what);
    const int answer = ask_with_shm("16m", [&] {
      TypeParam channel(this->name());
      put_messages(channel);
      if (!lie.tell(this->path(), lie.value)) return kNoLie;
      fill_dev_shm();
      int which = 0;
      for (const auto& get : channel.gets()) {
        ++which;
        if (!throws_corrupted(get)) return which;
      }
      return 0;
    });
    if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
    EXPECT_EQ(answer, 0);
  }
}

bool nothing_is_swapped_out() {
  struct sysinfo system {};
  return ::sysinfo(&system) == 0 && system.freeswap == system.totalswap;
}

TYPED_TEST(FullDevShmTest, InASmallOneALongLengthIsCorruptedAndDoesNotFillIt) {
  const int answer = ask_with_shm("16m", [&] {
    TypeParam channel(this->name());
    put_messages(channel);
    if (!lie_about_length(this->path(), 900 << 20)) return kNoLie;
    if (!throws_corrupted([&] { (void)channel.get(); })) return 1;
    return free_in_dev_shm() > (8 << 20) || !nothing_is_swapped_out() ? 0 : 2;
  });
  if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(answer, 0);
}

// Nor does it take more memory than what is read has.
TYPED_TEST(FullDevShmTest, AnOffsetThatLiesTakesLittleMemory) {
  const int answer = ask_with_shm("64m", [&] {
    TypeParam channel(this->name());
    put_messages(channel);
    if (!lie_about_offset(this->path(), 32 << 20)) return kNoLie;
    const auto before = free_in_dev_shm();
    (void)throws_corrupted([&] { (void)channel.get(); });  // may be an item of zeros
    return before - free_in_dev_shm() <= (1 << 20) ? 0 : 1;
  });
  if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(answer, 0);
}

// Long enough that memory is reserved in several steps, and that a heap moves to its other half.
TYPED_TEST(FullDevShmTest, InAFullOneWhatWasPutIsThereForOneThatOpensItThen) {
  const int answer = ask_with_shm("16m", [&] {
    TypeParam channel(this->name());
    const auto message = [](int i) { return std::string(300'000 + i, static_cast<char>('a' + i)); };
    for (int i = 0; i < 8; ++i) {
      channel.put(message(i));
      if (channel.get() != message(i)) return 1;
    }
    for (int i = 0; i < 3; ++i) channel.put(message(i));
    fill_dev_shm();
    channel.reopen(this->name());
    std::size_t bytes = 0;
    for (int i = 0; i < 3; ++i) bytes += channel.get().size();
    return bytes == 900'003 ? 0 : 2;
  });
  if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(answer, 0);
}

// Says that the second message of a heap is where nothing was ever written.
bool lie_about_extent(const std::string& path) {
  constexpr std::uint64_t kNowhere = 300 << 10;
  bool has_lied = false;
  for (const auto& [at, word] : words_of(path)) {
    if (word == kThere) has_lied = write_word(path, at - 8, kNowhere);
  }
  return has_lied;
}

// A put compares with what is there, and moves it to the other half where there is no room at the end.
TEST_F(FullDevShmHeapTest, APutThatComesAcrossALieInAPriorityQueueIsCorruptedToo) {
  for (const bool compares : {true, false}) {
    const int answer = ask_with_shm("16m", [&] {
      PriorityQueue<std::string> queue(create_only, name(), 8);
      queue.put(std::string(compares ? kThere : kGone, 'x'));
      queue.put(std::string(compares ? kGone : kThere, 'y'));
      for (int i = 0; i < 760; ++i) {  // three times to near the end of a half
        queue.put(std::string(1'000, 'a'));
        if (queue.get()[0] != 'a') return 1;
      }
      if (!lie_about_extent(path())) return kNoLie;
      fill_dev_shm();
      return throws_corrupted([&] { queue.put(std::string(20'000, 'z')); }) ? 0 : 2;
    });
    if (answer == kNotAllowed) GTEST_SKIP() << "needs the right to mount";
    EXPECT_EQ(answer, 0) << compares;
  }
}

}  // namespace
}  // namespace gilfree::testing
