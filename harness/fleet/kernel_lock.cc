#include "harness/fleet/kernel_lock.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace harness {

KernelLock::KernelLock(const std::string& name)
    : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // A first byte of 0: the name is no path.
  const std::size_t room = sizeof address.sun_path - 1;
  const std::string end = name.size() > room ? name.substr(name.size() - room) : name;
  std::memcpy(address.sun_path + 1, end.data(), end.size());
  const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + end.size());
  is_ours_ =
      ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), bytes) == 0 || errno != EADDRINUSE;
}

KernelLock::~KernelLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace harness
