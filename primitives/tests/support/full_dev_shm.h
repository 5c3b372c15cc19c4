// A /dev/shm without a page left, for questions of ask_with_shm (worlds.h).
#pragma once

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <string>

#include "gilfree/errors.h"

namespace gilfree::testing {

inline void fill_dev_shm() {
  const std::string page(4096, 'f');
  const int file = ::open("/dev/shm/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  while (::write(file, page.data(), page.size()) > 0) continue;
  ::close(file);
}

inline std::uint64_t free_in_dev_shm() {
  struct statvfs system {};
  ::statvfs("/dev/shm", &system);
  return system.f_bavail * std::uint64_t{system.f_bsize};
}

inline bool throws_corrupted(const std::function<void()>& call) {
  try {
    call();
  } catch (const Corrupted&) {
    return true;
  }
  return false;
}

}  // namespace gilfree::testing
