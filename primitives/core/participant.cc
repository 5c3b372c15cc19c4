#include "primitives/core/participant.h"

#include <utility>

namespace gilfree::core {
namespace {

// Gives the slot back when the thread ends.
struct Detach {
  ~Detach() {
    const Token mine = std::exchange(this_thread.across_processes, kNobody);
    if (mine != kNobody) Participants::table().detach(mine);
  }
};

// A forked child is a new participant: the slot that this_thread names is its parent's.
[[maybe_unused]] const int forget_in_children =
    ::pthread_atfork(nullptr, nullptr, [] { this_thread = {}; });

}  // namespace

Participants& Participants::make() {
  // Never unmapped: a robust mutex whose memory is gone takes every other one of its thread with it.
  using boost::interprocess::anonymous_shared_memory;
  auto* memory =
      new boost::interprocess::mapped_region(anonymous_shared_memory(sizeof(Participants)));
  return *::new (memory->get_address()) Participants;
}

Token internal::attach_this_thread() {
  thread_local Detach when_this_thread_ends;
  (void)when_this_thread_ends;
  return this_thread.across_processes = Participants::table().attach();
}

Token internal::number_this_thread() {
  static std::atomic<Token> threads{kNobody};
  return this_thread.between_threads = threads.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace gilfree::core
