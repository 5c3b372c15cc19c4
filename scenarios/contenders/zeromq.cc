// ZeroMQ over ipc, PUSH to PULL. Optional: without libzmq the rows say so.
// Links: zmq
#include "scenarios/pipe_vs_queue.h"
#include "scenarios/support/unique_name.h"

#if __has_include(<zmq.h>)
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <zmq.h>
#endif

#include <string>

namespace scenarios {
namespace {

constexpr Facts kZeroMq{.name = "zeromq_ipc",
                        .label = "ZeroMQ ipc",
                        .family = "zeromq",
                        .primitive = "queue",
                        .wait = "block"};

#if __has_include(<zmq.h>)
class ZeroMq {
 public:
  static constexpr Facts kFacts = kZeroMq;

  // A name in the abstract namespace: nothing is left in the file system. A context does not survive
  // a fork, so each worker opens its own at its first message.
  explicit ZeroMq(std::size_t bytes) : bytes_(bytes) {
    name_ = "ipc://@" + unique_name();
    if (::pipe2(all_received_, O_CLOEXEC) != 0) cannot("pipe2");
  }
  ~ZeroMq() {
    ::close(all_received_[0]);
    ::close(all_received_[1]);
  }
  // Called by each worker at its end. The receiver must have everything before the sender closes:
  // libzmq 4.3.4 drops what is still in the socket if the receiver's queue is full at that moment.
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
    const int retry_ms =
        1;  // otherwise the end that connects first waits 100 ms for the one that binds
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

const Registration registered = add_channel<ZeroMq>();
#else
const Registration registered = add_missing<ChannelContender>("ZeroMQ", "libzmq3-dev", kZeroMq,
                                                              WorkerKind::kProcesses, kNativeWait);
#endif

}  // namespace
}  // namespace scenarios
