// The kernel's message queues: POSIX mq and System V.
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include <cstring>
#include <string>
#include <vector>

#include "scenarios/producer_consumer.h"
#include "scenarios/support/janitor.h"
#include "scenarios/support/unique_name.h"

namespace scenarios {
namespace {

class PosixQueue {
 public:
  static constexpr Facts kFacts{.name = "posix_mq",
                                .label = "POSIX mq",
                                .family = "posix",
                                .primitive = "queue",
                                .wait = "block"};

  explicit PosixQueue(std::size_t bytes) : bytes_(bytes) {
    const std::string name = "/" + unique_name();
    mq_attr attributes{};
    attributes.mq_maxmsg = depth();
    attributes.mq_msgsize = static_cast<long>(bytes);
    queue_ = ::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    if (queue_ < 0) {
      cannot("mq_open for messages of " + std::to_string(bytes) +
             " bytes (see /proc/sys/fs/mqueue/msgsize_max and ulimit -q)");
    }
    ::mq_unlink(name.c_str());  // the descriptors that the workers inherit keep it alive
  }
  ~PosixQueue() { ::mq_close(queue_); }
  PosixQueue(const PosixQueue&) = delete;
  PosixQueue& operator=(const PosixQueue&) = delete;

  void send(const std::byte* message) {
    if (::mq_send(queue_, reinterpret_cast<const char*>(message), bytes_, 0) != 0)
      broken("mq_send");
  }
  void receive(std::byte* message) {
    if (::mq_receive(queue_, reinterpret_cast<char*>(message), bytes_, nullptr) < 0) {
      broken("mq_receive");
    }
  }
  int depth() const { return 10; }  // /proc/sys/fs/mqueue/msg_max where it was not raised

 private:
  std::size_t bytes_;
  mqd_t queue_;
};

class SystemVQueue {
 public:
  static constexpr Facts kFacts{.name = "sysv_msgq",
                                .label = "System V msgq",
                                .family = "posix",
                                .primitive = "queue",
                                .wait = "block"};

  explicit SystemVQueue(std::size_t bytes)
      : bytes_(bytes),
        queue_(::msgget(IPC_PRIVATE, IPC_CREAT | 0600)),
        janitor_([this] { ::msgctl(queue_, IPC_RMID, nullptr); }) {
    if (queue_ < 0) cannot("msgget");
    msqid_ds limits{};
    ::msgctl(queue_, IPC_STAT, &limits);
    limits.msg_qbytes = 4 << 20;  // refused without the right to: then it keeps the system's
    ::msgctl(queue_, IPC_SET, &limits);
    in_.resize(sizeof(long) + bytes);
    out_.resize(sizeof(long) + bytes);
    const long type = 1;
    std::memcpy(out_.data(), &type, sizeof type);
    if (::msgsnd(queue_, out_.data(), bytes, IPC_NOWAIT) != 0) {
      cannot("msgsnd of " + std::to_string(bytes) + " bytes (see /proc/sys/kernel/msgmax)");
    }
    ::msgrcv(queue_, in_.data(), bytes, 0, IPC_NOWAIT);
  }
  SystemVQueue(const SystemVQueue&) = delete;
  SystemVQueue& operator=(const SystemVQueue&) = delete;

  // The call wants the payload behind its type, which costs each side a copy.
  void send(const std::byte* message) {
    std::memcpy(out_.data() + sizeof(long), message, bytes_);
    if (::msgsnd(queue_, out_.data(), bytes_, 0) != 0) broken("msgsnd");
  }
  void receive(std::byte* message) {
    if (::msgrcv(queue_, in_.data(), bytes_, 0, 0) < 0) broken("msgrcv");
    std::memcpy(message, in_.data() + sizeof(long), bytes_);
  }
  int depth() const { return 0; }

 private:
  std::size_t bytes_;
  int queue_;
  Janitor janitor_;
  std::vector<std::byte> in_, out_;
};

const Registration registered[] = {
    add_channel<PosixQueue>(),
    add_channel<SystemVQueue>(),
    add_channel_as_queue<PosixQueue>(),
    add_channel_as_queue<SystemVQueue>(),
};

}  // namespace
}  // namespace scenarios
