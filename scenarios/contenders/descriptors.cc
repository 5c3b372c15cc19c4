// Channels over file descriptors: pipe(2) and socket pairs.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "scenarios/producer_consumer.h"
#include "scenarios/single_operation.h"
#include "scenarios/support/stream.h"

namespace scenarios {
namespace {

class KernelPipe : public PipeStream {
 public:
  static constexpr Facts kFacts{
      .name = "pipe2", .label = "pipe(2)", .family = "pipe", .primitive = "pipe", .wait = "block"};

  explicit KernelPipe(std::size_t bytes) : PipeStream(bytes) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) cannot("pipe2");
    in_ = ends[0];
    out_ = ends[1];
  }
};

class LargeKernelPipe : public KernelPipe {
 public:
  static constexpr Facts kFacts{.name = "pipe2_1m",
                                .label = "pipe(2), 1 MiB buffer",
                                .family = "pipe",
                                .primitive = "pipe",
                                .wait = "block"};

  explicit LargeKernelPipe(std::size_t bytes) : KernelPipe(bytes) {
    if (::fcntl(out_, F_SETPIPE_SZ, 1 << 20) < 0) {
      cannot("a pipe of 1 MiB (raise /proc/sys/fs/pipe-max-size)");
    }
  }
};

class SocketPair : public Stream {
 public:
  SocketPair(std::size_t bytes, int type) : Stream(bytes) {
    int ends[2];
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0) cannot("socketpair");
    in_ = ends[0];
    out_ = ends[1];
    // 4 MiB if this process may, else what net.core.wmem_max allows.
    const int size = 4 << 20;
    if (::setsockopt(out_, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0) {
      ::setsockopt(out_, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    }
  }

 protected:
  std::size_t send_buffer() const {
    int size = 0;
    socklen_t length = sizeof size;
    ::getsockopt(out_, SOL_SOCKET, SO_SNDBUF, &size, &length);
    return static_cast<std::size_t>(size);
  }
};

class StreamSockets : public SocketPair {
 public:
  static constexpr Facts kFacts{.name = "socketpair_stream",
                                .label = "socketpair stream",
                                .family = "socket",
                                .primitive = "socket",
                                .wait = "block"};
  explicit StreamSockets(std::size_t bytes) : SocketPair(bytes, SOCK_STREAM) {}
};

// Keeps the boundaries of messages, so each must fit into the send buffer whole.
class PacketSockets : public SocketPair {
 public:
  static constexpr Facts kFacts{.name = "socketpair_seqpacket",
                                .label = "socketpair seqpacket",
                                .family = "socket",
                                .primitive = "socket",
                                .wait = "block"};
  explicit PacketSockets(std::size_t bytes) : SocketPair(bytes, SOCK_SEQPACKET) {
    if (bytes + 4096 > send_buffer()) {
      throw harness::Skipped("a packet of " + std::to_string(bytes) +
                             " bytes does not fit into the send buffer of " +
                             std::to_string(send_buffer()) + " (raise net.core.wmem_max)");
    }
  }
};

const Registration registered[] = {
    add_channel<KernelPipe>(),
    add_channel<LargeKernelPipe>(),
    add_channel<StreamSockets>(),
    add_channel<PacketSockets>(),
    add_channel_as_queue<PacketSockets>(),
    add_channel_as_queue<KernelPipe, true>(),
    add_channel_as_queue<StreamSockets, true>(),
    add_channel_operation<KernelPipe>("write_read", "write, read"),
};

}  // namespace
}  // namespace scenarios
