// EndpointLiveness: one end of a pipe, and whether anyone still holds the other.
//
//   auto [mine, theirs] = EndpointLiveness<Processes>::make_both();
//   auto end = EndpointLiveness<Processes>::hold(file, {0, 1}, came);     // of a pipe by name: the first to be had
//   if (mine.other_is_gone()) ...   // every process that held the other end has closed it or died
//
// Across processes the kernel keeps the count, since it alone sees every fork, exec and death: an
// end is one side of a socket pair that carries nothing, or by name a byte of the pipe's file, held
// (byte_range_lock.h). Between threads an end is a flag. An end that was never opened does not count as closed.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <initializer_list>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "gilfree/detail/memory/byte_range_lock.h"
#include "gilfree/detail/wait/parker.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

// Which ends of a named pipe have ever been held, in memory that both processes share.
struct EverOpened {
  std::atomic<std::uint32_t> sides[2]{};
};

template <typename S>
class EndpointLiveness;

template <>
class EndpointLiveness<Processes> {
 public:
  static std::pair<EndpointLiveness, EndpointLiveness> make_both() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      throw std::system_error(errno, std::generic_category(),
                              "gilfree::Pipe: a pipe needs two file descriptors; close some");
    }
    return {EndpointLiveness(ends[0], 0, nullptr), EndpointLiveness(ends[1], 1, nullptr)};
  }
  // The first of `sides` that no other process holds, if there is one.
  static std::optional<EndpointLiveness> hold(int file, std::initializer_list<int> sides,
                                              EverOpened& came) {
    for (const int side : sides) {
      const int fd = lock_byte(file, side);
      if (fd < 0) continue;
      came.sides[side].store(1, std::memory_order_release);  // a reader of it finds the byte held
      return EndpointLiveness(fd, side, &came);
    }
    return std::nullopt;
  }

  EndpointLiveness(EndpointLiveness&& from) noexcept
      : fd_(from.fd_.exchange(-1, std::memory_order_relaxed)),
        side_(from.side_),
        came_(from.came_) {}
  EndpointLiveness& operator=(EndpointLiveness&& from) noexcept {
    fd_ = from.fd_.exchange(fd_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    std::swap(side_, from.side_);
    std::swap(came_, from.came_);
    return *this;
  }
  ~EndpointLiveness() { close(); }

  // This process's share of the end. True if it was open.
  bool close() {
    const int fd = fd_.exchange(-1, std::memory_order_relaxed);
    return fd >= 0 && ::close(fd) == 0;
  }
  [[gnu::always_inline]] bool is_open() const { return fd() >= 0; }
  int side() const { return side_; }

  // A system call.
  bool other_is_gone() const {
    if (came_ != nullptr) {
      return came_->sides[1 - side_].load(std::memory_order_acquire) != 0 &&
             !others_lock_byte(fd(), 1 - side_);
    }
    // Not poll(2), which is refused where RLIMIT_NOFILE has been lowered to 0. Nothing is ever sent.
    char none;
    return ::recv(fd(), &none, sizeof none, MSG_PEEK | MSG_DONTWAIT) == 0;
  }
  // For a caller that asks all the time: by name it asks the kernel once in kHeartbeat.
  bool other_is_gone_lately() {
    if (came_ != nullptr) {
      timespec now{};
      ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
      const auto since_boot =
          std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
      if (since_boot - asked_ < kHeartbeat) return false;
      asked_ = since_boot;
    }
    return other_is_gone();
  }

 private:
  EndpointLiveness(int fd, int side, const EverOpened* came) : fd_(fd), side_(side), came_(came) {}
  [[gnu::always_inline]] int fd() const { return fd_.load(std::memory_order_relaxed); }

  std::atomic<int> fd_;  // -1 once closed, perhaps by another thread than the one that waits
  int side_;
  const EverOpened* came_;  // of a pipe by name
  std::chrono::nanoseconds asked_{0};
};

template <>
class EndpointLiveness<Threads> {
 public:
  static std::pair<EndpointLiveness, EndpointLiveness> make_both() {
    auto open = std::make_shared<Flags>();
    return {EndpointLiveness(open, 0), EndpointLiveness(open, 1)};
  }

  EndpointLiveness(EndpointLiveness&& from) noexcept = default;
  EndpointLiveness& operator=(EndpointLiveness&& from) noexcept {
    std::swap(open_, from.open_);
    std::swap(side_, from.side_);
    return *this;
  }
  ~EndpointLiveness() { close(); }

  bool close() { return open_ && flag(side_).exchange(false, std::memory_order_acq_rel); }
  bool is_open() const { return open_ && flag(side_).load(std::memory_order_acquire); }
  bool other_is_gone() const { return !flag(1 - side_).load(std::memory_order_acquire); }
  bool other_is_gone_lately() const { return other_is_gone(); }
  int side() const { return side_; }

 private:
  struct Flags : std::array<std::atomic<bool>, 2> {
    Flags() : array{true, true} {}
  };
  std::atomic<bool>& flag(int side) const { return (*open_)[static_cast<std::size_t>(side)]; }
  EndpointLiveness(std::shared_ptr<Flags> open, int side) : open_(std::move(open)), side_(side) {}

  std::shared_ptr<Flags> open_;
  int side_;
};

}  // namespace gilfree::detail
