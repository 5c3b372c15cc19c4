// A queue of one's own, for one producer and one consumer, in the question `pipe_vs_queue`.
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <new>

#include <gilfree/bench/contender.h>

class SpscQueue {
 public:
  explicit SpscQueue(std::size_t bytes) : bytes_(bytes) {
    void* memory = ::mmap(nullptr, sizeof(Shared) + kSlots * bytes, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    shared_ = ::new (memory) Shared;
  }
  ~SpscQueue() { ::munmap(shared_, sizeof(Shared) + kSlots * bytes_); }
  SpscQueue(const SpscQueue&) = delete;
  SpscQueue& operator=(const SpscQueue&) = delete;

  void send(const std::byte* message) {
    const auto tail = shared_->tail.load(std::memory_order_relaxed);
    while (tail - shared_->head.load(std::memory_order_acquire) == kSlots) continue;
    std::memcpy(slot(tail), message, bytes_);
    shared_->tail.store(tail + 1, std::memory_order_release);
  }
  void receive(std::byte* message) {
    const auto head = shared_->head.load(std::memory_order_relaxed);
    while (head == shared_->tail.load(std::memory_order_acquire)) continue;
    std::memcpy(message, slot(head), bytes_);
    shared_->head.store(head + 1, std::memory_order_release);
  }
  int depth() const { return kSlots; }

 private:
  static constexpr int kSlots = 256;
  struct Shared {
    alignas(64) std::atomic<std::size_t> tail{0};
    alignas(64) std::atomic<std::size_t> head{0};
  };
  std::byte* slot(std::size_t at) const {
    return reinterpret_cast<std::byte*>(shared_ + 1) + at % kSlots * bytes_;
  }

  std::size_t bytes_;
  Shared* shared_;
};

int main(int argc, char** argv) {
  gilfree::bench::add_contender<SpscQueue>("mine", {.label = "my SPSC queue", .wait = "spin"});
  return gilfree::bench::main(argc, argv);
}
