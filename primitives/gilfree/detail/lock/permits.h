// Permits: what a semaphore hands out. CountedPermits are a number; OwnedPermits are words, each of
// which names the process that holds the permit, so that a dead one's can be taken back.
//
//   if (permits.try_take()) ...           // one atomic step: this process has it, or it has not
//   permits.give_back(n);                 // all n or, with an exception, none
//   if (permits.reclaim()) ...            // a permit of a dead process has become free
//
//   | word of OwnedPermits | means               | next                                                |
//   | none                 | free                | held: try_take()                                    |
//   | a process            | held by it          | none: give_back(1), or reclaim() if it is dead      |
//   |                      |                     | marked: the first part of give_back(n)              |
//   | a process, marked    | it gives this back  | none: give_back(n), or reclaim() if it is dead      |
//   |                      |                     | as before: fewer than n were held                   |
//
// They are views, made by each handle, of a PermitState and the words behind it. The number of words
// follows from the size of the memory and is never read from it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

// `Permits`: whose state it is, so that one by name is not taken for another (segment.h).
// The words of OwnedPermits follow it.
template <typename Permits, Scope S>
struct alignas(kCacheLine) PermitState {
  explicit PermitState(std::int64_t value = 0) : count(static_cast<std::uint32_t>(value)) {}

  std::atomic<std::uint32_t> count;    // of CountedPermits
  std::atomic<std::uint32_t> last{0};  // of OwnedPermits: the word that was used last
  EventCount<S> freed;
};

class CountedPermits {
 public:
  static constexpr std::int64_t kMost = 0x7fffffff;

  template <typename StateMemory>
  explicit CountedPermits(const StateMemory& home) : count_(home->count) {}
  static std::size_t words(std::int64_t value);  // throws if there may not be so many

  bool try_take() {
    auto count = count_.load(std::memory_order_relaxed);
    while (count > 0) {
      if (count_.compare_exchange_weak(count, count - 1, std::memory_order_acquire,
                                       std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }
  void give_back(std::int64_t permits) {
    // One is added without looking, since a load between two atomic steps costs half of one. The
    // number has room for one more from each thread, and no taker can tell kMost from more.
    if (permits != 1) [[unlikely]]
      return give_back_up_to(kMost, permits);
    if (count_.fetch_add(1, std::memory_order_release) >= kMost) [[unlikely]]
      undo_give_back();
  }

  bool any() const { return count_.load(std::memory_order_relaxed) > 0; }
  std::int64_t value() const { return count_.load(std::memory_order_relaxed); }
  bool reclaim() { return false; }
  bool reclaim_all() { return false; }

 protected:
  // All of them in one step, or none and an exception.
  void give_back_up_to(std::int64_t most, std::int64_t permits);
  [[noreturn]] void undo_give_back();

  std::atomic<std::uint32_t>& count_;
};

// Between threads, where no thread is killed alone: a number that may not exceed its first value.
class BoundedCount : public CountedPermits {
 public:
  template <typename StateMemory>
  explicit BoundedCount(const StateMemory& home) : CountedPermits(home), bound_(value()) {}
  static std::size_t words(std::int64_t value);
  void give_back(std::int64_t permits);

 private:
  std::int64_t bound_;
};

class OwnedPermits {
 public:
  static constexpr std::int64_t kMost = 1 << 20;
  static constexpr std::size_t kFew = 8;

  template <typename StateMemory>
  explicit OwnedPermits(const StateMemory& home)
      : last_(home->last),
        words_(reinterpret_cast<Word*>(&*home + 1)),
        count_((home.bytes() - sizeof(*home)) / sizeof(Word)) {}
  static std::size_t words(std::int64_t value);

  bool try_take() {
    (void)self<Processes>();  // whose death wakes those who wait for it
    return replace(kNoOwner, this_process_id());
  }
  // This process's own first, then those of others: as in Python, the process that acquires need not be
  // the one that releases. All of them, or none and an exception: several are marked first, and no
  // acquire and no other release touches a marked word.
  void give_back(std::int64_t permits);

  bool any() const { return free_words() > 0; }
  std::int64_t value() {
    reclaim_all();
    return free_words();
  }
  // Asks after a few of those who have permits, others each time; or after all of them.
  bool reclaim() { return reclaim(kFew); }
  bool reclaim_all() { return reclaim(count_); }

 private:
  using Word = std::atomic<OwnerId>;

  // Finds a word that holds `from` and makes it hold `to`.
  bool replace(OwnerId from, OwnerId to) {
    auto at = last_.load(std::memory_order_relaxed);
    for (std::size_t tried = 0; tried < count_; ++tried, ++at) {
      if (at >= count_) at = 0;
      OwnerId found = words_[at].load(std::memory_order_relaxed);
      if (found == from && words_[at].compare_exchange_strong(found, to, std::memory_order_acq_rel,
                                                              std::memory_order_relaxed)) {
        last_.store(at, std::memory_order_relaxed);
        return true;
      }
    }
    return false;
  }
  struct Marked {
    std::size_t at;
    OwnerId owner;
  };
  static constexpr OwnerId kMark = kMostParticipants;  // the slot, which a process does not have

  bool give_back_anybodys();
  void give_back_many(std::size_t permits);
  // Marks words of this process, or else of others, until there are enough.
  void mark(bool own, std::size_t enough, std::vector<Marked>& marked);
  bool reclaim(std::size_t most);  // asking after one process costs about 20 us
  std::int64_t free_words() const;

  std::atomic<std::uint32_t>& last_;
  Word* words_;
  std::size_t count_;
  std::atomic<std::size_t> ask_from_{0};  // where reclaim() begins to ask
};

}  // namespace gilfree::detail
