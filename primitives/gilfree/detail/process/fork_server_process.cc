#include "gilfree/detail/process/fork_server_process.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>
#include <set>
#include <stdexcept>
#include <system_error>

#include "gilfree/detail/base/fork_mutex.h"
#include "gilfree/detail/memory/segment.h"
#include "gilfree/detail/process/child.h"
#include "gilfree/detail/process/child_registry.h"
#include "gilfree/detail/process/clone_parent.h"
#include "gilfree/errors.h"

namespace gilfree::detail {
namespace {

using gilfree::detail::ChildRegistry;
using gilfree::detail::ProcessRecord;
using gilfree::detail::Starter;

// Behind it: the name, then the target.
struct Request {
  RunTarget run;
  std::size_t name, target;
  bool daemon;
};

// Those of this process, for a forked child to close.
struct Tethers {
  static Tethers& here() {
    static Tethers& made = *new Tethers;
    return made;
  }
  void close_all() {
    for (PeerChannel* each : all) each->close();
    all.clear();
  }

  ForkMutex mutex{[] { here().close_all(); }};
  std::set<PeerChannel*> all;
};
[[maybe_unused]] const Tethers& tethers_made_early = Tethers::here();

int open_pidfd(pid_t process) { return static_cast<int>(::syscall(SYS_pidfd_open, process, 0)); }

// The server ends by SIGTERM and with its parent. No other signal is for it, Ctrl-C neither; its
// children have back what the parent had.
class Signals {
 public:
  void block() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &mask_);
  }
  void await_end() {
    struct sigaction end {};
    end.sa_handler = SIG_DFL;
    ::sigaction(SIGTERM, &end, &on_terminate_);
    sigset_t term;
    ::sigemptyset(&term);
    ::sigaddset(&term, SIGTERM);
    ::pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
  }
  void restore_in_child() {
    ::sigaction(SIGTERM, &on_terminate_, nullptr);
    restore();
  }
  void restore() { ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }

 private:
  sigset_t mask_;
  struct sigaction on_terminate_ {};
};

[[noreturn]] void serve(PeerChannel& peer, pid_t* born, Starter parent, Signals signals) {
  signals.await_end();
  while (true) {
    Request request;
    if (!peer.receive(&request, sizeof request)) ::_exit(0);
    std::string name(request.name, '\0');
    std::vector<std::byte> target(request.target);
    if (!peer.receive(name.data(), name.size())) ::_exit(0);
    if (!peer.receive(target.data(), target.size())) ::_exit(0);
    const pid_t child = fork_sibling(born);
    if (child == 0) {
      peer.close();
      signals.restore_in_child();
      if (::getppid() != parent.pid) ::_exit(1);  // it died before start() had returned
      gilfree::detail::live_as_child(
          std::make_shared<ProcessRecord>(std::move(name), request.daemon), parent,
          [&] { return request.run(target.data()); });
    }
    const std::int32_t answer = child > 0 ? child : -errno;
    if (!peer.send(&answer, sizeof answer)) ::_exit(0);
  }
}

}  // namespace

ForkServerProcess::ForkServerProcess()
    : memory_(anonymous_segment(sizeof(pid_t))),
      born_(::new (memory_.get()) pid_t(0)),
      process_(std::make_shared<ProcessRecord>("ForkServer", true)) {
  if (!can_fork_siblings()) {
    throw std::system_error(ENOSYS, std::generic_category(),
                            "gilfree::ForkServer: it does not find where this C library keeps a "
                            "thread's id; start processes without a server");
  }
  int ends[2];
  const auto parent = Starter::here();
  const int parents = open_pidfd(parent.pid);
  if (parents < 0 || ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    const int error = errno;
    if (parents >= 0) ::close(parents);
    throw std::system_error(error, std::generic_category(),
                            "gilfree::ForkServer: it needs four file descriptors; close some");
  }
  PeerChannel servers(ends[1], parents);
  gilfree::detail::flush_stdio();
  Signals signals;
  signals.block();
  const pid_t server = ::fork();
  if (server == 0) {
    ::close(ends[0]);
    serve(servers, born_, parent, signals);
  }
  const int fork_error = errno;
  signals.restore();
  const int pidfd = server < 0 ? -1 : open_pidfd(server);
  const int error = server < 0 ? fork_error : errno;
  peer_.emplace(ends[0], pidfd);
  if (pidfd < 0) {
    if (server > 0) ::kill(server, SIGKILL), ::waitpid(server, nullptr, 0);
    throw std::system_error(error, std::generic_category(),
                            "gilfree::ForkServer: cannot fork; too many processes or descriptors");
  }
  process_->has_started(server);
  process_->helps = true;
  ChildRegistry::here().add(process_);
  const std::lock_guard lock(Tethers::here().mutex);
  Tethers::here().all.insert(&*peer_);
}

ForkServerProcess::~ForkServerProcess() {
  if (!process_->is_child()) return;
  if (!process_->signal(SIGKILL)) peer_->hang_up();  // this process has become another user
  process_->await_end(kNever);
  const std::lock_guard lock(Tethers::here().mutex);
  Tethers::here().all.erase(&*peer_);
}

pid_t ForkServerProcess::start(const std::string& name, bool daemon, RunTarget run,
                               const std::vector<std::byte>& target) {
  if (!process_->is_child()) {
    throw std::logic_error(
        "gilfree::Process::start: only the process that made the fork server may use it");
  }
  std::vector<std::byte> request(sizeof(Request) + name.size() + target.size());
  const Request head{run, name.size(), target.size(), daemon};
  std::memcpy(request.data(), &head, sizeof head);
  std::memcpy(request.data() + sizeof head, name.data(), name.size());
  if (!target.empty()) {
    std::memcpy(request.data() + sizeof head + name.size(), target.data(), target.size());
  }

  const std::lock_guard lock(mutex_);
  *born_ = 0;
  std::int32_t answer;
  if (peer_->send(request.data(), request.size()) && peer_->receive(&answer, sizeof answer)) {
    if (answer > 0) return answer;
    throw std::system_error(-answer, std::generic_category(),
                            "gilfree::Process::start: the fork server cannot fork; too many "
                            "processes or no memory");
  }
  process_->await_end(kNever);
  if (const pid_t child = std::atomic_ref(*born_).load(std::memory_order_acquire)) return child;
  throw WorkerLost("gilfree::Process::start: the fork server " +
                   gilfree::detail::how_it_ended(*process_->exitcode) +
                   "; make another ForkServer");
}

}  // namespace gilfree::detail
