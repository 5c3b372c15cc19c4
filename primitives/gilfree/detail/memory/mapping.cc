#include "gilfree/detail/memory/mapping.h"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <system_error>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14
#endif

namespace gilfree::detail {
namespace {

std::string kibibytes(std::uint64_t bytes) { return std::to_string(bytes >> 10) + " KiB"; }

[[noreturn]] void refuse_mapping(int error, std::size_t bytes, const std::string& what) {
  rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  ::getrlimit(RLIMIT_AS, &limit);
  std::string reason = "is there memory left?";
  if (limit.rlim_cur != RLIM_INFINITY) {
    reason = "this process's address space is limited to " + limit_text(limit.rlim_cur) +
             " (RLIMIT_AS, ulimit -v)";
  }
  throw std::system_error(error, std::generic_category(),
                          what + " needs " + kibibytes(bytes) + " of address space: " + reason);
}

[[noreturn]] void refuse_pages(std::size_t size, bool in_dev_shm) {
  if (!in_dev_shm) {
    throw std::system_error(std::make_error_code(std::errc::not_enough_memory),
                            "gilfree: the system has no memory for " + kibibytes(size) + " more");
  }
  struct statvfs system {};
  ::statvfs("/dev/shm", &system);
  throw std::system_error(
      std::make_error_code(std::errc::no_space_on_device),
      "gilfree: there is no memory for " + kibibytes(size) + " more; /dev/shm has " +
          kibibytes(system.f_bavail * std::uint64_t{system.f_bsize}) +
          " left, remove what is not needed there or make it larger (docker run --shm-size)");
}

// The mappings of named segments: only these are limited by the size of /dev/shm. A list without a lock,
// since a child may be forked at any moment; an entry whose mapping has gone is used again.
struct NamedMapping {
  static constexpr std::uintptr_t kFree = 0, kClaimed = 1;

  std::atomic<std::uintptr_t> begin{kFree}, end{0};
  NamedMapping* next = nullptr;
};
constinit std::atomic<NamedMapping*> named_mappings{nullptr};

NamedMapping* free_entry() {
  for (auto* entry = named_mappings.load(std::memory_order_acquire); entry != nullptr;
       entry = entry->next) {
    std::uintptr_t free = NamedMapping::kFree;
    if (entry->begin.compare_exchange_strong(free, NamedMapping::kClaimed,
                                             std::memory_order_acquire)) {
      return entry;
    }
  }
  auto* const made = new NamedMapping;
  made->begin.store(NamedMapping::kClaimed, std::memory_order_relaxed);
  made->next = named_mappings.load(std::memory_order_relaxed);
  while (!named_mappings.compare_exchange_weak(made->next, made, std::memory_order_release))
    continue;
  return made;
}

NamedMapping* note_named(const void* memory, std::size_t bytes) {
  auto* const entry = free_entry();
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  entry->end.store(begin + bytes, std::memory_order_relaxed);
  entry->begin.store(begin, std::memory_order_release);
  return entry;
}

bool is_named(const std::byte* at) {
  const auto address = reinterpret_cast<std::uintptr_t>(at);
  for (auto* entry = named_mappings.load(std::memory_order_acquire); entry != nullptr;
       entry = entry->next) {
    const auto begin = entry->begin.load(std::memory_order_acquire);
    if (begin > NamedMapping::kClaimed && begin <= address &&
        address < entry->end.load(std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

// How much of [first, first + length) is not in memory: has no page yet, or one that is swapped out. Nothing
// where the kernel does not say.
std::optional<std::size_t> bytes_not_in_memory(std::byte* first, std::size_t length,
                                               std::size_t page) {
  constexpr std::size_t kAtOnce = 4096;
  unsigned char there[kAtOnce];
  std::size_t missing = 0;
  for (std::size_t at = 0; at < length; at += kAtOnce * page) {
    const std::size_t part = std::min(length - at, kAtOnce * page);
    if (::mincore(first + at, part, there) != 0) return std::nullopt;
    missing += static_cast<std::size_t>(
        std::count_if(there, there + part / page, [](unsigned char is) { return (is & 1) == 0; }));
  }
  return missing * page;
}

bool has_dev_shm(std::size_t bytes) {
  struct statvfs system {};
  if (::statvfs("/dev/shm", &system) != 0 || system.f_blocks == 0) return true;  // has no limit
  return bytes <= system.f_bavail * std::uint64_t{system.f_bsize};
}

// Asked first, since a message that is refused halfway would leave /dev/shm full.
bool fits_into_dev_shm(std::byte* first, std::size_t length, std::size_t page) {
  return has_dev_shm(bytes_not_in_memory(first, length, page).value_or(length));
}

// The same for a reader, which must not be refused what is swapped out: where anything is, the kernel decides.
bool may_be_readable(std::byte* first, std::size_t length, std::size_t page) {
  struct sysinfo system {};
  if (::sysinfo(&system) != 0 || system.freeswap != system.totalswap) return true;
  return has_dev_shm(bytes_not_in_memory(first, length, page).value_or(0));
}

// Writes the value it finds, by an atomic operation of the kernel, which reports EFAULT where a write of
// this process would be a SIGBUS. It does not wait, and wakes no waiter.
bool can_write(std::byte* page) {
  constexpr int kOrZero = FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_EQ, 0);
  while (::syscall(SYS_futex, page, FUTEX_WAKE_OP, 0, 0, page, kOrZero) < 0) {
    if (errno != EAGAIN && errno != EINTR) return false;
  }
  return true;
}

// The pages in which [from, from + size) lies.
struct Pages {
  Pages(std::byte* from, std::size_t size)
      : page(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))),
        first(from - reinterpret_cast<std::uintptr_t>(from) % page),
        length((static_cast<std::size_t>(from - first) + size + page - 1) / page * page) {}

  const std::size_t page;  // the size of one
  std::byte* const first;
  const std::size_t length;
};

// Gives memory to those that have none. False where there is not enough.
bool populate(const Pages& pages) {
  while (::madvise(pages.first, pages.length, MADV_POPULATE_WRITE) != 0) {
    if (errno == EAGAIN || errno == EINTR) continue;
    if (errno != EINVAL) return false;
    for (std::size_t at = 0; at < pages.length; at += pages.page) {  // an older kernel
      if (!can_write(pages.first + at)) return false;
    }
    return true;
  }
  return true;
}

}  // namespace

std::string limit_text(rlim_t limit) {
  return limit == RLIM_INFINITY ? "unlimited" : kibibytes(limit);
}

std::shared_ptr<void> map_shared(int file, std::size_t bytes, const std::string& what,
                                 std::size_t on_demand) {
  // Without MAP_NORESERVE a system with less memory than that would refuse it.
  const int flags =
      MAP_SHARED | (file == kNoFile ? MAP_ANONYMOUS : 0) | (on_demand > 0 ? MAP_NORESERVE : 0);
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, file, 0);
  if (memory == MAP_FAILED) refuse_mapping(errno, bytes, what);
  auto* const noted = file == kNoFile ? nullptr : note_named(memory, bytes);
  return {memory, [bytes, noted](void* mapped) {
            if (noted != nullptr)
              noted->begin.store(NamedMapping::kFree, std::memory_order_release);
            ::munmap(mapped, bytes);
          }};
}

void reserve_pages(std::byte* from, std::size_t size) {
  const Pages pages(from, size);
  const bool in_dev_shm = is_named(pages.first);
  const bool fits = !in_dev_shm || fits_into_dev_shm(pages.first, pages.length, pages.page);
  if (!fits || !populate(pages)) refuse_pages(size, in_dev_shm);
}

bool can_be_read(std::byte* from, std::size_t size) {
  constexpr std::size_t kLittle = std::size_t{1} << 20;  // may be taken without a look
  const Pages pages(from, size);
  if (pages.length > kLittle && is_named(pages.first) &&
      !may_be_readable(pages.first, pages.length, pages.page)) {
    return false;
  }
  return populate(pages);
}

}  // namespace gilfree::detail
