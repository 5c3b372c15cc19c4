#include "gilfree/detail/memory/file_pages.h"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace gilfree::detail {
namespace {

// True if its file system has as many bytes left, or no limit.
bool has_room(int fd, std::size_t bytes) {
  struct statvfs system {};
  if (::fstatvfs(fd, &system) != 0 || system.f_blocks == 0) return true;
  return bytes <= system.f_bavail * std::uint64_t{system.f_bsize};
}

}  // namespace

// In pieces: the kernel gives up a piece when a signal arrives, and a program may have a timer.
int give_pages(int fd, std::size_t size) {
  constexpr std::size_t kAtOnce = std::size_t{4} << 20;
  int error = 0;
  for (std::size_t at = 0; at < size && error == 0; at += kAtOnce) {
    do {
      error = ::posix_fallocate(fd, static_cast<off_t>(at),
                                static_cast<off_t>(std::min(kAtOnce, size - at)));
    } while (error == EINTR);
  }
  return error;
}

int fill_holes(int fd, const struct stat& facts, std::size_t on_demand) {
  const auto size = static_cast<std::size_t>(facts.st_size);
  const auto there = static_cast<std::size_t>(facts.st_blocks) * 512;
  if (there >= size) return 0;  // so a large array is opened at once
  const std::size_t now = size - std::min(size, on_demand);
  if (there < now && !has_room(fd, now - there)) return ENOSPC;
  return give_pages(fd, now);  // what is there may be on demand, and the holes elsewhere
}

}  // namespace gilfree::detail
