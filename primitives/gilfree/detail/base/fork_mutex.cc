#include "gilfree/detail/base/fork_mutex.h"

#include <pthread.h>

#include <atomic>

namespace gilfree::detail {
namespace {

// Initialised before the constructors of any file. A library that is loaded while a thread forks may add to it.
constinit std::atomic<ForkMutex*> last_made{nullptr};
// The last one that the fork under way has locked. Written with all of them locked.
constinit ForkMutex* last_locked = nullptr;

}  // namespace

ForkMutex::ForkMutex(void (*in_child)())
    : in_child_(in_child), before_(last_made.load(std::memory_order_acquire)) {
  while (!last_made.compare_exchange_weak(before_, this, std::memory_order_acq_rel)) continue;
  if (before_ == nullptr) ::pthread_atfork(lock_all, unlock_all, unlock_all_in_child);
}

ForkMutex* ForkMutex::last() { return last_made.load(std::memory_order_acquire); }

void ForkMutex::lock_all() {
  ForkMutex* const from = last();
  for (auto* each = from; each != nullptr; each = each->before_) each->lock();
  last_locked = from;
}

void ForkMutex::unlock_all() {
  for (auto* each = last_locked; each != nullptr; each = each->before_) each->unlock();
}

void ForkMutex::unlock_all_in_child() {
  for (auto* each = last_locked; each != nullptr; each = each->before_) {
    if (each->in_child_ != nullptr) each->in_child_();
  }
  unlock_all();
}

}  // namespace gilfree::detail
