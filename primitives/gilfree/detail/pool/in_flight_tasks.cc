#include "gilfree/detail/pool/in_flight_tasks.h"

#include <new>

#include "gilfree/detail/pool/errors.h"

namespace gilfree::detail {

InFlightTask& InFlightTasks::add(const std::shared_ptr<AnySharedResult>& job, std::size_t first,
                                 std::uint32_t count, RunTask run,
                                 std::span<const std::byte> bytes) {
  if (free_.empty()) add_place();
  InFlightTask& task = places_[free_.back()];
  if (count > 1) task.bytes.assign(bytes.begin(), bytes.end());
  free_.pop_back();  // taken; nothing throws from here on
  task.id += kMostTasks;
  task.job = job;
  task.first = first;
  task.count = count;
  task.delivered = 0;
  task.run = run;
  return task;
}

// The list of free places has room for all of them before there is another, so that release() needs no memory.
void InFlightTasks::add_place() {
  const auto place = places_.size();
  if (free_.capacity() <= place) free_.reserve(2 * place + 1);
  places_.emplace_back().id = place;
  free_.push_back(place);
}

InFlightTask* InFlightTasks::find(std::uint64_t id) {
  if (place_of(id) >= places_.size()) return nullptr;
  InFlightTask& task = places_[place_of(id)];
  return task.id == id && task.job ? &task : nullptr;
}

void InFlightTasks::release(InFlightTask& task) {
  task.job.reset();
  task.bytes.clear();
  free_.push_back(place_of(task.id));
}

void InFlightTasks::deliver(const ResultHead& head, const std::byte* bytes) {
  InFlightTask* task = find(head.id);
  if (task == nullptr) return;  // cancelled, or failed with all others
  const std::size_t item = task->first + head.item;
  if (head.kind == Kind::kError) {
    task->job->fail(item, read_remote_error(bytes));
  } else {
    try {
      task->job->deliver(item, 1, bytes);
    } catch (...) {
      task->job->fail(item, std::current_exception());  // a Codec's
    }
  }
  if (++task->delivered == task->count) release(*task);
}

bool InFlightTasks::deliver_run(const ResultHead& head, const std::byte* bytes) {
  const RunHead& run = *std::launder(reinterpret_cast<const RunHead*>(bytes));
  const auto done = run.done.load(std::memory_order_acquire);  // commit
  const bool whole = done == run.count.load(std::memory_order_acquire);
  InFlightTask* task = find(head.id);
  if (task == nullptr || head.item + done == task->delivered) return whole;
  const auto known = task->delivered - head.item;
  task->delivered += done - known;
  task->job->deliver(task->first + head.item + known, done - known,
                     bytes + sizeof run + known * run.size);
  if (task->delivered == task->count) release(*task);
  return whole;
}

InFlightTask* InFlightTasks::lose(std::uint64_t id, const std::exception_ptr& why) {
  InFlightTask* task = find(id);
  if (task == nullptr) return nullptr;  // it had finished that one
  task->job->fail(task->first + task->delivered, why);
  if (++task->delivered == task->count) {
    release(*task);
    return nullptr;
  }
  task->id += kMostTasks;
  return task;
}

void InFlightTasks::fail(InFlightTask& task, const std::exception_ptr& why) {
  while (task.delivered < task.count) task.job->fail(task.first + task.delivered++, why);
  release(task);
}

void InFlightTasks::fail_all(const std::exception_ptr& why) {
  for (auto& task : places_) {
    if (task.job) fail(task, why);
  }
}

}  // namespace gilfree::detail
