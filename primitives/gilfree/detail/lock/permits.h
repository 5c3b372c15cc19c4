// OwnedPermits: the permits of a BoundedSemaphore across processes. Each is a word that names the process
// that holds it, so that a dead one's can be taken back.
//
//   if (permits.try_take() || permits.take_until(deadline)) ...
//   permits.give_back(n);                 // all n or, with an exception, none; wakes those that wait
//   if (permits.reclaim_all()) ...        // a permit of a dead process has become free
//
//   | word                 | means               | next                                                |
//   | none                 | free                | held: try_take()                                    |
//   | a process            | held by it          | none: give_back(1), or reclaim() if it is dead      |
//   |                      |                     | marked: the first part of give_back(n)              |
//   | a process, marked    | it gives this back  | none: give_back(n), or reclaim() if it is dead      |
//   |                      |                     | as before: fewer than n were held                   |
//
// The highest bits of a word count its changes. Permits move while a thread looks for one: what it seeks may
// be put behind it and taken away before it. So it believes that there is none only when two looks in a
// row have seen the same in every word, counts included: then all words were so at one moment. The count
// changes with the owner in one step, so a death leaves a word of the table, and a call that finds what it
// seeks costs nothing more. (A count wraps: words that all change by a multiple of 512 look unchanged.)
//
// It is a view, made by each handle, of a State and the words behind it. The number of words follows from
// the size of the memory and is never read from it. give_back() touches the state after it has freed a
// word: there is no one word that both a taker and a waiter change.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

class OwnedPermits {
 public:
  // The words follow it.
  struct alignas(kCacheLine) State {
    explicit State(std::int64_t = 0) {}

    std::atomic<std::uint32_t> last{0};  // the word that was used last
    EventCount<Processes> freed;
  };

  template <typename StateMemory>
  explicit OwnedPermits(const StateMemory& home)
      : state_(*home),
        words_(reinterpret_cast<Word*>(&*home + 1)),
        count_((home.bytes() - sizeof(*home)) / sizeof(Word)) {}
  // Returns the bytes that follow the state; throws if there may not be so many permits.
  static std::size_t extra(std::int64_t value);

  bool try_take() {
    (void)self<Processes>();  // its death wakes the threads that wait for it
    const OwnerId mine = this_process_id();
    return replace(kNoOwner, mine) || change(Kind::kFree, mine, 1) == 1;
  }
  // The same, waiting for a permit.
  bool take_until(Deadline deadline);
  // This process's own first, then those of others: as in Python, the process that acquires need not be
  // the one that releases. All of them, or none and an exception: several are marked first, and no
  // acquire and no other release touches a marked word.
  void give_back(std::int64_t permits);

  std::int64_t value();
  // Asks the kernel whether the holders live, and frees the words of the dead. True if there was one.
  bool reclaim_all() { return reclaim(count_); }

 private:
  using Word = std::atomic<std::uint64_t>;

  // | changes: 9 | process: the upper bits of an OwnerId | marked: 1 |
  //
  // Counted at the top, where what overflows is lost: so the fast path makes a word of the one before it by
  // one addition, for which the atomic operation has to wait.
  static constexpr int kCountBits = kSlotBits - 1;
  static constexpr std::uint64_t kOneChange = std::uint64_t{1} << (64 - kCountBits);
  static constexpr OwnerId kMark = OwnerId{1} << kCountBits;

  // The owner in a word, marked or not; and the process that it is.
  static OwnerId owner_of(std::uint64_t word) { return word << kCountBits; }
  static OwnerId process_of(std::uint64_t word) { return owner_of(word) & ~kMark; }
  // What is to be added to a word of the owner `from`, so that it becomes one of `to`.
  static std::uint64_t change_of(OwnerId from, OwnerId to) {
    return kOneChange + (to >> kCountBits) - (from >> kCountBits);
  }
  static std::uint64_t changed(std::uint64_t word, OwnerId to) {
    return word + change_of(owner_of(word), to);
  }

  // Fast path: one look. Finds a word that holds `from` and makes it hold `to`; may miss one that moves.
  bool replace(OwnerId from, OwnerId to) {
    const auto change = change_of(from, to);
    auto at = state_.last.load(std::memory_order_relaxed);
    for (std::size_t tried = 0; tried < count_; ++tried, ++at) {
      if (at >= count_) at = 0;
      auto found = words_[at].load(std::memory_order_relaxed);
      if (owner_of(found) == from &&
          words_[at].compare_exchange_strong(found, found + change, std::memory_order_acq_rel,
                                             std::memory_order_relaxed)) {
        if (tried > 0) state_.last.store(at, std::memory_order_relaxed);
        return true;
      }
    }
    return false;
  }

  enum class Kind { kFree, kOwn, kHeld };  // kHeld: by any process. A marked word is of no kind
  struct Change {
    std::size_t at;
    std::uint64_t before;
  };
  static bool is(Kind kind, std::uint64_t word);

  // Makes up to `most` words of that kind hold `to`. Returns how many: fewer than `most` only if at one
  // moment there were no more, or, of kFree and kOwn, if the words changed between all of kMostLooks looks:
  // to take waits for no quiet moment, and what is given back may be anybody's.
  static constexpr int kMostLooks = 64;
  std::size_t change(Kind kind, OwnerId to, std::size_t most, std::vector<Change>* log = nullptr);
  // How many words are of that kind; `enough` if there are as many or more.
  struct Count {
    std::size_t words;
    bool is_of_one_moment;  // false: there are enough, or others changed words all the time
  };
  Count count(Kind kind, std::size_t enough = SIZE_MAX) const;

  void give_back_many(std::size_t permits);
  static constexpr std::size_t kFew = 8;
  // Asks after at most so many holders, others each time: one costs about 20 us.
  bool reclaim(std::size_t most);
  bool any() const;

  State& state_;
  Word* words_;
  std::size_t count_;
  std::atomic<std::size_t> ask_from_{0};  // where reclaim() begins to ask
};

}  // namespace gilfree::detail
