// ProcessRecord: what is known of a process, shared by all handles to it. ChildRegistry: those that this
// process has started and not yet seen end.
#pragma once

#include <sys/types.h>

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gilfree/deadline.h"

namespace gilfree::detail {

struct ProcessRecord : std::enable_shared_from_this<ProcessRecord> {
  ProcessRecord(std::string called, bool is_daemon) : name(std::move(called)), daemon(is_daemon) {}
  ~ProcessRecord();

  // For the process that started it. False if the deadline came first. Where no descriptor can be had,
  // it sleeps in waitid, or looks again at least every 20 ms if there is a deadline.
  bool await_end(Deadline deadline);
  // Takes the exit code if it has ended.
  bool has_ended();
  void signal(int number);
  // SIGTERM, and SIGKILL if that is not heeded soon.
  void end();

  std::mutex naming;  // guards name
  std::string name;
  const bool daemon;
  bool helps = false;  // the library, not the user
  pid_t started_by = 0;
  pid_t pid = 0;

  std::mutex mutex;  // guards what follows
  std::optional<int> exitcode;
  int pidfd = -1;  // opened by the first waiter if it can be, closed by the last one after the end
  int waiters = 0;

 private:
  bool reap();
  void open_pidfd();
  void close_pidfd();
};

// "ended with exit status 1", "was killed by signal 9 (Killed)".
std::string how_it_ended(int exitcode);

// One mutex guards all; fork holds it. A forked child starts with none, and closes the descriptors
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

 private:
  ChildRegistry();
  void forget_all();

  std::mutex mutex_;
  std::list<std::shared_ptr<ProcessRecord>> running_;
};

// The record of this process, and of the one that started it if that was a Process.
struct ThisProcess {
  std::shared_ptr<ProcessRecord> self;
  std::shared_ptr<ProcessRecord> parent;
};
ThisProcess& process_self();

}  // namespace gilfree::detail
