// Stream: what channels over file descriptors have in common.
//
//   class KernelPipe : public PipeStream {
//     explicit KernelPipe(std::size_t bytes) : PipeStream(bytes) { ... in_ = ends[0], out_ = ends[1]; }
//   };
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "scenarios/support/contender.h"

namespace scenarios {

// Two connected descriptors and a stream of bytes between them.
class Stream {
 public:
  explicit Stream(std::size_t bytes) : bytes_(bytes) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    if (in_ >= 0) ::close(in_);
    if (out_ >= 0) ::close(out_);
  }

  void send(const std::byte* message) {
    move([&](std::size_t at) { return ::write(out_, message + at, bytes_ - at); }, "write");
  }
  void receive(std::byte* message) {
    move([&](std::size_t at) { return ::read(in_, message + at, bytes_ - at); }, "read");
  }
  int depth() const { return 0; }

 protected:
  std::size_t bytes_;
  int in_ = -1, out_ = -1;

 private:
  template <typename Move>
  void move(Move some, const char* call) {
    for (std::size_t at = 0; at < bytes_;) {
      const ssize_t n = some(at);
      if (n == 0) broken(call, EPIPE);
      if (n < 0 && errno != EINTR) broken(call);
      if (n > 0) at += static_cast<std::size_t>(n);
    }
  }
};

// A stream through a pipe of the kernel, with a name or without.
class PipeStream : public Stream {
 public:
  using Stream::Stream;
  int depth() const {
    return static_cast<int>(static_cast<std::size_t>(::fcntl(in_, F_GETPIPE_SZ)) / bytes_);
  }
};

}  // namespace scenarios
