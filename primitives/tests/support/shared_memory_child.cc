#include "primitives/tests/support/shared_memory_child.h"

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/detail/identity/participant.h"
#include "primitives/tests/support/sanitizers.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

constexpr std::size_t kPage = 4096, kStack = 256 * kPage, kMostPages = 1 << 14;

#if defined(__x86_64__)
constexpr bool kKnown = !kHasShadowMemory;
#else
constexpr bool kKnown = false;
#endif

// glibc's record of this thread: its list of robust mutexes, which the kernel can be asked for, and a
// little before it the thread id.
struct Thread {
  robust_list_head* robust = nullptr;
  pid_t* id = nullptr;  // nullptr: it is not where it is thought to be
};
Thread this_thread_of_glibc() {
  Thread thread;
  std::size_t size = 0;
  ::syscall(SYS_get_robust_list, 0, &thread.robust, &size);
  if (thread.robust == nullptr) return thread;
  auto* const id = reinterpret_cast<pid_t*>(thread.robust) - 4;
  if (*id == ::gettid()) thread.id = id;
  return thread;
}

void* map(std::size_t bytes, int flags) {
  return ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                0);
}

// The child's stack, and beyond each end of it a page that no code may touch.
std::byte* stack_end() {
  static auto* const end = [] {
    auto* const whole = static_cast<std::byte*>(map(kStack + 2 * kPage, MAP_PRIVATE));
    ::mprotect(whole, kPage, PROT_NONE);
    ::mprotect(whole + kPage + kStack, kPage, PROT_NONE);
    return whole + kPage + kStack;
  }();
  return end;
}

// This process's own memory, and a copy of it.
class Memory {
 public:
  Memory() {
    std::FILE* const maps = std::fopen("/proc/self/maps", "r");
    char line[512];
    while (std::fgets(line, sizeof line, maps) != nullptr) {
      std::uintptr_t from = 0, to = 0;
      char rights[5] = "";
      if (std::sscanf(line, "%lx-%lx %4s", &from, &to, rights) != 3) continue;
      const bool is_heap = std::strstr(line, "[heap]") != nullptr;
      const bool is_stack = std::strstr(line, "[stack]") != nullptr;
      if (is_heap && heap_ == 0) heap_ = from;  // what was added after a fork is a line of its own
      if (is_stack) stack_end_ = to;
      if (std::strcmp(rights, "rw-p") != 0 || is_heap || is_stack) continue;
      if (to == reinterpret_cast<std::uintptr_t>(stack_end())) continue;
      if (parts_ < kMostParts) part_[parts_++] = {from, to};
    }
    std::fclose(maps);
  }

  // Copies what lies beyond `frame` on the stack, and all else.
  void save(const void* frame) {
    saved_ = 0;
    break_ = ::sbrk(0);
    add_heap_and_stack(frame);
    for (int i = 0; i < parts_ + 2; ++i) each_page(i, &Memory::save_page);
  }
  void restore() {
    ::brk(break_);
    saved_ = 0;
    for (int i = 0; i < parts_ + 2; ++i) each_page(i, &Memory::restore_page);
  }

 private:
  static constexpr int kMostParts = 64;
  struct Part {
    std::uintptr_t from, to;
  };

  void add_heap_and_stack(const void* frame) {
    part_[parts_] = {heap_, heap_ == 0 ? 0 : reinterpret_cast<std::uintptr_t>(break_)};
    part_[parts_ + 1] = {reinterpret_cast<std::uintptr_t>(frame), stack_end_};
  }
  void each_page(int part, void (Memory::*act)(std::byte*, std::size_t)) {
    for (auto at = part_[part].from; at < part_[part].to;) {
      const auto next = std::min(at / kPage * kPage + kPage, part_[part].to);
      (this->*act)(reinterpret_cast<std::byte*>(at), next - at);
      at = next;
    }
  }
  // The same pages in the same order each time: most have not changed since the last.
  void save_page(std::byte* page, std::size_t size) { bring(copy(), page, size); }
  void restore_page(std::byte* page, std::size_t size) { bring(page, copy(), size); }
  std::byte* copy() { return copies_ + kPage * (saved_++ % kMostPages); }
  static void bring(std::byte* to, const std::byte* from, std::size_t size) {
    if (std::memcmp(to, from, size) != 0) std::memcpy(to, from, size);
  }

  std::byte* const copies_ = static_cast<std::byte*>(map(kMostPages * kPage, MAP_SHARED));
  Part part_[kMostParts + 2]{};
  int parts_ = 0;
  std::uintptr_t heap_ = 0, stack_end_ = 0;
  void* break_ = nullptr;
  std::size_t saved_ = 0;
};

// Not part of what it puts back.
Memory& memory() {
  static pid_t owner = 0;
  static Memory* made = nullptr;
  if (std::exchange(owner, ::getpid()) != ::getpid())
    made = ::new (map(sizeof(Memory), MAP_SHARED)) Memory;
  return *made;
}

struct Life {
  const std::function<void()>& body;
  robust_list_head* robust;
};

// What fork does in a child, as far as it does not concern threads that are not there.
int live(void* given) {
  const auto& [body, robust] = *static_cast<const Life*>(given);
  robust->list.next = &robust->list;
  reinterpret_cast<void**>(robust)[-1] = robust;
  ::syscall(SYS_set_robust_list, robust, sizeof *robust);
  detail::this_thread = {};
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  body();
  ::_exit(0);
}

}  // namespace

bool can_share_memory() {
  static const bool can = kKnown && std::getenv("GILFREE_CRASH_FORK") == nullptr &&
                          this_thread_of_glibc().id != nullptr;
  return can;
}

[[gnu::noinline]] int run_sharing_memory(const std::function<void()>& body,
                                         const std::function<void()>& at_its_end) {
  Memory& mine = memory();
  const Thread me = this_thread_of_glibc();
  mine.save(__builtin_frame_address(0));
  Life life{body, me.robust};
  const pid_t child =
      ::clone(live, stack_end(), CLONE_VM | CLONE_VFORK | CLONE_CHILD_SETTID | SIGCHLD, &life,
              nullptr, nullptr, me.id);
  at_its_end();
  int status = 0;
  ::waitpid(child, &status, 0);
  mine.restore();
  return status;
}

int run_child(const std::function<void()>& body) {
  if (can_share_memory()) return run_sharing_memory(body);
  int status = 0;
  ::waitpid(fork_child(body), &status, 0);
  return status;
}

}  // namespace gilfree::testing
