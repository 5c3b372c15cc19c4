// A mutex of one's own in the question `lock_contention`, between threads and between processes.
#include <sched.h>

#include <atomic>

#include <gilfree/bench/contender.h>

class TicketMutex {
 public:
  void lock() {
    const auto mine = next_.fetch_add(1, std::memory_order_relaxed);
    while (serving_.load(std::memory_order_acquire) != mine) ::sched_yield();
  }
  void unlock() {
    serving_.store(serving_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

 private:
  std::atomic<unsigned> next_{0}, serving_{0};
};

int main(int argc, char** argv) {
  namespace bench = gilfree::bench;
  const bench::About about{.label = "my ticket mutex", .wait = "yield"};
  bench::add_contender<TicketMutex, bench::kThreads>("mine", about);
  bench::add_contender<TicketMutex, bench::kProcesses>("mine", about);
  return bench::main(argc, argv);
}
