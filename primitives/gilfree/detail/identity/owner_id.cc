#include "gilfree/detail/identity/owner_id.h"

#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>

#include "gilfree/detail/base/proc_stat.h"

namespace gilfree::detail {
namespace {

// Two values that no program has.
constexpr std::uint32_t kNothingKnown = 0, kHidden = 1, kFirstProgram = 2;

// The kernel hides the address from readers that may not trace the process: it writes 0 or 1.
std::uint32_t program_of(const ProcStat& stat) {
  if (stat.stack <= 1) return kHidden;
  const std::uint64_t mixed = (stat.stack >> 4) * 0x9e3779b97f4a7c15;
  return static_cast<std::uint32_t>((mixed >> 32) % ((1u << kProgramBits) - kFirstProgram)) +
         kFirstProgram;
}
std::uint32_t pack(std::uint64_t started, std::uint32_t program) {
  return static_cast<std::uint32_t>(started) << kProgramBits | program;
}
std::uint32_t program_in(OwnerId owner) { return born(owner) & ((1u << kProgramBits) - 1); }

// Where /proc does not give it: now, so that a later owner of the id has most likely another name.
std::uint32_t born_now() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return pack(static_cast<std::uint64_t>(now.tv_sec * 100 + now.tv_nsec / 10'000'000),
              kNothingKnown);
}

struct Path {
  char text[96];
};

// "/proc/PID/task/TID/stat" of the caller, by `link`: /proc/self (of its first thread) or
// /proc/thread-self. Nothing unless the link ends with `id`: then /proc is not there, or is that of another
// pid namespace. A link is read without a descriptor. What is compared is always the file in task/: qemu-user
// makes up "/proc/PID/stat" for the process itself, with another start time than others see.
std::optional<Path> own_stat(const char* link, std::uint32_t id) {
  char target[64];
  const ssize_t length = ::readlink(link, target, sizeof target - 1);
  if (length <= 0) return std::nullopt;
  target[length] = '\0';
  const char* slash = std::strrchr(target, '/');
  if (std::strtoul(slash == nullptr ? target : slash + 1, nullptr, 10) != id) return std::nullopt;
  Path path;
  if (slash == nullptr) {
    std::snprintf(path.text, sizeof path.text, "/proc/%u/task/%u/stat", id, id);
  } else {
    std::snprintf(path.text, sizeof path.text, "/proc/%s/stat", target);
  }
  return path;
}

std::optional<std::uint32_t> born_by(const char* link, std::uint32_t id) {
  const auto path = own_stat(link, id);
  const auto stat = path ? read_proc_stat(path->text) : std::nullopt;
  if (!stat) return std::nullopt;
  return pack(stat->started, program_of(*stat));
}

bool is_same(OwnerId owner, const ProcStat& stat) {
  const std::uint32_t named = program_in(owner), seen = program_of(stat);
  if (named == kNothingKnown) return true;
  const bool comparable = named != kHidden && seen != kHidden;
  return born(owner) == pack(stat.started, comparable ? seen : named);
}

// No thread has the id 0, by which kill(2) means this process's group: an unrelated process wrote it.
bool id_exists(OwnerId owner) {
  if (id_of(owner) == 0) return false;
  return ::kill(static_cast<pid_t>(id_of(owner)), 0) == 0 || errno != ESRCH;
}

// A thread gives up its robust list when it ends or execs, also while it is a zombie.
bool has_given_up_robust_list(OwnerId owner) {
  robust_list_head* head = nullptr;
  std::size_t size = 0;
  return ::syscall(SYS_get_robust_list, id_of(owner), &head, &size) == 0 && head == nullptr;
}

std::optional<ProcStat> stat_of(OwnerId owner) {
  char path[48];
  std::snprintf(path, sizeof path, "/proc/%u/task/%u/stat", id_of(owner), id_of(owner));
  return read_proc_stat(path);
}

}  // namespace

void wipe_this_thread_in_children() {
  // With larger pages the kernel would clear what lies beside it, too.
  if (::sysconf(_SC_PAGESIZE) > static_cast<long>(sizeof this_thread)) return;
  (void)::madvise(&this_thread, sizeof this_thread, MADV_WIPEONFORK);
}

OwnerId name_this_thread() {
  const auto id = static_cast<std::uint32_t>(::gettid());
  return make_owner_id(0, id, born_by("/proc/thread-self", id).value_or(born_now()));
}

OwnerId name_this_process() {
  static std::atomic<OwnerId> known{kNoOwner};  // for the threads of a process without /proc
  const auto id = static_cast<std::uint32_t>(::getpid());
  OwnerId mine;
  if (const auto born = born_by("/proc/self", id)) {
    mine = make_owner_id(0, id, *born);
  } else {
    mine = make_owner_id(0, id, born_now());
    OwnerId found = known.load(std::memory_order_relaxed);
    while (id_of(found) != id &&
           !known.compare_exchange_weak(found, mine, std::memory_order_relaxed)) {
      continue;
    }
    if (id_of(found) == id) mine = found;
  }
  wipe_this_thread_in_children();
  return this_thread.process = mine;
}

bool kernel_knows(OwnerId owner, OwnerKind kind) {
  if (!id_exists(owner)) return false;
  const auto stat = proc_is_usable() ? stat_of(owner) : std::nullopt;
  if (stat) {
    // A process whose first thread has ended is a zombie while another thread of it runs.
    const bool others_run = kind == OwnerKind::kProcess && stat->threads > 1;
    return (!stat->has_ended() || others_run) && is_same(owner, *stat);
  }
  if (!id_exists(owner)) return false;
  const bool had_robust_list =
      slot_of(owner) < kMostParticipants || (kind == OwnerKind::kProcess && has_robust_list());
  return !(had_robust_list && has_given_up_robust_list(owner));
}

bool has_robust_list() {
  // A size of 0 is refused before anything is changed.
  if (::syscall(SYS_set_robust_list, nullptr, std::size_t{0}) == 0 || errno != EINVAL) return false;
  robust_list_head* head = nullptr;
  std::size_t size = 0;
  return ::syscall(SYS_get_robust_list, 0, &head, &size) != 0 || head != nullptr;
}

bool proc_is_usable() {
  static const bool usable =
      own_stat("/proc/self", static_cast<std::uint32_t>(::getpid())).has_value();
  return usable;
}

}  // namespace gilfree::detail
