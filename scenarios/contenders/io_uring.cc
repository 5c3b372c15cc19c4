// Messages between two rings of io_uring (IORING_OP_MSG_RING, Linux 5.18): the payload goes through shared memory, the news
// of it from the sender's ring to the receiver's, and room for more comes back the same way. Where the next message goes
// each side knows alone, so the channel does not survive a kill -9 of either. Optional: without liburing the rows say so.
// Links: uring
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "scenarios/pipe_vs_queue.h"

#if __has_include(<liburing.h>)
#include <liburing.h>
#include <sys/mman.h>
#endif

namespace scenarios {
namespace {

constexpr Facts kIoUring{.name = "io_uring",
                         .label = "io_uring messages",
                         .family = "linux",
                         .primitive = "ring",
                         .wait = "block"};

#if __has_include(<liburing.h>)
// One side's ring, made before the fork and used by one process.
class Ring {
 public:
  explicit Ring(std::size_t messages) {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_CQSIZE;
    parameters.cq_entries = static_cast<unsigned>(2 * messages);
    const int error = ::io_uring_queue_init_params(4, &ring_, &parameters);
    if (error < 0) cannot("io_uring_setup (see /proc/sys/kernel/io_uring_disabled)", -error);
  }
  ~Ring() { ::io_uring_queue_exit(&ring_); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  bool can_send_messages() {
    io_uring_probe* probe = ::io_uring_get_probe_ring(&ring_);
    if (probe == nullptr) return false;
    const bool can = ::io_uring_opcode_supported(probe, IORING_OP_MSG_RING) != 0;
    ::io_uring_free_probe(probe);
    return can;
  }

  void send(const Ring& to, unsigned count) {
    io_uring_sqe* entry = ::io_uring_get_sqe(&ring_);
    ::io_uring_prep_msg_ring(entry, to.ring_.ring_fd, count, kMessage, 0);
    entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
    entry->user_data = 0;
    int submitted;
    while ((submitted = ::io_uring_submit(&ring_)) == -EINTR) continue;
    if (submitted != 1) broken("io_uring_submit", -submitted);
  }

  // Waits for a message. Returns its count.
  unsigned receive() {
    io_uring_cqe* entry = nullptr;
    int error;
    while ((error = ::io_uring_wait_cqe(&ring_, &entry)) == -EINTR) continue;
    if (error != 0) broken("io_uring_wait_cqe", -error);
    const auto user_data = entry->user_data;
    const int result = entry->res;
    ::io_uring_cqe_seen(&ring_, entry);
    if (user_data != kMessage)
      broken("a message between rings", -result);  // one of ours, that did not go
    return static_cast<unsigned>(result);
  }

 private:
  static constexpr std::uint64_t kMessage = 1;

  io_uring ring_{};
};

class IoUring {
 public:
  static constexpr Facts kFacts = kIoUring;

  explicit IoUring(std::size_t bytes)
      : bytes_(bytes), slots_(usual_depth(bytes)), at_sender_(slots_), at_receiver_(slots_) {
    if (!at_sender_.can_send_messages()) {
      throw harness::Skipped(
          "this kernel sends no messages between rings; Linux 5.18 or later does");
    }
    memory_ =
        ::mmap(nullptr, slots_ * bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) cannot("mmap");
  }
  ~IoUring() { ::munmap(memory_, slots_ * bytes_); }
  IoUring(const IoUring&) = delete;
  IoUring& operator=(const IoUring&) = delete;

  void send(const std::byte* message) {
    while (sent_ - returned_ == slots_) returned_ += at_sender_.receive();
    std::memcpy(slot(sent_++), message, bytes_);
    at_sender_.send(at_receiver_, 1);
  }
  // Room for several messages is given back at a time, half of what there is.
  void receive(std::byte* message) {
    at_receiver_.receive();
    std::memcpy(message, slot(received_++), bytes_);
    const auto some = slots_ / 2;
    if (received_ % some == 0) at_receiver_.send(at_sender_, static_cast<unsigned>(some));
  }
  int depth() const { return static_cast<int>(slots_); }

 private:
  std::byte* slot(std::uint64_t number) {
    return static_cast<std::byte*>(memory_) + number % slots_ * bytes_;
  }

  std::size_t bytes_, slots_;
  Ring at_sender_, at_receiver_;
  std::uint64_t sent_ = 0, returned_ = 0, received_ = 0;  // each side's own, in its own memory
  void* memory_ = nullptr;
};

const Registration registered = add_channel<IoUring>();
#else
const Registration registered = add_missing<ChannelContender>("liburing", "liburing-dev", kIoUring,
                                                              WorkerKind::kProcesses, kNativeWait);
#endif

}  // namespace
}  // namespace scenarios
