#include "gilfree/detail/lock/permits.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <stdexcept>
#include <string>

#include "gilfree/detail/lock/counted_permits.h"

namespace gilfree::detail {
namespace {

// What one pass over the words has seen. Two are equal if each word was the same in both; otherwise by a
// chance of 1 to 2^64.
class Look {
 public:
  void add(std::uint64_t word) { hash_ = (std::rotl(hash_, 5) ^ word) * 0x517cc1b727220a95; }
  bool operator==(const Look&) const = default;

 private:
  std::uint64_t hash_ = 0;
};

}  // namespace

std::size_t checked_permits(std::int64_t value, std::int64_t most) {
  if (value < 0 || value > most) {
    throw std::invalid_argument("gilfree::Semaphore: between 0 and " + std::to_string(most) +
                                " permits, not " + std::to_string(value));
  }
  return static_cast<std::size_t>(value);
}

void throw_permit_overflow() {
  throw std::overflow_error("gilfree::Semaphore::release: more than 2147483647 permits");
}

void throw_released_too_often() {
  throw std::logic_error(
      "gilfree::BoundedSemaphore::release: more than were acquired; release once for each acquire");
}

void BoundedCount::give_back(std::int64_t permits) {
  try {
    give_back_up_to(bound_, permits);
  } catch (const std::overflow_error&) {
    throw_released_too_often();
  }
}

std::size_t OwnedPermits::extra(std::int64_t value) {
  return checked_permits(value, kMostOwned) * sizeof(Word);
}

std::int64_t OwnedPermits::value() {
  reclaim_all();
  return static_cast<std::int64_t>(count(Kind::kFree).words);
}

// Each give_back() wakes one waiter, which wakes the next one if it leaves permits behind: one that gives
// back several, or several that gave back before it ran.
bool OwnedPermits::take_until(Deadline deadline) {
  for (bool slept = false;;) {
    const auto waited = state_.freed.wait(
        deadline, kNoCpu, [&] { return any(); }, [&] { return reclaim(kFew); });
    if (waited == Waited::kTooLate) return false;
    slept = slept || waited == Waited::kAsleep;
    if (!try_take()) continue;
    if (slept && any()) state_.freed.notify_one();
    return true;
  }
}

void OwnedPermits::give_back(std::int64_t permits) {
  if (permits > static_cast<std::int64_t>(count_)) throw_released_too_often();
  if (permits > 1) {
    give_back_many(static_cast<std::size_t>(permits));
    return state_.freed.notify_all();
  }
  const bool is_given = replace(this_process_id(), kNoOwner) ||
                        change(Kind::kOwn, kNoOwner, 1) == 1 ||
                        change(Kind::kHeld, kNoOwner, 1) == 1;
  if (!is_given) throw_released_too_often();
  state_.freed.notify_one();
}

void OwnedPermits::give_back_many(std::size_t permits) {
  // What is refused marks nothing, unless others give back at the same time: they would miss what is marked.
  const auto [held, is_of_one_moment] = count(Kind::kHeld, permits);
  if (is_of_one_moment && held < permits) throw_released_too_often();
  const OwnerId mark = this_process_id() | kMark;
  std::vector<Change> marked;
  marked.reserve(permits);
  change(Kind::kOwn, mark, permits, &marked);
  change(Kind::kHeld, mark, permits - marked.size(), &marked);
  const bool is_enough = marked.size() == permits;
  for (const auto& [at, before] : marked) {
    words_[at].store(changed(changed(before, mark), is_enough ? kNoOwner : process_of(before)),
                     std::memory_order_release);
  }
  if (!is_enough) throw_released_too_often();
}

bool OwnedPermits::is(Kind kind, std::uint64_t word) {
  const OwnerId owner = owner_of(word);
  if (kind == Kind::kFree) return owner == kNoOwner;
  if (kind == Kind::kOwn) return owner == this_process_id();
  return owner != kNoOwner && (owner & kMark) == 0;
}

// A look loads with acquire: if it sees in one word what came of a move, the next look sees the move in all.
std::size_t OwnedPermits::change(Kind kind, OwnerId to, std::size_t most,
                                 std::vector<Change>* log) {
  std::size_t done = 0;
  std::optional<Look> before;
  for (int looks = 0; done < most && (looks < kMostLooks || kind == Kind::kHeld); ++looks) {
    Look look;
    for (std::size_t at = 0; at < count_ && done < most; ++at) {
      auto word = words_[at].load(std::memory_order_acquire);
      if (is(kind, word) &&
          words_[at].compare_exchange_strong(word, changed(word, to), std::memory_order_acq_rel,
                                             std::memory_order_acquire)) {
        if (log != nullptr) log->push_back({at, word});
        ++done;
      }
      look.add(word);
    }
    if (before == look) break;
    before = look;
  }
  return done;
}

OwnedPermits::Count OwnedPermits::count(Kind kind, std::size_t enough) const {
  std::size_t found = 0;
  std::optional<Look> before;
  for (int looks = 0; looks < kMostLooks; ++looks) {
    Look look;
    found = 0;
    for (std::size_t at = 0; at < count_; ++at) {
      const auto word = words_[at].load(std::memory_order_acquire);
      found += is(kind, word) ? 1 : 0;
      if (found >= enough) return {found, false};
      look.add(word);
    }
    if (before == look) return {found, true};
    before = look;
  }
  return {found, false};
}

bool OwnedPermits::reclaim(std::size_t most) {
  bool freed = false;
  OwnerId alive = this_process_id();
  auto at = ask_from_.load(std::memory_order_relaxed);
  for (std::size_t tried = 0, asked = 0; tried < count_ && asked < most; ++tried, ++at) {
    Word& word = words_[at % count_];
    auto found = word.load(std::memory_order_relaxed);
    const OwnerId process = process_of(found);
    if (process == kNoOwner || process == alive) continue;
    ++asked;
    if (process_runs(process)) {
      alive = process;
    } else {
      freed |= word.compare_exchange_strong(found, changed(found, kNoOwner),
                                            std::memory_order_acq_rel, std::memory_order_relaxed);
    }
  }
  ask_from_.store(at, std::memory_order_relaxed);
  return freed;
}

bool OwnedPermits::any() const {
  return std::any_of(words_, words_ + count_, [](const Word& word) {
    return is(Kind::kFree, word.load(std::memory_order_relaxed));
  });
}

}  // namespace gilfree::detail
