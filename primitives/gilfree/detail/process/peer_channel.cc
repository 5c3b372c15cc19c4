#include "gilfree/detail/process/peer_channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "gilfree/detail/process/await_ready.h"

namespace gilfree::detail {
namespace {

bool try_again() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

bool PeerChannel::send(const void* bytes, std::size_t count) {
  for (auto at = static_cast<const std::byte*>(bytes); count > 0;) {
    const ssize_t sent = ::send(socket_, at, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && !(try_again() && await(POLLOUT))) return false;
    if (sent < 0) continue;
    at += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool PeerChannel::receive(void* bytes, std::size_t count) {
  for (auto at = static_cast<std::byte*>(bytes); count > 0;) {
    const ssize_t came = ::recv(socket_, at, count, MSG_DONTWAIT);
    if (came == 0 || (came < 0 && !(try_again() && await(POLLIN)))) return false;
    if (came < 0) continue;
    at += came;
    count -= static_cast<std::size_t>(came);
  }
  return true;
}

void PeerChannel::close() {
  for (int* fd : {&socket_, &pidfd_}) {
    if (*fd >= 0) ::close(std::exchange(*fd, -1));
  }
}

void PeerChannel::hang_up() { ::shutdown(socket_, SHUT_RDWR); }

// Sleeps until the socket is ready. False if the other process has ended, and it is not.
bool PeerChannel::await(short event) {
  pollfd both[] = {{socket_, event, 0}, {pidfd_, POLLIN, 0}};
  while (both[0].revents == 0 && both[1].revents == 0) {
    if (!await_ready(both, kNever)) return false;
  }
  return both[0].revents != 0;
}

}  // namespace gilfree::detail
