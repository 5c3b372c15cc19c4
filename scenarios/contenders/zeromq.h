// ZeroMQ over ipc, PUSH to PULL. Optional: without libzmq the rows say so.
#pragma once

#include "scenarios/contenders/channel.h"

#if __has_include(<zmq.h>)
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <zmq.h>

#include <string>

namespace scenarios {

class ZeroMq {
 public:
  static constexpr Facts kFacts{.name = "zeromq_ipc", .primitive = "queue", .wait = "block"};

  // A name in the abstract namespace: nothing is left in the file system. A context does not survive
  // a fork, so each party opens its own at its first message.
  explicit ZeroMq(std::size_t bytes) : bytes_(bytes) {
    static int made = 0;
    name_ = "ipc://@bench-all-" + std::to_string(::getpid()) + "-" + std::to_string(++made);
    if (::pipe2(all_received_, O_CLOEXEC) != 0) cannot("pipe2");
  }
  ~ZeroMq() {
    ::close(all_received_[0]);
    ::close(all_received_[1]);
  }
  // For a party that ends. The receiver must have everything before the sender closes: libzmq 4.3.4
  // drops what is still in the socket if it is not reading at that moment, its queue being full.
  void finish() {
    if (socket_ == nullptr) return;
    char word = 'r';
    pollfd answer{all_received_[0], POLLIN, 0};
    if (receives_) {
      if (::write(all_received_[1], &word, 1) != 1) broken("write");
    } else if (::poll(&answer, 1, 1000) == 1 && ::read(all_received_[0], &word, 1) != 1) {
      broken("read");
    }
    ::zmq_close(socket_);
    ::zmq_ctx_term(context_);
    socket_ = nullptr;
  }
  ZeroMq(const ZeroMq&) = delete;
  ZeroMq& operator=(const ZeroMq&) = delete;

  void send(const std::byte* message) {
    if (socket_ == nullptr) open(ZMQ_PUSH);
    while (::zmq_send(socket_, message, bytes_, 0) < 0) {
      if (errno != EINTR) throw std::runtime_error(::zmq_strerror(errno));
    }
  }
  void receive(std::byte* message) {
    if (socket_ == nullptr) open(ZMQ_PULL);
    while (::zmq_recv(socket_, message, bytes_, 0) < 0) {
      if (errno != EINTR) throw std::runtime_error(::zmq_strerror(errno));
    }
  }
  int depth() const { return static_cast<int>(usual_depth(bytes_)); }

 private:
  void open(int type) {
    receives_ = type == ZMQ_PULL;
    context_ = ::zmq_ctx_new();
    socket_ = ::zmq_socket(context_, type);
    const int most = depth();
    ::zmq_setsockopt(socket_, type == ZMQ_PUSH ? ZMQ_SNDHWM : ZMQ_RCVHWM, &most, sizeof most);
    const int retry_ms = 1;  // who connects first would else wait 100 ms for who binds
    ::zmq_setsockopt(socket_, ZMQ_RECONNECT_IVL, &retry_ms, sizeof retry_ms);
    const int opened = type == ZMQ_PULL ? ::zmq_bind(socket_, name_.c_str())
                                        : ::zmq_connect(socket_, name_.c_str());
    if (opened != 0) throw std::runtime_error(name_ + ": " + ::zmq_strerror(errno));
  }

  std::size_t bytes_;
  std::string name_;
  void* context_ = nullptr;
  void* socket_ = nullptr;
  bool receives_ = false;
  int all_received_[2];
};

}  // namespace scenarios

#else

namespace scenarios {

struct ZeroMq {
  static constexpr Facts kFacts{.name = "zeromq_ipc", .primitive = "queue", .wait = "block"};
  explicit ZeroMq(std::size_t) {
    throw harness::Skipped("built without ZeroMQ; install libzmq3-dev and build again");
  }
  void send(const std::byte*) {}
  void receive(std::byte*) {}
  int depth() const { return 0; }
};

}  // namespace scenarios

#endif
