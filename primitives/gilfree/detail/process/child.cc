#include "gilfree/detail/process/child.h"

#include <cxxabi.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ext/stdio_sync_filebuf.h>
#include <iostream>
#include <system_error>
#include <thread>
#include <typeinfo>
#include <utility>

#include "gilfree/detail/base/uncaught.h"
#include "gilfree/detail/process/await_ready.h"
#include "gilfree/detail/process/stdio_files.h"
#include "gilfree/detail/process/thread_registry.h"

namespace gilfree::detail {
namespace {

// Starts a thread that kills this process once its parent has ended. False if there can be no thread.
bool watch_parent() {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);  // no signal is handled by the watcher
  bool watches = true;
  try {
    std::thread([] {
      while (!await_parent(kNever)) continue;
      ::kill(::getpid(), SIGKILL);
    }).detach();
  } catch (const std::system_error&) {
    watches = false;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return watches;
}

// In a daemon: dies with its parent. The kernel's own service is bound to the thread that forked, and the kernel asks
// whether the parent, as the user that it is when it dies, may signal the child, and forgets the service when
// the child changes its user. So where one of these may be, a thread of the child watches: instead of the kernel where
// the forking thread may end before its process, else beside it (the kernel also kills what is stopped, or runs exec).
void die_with(Starter parent) {
  if (!parent.may_lose_a_thread) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (parent.may_lose_a_thread || parent.may_change_user) {
    const bool watches = watch_parent();
    if (!watches && parent.may_lose_a_thread) {
      throw std::system_error(
          EAGAIN, std::generic_category(),
          "gilfree::Process::start: a daemon needs a thread that watches its parent; end some");
    }
  }
  if (::getppid() != parent.pid) ::_exit(1);  // it died before the lines above
}

// With stdio, as all are unless sync_with_stdio(false) was called: it keeps nothing itself. To ask costs
// less than to flush, for which a child has to have two more pages of the C++ library mapped.
template <typename Char>
void flush_unless_synchronised(std::basic_ostream<Char>& stream) {
  const auto* buffer = stream.rdbuf();
  if (buffer != nullptr && typeid(*buffer) == typeid(__gnu_cxx::stdio_sync_filebuf<Char>)) return;
  stream.flush();
}

[[noreturn]] void end_child(int code) {
  ChildRegistry::here().await_all();
  ThreadRegistry::here().await_all();
  flush_stdio();
  ::_exit(code);
}

// A target that leaves by pthread_exit ends the child, with exit code 0, as one that returns: on its
// own it would end the first thread alone, and then run the exit handlers of the parent.
struct EndWhenUnwound {
  ~EndWhenUnwound() { end_child(0); }
};

}  // namespace

Starter Starter::here() {
  const pid_t pid = ::getpid();
  return {.pid = pid,
          .may_lose_a_thread = ::gettid() != pid,
          .may_change_user = !process_self().keeps_its_user && can_change_user()};
}

bool can_change_user() {
  uid_t uid, euid, suid;
  gid_t gid, egid, sgid;
  if (::getresuid(&uid, &euid, &suid) != 0 || ::getresgid(&gid, &egid, &sgid) != 0) return true;
  if (uid != euid || uid != suid || gid != egid || gid != sgid) return true;
  __user_cap_header_struct head{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &head, has) != 0) return true;
  return (has[0].permitted & (1u << CAP_SETUID | 1u << CAP_SETGID)) != 0;
}

// A forced unwind has no object to refer to, which UBSan would complain of.
__attribute__((no_sanitize("null"))) void live_as_child(const std::shared_ptr<ProcessRecord>& self,
                                                        Starter parent,
                                                        const std::function<int()>& run) {
  auto& here = process_self();
  here.parent = std::exchange(here.self, self);
  here.keeps_its_user = false;
  here.parent->describe(parent.pid);
  self->describe(::getpid());
  discard_inherited_output();
  const EndWhenUnwound end;
  int code = 1;
  try {
    if (self->daemon) die_with(parent);
    code = run();
  } catch (const abi::__forced_unwind&) {
    throw;  // pthread_exit
  } catch (...) {
    detail::report_uncaught(self->name.get());
  }
  end_child(code);
}

void stay_bound_to_parent() {
  const auto& here = process_self();
  if (!here.parent || !here.self->daemon) return;
  int signal = 0;
  if (::prctl(PR_GET_PDEATHSIG, &signal) == 0 && signal == SIGKILL) return;
  die_with({.pid = here.parent->pid()});
}

bool parent_is_alive() { return ::getppid() == process_self().parent->pid(); }

// Sleeps until the parent has ended. False if the deadline came first.
bool await_parent(Deadline deadline) {
  using std::chrono_literals::operator""h, std::chrono_literals::operator""ms;
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, process_self().parent->pid(), 0));
  const Clock::duration longest = fd >= 0 ? Clock::duration(1h) : Clock::duration(20ms);
  bool gone =
      !parent_is_alive();  // asked now: either the descriptor is the parent's, or it is gone
  for (auto now = Clock::now(); !gone && now < deadline; now = Clock::now()) {
    pollfd ended{.fd = fd, .events = POLLIN, .revents = 0};
    (void)await_ready({&ended, 1}, std::min(deadline, now + longest));
    gone = !parent_is_alive();
  }
  if (fd >= 0) ::close(fd);
  return gone;
}

void flush_stdio() {
  flush_unless_synchronised(std::cout);
  flush_unless_synchronised(std::cerr);
  flush_unless_synchronised(std::clog);
  flush_unless_synchronised(std::wcout);
  flush_unless_synchronised(std::wcerr);
  flush_unless_synchronised(std::wclog);
  flush_files();
}

}  // namespace gilfree::detail
