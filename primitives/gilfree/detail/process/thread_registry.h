// ThreadRecord: what is known of a thread, shared by all handles to it. Threads: those that run now.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/fork_mutex.h"
#include "gilfree/detail/process/posix_thread.h"
#include "gilfree/detail/process/shared_name.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

// kStarting: start() is under way, and the thread may still turn out not to be made.
enum class Phase { kNew, kStarting, kBegun, kEnded };

struct ThreadRecord : std::enable_shared_from_this<ThreadRecord> {
  ThreadRecord(std::string called, bool is_daemon) : name(std::move(called)), daemon(is_daemon) {}

  bool is_this_thread() const;
  // Also if it could not be started. False if the deadline came first.
  bool await_end(Deadline deadline);
  void await_native_id();
  // By the thread itself, first and last.
  void begin();
  void end();
  // By start(), once the thread is made.
  void has_been_made(pthread_t handle);

  SharedName name;
  const bool daemon;
  bool named = false;        // by the user: then the kernel gets the name too
  bool ours = false;         // started by a Thread
  bool target_only = false;  // it runs the target even if the Thread is a subclass
  bool uses_object = false;  // the thread runs a member of a Thread, which must stay where it is
  int forks = 0;             // fork_count() when it was started

  std::atomic<Phase> phase{Phase::kNew};
  std::atomic<pid_t> native_id{0};
  PosixThread posix;
  // One for each condition: a wake-up is never given to a waiter for the other.
  detail::EventCount<Threads> identified;  // notified when native_id is known
  detail::EventCount<Threads> ended;       // notified when phase is kEnded, or kNew again
};

// How many forks lie between this process and the one that loaded the program. A thread that was
// started before the last one is not here.
int fork_count();

// The running threads. One mutex guards all, and the step of a thread from one that is not listed to one that is,
// and back, so a child finds no thread between both.
class ThreadRegistry {
 public:
  static ThreadRegistry& here();

  // Lists a new thread, as kStarting. False, and nothing is done, unless it is kNew.
  bool start(const std::shared_ptr<ThreadRecord>& record);
  // Takes a thread off the list that has ended, or could not be made and is kNew again.
  void remove(ThreadRecord& record, Phase phase);
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
  void add(const std::shared_ptr<ThreadRecord>& record);
  std::shared_ptr<ThreadRecord> any_to_await();
  std::shared_ptr<ThreadRecord> main_locked();
  void keep_only_this_thread();

  ForkMutex mutex_;
  std::list<std::shared_ptr<ThreadRecord>> running_;  // all but main
  std::shared_ptr<ThreadRecord> main_;
  bool awaits_at_exit_ = false;
};

}  // namespace gilfree::detail
