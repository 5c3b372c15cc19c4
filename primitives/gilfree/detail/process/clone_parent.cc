#include "gilfree/detail/process/clone_parent.h"

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <initializer_list>

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

// The kernel clears a word when the thread ends, so it knows its address. Until glibc 2.42 that is the
// id. From 2.43 on it is the thread's state, but in a child made by fork() still the id.
pid_t* cleared_word() {
  pid_t* word = nullptr;
  return ::prctl(PR_GET_TID_ADDRESS, &word) == 0 ? word : nullptr;
}

// glibc's descriptor of a thread has the id, a field that is not used, a pointer to the last entry of
// the list, and the list, in this order.
pid_t* word_before(robust_list_head* robust) {
  constexpr std::size_t kDistance = 2 * sizeof(pid_t) + sizeof(void*);
  if (robust == nullptr) return nullptr;
  return reinterpret_cast<pid_t*>(reinterpret_cast<char*>(robust) - kDistance);
}

ThreadWords words_of_this_thread() {
  ThreadWords words;
  ::syscall(SYS_get_robust_list, 0, &words.robust, &words.length);
  for (pid_t* word : {cleared_word(), word_before(words.robust)}) {
    if (words.id == nullptr && word != nullptr && *word == ::gettid()) words.id = word;
  }
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
