// surroundings: runs a command in rough surroundings: refused system calls, limits, another /dev/shm.
//
//   surroundings [OPTION...] -- COMMAND [ARGUMENT...]
//
//   --refuse CALL[:ERRNO]   the system call fails with ERRNO (default EPERM), by a seccomp filter
//   --limit NAME:VALUE      a resource limit: as, fsize, nofile or nproc; nproc also leaves root
//   --shm SIZE|disk|missing /dev/shm is a tmpfs of SIZE bytes, a folder on disk, or not there
//   --no-proc               /proc is empty
//   --own pid|time|user     a namespace of its own; with time, --boottime SECONDS is its offset, or
//                           wrap-SECONDS: so long before 2^32 ticks of 10 ms since boot
//   --one-cpu               one CPU is allowed
//
// The command's exit code; 77 where a privilege or a feature of the kernel is missing (the reason is
// printed); 2 for wrong usage.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace {

constexpr int kWrongUsage = 2, kSkipped = 77;

[[noreturn]] void misuse(const std::string& what) {
  std::fprintf(stderr, "surroundings: %s; see the head of surroundings.cc\n", what.c_str());
  std::exit(kWrongUsage);
}
// Ends the program as skipped unless `done`.
void need(bool done, const std::string& what) {
  if (done) return;
  std::printf("skipped: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(kSkipped);
}

const std::map<std::string, int> kCalls = {{"membarrier", SYS_membarrier},
                                           {"pidfd_open", SYS_pidfd_open},
                                           {"futex_waitv", SYS_futex_waitv},
                                           {"set_robust_list", SYS_set_robust_list},
                                           {"rseq", SYS_rseq},
                                           {"madvise", SYS_madvise},
                                           {"memfd_create", SYS_memfd_create},
                                           {"get_robust_list", SYS_get_robust_list}};
const std::map<std::string, int> kErrors = {
    {"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {"EINVAL", EINVAL}, {"EMFILE", EMFILE}};
const std::map<std::string, __rlimit_resource> kLimits = {
    {"as", RLIMIT_AS}, {"fsize", RLIMIT_FSIZE}, {"nofile", RLIMIT_NOFILE}, {"nproc", RLIMIT_NPROC}};

template <typename Value>
Value find(const std::map<std::string, Value>& known, const std::string& name) {
  const auto found = known.find(name);
  if (found == known.end()) misuse("does not know '" + name + "'");
  return found->second;
}

// "name:rest", or "name" and an empty rest.
std::pair<std::string, std::string> split(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == text.npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

void write_file(const char* path, const std::string& text) {
  const int file = ::open(path, O_WRONLY);
  need(file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()),
       std::string("cannot write ") + path);
  ::close(file);
}

class Surroundings {
 public:
  void refuse(const std::string& what) {
    const auto [call, error] = split(what);
    refused_[find(kCalls, call)] = error.empty() ? EPERM : find(kErrors, error);
  }
  void limit(const std::string& what) {
    const auto [name, value] = split(what);
    const rlim_t most = std::strtoull(value.c_str(), nullptr, 10);
    limits_.emplace_back(find(kLimits, name), rlimit{most, most});
  }
  void shm(const std::string& kind) { shm_ = kind; }
  void no_proc() { no_proc_ = true; }
  void own(const std::string& kind) {
    namespaces_ |= find(
        std::map<std::string, int>{
            {"pid", CLONE_NEWPID}, {"time", CLONE_NEWTIME}, {"user", CLONE_NEWUSER}},
        kind);
  }
  void boottime(const std::string& seconds) {
    boottime_ = seconds;
    if (seconds.rfind("wrap-", 0) != 0) return;
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    boottime_ =
        std::to_string((std::int64_t{1} << 32) / 100 - now.tv_sec - std::stoll(seconds.substr(5)));
  }
  void one_cpu() { one_cpu_ = true; }

  // Makes them and runs the command; returns its exit code.
  int run(char** command) const {
    if (namespaces_ != 0) enter_namespaces();
    char folder[] = "/var/tmp/gilfree-shm-XXXXXX";
    if (shm_ == "disk") need(::mkdtemp(folder) != nullptr, "no folder on disk");
    const pid_t child = ::fork();
    need(child >= 0, "cannot fork");
    if (child == 0) {
      // Opened before it becomes another user, who may not be allowed to search the folders on the way.
      const int program = ::open(command[0], O_PATH | O_CLOEXEC);
      prepare(folder);
      if (program >= 0) ::fexecve(program, command, environ);
      ::execvp(command[0], command);
      std::fprintf(stderr, "surroundings: cannot run %s: %s\n", command[0], std::strerror(errno));
      ::_exit(kWrongUsage);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (shm_ == "disk" && ::rmdir(folder) != 0) {
      std::fprintf(stderr, "surroundings: the command left files in /dev/shm (%s)\n", folder);
      return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  // Those of pids and times hold for children only.
  void enter_namespaces() const {
    const auto user = std::to_string(::getuid()), group = std::to_string(::getgid());
    need(::unshare(namespaces_) == 0, "no namespace of its own");
    if ((namespaces_ & CLONE_NEWUSER) != 0) {
      write_file("/proc/self/uid_map", user + " " + user + " 1");
      write_file("/proc/self/setgroups", "deny");
      write_file("/proc/self/gid_map", group + " " + group + " 1");
    }
    if (!boottime_.empty()) write_file("/proc/self/timens_offsets", "boottime " + boottime_ + " 0");
  }

  void prepare(const char* folder) const {
    if (!shm_.empty() || no_proc_ || (namespaces_ & CLONE_NEWPID) != 0) change_mounts(folder);
    if (one_cpu_) allow_one_cpu();
    for (const auto& [resource, limit] : limits_) {
      if (resource == RLIMIT_NPROC) need(::setuid(65534) == 0, "cannot leave root");
      need(::setrlimit(resource, &limit) == 0, "cannot set the limit");
    }
    if (!refused_.empty()) filter_calls();
  }

  void change_mounts(const char* folder) const {
    need(::unshare(CLONE_NEWNS) == 0, "no mounts of its own");
    need(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "no private mounts");
    if (shm_ == "disk") {
      need(::mount(folder, "/dev/shm", nullptr, MS_BIND, nullptr) == 0, "cannot mount /dev/shm");
    } else if (shm_ == "missing") {
      need(::mount("none", "/dev", "tmpfs", 0, "size=64k") == 0, "cannot mount /dev");
      need(::mknod("/dev/null", S_IFCHR | 0666, 0x0103) == 0, "cannot make /dev/null");
    } else if (!shm_.empty()) {
      need(::mount("none", "/dev/shm", "tmpfs", 0, ("size=" + shm_).c_str()) == 0,
           "cannot mount /dev/shm");
    }
    if (no_proc_) {
      need(::mount("none", "/proc", "tmpfs", 0, "size=4k") == 0, "cannot hide /proc");
    } else if ((namespaces_ & CLONE_NEWPID) != 0) {
      need(::mount("none", "/proc", "proc", 0, nullptr) == 0, "cannot mount /proc");
    }
  }

  static void allow_one_cpu() {
    cpu_set_t all, one;
    CPU_ZERO(&one);
    need(::sched_getaffinity(0, sizeof all, &all) == 0, "cannot read the CPUs");
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &all)) continue;
      CPU_SET(cpu, &one);
      break;
    }
    need(::sched_setaffinity(0, sizeof one, &one) == 0, "cannot choose one CPU");
  }

  void filter_calls() const {
    std::vector<sock_filter> program = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const auto& [call, error] : refused_) {
      program.push_back(
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
      program.push_back(
          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog whole{static_cast<unsigned short>(program.size()), program.data()};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    need(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole) == 0, "no seccomp filter");
  }

  std::map<int, int> refused_;
  std::vector<std::pair<__rlimit_resource, rlimit>> limits_;
  std::string shm_, boottime_;
  int namespaces_ = 0;
  bool no_proc_ = false, one_cpu_ = false;
};

}  // namespace

int main(int count, char** arguments) {
  Surroundings here;
  const std::map<std::string, std::function<void(const std::string&)>> with_value = {
      {"--refuse", [&](const auto& value) { here.refuse(value); }},
      {"--limit", [&](const auto& value) { here.limit(value); }},
      {"--shm", [&](const auto& value) { here.shm(value); }},
      {"--own", [&](const auto& value) { here.own(value); }},
      {"--boottime", [&](const auto& value) { here.boottime(value); }}};
  const std::map<std::string, std::function<void()>> alone = {
      {"--no-proc", [&] { here.no_proc(); }}, {"--one-cpu", [&] { here.one_cpu(); }}};
  for (int at = 1; at < count; ++at) {
    const std::string option = arguments[at];
    if (option == "--") {
      if (at + 1 == count) break;
      return here.run(arguments + at + 1);
    }
    if (const auto found = alone.find(option); found != alone.end()) {
      found->second();
    } else if (at + 1 < count) {
      find(with_value, option)(arguments[++at]);
    } else {
      misuse("does not know '" + option + "'");
    }
  }
  misuse("there is no command");
}
