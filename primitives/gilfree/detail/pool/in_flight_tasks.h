// InFlightTasks: the unfinished tasks of a process pool: the call that each belongs to, and how many of its
// items are done.
//
//   InFlightTask& task = tasks.add(job, first, count, run, bytes);   // task.id goes with it
//   tasks.deliver(head, bytes);                                     // gives a result to its call
//
// Each item of a task is delivered once: a result, an exception, or a death. A result with the id of a
// task that has ended is ignored. ProcessPool's mutex guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <span>
#include <vector>

#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/detail/pool/state.h"

namespace gilfree::detail {

struct InFlightTask {
  std::uint64_t id = 0;                  // of the one before, if there is no job
  std::shared_ptr<AnySharedResult> job;  // none: the place is free
  std::size_t first = 0;                 // its items of the job
  std::uint32_t count = 0;
  std::uint32_t delivered = 0;  // items; a worker delivers them in order
  std::uint64_t number = 0;     // how many were offered before it, and it
  RunTask run = nullptr;
  std::vector<std::byte> bytes;  // of several items: to run again those that a death left over
};

class InFlightTasks {
 public:
  std::size_t size() const { return places_.size() - free_.size(); }
  bool has_place() const { return !free_.empty() || places_.size() < kMostTasks; }

  // If there is a place. None is taken if it throws std::bad_alloc.
  InFlightTask& add(const std::shared_ptr<AnySharedResult>& job, std::size_t first,
                    std::uint32_t count, RunTask run, std::span<const std::byte> bytes);

  // kValue or kError.
  void deliver(const ResultHead& head, const std::byte* bytes);
  // kRun: delivers the items that are there; true if these are all of it.
  bool deliver_run(const ResultHead& head, const std::byte* bytes);

  // Handles the death of the worker that ran it: the item that it was at gets the exception `why`. Returns the task if
  // items are left to run. It has a new id from then on, so that the old one is not reported lost again.
  InFlightTask* lose(std::uint64_t id, const std::exception_ptr& why);
  // Gives `why` to all of its items that are not done.
  void fail(InFlightTask& task, const std::exception_ptr& why);
  void fail_all(const std::exception_ptr& why);

  // Calls visit(task) for each of the job's tasks.
  template <typename Visit>
  void for_each_of(const AnySharedResult& job, Visit visit) {
    for (auto& task : places_) {
      if (task.job.get() == &job) visit(task);
    }
  }

 private:
  void add_place();
  InFlightTask* find(std::uint64_t id);
  void release(InFlightTask& task);

  std::deque<InFlightTask> places_;
  std::vector<std::uint64_t> free_;  // places that are not in use
};

}  // namespace gilfree::detail
