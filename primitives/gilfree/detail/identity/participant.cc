#include "gilfree/detail/identity/participant.h"

#include <unistd.h>

#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include "gilfree/detail/base/futex.h"

namespace gilfree::detail {
namespace {

// Gives the slot back when the thread ends.
struct Detach {
  ~Detach() {
    const OwnerId mine = std::exchange(this_thread.across_processes, kNoOwner);
    if (mine != kNoOwner) Participants::table().detach(mine);
  }
};

// What is made at first use is made before a fork: a child would wait for ever for a thread that was
// making it, and is not there.
void make_before_fork() {
  (void)Participants::table();
  (void)Kernel<Processes>::can_fence();
  (void)Kernel<Threads>::can_fence();
  (void)Kernel<Processes>::can_sleep_on_many();
  (void)Kernel<Threads>::can_sleep_on_many();
}

// A forked child is a new participant: the slot that this_thread names is its parent's. Between
// threads it goes on as who it was, in its copy of all that this thread held.
void forget_in_child() { this_thread.across_processes = kNoOwner; }

[[maybe_unused]] const int at_fork = ::pthread_atfork(make_before_fork, nullptr, forget_in_child);

}  // namespace

Participants::Participants() {
  pthread_mutexattr_t robust;
  ::pthread_mutexattr_init(&robust);
  ::pthread_mutexattr_setpshared(&robust, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
  for (auto& slot : slots_) ::pthread_mutex_init(&slot.alive, &robust);
  ::pthread_mutexattr_destroy(&robust);
}

Participants& Participants::make() {
  // Never unmapped: a robust mutex whose memory is gone takes every other one of its thread with it.
  using boost::interprocess::anonymous_shared_memory;
  static const auto* const memory =
      new boost::interprocess::mapped_region(anonymous_shared_memory(sizeof(Participants)));
  static auto* const table = ::new (memory->get_address()) Participants;
  made_.store(table, std::memory_order_release);
  return *table;
}

OwnerId Participants::attach() {
  for (std::size_t slot = 0; slot < kMostParticipants; ++slot) {
    const int error = ::pthread_mutex_trylock(&slots_[slot].alive);
    if (error == EOWNERDEAD) ::pthread_mutex_consistent(&slots_[slot].alive);
    if (error == 0 || error == EOWNERDEAD) return occupy(slot);
  }
  throw std::system_error(EAGAIN, std::generic_category(),
                          "gilfree: more than 1023 threads share primitives; end some first");
}

// For who holds the slot's mutex.
OwnerId Participants::occupy(std::size_t slot) {
  const OwnerId token =
      make_owner_id(slot + 1, static_cast<std::uint32_t>(::gettid()), owner_id_time());
  alive_word(slots_[slot]).fetch_or(FUTEX_WAITERS, std::memory_order_relaxed);  // death is to wake
  slots_[slot].occupant.store(token, std::memory_order_release);
  for (auto used = used_.load(std::memory_order_relaxed);
       used <= slot && !used_.compare_exchange_weak(used, slot + 1, std::memory_order_release);) {
    continue;
  }
  // Who sleeps does not watch the newcomer yet.
  arrivals_.fetch_add(1, std::memory_order_release);
  Kernel<Processes>::wake_all(arrivals_);
  return token;
}

void Participants::detach(OwnerId token) { ::pthread_mutex_unlock(&slots_[slot_of(token)].alive); }

OwnerId attach_this_thread() {
  thread_local Detach when_this_thread_ends;
  (void)when_this_thread_ends;
  return this_thread.across_processes = Participants::table().attach();
}

OwnerId number_this_thread() {
  static std::atomic<OwnerId> threads{kNoOwner};
  return this_thread.between_threads = threads.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace gilfree::detail
