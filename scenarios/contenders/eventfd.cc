// eventfd(2): an event, and a semaphore, as a count in the kernel. Each operation is a system call, and the count
// stays as it is when a process that uses it is killed.
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "scenarios/single_operation.h"

namespace scenarios {
namespace {

class EventDescriptor {
 public:
  EventDescriptor(int count, int flags)
      : fd_(::eventfd(static_cast<unsigned>(count), EFD_CLOEXEC | flags)) {
    if (fd_ < 0) cannot("eventfd");
  }
  ~EventDescriptor() { ::close(fd_); }
  EventDescriptor(const EventDescriptor&) = delete;
  EventDescriptor& operator=(const EventDescriptor&) = delete;

  // Waits until the count is above 0; then takes all of it, or 1 with EFD_SEMAPHORE.
  void take() {
    std::uint64_t taken;
    while (::read(fd_, &taken, sizeof taken) < 0) {
      if (errno != EINTR) broken("read of an eventfd");
    }
  }
  void add() {
    const std::uint64_t one = 1;
    while (::write(fd_, &one, sizeof one) < 0) {
      if (errno != EINTR) broken("write to an eventfd");
    }
  }

 private:
  int fd_;
};

constexpr Facts facts_of(std::string_view primitive) {
  return {.name = "eventfd",
          .label = "eventfd(2)",
          .family = "linux",
          .primitive = primitive,
          .wait = "block"};
}

// To be woken is to find the count above 0, which makes it 0 again.
class EventFd {
 public:
  static constexpr Facts kFacts = facts_of("event");
  static constexpr bool kSharesItself = true;  // a descriptor is inherited

  void wait() { count_.take(); }
  void wake() { count_.add(); }

 private:
  EventDescriptor count_{0, 0};
};

class EventFdSemaphore {
 public:
  static constexpr Facts kFacts = facts_of("semaphore");
  static constexpr bool kSharesItself = true;

  explicit EventFdSemaphore(int permits) : count_(permits, EFD_SEMAPHORE) {}
  void acquire() { count_.take(); }
  void release() { count_.add(); }

 private:
  EventDescriptor count_;
};

template <WorkerKind K>
Registration add_all() {
  add_event<EventFd, K>();
  add_semaphore<EventFdSemaphore, K>();
  return add_release<EventFdSemaphore, K>();
}

const Registration registered[] = {
    add_all<WorkerKind::kThreads>(),
    add_all<WorkerKind::kProcesses>(),
};

}  // namespace
}  // namespace scenarios
