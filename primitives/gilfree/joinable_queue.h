// JoinableQueue: a Queue that knows whether all that was put into it has been dealt with.
//
//   mp::JoinableQueue<Job> jobs(64);
//   jobs.put(job);                                       // one that puts,
//   run(jobs.get()), jobs.task_done();                   // those that work,
//   jobs.join();                                         // one that waits for them
//
// Python's multiprocessing.JoinableQueue and queue.Queue, of which the former waits for ever when a
// worker is killed at work.
//
// Order       First in, first out, as in queue.h.
// Cost        As in queue.h, and some stores a get; a task_done takes the consumers' turn. 18 KiB more.
// Blocking    put and get as in queue.h. join waits until every item that was put has been taken and
//             every taken one declared done: awake for some 50 us, then asleep.
// Errors      As in queue.h. task_done throws std::logic_error if called more often than items were
//             put. join throws WorkerLost once all is done but what workers took that died before
//             their task_done; that is then written off, and all who wait in join are told. More than 1024
//             workers that owe a task_done at a time: get throws std::system_error.
// Visibility  task_done synchronizes with the join that it ends.
// Crash       As in queue.h. A worker may be killed at any instruction: either its item is still
//             there, or it owes a task_done, or it is done. Between threads nobody dies alone, so a
//             thread that ends without its task_done is waited for, as in Python.
#pragma once

#include <stdexcept>
#include <string>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/queue/fifo_queue.h"
#include "gilfree/detail/queue/unfinished_tasks.h"
#include "gilfree/errors.h"
#include "gilfree/scope.h"

namespace gilfree {

// detail/queue/queue_interface.h and detail/queue/fifo_queue.h declare what else it offers.
template <typename T, Scope S = Processes>
class JoinableQueue : public detail::Fifo<JoinableQueue<T, S>, T, S, detail::UnfinishedTasks<S>> {
  using Base = detail::Fifo<JoinableQueue, T, S, detail::UnfinishedTasks<S>>;

 public:
  static constexpr const char* kName = "JoinableQueue";
  using Base::Base;

  // One item that was taken has been dealt with.
  void task_done() {
    {
      const auto turn = this->getting_turn();
      if (!unfinished().mark_done(this->qsize())) {
        throw std::logic_error(
            "gilfree::JoinableQueue::task_done: called more often than items were put");
      }
    }
    if (is_settled()) unfinished().event_count().notify_if_waiting();
  }

  // Waits until all is done; the timed forms not longer than told: false then.
  void join() { (void)join_till(kNever); }
  [[nodiscard]] bool join_for(Timeout timeout) { return join_till(timeout.deadline()); }
  template <typename C, typename D>
  [[nodiscard]] bool join_until(std::chrono::time_point<C, D> time) {
    return join_till(to_deadline(time));
  }

 private:
  detail::UnfinishedTasks<S>& unfinished() const { return this->accounts(); }
  bool is_settled() const {
    const auto waiting = this->qsize();  // first: items leave the queue after they are owed
    return unfinished().is_drained(waiting);
  }
  bool is_hopeless() const { return this->qsize() == 0 && unfinished().only_dead_consumers_owe(); }

  bool join_till(Deadline deadline) {
    const auto reported = unfinished().reported();
    while (!is_settled()) {
      const auto waited = unfinished().event_count().wait(
          deadline, detail::kNoCpu, [&] { return is_settled(); }, [&] { return is_hopeless(); });
      if (!waited) return false;
      if (is_settled() || !is_hopeless()) continue;
      const auto turn = this->getting_turn(deadline);  // repairs what a death in it has left
      if (!turn) return false;
      if (is_hopeless()) (void)unfinished().forfeit();
    }
    const auto total = unfinished().lost(), lost = total - reported;
    if (lost == 0) return true;
    unfinished().report(total);
    throw WorkerLost(
        "gilfree::JoinableQueue::join: taken by workers that died before task_done(): " +
        std::to_string(lost) + "; put them again if they must be dealt with");
  }
};

}  // namespace gilfree
