// The engine that needs nothing installed: it measures this machine, now.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "harness/base/child_program.h"
#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/fleet/engine.h"
#include "harness/fleet/program.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

std::string host() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  const std::string whole = name;
  return whole.substr(0, whole.find('.'));
}

// Tries to lock the folder of a machine, as long as it is measured. The kernel unlocks it when the process
// that has the lock ends, however it ends.
class NodeLock {
 public:
  explicit NodeLock(const fs::path& folder)
      : fd_(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (fd_ < 0) cannot_write(folder);
    is_ours_ = ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
  }
  ~NodeLock() { ::close(fd_); }
  NodeLock(const NodeLock&) = delete;
  NodeLock& operator=(const NodeLock&) = delete;

  bool is_ours() const { return is_ours_; }

 private:
  int fd_;
  bool is_ours_;
};

std::vector<std::string> command_of(const Order& order, const std::string& attempt) {
  std::vector<std::string> command{this_program(), "run"};
  command.insert(command.end(), order.arguments.begin(), order.arguments.end());
  command.insert(command.end(), {"--out", order.folder / attempt});
  return command;
}

std::string next_attempt(const fs::path& folder) {
  int number = 1;
  while (fs::exists(folder / std::to_string(number))) ++number;
  return std::to_string(number);
}

class LocalEngine : public Engine {
 public:
  std::vector<std::string> nodes(const std::string& list, const std::string& constraint) override {
    if (!constraint.empty())
      throw BadUsage("--constraint: only --via slurm knows features of nodes");
    if (!list.empty() && list != host()) {
      throw BadUsage("--nodes: `--via local` measures this machine (" + host() +
                     ") alone; leave it out, or use --via slurm");
    }
    return {host()};
  }

  std::string submit(const Order& order) override {
    fs::create_directories(order.folder);
    const NodeLock lock(order.folder);
    if (!lock.is_ours()) {
      throw EngineError("this machine is being measured already, into " + order.folder.string());
    }
    const auto command = command_of(order, next_attempt(order.folder));
    ChildProgram child([&] { exec_on_path(command); }, ChildProgram::Group::kShared);
    child.wait(ChildProgram::Clock::time_point::max());
    const int status = child.reap();
    if (WIFEXITED(status)) return "ended with exit code " + std::to_string(WEXITSTATUS(status));
    return "was killed by signal " + std::to_string(WTERMSIG(status));
  }

  std::map<std::string, Job> jobs(const std::string&, const fs::path& folder) override {
    const fs::path mine = folder / host();
    if (!fs::exists(mine / "lock") || NodeLock(mine).is_ours()) return {};
    return {{host(), {Job::State::kRunning, "", "measuring"}}};
  }
  std::string trouble(const std::string&) override { return {}; }
  void cancel(const Job&) override {}
  std::string plan(const Order& order) override {
    return shell_words(command_of(order, next_attempt(order.folder)));
  }
};

}  // namespace

std::unique_ptr<Engine> make_local_engine() { return std::make_unique<LocalEngine>(); }

std::unique_ptr<Engine> make_engine(const std::string& name) {
  if (name == "local") return make_local_engine();
  if (name == "slurm") return make_slurm_engine();
  throw BadUsage("--via: there is no " + in_quotes(name) + "; choose local or slurm");
}

}  // namespace harness
