#include "gilfree/detail/process/clone_parent.h"

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

#include "gilfree/detail/process/thread_registry.h"

namespace gilfree::detail {
namespace {

// What fork() of the C library sees to, and only it knows where: the thread's id, which recursive and
// robust mutexes compare with, and its list of robust mutexes, which the kernel does not inherit.
struct ThreadWords {
  pid_t* id = nullptr;
  robust_list_head* robust = nullptr;
  std::size_t length = 0;
};

ThreadWords words_of_this_thread() {
  ThreadWords words;
  ::syscall(SYS_get_robust_list, 0, &words.robust, &words.length);
  // The kernel clears the id when the thread ends, so it knows the address.
  if (::prctl(PR_GET_TID_ADDRESS, &words.id) != 0) words.id = nullptr;
  if (words.id != nullptr && *words.id != ::gettid()) words.id = nullptr;
  return words;
}

}  // namespace

bool can_fork_siblings() {
  const auto words = words_of_this_thread();
  return words.id != nullptr && words.robust != nullptr;
}

pid_t fork_sibling(pid_t* born) {
  const auto words = words_of_this_thread();
  constexpr unsigned long kFlags =
      CLONE_PARENT | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
  // Flags, stack (a copy of this one), born, then the child's id and its thread-local storage (a copy
  // too), in an order that differs.
#ifdef __x86_64__
  const long child = ::syscall(SYS_clone, kFlags, nullptr, born, words.id, nullptr);
#else
  const long child = ::syscall(SYS_clone, kFlags, nullptr, born, nullptr, words.id);
#endif
  if (child == 0) {
    ::syscall(SYS_set_robust_list, words.robust, words.length);
    gilfree::detail::ThreadRegistry::here().begin_anew();
  }
  return static_cast<pid_t>(child);
}

}  // namespace gilfree::detail
