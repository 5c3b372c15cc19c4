// ResultSource: the results of a range of inputs, which are sent to a pool while its results are taken.
//
// Inputs are sent ahead of the results, at most kAhead chunks and kWeight bytes; a result counts as many
// bytes as the last one that was taken. If the inputs exist already, next_job() sends them itself; while the
// pool has no room, it waits for results that are under way instead. If the range computes them, a thread
// sends them (as CPython's feeder thread): so the range may wait for results of its own.
//
// What the range throws is thrown once, behind the results of what it gave before, and ends it. A chunk
// that cannot be sent fails alone, unless the pool takes nothing any more.
#pragma once

#include <cxxabi.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/detail/pool/task_source.h"
#include "gilfree/detail/process/thread_registry.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/errors.h"
#include "gilfree/thread.h"

namespace gilfree::detail {

template <typename Result>
class ResultSource final : public TaskSource {
 public:
  using Job = SharedResult<Result>;
  using Event = AnySharedResult::Event;

  // A chunk of inputs that was sent.
  struct Sent {
    std::shared_ptr<Job> job = nullptr;  // none: there were no more inputs
    std::size_t weight = 0;              // bytes
    bool is_last = false;
    std::exception_ptr error = nullptr;  // thrown by the range behind them
    bool is_late = false;  // the pool had no room until the deadline: sent by the next call
  };
  using Send = std::function<Sent(const std::shared_ptr<Event>&, Deadline)>;

  // `ended` is called once, when the last input has been sent or the results are no longer wanted.
  ResultSource(std::shared_ptr<ResultOwner> owner, Send send,
               std::function<void(TaskSource&)> ended, bool in_order, bool needs_thread)
      : owner_(std::move(owner)),
        send_(std::move(send)),
        ended_(std::move(ended)),
        in_order_(in_order),
        needs_thread_(needs_thread) {}

  ~ResultSource() override {
    if (forks_ != fork_count()) return;  // nothing of it runs in this process
    update([&] { unwanted_ = true; });
    if (feeder_) feeder_->join();
    end();
  }

  // Sends the first inputs.
  void begin() {
    if (!needs_thread_) return feed();
    feeder_.emplace([this] { run_feeder(); }, ThreadOptions{.name = "PoolSource", .daemon = true});
    try {
      feeder_->start();
    } catch (...) {
      feeder_.reset();
      throw;
    }
  }

  void send_all() override {
    update([&] { unlimited_ = true; });
    if (!needs_thread_) feed();
  }

  // The results of the next chunk; null if there are no more. Throws TimeoutError.
  std::shared_ptr<Job> next_job(Deadline deadline) {
    if (forks_ != fork_count()) {
      throw std::logic_error(
          "gilfree::PoolResults: only the process that made the call may take its results");
    }
    if (!needs_thread_) {
      // Another thread that is at it sends all there is (send_all).
      const std::unique_lock feeding(feeding_, std::try_to_lock);
      if (feeding) feed_ahead(deadline);
    }
    const auto any = [&] {
      const std::lock_guard lock(mutex_);
      return !ahead_.empty() || is_over_;
    };
    if (changed_.wait(deadline, kNoCpu, any) == Waited::kTooLate) too_late();
    const auto job = await_job(deadline);
    if (job == nullptr) {
      const std::lock_guard lock(mutex_);
      if (auto error = std::exchange(error_, nullptr)) std::rethrow_exception(error);
      return nullptr;
    }
    update([&] {
      const auto at = std::find_if(ahead_.begin(), ahead_.end(),
                                   [&](const Sent& sent) { return sent.job == job; });
      weight_ -= at->weight;
      ahead_.erase(at);
    });
    return job;
  }

  // How much one weighs that was taken.
  void note_result(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    result_weight_ = bytes;
    knows_results_ = true;
  }

 private:
  static constexpr std::size_t kAhead = 1024;     // chunks
  static constexpr std::size_t kFirstAhead = 64;  // while it is not known how much a result weighs
  static constexpr std::size_t kWeight = std::size_t{8} << 20;

  template <typename Change>
  void update(Change change) {
    {
      const std::lock_guard lock(mutex_);
      change();
    }
    changed_.notify_if_waiting();
  }

  // For the owner of mutex_.
  bool has_room() const {
    if (unlimited_ || ahead_.empty()) return true;
    return ahead_.size() < (knows_results_ ? kAhead : kFirstAhead) &&
           weight_ + ahead_.size() * result_weight_ < kWeight;
  }
  bool wants_more() {
    const std::lock_guard lock(mutex_);
    return !is_over_ && !unwanted_ && has_room();
  }
  bool has_none_ahead() {
    const std::lock_guard lock(mutex_);
    return ahead_.empty();
  }

  void feed() {
    const std::lock_guard feeding(feeding_);
    while (wants_more()) send_next(kNever);
  }
  // For the owner of feeding_: sends what is wanted, and when the deadline has passed no further chunk. Waits for room
  // in the pool only if nothing is ahead: else a result may come first.
  void feed_ahead(Deadline deadline) {
    while (wants_more() && send_next(has_none_ahead() ? deadline : kNow) && !has_passed(deadline)) {
      continue;
    }
  }
  // False if the pool had no room until the deadline. (A forced unwind has no object to refer to, which UBSan would
  // complain of.)
  __attribute__((no_sanitize("null"))) bool send_next(Deadline deadline) {
    Sent sent;
    try {
      sent = send_(event_count_, deadline);
    } catch (const abi::__forced_unwind&) {
      throw;  // pthread_exit
    } catch (...) {
      sent = {.is_last = true, .error = std::current_exception()};
    }
    if (sent.is_late) return false;
    const bool is_last = sent.is_last;
    update([&] {
      if (sent.error) error_ = sent.error;
      is_over_ = is_last;
      if (!sent.job) return;
      weight_ += sent.weight;
      ahead_.push_back(std::move(sent));
    });
    if (is_last) end();
    return true;
  }
  void end() {
    if (auto ended = std::exchange(ended_, nullptr)) ended(*this);
  }

  // The life of the feeder thread. The range may leave by pthread_exit.
  void run_feeder() {
    struct Guard {
      ResultSource& source;
      ~Guard() {
        source.update([&] {
          if (source.is_over_ || source.unwanted_) return;
          source.is_over_ = true;
          source.error_ = std::make_exception_ptr(WorkerLost(
              "gilfree::PoolResults: the range of inputs ended its thread by pthread_exit"));
        });
        source.end();
      }
    } guard{*this};
    while (true) {
      feed();
      const auto go_on = [&] {
        const std::lock_guard lock(mutex_);
        return is_over_ || unwanted_ || has_room();
      };
      changed_.wait(kNever, kNoCpu, go_on);
      const std::lock_guard lock(mutex_);
      if (is_over_ || unwanted_) return;
    }
  }

  // The next that is done; null at the end.
  std::shared_ptr<Job> await_job(Deadline deadline) {
    std::shared_ptr<Job> chosen;
    {
      const std::lock_guard lock(mutex_);
      if (ahead_.empty()) return nullptr;
      chosen = ahead_.front().job;
    }
    const auto choose_any = [&] {
      const std::lock_guard lock(mutex_);
      const auto done = std::find_if(ahead_.begin(), ahead_.end(),
                                     [](const Sent& sent) { return sent.job->is_done(); });
      if (done != ahead_.end()) chosen = done->job;
      return done != ahead_.end();
    };
    const bool in_time = in_order_ ? owner_->wait(*chosen, deadline)
                                   : owner_->wait_until(choose_any, *event_count_, deadline);
    if (!in_time) too_late();
    return chosen;
  }

  [[noreturn]] static void too_late() {
    throw TimeoutError("gilfree::PoolResults::next_for: no result in time; ask again");
  }

  const std::shared_ptr<ResultOwner> owner_;
  const Send send_;
  std::function<void(TaskSource&)> ended_;
  const bool in_order_, needs_thread_;
  const int forks_ = fork_count();
  const std::shared_ptr<Event> event_count_ = std::make_shared<Event>();

  std::mutex feeding_;  // one thread sends at a time
  std::mutex mutex_;    // guards what follows
  std::deque<Sent> ahead_;
  std::size_t weight_ = 0, result_weight_ = 0;
  bool knows_results_ = false, unlimited_ = false, unwanted_ = false, is_over_ = false;
  std::exception_ptr error_;  // of the range, to be thrown at the end
  EventCount<Threads> changed_;

  std::optional<Thread> feeder_;
};

}  // namespace gilfree::detail
