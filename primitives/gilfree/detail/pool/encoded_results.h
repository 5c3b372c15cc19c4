// EncodedResults: results as another process wrote them, until a thread that wants them decodes them.
//
//   encoded.keep(item, items, begin, end);                    // by the thread that delivers, under the pool's mutex
//   encoded.decode(deadline, [&](std::size_t item, const std::byte* bytes) { ... });     // once, without it
//
// A Codec may take as long as it likes, throw, or end its thread. So it is not called where the results of all
// calls are handed out, but by the first thread that wants those of this call. Others that want them too
// wait for it, and no longer than until their deadline.
//
//   | decoder_     | the results are                                              | next           |
//   | kNoThread      | encoded, but for those before next_                          | a fork_count() |
//   | fork_count() | being decoded, by a thread of the process that has that count | kDone; kNoThread if its thread ends |
//   | kDone        | decoded; or none was kept                                    | kNoThread, by keep() |
#pragma once

#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/process/thread_registry.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

class EncodedResults {
 public:
  // Copies the bytes of one of `items`. All is kept before the first decode().
  void keep(std::size_t item, std::size_t items, const std::byte* begin, const std::byte* end) {
    bytes_.resize(items);
    bytes_[item].assign(begin, end);
    decoder_.store(kNoThread, std::memory_order_relaxed);
  }

  // Has decode(item, bytes) called for each that was kept, if that has not happened yet. False if another
  // thread is at it and the deadline came first. Throws std::logic_error if that thread is not there, since
  // this process was forked meanwhile.
  template <typename Decode>
  bool decode(Deadline deadline, Decode decode) {
    const auto has_left = [&] { return decoder() == kDone || decoder() == kNoThread; };
    while (decoder() != kDone) {
      int expected = kNoThread;
      if (decoder_.compare_exchange_strong(expected, fork_count(), std::memory_order_acquire)) {
        decode_all(decode);
      } else if (expected != kDone && expected != fork_count()) {
        throw std::logic_error(
            "gilfree::AsyncResult: a thread of the parent was decoding the result when this "
            "process was "
            "forked; get it there");
      } else if (changed_.wait(deadline, kNoCpu, has_left) == Waited::kTooLate) {
        return false;
      }
    }
    return true;
  }

 private:
  static constexpr int kNoThread = -1, kDone = -2;

  int decoder() const { return decoder_.load(std::memory_order_acquire); }

  template <typename Decode>
  void decode_all(Decode decode) {
    struct Leave {  // also if the thread ends
      EncodedResults& results;
      ~Leave() {
        const bool is_done = results.next_ == results.bytes_.size();
        results.decoder_.store(is_done ? kDone : kNoThread, std::memory_order_release);
        results.changed_.notify_if_waiting();
      }
    } leave{*this};
    for (; next_ < bytes_.size(); ++next_) {
      auto& bytes = bytes_[next_];
      if (!bytes.empty()) decode(next_, bytes.data());  // else it became an exception
      bytes = std::vector<std::byte>();
    }
  }

  std::vector<std::vector<std::byte>> bytes_;  // of each item
  std::size_t next_ = 0;                       // to be decoded
  std::atomic<int> decoder_{kDone};
  EventCount<Threads> changed_;
};

}  // namespace gilfree::detail
