// JoinableQueue: a Queue that counts its unfinished tasks, and waits until there are none.
//
//   mp::JoinableQueue<Job> jobs(64);
//   jobs.put(job);                                       // a producer: one unfinished task more
//   run(jobs.get()), jobs.task_done();                   // a consumer: one less
//   jobs.join();                                         // waits until there are none
//
// Python's multiprocessing.JoinableQueue and queue.Queue. In Python's a join waits for ever once a
// consumer was killed between its get and its task_done; here it throws WorkerLost.
//
// Order       First in, first out, as in queue.h.
// Cost        As in queue.h, and a few stores for each get. task_done takes the consumers' lock. Across
//             processes 18 KiB more.
// Blocking    put and get as in queue.h. join waits until every item that was put has been got, and
//             task_done called for it: it spins for 50 us at most, then sleeps. task_done waits without a
//             limit for a thread that is just getting, also one that is stopped there.
// Errors      As in queue.h. task_done throws std::logic_error if called more often than items were
//             put, less those that a join has reported as lost. join throws WorkerLost if the only unfinished tasks left are those of processes that
//             died before their task_done; these no longer count then, and every thread in join gets
//             the exception. get throws std::system_error if 1024 other processes have unfinished tasks.
// Visibility  task_done synchronizes with the join that it ends. It touches the queue after that: destroy
//             the queue only when each thread has returned from its calls, as in queue.h.
// Crash       As in queue.h. A consumer may be killed at any instruction: its item is still in the
//             queue, or counts as its unfinished task, or is done. A task is lost when the process that
//             took it is gone or runs another program. Until then any of its threads may call task_done,
//             also when the one that took it has ended, and join waits for that, as in Python.
#pragma once

#include "gilfree/version.h"

#include <stdexcept>
#include <string>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/queue/fifo_queue.h"
#include "gilfree/detail/queue/unfinished_tasks.h"
#include "gilfree/errors.h"
#include "gilfree/scope.h"

namespace gilfree {

template <typename T, Scope S = Processes>
class JoinableQueue : public detail::Fifo<JoinableQueue<T, S>, T, S, detail::UnfinishedTasks<S>> {
  using Base = detail::Fifo<JoinableQueue, T, S, detail::UnfinishedTasks<S>>;

 public:
  static constexpr const char* kName = "JoinableQueue";  // in messages

  // Makes a queue of `capacity` items, by itself or under a name (named.h). One that exists under the
  // name keeps its capacity.
  using Base::Base;

  // Puts an item in, waiting while the queue is full. try_put() does not wait, try_put_for() and
  // try_put_until() wait at most that long. They return false if the queue stayed full, and have then
  // not moved from an item given by &&.
  using Base::put, Base::try_put, Base::try_put_for, Base::try_put_until;
  // Puts a range of items in, as many at a time as there is room for, each time under one lock. The
  // items of a container given by && are moved. try_put_many() does not wait, and returns how many it
  // put in.
  using Base::put_many, Base::try_put_many;

  // Removes and returns the item that was put first, waiting while the queue is empty. try_get()
  // does not wait, try_get_for() and try_get_until() wait at most that long; they return nullopt if
  // the queue stayed empty.
  using Base::get, Base::try_get, Base::try_get_for, Base::try_get_until;
  // Removes and returns up to a given number of items under one lock. get_many() waits for the first
  // of them, the others may return an empty vector.
  using Base::get_many, Base::try_get_many, Base::try_get_many_for;

  // After close() a put throws Closed; a get returns what is left, and throws Closed once nothing is.
  // Calling it again has no effect. closed() returns whether it has been called.
  using Base::close, Base::closed;
  // Return how many items are inside, and whether that is none or all that fit. May have changed when
  // they return. capacity() never changes.
  using Base::qsize, Base::empty, Base::full, Base::capacity;

  // Says that one item which was got has been processed. Any process may, as in Python, also one that
  // neither put nor got it: it counts for an item of the caller, else of another living process, else of a dead one.
  void task_done() {
    {
      const auto guard = this->lock_consumers();
      if (!unfinished().mark_done(this->qsize())) {
        throw std::logic_error(
            "gilfree::JoinableQueue::task_done: called more often than items were put");
      }
    }
    if (is_settled()) unfinished().event_count().notify_if_waiting();
  }

  // Waits until there are no unfinished tasks. The timed forms return false if that takes longer.
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
      if (waited == detail::Waited::kTooLate) return false;
      if (is_settled() || !is_hopeless()) continue;
      const auto guard = this->lock_consumers(deadline);  // repairs what a death in it has left
      if (!guard) return false;
      if (is_hopeless() && unfinished().forfeit() == 0) unfinished().check_none_is_owed();
    }
    const auto total = unfinished().lost(), lost = total - reported;
    if (reported > total) detail::throw_corrupted_contents();
    if (lost == 0) return true;
    unfinished().report(total);
    throw WorkerLost(
        "gilfree::JoinableQueue::join: taken by workers that died before task_done(): " +
        std::to_string(lost) + "; put them again if they must be dealt with");
  }
};

}  // namespace gilfree
