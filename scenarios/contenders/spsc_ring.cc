// What the hardware gives to a plain single-producer single-consumer ring in shared memory. It spins,
// knows nothing of a peer that died, and has no other side than these two.
#include <algorithm>
#include <atomic>
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cstring>
#include <new>

#include "scenarios/pipe_vs_queue.h"

namespace scenarios {
namespace {

class SpscRing {
 public:
  static constexpr Facts kFacts{.name = "spsc_ring",
                                .label = "plain spinning ring",
                                .family = "limit",
                                .primitive = "ring",
                                .wait = "spin"};

  explicit SpscRing(std::size_t bytes)
      : bytes_(bytes),
        slots_(usual_depth(bytes)),
        region_(boost::interprocess::anonymous_shared_memory(sizeof(Indices) + slots_ * bytes)),
        indices_(::new (region_.get_address()) Indices) {}

  void send(const std::byte* message) {
    const auto tail = indices_->tail.load(std::memory_order_relaxed);
    while (tail - seen_head_ == slots_) seen_head_ = indices_->head.load(std::memory_order_acquire);
    std::memcpy(slot(tail), message, bytes_);
    indices_->tail.store(tail + 1, std::memory_order_release);
  }
  void receive(std::byte* message) {
    const auto head = indices_->head.load(std::memory_order_relaxed);
    while (head == seen_tail_) seen_tail_ = indices_->tail.load(std::memory_order_acquire);
    std::memcpy(message, slot(head), bytes_);
    indices_->head.store(head + 1, std::memory_order_release);
  }
  int depth() const { return static_cast<int>(slots_); }

 private:
  struct Indices {
    alignas(128) std::atomic<std::size_t> tail{0};
    alignas(128) std::atomic<std::size_t> head{0};
  };

  std::byte* slot(std::size_t at) {
    return reinterpret_cast<std::byte*>(indices_ + 1) + at % slots_ * bytes_;
  }

  std::size_t bytes_, slots_;
  std::size_t seen_head_ = 0, seen_tail_ = 0;  // each side's own, in its own memory
  boost::interprocess::mapped_region region_;
  Indices* indices_;
};

const Registration registered = add_channel<SpscRing>();

}  // namespace
}  // namespace scenarios
