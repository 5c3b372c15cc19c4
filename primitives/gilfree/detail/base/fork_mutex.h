// ForkMutex: a mutex that no fork catches held: what it guards is whole in each child, and the mutex free.
//
//   ForkMutex mutex(&put_in_order);     // of an object that is never destroyed, made while the program is loaded
//   const std::lock_guard lock(mutex);  // fork() waits meanwhile
//
// Every mutex that a child may need is one of these, and this is the one place that locks them all before a fork, in
// one order, and unlocks them after it in both processes. So none may be locked by the owner
// of another, and none is held while code of a user runs or something is waited for.
//
// The other mutexes of the library belong to what a child has no use for, and which says so before it locks: pools and
// their results (they compare fork_count()), children and fork servers of the parent (they compare its id). What is
// made at first use is made while the program is loaded, or before a fork (participant.cc).
//
// Not for a child of clone() without handlers: a fork server has one thread and holds none of them (clone_parent.h).
#pragma once

#include <mutex>

namespace gilfree::detail {

class ForkMutex {
 public:
  // `in_child` puts in order what it guards, in a child, before the mutex is free there.
  explicit ForkMutex(void (*in_child)() = nullptr);
  ForkMutex(const ForkMutex&) = delete;
  ForkMutex& operator=(const ForkMutex&) = delete;

  void lock() { mutex_.lock(); }
  bool try_lock() { return mutex_.try_lock(); }
  void unlock() { mutex_.unlock(); }

  // All of them: the one made last, and the one made before this. Null: none.
  static ForkMutex* last();
  ForkMutex* before() const { return before_; }

 private:
  static void lock_all();
  static void unlock_all();
  static void unlock_all_in_child();

  std::mutex mutex_;
  void (*const in_child_)();
  ForkMutex* before_;
};

}  // namespace gilfree::detail
