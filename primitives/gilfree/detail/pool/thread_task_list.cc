#include "gilfree/detail/pool/thread_task_list.h"

#include <utility>

namespace gilfree::detail {
namespace {

// For the owner of `taking_`: tasks are between two places while this lives, which is_empty() sees as in a seqlock
// (Boehm, "Can seqlocks get along with programming language memory models?", 2012). Whatever is written meanwhile is
// a release, and read there by an acquire, so it makes the odd count visible.
class Moving {
 public:
  explicit Moving(std::atomic<std::uint32_t>& moves) : moves_(moves) {
    moves_.store(moves_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  ~Moving() { moves_.store(moves_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
  Moving(const Moving&) = delete;
  Moving& operator=(const Moving&) = delete;

 private:
  std::atomic<std::uint32_t>& moves_;
};

}  // namespace

void ThreadTaskList::push(ThreadTask& task) {
  ThreadTask* newest = inbox_.load(std::memory_order_relaxed);
  do {
    task.next_ = newest;
  } while (!inbox_.compare_exchange_weak(newest, &task, std::memory_order_acq_rel,  // published
                                         std::memory_order_relaxed));
}

void ThreadTaskList::put_back(ThreadTask& task) {
  (void)taking_.lock();
  task.next_ = oldest_.load(std::memory_order_relaxed);
  oldest_.store(&task, std::memory_order_release);
  taking_.unlock();
}

bool ThreadTaskList::is_empty() const {
  const auto before = moves_.load(std::memory_order_acquire);
  if (before % 2 == 1) return false;
  if (inbox_.load(std::memory_order_acquire) != nullptr) return false;
  if (oldest_.load(std::memory_order_acquire) != nullptr) return false;
  for (int worker = 0; worker < workers_; ++worker) {
    const Batch& batch = batches_[worker];
    const int filled = batch.filled.load(std::memory_order_acquire);
    for (int place = 0; place < filled; ++place) {
      if (batch.places[place].load(std::memory_order_acquire) != nullptr) return false;
    }
  }
  return moves_.load(std::memory_order_relaxed) == before;
}

// For the owner of `taking_`: everything that is in the inbox, oldest first.
ThreadTask* ThreadTaskList::take_inbox() {
  ThreadTask* newest = inbox_.exchange(nullptr, std::memory_order_acq_rel);  // published
  ThreadTask* oldest = nullptr;
  while (newest != nullptr) {
    ThreadTask* older = newest->next_;
    newest->next_ = std::exchange(oldest, newest);
    newest = older;
  }
  return oldest;
}

ThreadTask* ThreadTaskList::take(int most, Batch* batch) {
  (void)taking_.lock();
  ThreadTask* first;
  {
    const Moving moving(moves_);
    first = oldest_.load(std::memory_order_relaxed);
    if (first == nullptr) first = take_inbox();
    ThreadTask* next = first == nullptr ? nullptr : first->next_;
    int filled = 0;
    while (filled < most - 1 && next != nullptr) {
      ThreadTask* const after = next->next_;  // it may be run at once, and be gone
      batch->places[filled++].store(next, std::memory_order_release);
      next = after;
    }
    if (filled > 0) batch->filled.store(filled, std::memory_order_release);
    oldest_.store(next, std::memory_order_release);
  }
  taking_.unlock();
  return first != nullptr ? first : steal();
}

ThreadTask* ThreadTaskList::next_of(Batch& batch, int& place) {
  const int filled = batch.filled.load(std::memory_order_acquire);
  for (; place < filled; ++place) {
    if (batch.places[place].load(std::memory_order_relaxed) == nullptr) continue;
    ThreadTask* task = batch.places[place].exchange(nullptr, std::memory_order_acq_rel);
    if (task != nullptr) return task;
  }
  return nullptr;
}

ThreadTask* ThreadTaskList::steal() {
  for (int worker = 0; worker < workers_; ++worker) {
    int place = 0;
    if (ThreadTask* task = next_of(batches_[worker], place); task != nullptr) return task;
  }
  return nullptr;
}

}  // namespace gilfree::detail
