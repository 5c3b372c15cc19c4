// ThreadRecord: what is known of a thread, shared by all handles to it. Threads: those that run now.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

enum class Phase { kNew, kBegun, kEnded };

struct ThreadRecord : std::enable_shared_from_this<ThreadRecord> {
  ThreadRecord(std::string called, bool is_daemon) : name(std::move(called)), daemon(is_daemon) {}

  bool is_this_thread() const;
  // False if the deadline came first.
  bool await_end(Deadline deadline);
  void await_native_id();
  // By the thread itself, first and last.
  void begin();
  void end();

  std::mutex naming;  // guards name
  std::string name;
  const bool daemon;
  bool named = false;        // by the user: then the kernel gets the name too
  bool ours = false;         // started by a Thread
  bool target_only = false;  // it runs the target even if the Thread is a subclass
  bool uses_object = false;  // the thread runs a member of a Thread, which must stay where it is
  int forks = 0;             // fork_count() when it was started

  std::atomic<Phase> phase{Phase::kNew};
  std::atomic<std::uint64_t> ident{0};
  std::atomic<pid_t> native_id{0};
  // One for each condition: a wake-up is never given to a waiter for the other.
  detail::EventCount<Threads> identified;  // notified when native_id is known
  detail::EventCount<Threads> ended;       // notified when phase is kEnded

  std::mutex joining;     // guards joinable
  bool joinable = false;  // the kernel's thread is ours to join or to detach
};

// How many forks lie between this process and the one that loaded the program. A thread that was
// started before the last one is not here.
int fork_count();

// The running threads. One mutex guards all; fork holds it.
class ThreadRegistry {
 public:
  static ThreadRegistry& here();

  void add(const std::shared_ptr<ThreadRecord>& record);
  void remove(ThreadRecord& record);
  std::vector<std::shared_ptr<ThreadRecord>> all();
  std::shared_ptr<ThreadRecord> main();
  // Makes a record for a thread that is none of ours.
  std::shared_ptr<ThreadRecord> current();
  // Waits until there is no Thread but daemons and the calling one.
  void await_all();
  // For a child that was made without atfork handlers: it has the calling thread alone.
  void begin_anew();

 private:
  ThreadRegistry();
  std::shared_ptr<ThreadRecord> any_to_await();
  std::shared_ptr<ThreadRecord> main_locked();
  void keep_only_this_thread();

  std::mutex mutex_;
  std::list<std::shared_ptr<ThreadRecord>> running_;  // all but main
  std::shared_ptr<ThreadRecord> main_;
};

}  // namespace gilfree::detail
