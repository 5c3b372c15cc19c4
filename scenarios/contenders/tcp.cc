// TCP over the loopback interface, without Nagle's delay.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scenarios/producer_consumer.h"
#include "scenarios/support/stream.h"

namespace scenarios {
namespace {

class LoopbackTcp : public Stream {
 public:
  static constexpr Facts kFacts{.name = "tcp_loopback",
                                .label = "TCP loopback",
                                .family = "socket",
                                .primitive = "socket",
                                .wait = "block"};

  explicit LoopbackTcp(std::size_t bytes) : Stream(bytes) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) cannot("socket of TCP");
    const char* failed = connect_through(listener);
    const int error = errno;
    ::close(listener);
    if (failed != nullptr) cannot(std::string(failed) + " on 127.0.0.1", error);
    const int yes = 1;
    ::setsockopt(out_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }

 private:
  // Returns the call that failed. The kernel completes a connection that waits to be accepted.
  const char* connect_through(int listener) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* at = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listener, at, size) != 0) return "bind";  // to a free port
    if (::listen(listener, 1) != 0) return "listen";
    if (::getsockname(listener, at, &size) != 0) return "getsockname";
    out_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (out_ < 0) return "socket";
    if (::connect(out_, at, size) != 0) return "connect";
    in_ = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    return in_ < 0 ? "accept" : nullptr;
  }
};

const Registration registered[] = {
    add_channel<LoopbackTcp>(),
    add_channel_as_queue<LoopbackTcp, true>(),
};

}  // namespace
}  // namespace scenarios
