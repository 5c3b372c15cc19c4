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

// What is made at first use is made before a fork: in a child, the thread that was making it is not
// there any more, and the child would wait for it without end.
void make_before_fork() {
  (void)Participants::table();
  (void)proc_is_usable();
  (void)Kernel<Processes>::can_fence();
  (void)Kernel<Threads>::can_fence();
  (void)Kernel<Processes>::can_sleep_on_many();
  (void)Kernel<Threads>::can_sleep_on_many();
}

// A forked child is a new participant. The kernel has done this already where it wipes the page.
void forget_in_child() { this_thread.across_processes = this_thread.process = kNoOwner; }

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
  require_same_namespaces();
  wipe_this_thread_in_children();
  const OwnerId named = name_this_thread();
  if (!has_robust_list()) return named;
  for (std::size_t slot = 0; slot < kMostParticipants; ++slot) {
    const int error = ::pthread_mutex_trylock(&slots_[slot].alive);
    if (error == EOWNERDEAD) ::pthread_mutex_consistent(&slots_[slot].alive);
    if (error == 0 || error == EOWNERDEAD) return occupy(slot, named);
  }
  throw std::system_error(EAGAIN, std::generic_category(),
                          "gilfree: more than 1023 threads share primitives; end some first");
}

// The calling thread holds the slot's mutex.
OwnerId Participants::occupy(std::size_t slot, OwnerId named) {
  const OwnerId owner = make_owner_id(slot + 1, id_of(named), born(named));
  slots_[slot].process.store(this_process_id(), std::memory_order_relaxed);
  alive_word(slots_[slot]).fetch_or(FUTEX_WAITERS, std::memory_order_relaxed);  // death is to wake
  slots_[slot].occupant.store(owner, std::memory_order_release);
  for (auto used = used_.load(std::memory_order_relaxed);
       used <= slot && !used_.compare_exchange_weak(used, slot + 1, std::memory_order_release);) {
    continue;
  }
  // Those that sleep do not watch the newcomer yet.
  arrivals_.fetch_add(1, std::memory_order_release);
  Kernel<Processes>::wake_all(arrivals_);
  return owner;
}

void Participants::detach(OwnerId owner) {
  if (slot_of(owner) < kMostParticipants) ::pthread_mutex_unlock(&slots_[slot_of(owner)].alive);
}

bool Participants::has_living_thread_of(OwnerId process) const {
  const auto end = used_.load(std::memory_order_acquire);
  for (std::size_t slot = 0; slot < end; ++slot) {
    const OwnerId occupant = slots_[slot].occupant.load(std::memory_order_acquire);
    if (slots_[slot].process.load(std::memory_order_relaxed) == process &&
        is_held(alive_word(slots_[slot]).load(std::memory_order_acquire), occupant)) {
      return true;
    }
  }
  return false;
}

void Participants::require_same_namespaces() const {
  if (namespaces_.may_be(this_process_namespaces())) return;
  throw std::system_error(
      EXDEV, std::generic_category(),
      "gilfree: this process is in another pid or time namespace than the one that made the "
      "primitives it inherited, so neither could see the other die; make the namespace first, or "
      "exec a program in it that makes its own");
}

bool process_runs(OwnerId process) {
  return Participants::table().has_living_thread_of(process) ||
         kernel_knows(process, OwnerKind::kProcess);
}

OwnerId attach_this_thread() {
  thread_local Detach when_this_thread_ends;
  (void)when_this_thread_ends;
  return this_thread.across_processes = Participants::table().attach();
}

OwnerId number_this_thread() {
  static std::atomic<OwnerId> threads{kNoOwner};
  return this_thread_number = threads.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace gilfree::detail
