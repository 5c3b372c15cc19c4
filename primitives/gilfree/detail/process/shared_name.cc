#include "gilfree/detail/process/shared_name.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "gilfree/detail/base/fork_mutex.h"

namespace gilfree::detail {
namespace {

// Fork cannot hold a mutex for each name, as names come and go: they share a few. More than one, so that threads that
// each read the name of their own seldom meet.
struct alignas(64) NameMutex {
  ForkMutex mutex;
};
using NameMutexes = std::array<NameMutex, 16>;

NameMutexes& name_mutexes() {
  static NameMutexes& made = *new NameMutexes;  // in use until the very end of the program
  return made;
}
[[maybe_unused]] const NameMutexes& made_early = name_mutexes();

}  // namespace

std::string SharedName::get() const {
  const std::lock_guard lock(mutex());
  return name_;
}

void SharedName::set(std::string name) {
  const std::lock_guard lock(mutex());
  name_.swap(name);  // the old one is freed after the unlock
}

ForkMutex& SharedName::mutex() const {
  const auto address = reinterpret_cast<std::uintptr_t>(this);
  constexpr std::uintptr_t kMix =
      0x9e3779b97f4a7c15;  // 2^64 by the golden ratio: spreads aligned addresses
  return name_mutexes()[address * kMix >> 60].mutex;
}

}  // namespace gilfree::detail
