// The life of a pool's worker: take a task, run it, hand in what it gives.

#include <sched.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include "gilfree/detail/base/uncaught.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/memory/wire.h"
#include "gilfree/detail/pool/state.h"
#include "gilfree/detail/process/child.h"

namespace gilfree::detail {
namespace {

// A worker's own copy of a task: the ring's memory is free again once it is taken.
using TaskBytes = std::vector<std::byte>;

// Ids of one place grow, and a place is given away again when its task has ended: a cancelled task, whose record is still in
// the ring, may have been followed there by one that was cancelled too.
bool is_cancelled(PoolState& state, std::uint64_t id) {
  return state.cancels.load(std::memory_order_relaxed) != 0 &&
         state.cancelled[place_of(id)].load(std::memory_order_relaxed) >= id;
}

// Waits for a task and takes it. False if none will come.
bool take(PoolShare& share, WorkerSlot& me, TaskBytes& task) {
  PoolState& state = *share.state;
  const auto is_over = [&] { return share.takes_no_more(); };
  while (true) {
    const bool over = is_over();
    {
      const BiasedGuard guard(state.taking, [&] { share.strike_out_claim(); });
      while (const auto record = share.tasks->front()) {
        TaskHead head;
        std::memcpy(&head, record->data(), sizeof head);
        const bool wanted = !is_cancelled(state, head.id);
        if (wanted) {
          task.assign(record->begin(), record->end());
          me.claimed_at.store(share.tasks->head(), std::memory_order_relaxed);
          me.task.store(head.id, std::memory_order_release);  // before the commit in pop()
        }
        share.tasks->pop();
        if (!wanted) continue;
        if (!share.tasks->is_empty()) state.limit.notify_next(state.offered);  // each wakes one
        return true;
      }
    }
    if (over) return false;
    stay_bound_to_parent();  // a task may have changed the user
    state.limit.wait(
        state.offered, [&] { return !share.tasks->is_empty(); }, is_over);
  }
}

// Kills the process whose first thread has this name. By a descriptor, if there is one to be had: the name is asked for
// again once that is open, and so it is no other process. False if this process may not.
bool kill(OwnerId worker) {
  const auto pid = static_cast<pid_t>(id_of(worker));
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  bool may = true;
  if (!is_dead<Processes>(worker)) {
    const bool killed =
        pidfd >= 0 && ::syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0) == 0;
    may = killed || ::kill(pid, SIGKILL) == 0 || errno != EPERM;
  }
  if (pidfd >= 0) ::close(pidfd);
  return may;
}

}  // namespace

PoolShare::PoolShare(int count)
    : workers(count),
      state(0, count),
      slots(sizeof(WorkerSlot) * count),
      tasks(RecordRing::make()),
      losses(RecordRing::make()) {
  for (int worker = 0; worker < count; ++worker) {
    ::new (&slot(worker)) WorkerSlot;
    results.push_back(RecordRing::make());
  }
}

void PoolShare::strike_out_claim() {
  for (int worker = 0; worker < workers; ++worker) {
    auto& claim = slot(worker);
    if (claim.claimed_at.load(std::memory_order_acquire) == tasks->head()) {
      claim.task.store(0, std::memory_order_release);
    }
  }
  state->offered.notify_all();
}

void PoolShare::let_workers_leave() {
  state->offered.notify_all();
  state->limit.close();
}

bool PoolShare::kill_workers() const {
  bool may = true;
  for (int worker = 0; worker < workers; ++worker) {
    const OwnerId owner = slot(worker).owner.load(std::memory_order_acquire);
    if (owner != kNoOwner && !is_dead<Processes>(owner)) may = kill(owner) && may;
  }
  return may;
}

void PoolShare::await_workers_end() {
  for (int worker = 0; worker < workers; ++worker) {
    const auto& owner = slot(worker).owner;
    while (is_dead<Processes>(owner.load(std::memory_order_acquire)) == false &&
           owner.load(std::memory_order_acquire) != kNoOwner) {
      ::sched_yield();
    }
  }
  const BiasedGuard guard(state->taking, [&] { strike_out_claim(); });
  state->limit.reset();
}

std::byte* Delivery::wait_for_room(std::size_t length) {
  publish();
  share_.state->taken.wait(kNever, kNoCpu, [&] { return ring_.has_room(length); });
  return ring_.begin(length);
}

void Delivery::publish() {
  generation_.store(generation_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  share_.state->done.notify_one();
}

void Delivery::error(std::uint64_t id, std::uint32_t item, Kind kind) {
  const Described what = describe_exception();
  using Text = Wire<std::string>;
  std::byte* to =
      begin({.id = id, .item = item, .kind = kind}, Text::size(what.type) + Text::size(what.text));
  Text::write(what.text, Text::write(what.type, to));
  commit();
}

int work(PoolShare& share, const PoolPlan& plan, int worker) {
  WorkerSlot& me = share.slot(worker);
  me.owner.store(self<Processes>(), std::memory_order_release);
  Delivery results(share, worker);
  try {
    if (plan.initializer) {
      plan.initializer();
      stay_bound_to_parent();
    }
  } catch (...) {
    share.state->broken.store(true, std::memory_order_release);
    results.error(0, 0, Kind::kBroken);
    results.publish();
    return 1;
  }
  me.initialized.store(true, std::memory_order_release);
  TaskBytes task;
  TaskMeter meter(share.state->limit, share.state->offered);
  for (std::size_t run = 0; plan.max_tasks_per_child == 0 || run < plan.max_tasks_per_child;
       ++run) {
    if (!take(share, me, task)) break;
    TaskHead head;
    std::memcpy(&head, task.data(), sizeof head);
    meter.begin();
    head.run(head, task.data() + sizeof head, results);
    meter.end();
    results.publish();
  }
  me.task.store(0, std::memory_order_release);  // leaves in good order
  return 0;
}

}  // namespace gilfree::detail
