// ProcessRecord: what is known of a process, shared by all handles to it. ChildRegistry: those that this
// process has started and not yet seen end.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/fork_mutex.h"
#include "gilfree/detail/process/shared_name.h"

namespace gilfree::detail {

struct ProcessRecord : std::enable_shared_from_this<ProcessRecord> {
  ProcessRecord(std::string called, bool is_daemon) : name(std::move(called)), daemon(is_daemon) {}
  ~ProcessRecord();

  // By start(), while other threads may ask. Of several that claim it, one gets true; that one starts a child and
  // says which, or gives the claim back if it cannot.
  bool claim_start() { return !start_claimed_.exchange(true, std::memory_order_acquire); }
  void give_back_start() { start_claimed_.store(false, std::memory_order_release); }
  void has_started(pid_t child);

  // The process id; 0 before it was started.
  pid_t pid() const { return pid_.load(std::memory_order_acquire); }
  // Whether this process has started it.
  bool is_child() const;
  // In a child, of itself and of its parent, before it has other threads.
  void describe(pid_t process) { pid_.store(process, std::memory_order_relaxed); }

  // For the process that started it. False if the deadline came first. Where no descriptor can be had,
  // it sleeps in waitid, or looks again at least every 20 ms if there is a deadline.
  bool await_end(Deadline deadline);
  // Takes the exit code if it has ended.
  bool has_ended();
  // False if this process may not: one of the two has become another user.
  bool signal(int number);
  // SIGTERM, and SIGKILL if that is not heeded soon. False if this process may not: the child ends with it, by itself.
  bool end();

  SharedName name;
  const bool daemon;
  bool helps = false;  // the library, not the user

  std::mutex mutex;  // guards what follows
  std::optional<int> exitcode;
  int pidfd = -1;  // opened by the first waiter if it can be, closed by the last one after the end
  int waiters = 0;

 private:
  bool reap();
  void open_pidfd();
  void close_pidfd();

  std::atomic<bool> start_claimed_{false};
  pid_t started_by_ = 0;  // written before pid_, and read after it
  std::atomic<pid_t> pid_{0};
};

// "ended with exit status 1", "was killed by signal 9 (Killed)".
std::string how_it_ended(int exitcode);

// One mutex guards all. A forked child starts with none, and closes the descriptors
// that stand for its parent's.
class ChildRegistry {
 public:
  static ChildRegistry& here();

  void add(const std::shared_ptr<ProcessRecord>& child);
  // Reaps those that have ended.
  std::vector<std::shared_ptr<ProcessRecord>> alive();
  // Reaps too, at the cost of one system call if none has ended.
  void reap_ended();
  // Ends daemons and waits for the others, as a program does when it ends.
  void await_all();
  // Has exit() do so.
  void await_all_at_exit();

 private:
  ChildRegistry();
  void forget_all();

  ForkMutex mutex_;
  std::list<std::shared_ptr<ProcessRecord>> running_;
  bool awaits_at_exit_ = false;
};

// The record of this process, and of the one that started it if that was a Process.
struct ThisProcess {
  std::shared_ptr<ProcessRecord> self;
  std::shared_ptr<ProcessRecord> parent;
  bool keeps_its_user = false;  // it runs the library's code alone
};
ThisProcess& process_self();

}  // namespace gilfree::detail
