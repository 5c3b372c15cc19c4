// End: one end of a pipe, and whether anyone still holds the other.
//
//   auto [mine, theirs] = End<Processes>::make_both();
//   if (mine.other_is_gone()) ...   // every process that held the other end has closed it or died
//
// Across processes the kernel keeps the count, since it alone sees every fork, exec and death: an
// end is one side of a socket pair that carries nothing. Between threads an end is a flag.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "primitives/core/scope.h"

namespace gilfree::core {

template <typename S>
class End;

template <>
class End<Processes> {
 public:
  static std::pair<End, End> make_both() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      throw std::system_error(errno, std::generic_category(),
                              "gilfree::Pipe: a pipe needs two file descriptors; close some");
    }
    return {End(ends[0]), End(ends[1])};
  }

  End(End&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {}
  End& operator=(End&& from) noexcept {
    std::swap(fd_, from.fd_);
    return *this;
  }
  ~End() { close(); }

  // This process's share of the end. True if it was open.
  bool close() {
    const int fd = std::exchange(fd_, -1);
    return fd >= 0 && ::close(fd) == 0;
  }
  bool is_open() const { return fd_ >= 0; }

  // A system call.
  bool other_is_gone() const {
    pollfd ask{.fd = fd_, .events = 0, .revents = 0};
    return ::poll(&ask, 1, 0) == 1 && (ask.revents & (POLLHUP | POLLERR)) != 0;
  }

 private:
  explicit End(int fd) : fd_(fd) {}
  int fd_;
};

template <>
class End<Threads> {
 public:
  static std::pair<End, End> make_both() {
    auto open = std::make_shared<Flags>();
    return {End(open, 0), End(open, 1)};
  }

  End(End&& from) noexcept = default;
  End& operator=(End&& from) noexcept {
    std::swap(open_, from.open_);
    std::swap(side_, from.side_);
    return *this;
  }
  ~End() { close(); }

  bool close() { return open_ && (*open_)[side_].exchange(false, std::memory_order_acq_rel); }
  bool is_open() const { return open_ && (*open_)[side_].load(std::memory_order_acquire); }
  bool other_is_gone() const { return !(*open_)[1 - side_].load(std::memory_order_acquire); }

 private:
  struct Flags : std::array<std::atomic<bool>, 2> {
    Flags() : array{true, true} {}
  };
  End(std::shared_ptr<Flags> open, int side) : open_(std::move(open)), side_(side) {}

  std::shared_ptr<Flags> open_;
  int side_;
};

}  // namespace gilfree::core
