// UnfinishedTasks: how many items each consumer has taken and not yet reported done. Fifo's accounts for
// JoinableQueue.
//
//   unfinished.read_observer().before(items, head); ... commit the head ...; .after();     // Fifo, at each get
//   unfinished.mark_done(qsize)                                                             // one is done
//   unfinished.is_drained(qsize)                                                         // for any thread
//
// A consumer is a process: any of its threads may call task_done() for what another one took, also when that
// one has ended. So a task is lost with its process, not with its thread, and between threads never.
//
// Each consumer has an entry, found by its process's id. A get first writes down as an intent what it adds,
// so that after a death in between the next owner of the lock sees by the head whether the items were
// taken, and applies or drops the intent. Tasks of dead consumers are never done: forfeit() drops them.
//
// All under the consumers' lock, which also orders the threads that share an entry; but not is_drained(),
// only_dead_consumers_owe() and report().
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/base/shared_flag.h"
#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/queue/contents_check.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class UnfinishedTasks {
  struct Entry {
    std::atomic<OwnerId> consumer{kNoOwner};
    std::atomic<std::uint64_t> owed{0};
  };

 public:
  class ReadObserver {
   public:
    explicit ReadObserver(UnfinishedTasks& unfinished) : unfinished_(unfinished) {}
    // Claims the caller's entry: the one step that may fail, so it comes before an item is moved.
    void open() { entry_ = &unfinished_.mine(); }
    void before(std::uint64_t items, std::uint64_t head) noexcept {
      unfinished_.intend(*entry_, items, head);
    }
    void after() noexcept { unfinished_.apply(); }

   private:
    UnfinishedTasks& unfinished_;
    Entry* entry_ = nullptr;
  };
  ReadObserver read_observer() { return ReadObserver(*this); }

  // After a death under the consumers' lock.
  void repair(std::uint64_t head) {
    if (intent_.is_meant.load(std::memory_order_acquire)) {
      if (intent_.head == head) {
        apply();
      } else {
        intent_.is_meant.store(false, std::memory_order_relaxed);
      }
    }
    owed_.store(sum_of_entries(), std::memory_order_release);
    drained_.notify_all();
  }

  // Counts one item as done: of the caller, or else of any consumer; or, with `waiting` items in the
  // queue, one that is yet to be taken. Returns false if there is none.
  bool mark_done(std::uint64_t waiting) {
    Entry* entry = find(this_consumer());
    if (entry == nullptr || entry->owed.load(std::memory_order_relaxed) == 0)
      entry = any_owner_of_unfinished();
    if (entry != nullptr) {
      entry->owed.store(entry->owed.load(std::memory_order_relaxed) - 1,
                        std::memory_order_relaxed);  // commit
      owed_.store(owed_.load(std::memory_order_relaxed) - 1, std::memory_order_release);
      return true;
    }
    const auto early = early_.load(std::memory_order_relaxed);
    if (early >= waiting) return false;
    early_.store(early + 1, std::memory_order_release);
    return true;
  }

  // True if all that was put is done. `waiting`: the queue's size, read before.
  bool is_drained(std::uint64_t waiting) const {
    return owed_.load(std::memory_order_acquire) == 0 &&
           early_.load(std::memory_order_acquire) >= waiting;
  }
  // Returns whether, with nothing in the queue, no living consumer is left to finish what is unfinished.
  bool only_dead_consumers_owe() const {
    for (const auto& entry : entries_) {
      const OwnerId consumer = entry.consumer.load(std::memory_order_relaxed);
      if (consumer == kNoOwner) continue;
      if (entry.owed.load(std::memory_order_relaxed) > 0 && !is_gone(consumer)) return false;
    }
    return true;
  }
  // Drops the unfinished tasks of dead consumers. Returns their number.
  std::uint64_t forfeit() {
    std::uint64_t lost = 0;
    for (auto& entry : entries_) {
      const auto owed = entry.owed.load(std::memory_order_relaxed);
      if (owed == 0 || !is_gone(entry.consumer.load(std::memory_order_relaxed))) continue;
      lost += owed;
      // Counted before it is dropped: after a death in between, the next caller counts it again.
      lost_.store(lost_.load(std::memory_order_relaxed) + owed, std::memory_order_relaxed);
      entry.owed.store(0, std::memory_order_relaxed);
      owed_.store(owed_.load(std::memory_order_relaxed) - owed, std::memory_order_release);
    }
    if (lost > 0) drained_.notify_all();
    return lost;
  }
  // With nothing left that forfeit() can drop, and no living consumer that owes: throws Corrupted if tasks are
  // owed nevertheless. An unrelated process has written another sum, or an entry of no consumer, and
  // is_drained() would never be true.
  void check_none_is_owed() const {
    if (owed_.load(std::memory_order_relaxed) != 0) throw_corrupted_contents();
  }
  // The number of tasks dropped since the queue was made, and how many of them a join() has reported.
  std::uint64_t lost() const { return lost_.load(std::memory_order_acquire); }
  std::uint64_t reported() const { return reported_.load(std::memory_order_acquire); }
  // For any thread. One that has seen fewer may come later: it takes nothing back.
  void report(std::uint64_t lost) {
    auto known = reported_.load(std::memory_order_relaxed);
    while (known < lost && !reported_.compare_exchange_weak(known, lost, std::memory_order_release,
                                                            std::memory_order_relaxed)) {
      continue;
    }
  }

  EventCount<S>& event_count() { return drained_; }

 private:
  struct Intent {
    SharedFlag is_meant;
    std::uint32_t entry = 0;
    std::uint64_t owed = 0, early = 0, head = 0;
  };
  static constexpr std::size_t kEntries = S::kAcrossProcesses ? 1024 : 1;

  static OwnerId this_consumer() {
    constexpr OwnerId kTheOnlyOne = 1;
    return S::kAcrossProcesses ? this_process_id() : kTheOnlyOne;
  }
  static bool is_gone(OwnerId consumer) {
    return S::kAcrossProcesses && consumer != kNoOwner && !process_runs(consumer);
  }

  std::uint64_t sum_of_entries() const {
    std::uint64_t sum = 0;
    for (const auto& entry : entries_) sum += entry.owed.load(std::memory_order_relaxed);
    return sum;
  }

  void intend(Entry& entry, std::uint64_t items, std::uint64_t head) noexcept {
    const auto early = early_.load(std::memory_order_relaxed);
    const auto paid = items < early ? items : early;
    intent_.entry = static_cast<std::uint32_t>(&entry - entries_);
    intent_.owed = entry.owed.load(std::memory_order_relaxed) + items - paid;
    intent_.early = early - paid;
    intent_.head = head;
    intent_.is_meant.store(true, std::memory_order_release);
    // Before the items leave the queue, so that is_drained() never sees them nowhere: all of them, since
    // `early_` counts those that are paid for until apply().
    owed_.store(owed_.load(std::memory_order_relaxed) + items, std::memory_order_release);
  }
  void apply() noexcept {
    const auto paid = early_.load(std::memory_order_relaxed) - intent_.early;
    entries_[intent_.entry % kEntries].owed.store(intent_.owed, std::memory_order_relaxed);
    early_.store(intent_.early, std::memory_order_relaxed);
    intent_.is_meant.store(false, std::memory_order_release);
    if (paid == 0) [[likely]]
      return;
    owed_.store(owed_.load(std::memory_order_relaxed) - paid, std::memory_order_release);
    drained_.notify_all();  // a join() that looked meanwhile saw too much
  }

  // Visits the place of that consumer and then the next ones, since others may share it. Entries are never
  // vacated, so the first empty one ends the search.
  template <typename Visit>
  Entry* search(OwnerId consumer, Visit visit) {
    std::size_t at = id_of(consumer) % kEntries;
    for (std::size_t tried = 0; tried < kEntries; ++tried, at = (at + 1) % kEntries) {
      if (visit(entries_[at])) return &entries_[at];
      if (entries_[at].consumer.load(std::memory_order_relaxed) == kNoOwner) return nullptr;
    }
    return nullptr;
  }
  Entry* find(OwnerId consumer) {
    return search(consumer, [&](const Entry& entry) {
      return entry.consumer.load(std::memory_order_relaxed) == consumer;
    });
  }
  Entry& mine() {
    const OwnerId me = this_consumer();
    if (Entry* known = find(me)) return *known;
    const auto is_free = [](const Entry& entry) {
      return entry.owed.load(std::memory_order_relaxed) == 0;
    };
    Entry* free = search(me, is_free);
    if (free == nullptr && forfeit() > 0) free = search(me, is_free);
    if (free == nullptr) {
      throw std::system_error(
          std::make_error_code(std::errc::resource_unavailable_try_again),
          "gilfree::JoinableQueue::get: 1024 processes have unfinished tasks already; let "
          "them call task_done() first");
    }
    free->consumer.store(me, std::memory_order_relaxed);
    return *free;
  }
  // Of a living one, if there is one. A dead one's task may be reported by join(), while one that is done, and
  // counted as unfinished of a consumer that lives on, would be waited for without an end.
  Entry* any_owner_of_unfinished() {
    if (owed_.load(std::memory_order_relaxed) == 0) return nullptr;
    Entry* of_the_dead = nullptr;
    for (auto& entry : entries_) {
      if (entry.owed.load(std::memory_order_relaxed) == 0) continue;
      if (!is_gone(entry.consumer.load(std::memory_order_relaxed))) return &entry;
      if (of_the_dead == nullptr) of_the_dead = &entry;
    }
    return of_the_dead;
  }

  std::atomic<std::uint64_t> owed_{0};   // the sum over all entries
  std::atomic<std::uint64_t> early_{0};  // done before they were taken
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> reported_{0};
  Intent intent_;
  alignas(kApart) EventCount<S> drained_;
  Entry entries_[kEntries];
};

}  // namespace gilfree::detail
