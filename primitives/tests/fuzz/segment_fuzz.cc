// Fuzzes named objects: an unrelated process writes any bytes into the shared memory of a primitive
// while calls go on. Each call returns, or throws what its header documents; none crashes or hangs.
//
// The input chooses a kind, then alternates between writing bytes into the segment and calling the
// primitive. Only calls that do not wait are made: a waiter may wait for ever for bytes that lie.
#include <fcntl.h>
#include <fuzzer/FuzzedDataProvider.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <typeinfo>
#include <vector>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/errors.h"
#include "gilfree/event.h"
#include "gilfree/joinable_queue.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/lock.h"
#include "gilfree/named.h"
#include "gilfree/pipe.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "gilfree/value.h"

namespace gilfree {
namespace {

using namespace std::chrono_literals;

const std::string& name() {
  static const std::string made = "gilfree_fuzz_" + std::to_string(::getpid());
  return made;
}

// The shared memory of the named object, as an unrelated process sees it. The header of one page is
// left alone: opening checks it, and the objects here are open already.
class Stranger {
 public:
  explicit Stranger(FuzzedDataProvider& input) : input_(input) {
    const int file = ::open(("/dev/shm/" + name()).c_str(), O_RDWR | O_CLOEXEC);
    const auto size = static_cast<std::size_t>(::lseek(file, 0, SEEK_END));
    bytes_ = std::min(size, kMost);
    memory_ = static_cast<std::byte*>(
        ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    ::close(file);
  }
  ~Stranger() { ::munmap(memory_, bytes_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  // Writes a few words somewhere behind the header: random bytes, or numbers near a limit.
  void write() {
    constexpr std::uint64_t kEdges[] = {0,          1,          ~0ull,     1ull << 63,
                                        1ull << 40, 0x7fffffff, 1ull << 32};
    const std::size_t behind = bytes_ - kHeader;
    const auto at = kHeader + input_.ConsumeIntegralInRange<std::size_t>(0, behind - 8) / 8 * 8;
    if (input_.ConsumeBool()) {
      std::memcpy(memory_ + at, &kEdges[input_.ConsumeIntegralInRange<std::size_t>(0, 6)], 8);
    } else {
      const auto bytes = input_.ConsumeBytes<std::uint8_t>(
          std::min<std::size_t>(bytes_ - at, input_.ConsumeIntegralInRange(1, 64)));
      std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(memory_) + at);
    }
  }

 private:
  static constexpr std::size_t kHeader = 4096, kMost = std::size_t{64} << 10;

  FuzzedDataProvider& input_;
  std::byte* memory_;
  std::size_t bytes_;
};

// What a call may throw on memory that lies: what the headers document.
template <typename Call>
void expect_documented(Call call) {
  try {
    call();
  } catch (const std::runtime_error&) {  // Corrupted, Closed, BrokenBarrier, std::system_error ...
  } catch (const std::logic_error&) {    // not the holder, too many task_done, length_error ...
  } catch (const std::bad_alloc&) {
  }
}

// Alternates between the stranger's writes and calls; `call(which)` makes one of `calls` calls.
template <typename Call>
void mix(FuzzedDataProvider& input, int calls, Call call) {
  Stranger stranger(input);
  for (int step = 0; step < 40 && input.remaining_bytes() > 0; ++step) {
    if (input.ConsumeBool()) stranger.write();
    const int which = input.ConsumeIntegralInRange(0, calls - 1);
    expect_documented([&] { call(which); });
  }
}

template <typename Q, typename Item>
void fuzz_queue(FuzzedDataProvider& input, Item item) {
  Q queue(create_only, name(), input.ConsumeIntegralInRange<std::size_t>(1, 64));
  Q other(open_only, name());
  mix(input, 8, [&](int which) {
    switch (which) {
      case 0:
        (void)queue.try_put(item);
        break;
      case 1:
        (void)other.try_get();
        break;
      case 2:
        (void)other.try_put_many(std::vector(5, item));
        break;
      case 3:
        (void)queue.try_get_many(7);
        break;
      case 4:
        (void)queue.qsize(), (void)queue.empty(), (void)queue.full();
        break;
      case 5:
        (void)other.try_put_for(item, 0ms);
        break;
      case 6:
        (void)queue.try_get_for(0ms);
        break;
      default:
        (void)queue.closed(), (void)queue.capacity();
        break;
    }
    if constexpr (requires { queue.task_done(); }) {
      if (which == 7) queue.task_done();
      if (which == 4) (void)queue.join_for(0ms);
    }
  });
}

void fuzz_pipe(FuzzedDataProvider& input) {
  Connection<std::string, Processes> mine(create_only, name(), {.capacity = 16});
  Connection<std::string, Processes> theirs(open_only, name());
  mix(input, 3, [&](int which) {
    switch (which) {
      case 0:
        if (mine.poll()) (void)mine.try_recv();
        break;
      case 1:
        (void)theirs.try_recv_many(3);
        break;
      default:
        (void)theirs.try_recv_for(0ms);
        break;
    }
  });
}

template <typename L>
void fuzz_lock(FuzzedDataProvider& input) {
  L lock(create_only, name());
  L other(open_only, name());
  mix(input, 4, [&](int which) {
    switch (which) {
      case 0:
        (void)lock.try_lock();
        break;
      case 1:
        lock.unlock();
        break;
      case 2:
        (void)other.try_lock_for(0ms);
        break;
      default:
        (void)other.locked();
        break;
    }
  });
  // The bytes may say that this thread holds it: destroying a lock that is held ends the program.
  while (lock.owned()) lock.unlock();
}

template <typename Permits>
void fuzz_semaphore(FuzzedDataProvider& input) {
  Permits permits(create_only, name(), 3);
  Permits other(open_only, name());
  mix(input, 4, [&](int which) {
    switch (which) {
      case 0:
        (void)permits.try_acquire();
        break;
      case 1:
        other.release();
        break;
      case 2:
        (void)other.try_acquire_for(0ms);
        break;
      default:
        (void)permits.value();
        break;
    }
  });
}

void fuzz_event(FuzzedDataProvider& input) {
  Event<Processes> event(create_only, name());
  mix(input, 4, [&](int which) {
    switch (which) {
      case 0:
        event.set();
        break;
      case 1:
        event.clear();
        break;
      case 2:
        (void)event.wait_for(0ms);
        break;
      default:
        (void)event.is_set();
        break;
    }
  });
}

void fuzz_barrier(FuzzedDataProvider& input) {
  Barrier<Processes> barrier(create_only, name(), 3);
  mix(input, 5, [&](int which) {
    switch (which) {
      case 0:
        (void)barrier.wait_for(0ms);
        break;
      case 1:
        barrier.abort();
        break;
      case 2:
        barrier.reset();
        break;
      case 3:
        (void)barrier.n_waiting(), (void)barrier.broken();
        break;
      default:
        (void)barrier.parties();
        break;
    }
  });
}

void fuzz_array(FuzzedDataProvider& input) {
  Array<int, Processes> array(create_only, name(), 32);
  Array<int, Processes> other(open_only, name());
  mix(input, 2, [&](int which) {
    if (which == 0) {
      for (int& element : other) ++*const_cast<volatile int*>(&element);
    } else {
      (void)array.size();
    }
  });
}

}  // namespace
}  // namespace gilfree

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gilfree;
  FuzzedDataProvider input(data, size);
  gilfree::remove(name());
  switch (input.ConsumeIntegralInRange(0, 13)) {
    case 0:
      fuzz_queue<Queue<int>>(input, 7);
      break;
    case 1:
      fuzz_queue<Queue<std::string>>(input, std::string(100, 'x'));
      break;
    case 2:
      fuzz_queue<LifoQueue<int>>(input, 7);
      break;
    case 3:
      fuzz_queue<LifoQueue<std::string>>(input, std::string(100, 'x'));
      break;
    case 4:
      fuzz_queue<PriorityQueue<int>>(input, 7);
      break;
    case 5:
      fuzz_queue<PriorityQueue<std::string>>(input, std::string(100, 'x'));
      break;
    case 6:
      fuzz_queue<JoinableQueue<int>>(input, 7);
      break;
    case 7:
      fuzz_pipe(input);
      break;
    case 8:
      fuzz_lock<Lock<Processes>>(input);
      break;
    case 9:
      fuzz_lock<RLock<Processes>>(input);
      break;
    case 10:
      fuzz_semaphore<Semaphore<Processes>>(input);
      break;
    case 11:
      fuzz_semaphore<BoundedSemaphore<Processes>>(input);
      break;
    case 12:
      fuzz_event(input);
      break;
    case 13:
      input.ConsumeBool() ? fuzz_barrier(input) : fuzz_array(input);
      break;
  }
  gilfree::remove(name());
  return 0;
}
