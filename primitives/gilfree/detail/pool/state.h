// PoolState: what a process pool shares with its workers and their supervisor.
//
//   the pool's process ── tasks, one ring for all ──▶ workers ── results, a ring each ──▶ the process
//                 supervisor (a child; the workers are its children) ── losses, a ring ──▶ the process
//
// The supervisor is forked when the pool is made, and does nothing but wait for its children: so a
// worker that dies is replaced at once, whatever the pool's process is doing, by a copy of a process
// that holds no locks and has one thread (and perhaps one more, which waits for the end of the pool's process).
//
// Crash       A worker takes a task under the lock of the tasks, and claims it first: it stores claimed_at,
//             then task, then takes the record by the ring's one store. The next owner of the lock
//             removes a claim that was not followed by that store, so `task` names the task that a dead
//             worker ran. The pool's process ignores the loss of a task whose results all arrived. It puts
//             what is left of a chunk into the ring before it takes the loss out of its own: so in a pool
//             that closes, a worker leaves only when both rings are empty, and a dead one is replaced until then.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/detail/lock/biased_mutex.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/pool/record_ring.h"
#include "gilfree/detail/pool/worker_limit.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

class Delivery;
struct TaskHead;

// Runs items [skip, count) of a task; `bytes` hold the callable and the arguments of every item. The
// address means the same in each worker: they are forks of the process that made the pool.
using RunTask = void (*)(const TaskHead& task, const std::byte* bytes, Delivery& results);

struct TaskHead {
  std::uint64_t id;
  RunTask run;
  std::uint32_t count;
  std::uint32_t skip;  // items that need not be run any more
};

enum class Kind : std::uint32_t { kValue, kRun, kError, kLost, kBroken, kHopeless, kNoWorker };

// kValue: as Wire writes it. kRun: a RunHead and the values of consecutive items. kError:
// Wire<std::string> of type and text. kLost: the exit code, as Process has it. kBroken: as kError, and
// no worker will run anything: the initializer failed. kHopeless: every worker dies in the initializer;
// the exit code of the last one. kNoWorker: none can be started; errno.
struct ResultHead {
  std::uint64_t id;
  std::uint32_t item;  // of the task; of a loss, the worker
  Kind kind;
};

// Values of one size that become real one by one, for the price of a store each.
struct RunHead {
  std::atomic<std::uint32_t> done{0};  // values that are there
  std::atomic<std::uint32_t> count;    // that there will be; fewer than at first if an item throws
  std::uint64_t size;                  // of each
};

// At most this many tasks may be under way, so that `cancelled` has room for each.
inline constexpr std::uint64_t kMostTasks = 1 << 14;
inline std::uint64_t place_of(std::uint64_t id) { return id % kMostTasks; }

struct alignas(kApart) WorkerSlot {
  std::atomic<OwnerId> owner{kNoOwner};
  std::atomic<pid_t> pid{0};
  std::atomic<RecordRing::Position> claimed_at{0};  // where the ring stood before the last claim
  std::atomic<std::uint64_t> task{0};               // claimed last; 0: none
  std::atomic<bool> initialized{false};
  alignas(kApart) std::atomic<std::uint64_t> generation{0};  // how often results were published
};

struct PoolState {
  explicit PoolState(int workers) : limit(workers) {}

  BiasedMutex<Processes> taking;  // guards the reader's side of `tasks`
  EventCount<Processes> offered;  // notified when there is a task, and to close
  WorkerLimit<Processes> limit;   // of those that wait for it
  EventCount<Processes> done;     // notified when there is a result, and when the supervisor ends
  EventCount<Processes> taken;    // notified when the pool's process has taken results
  std::atomic<bool> closing{false};       // no more calls
  std::atomic<bool> terminated{false};    // the supervisor is to end, and the workers
  std::atomic<bool> broken{false};        // the initializer failed
  std::atomic<std::uint64_t> cancels{0};  // how often a task was cancelled
  std::atomic<std::uint64_t> cancelled[kMostTasks] = {};  // ids, each in its place
};

// One process's view of it.
struct PoolShare {
  explicit PoolShare(int count);

  // For the next owner of the lock: removes the claim of a dead owner that did not take the task.
  void strike_out_claim();
  // The only tasks that may come are in the ring: ask this before you look there. A reported death may bring more, so
  // long as the pool's process has not taken note of it: what the dead worker had not begun of a chunk.
  bool takes_no_more() const {
    return state->closing.load(std::memory_order_acquire) && losses->size() == 0;
  }
  // Once takes_no_more() may have become true.
  void let_workers_leave();
  // Once their supervisor has ended: kills those that the kernel has not, because they have become another user in the
  // meantime. False if this process may not.
  bool kill_workers() const;
  // Once their supervisor has ended: until no worker is left, and none holds the lock of the tasks or a claim.
  void await_workers_end();

  const int workers;
  StateMemory<PoolState, Processes> state;
  StateMemory<WorkerSlot, Processes> slots;  // `workers` of them
  std::shared_ptr<RecordRing> tasks, losses;
  std::vector<std::shared_ptr<RecordRing>> results;

  WorkerSlot& slot(int worker) const { return (&*slots)[worker]; }
};

struct PoolPlan {
  int workers;
  std::function<void()> initializer;
  std::size_t max_tasks_per_child;  // 0: no limit
};

// A worker's way to hand in results.
class Delivery {
 public:
  Delivery(PoolShare& share, int worker)
      : share_(share),
        ring_(*share.results[static_cast<std::size_t>(worker)]),
        generation_(share.slot(worker).generation) {}

  // Where to write `length` bytes of the result; waits for room. commit() hands it in: from then on it
  // survives the worker. publish() has it taken: seldom, as the two would contend for the ring's cache lines.
  std::byte* begin(const ResultHead& head, std::size_t length) {
    std::byte* to = ring_.begin(sizeof head + length);
    if (to == nullptr) [[unlikely]]
      to = wait_for_room(sizeof head + length);
    std::memcpy(to, &head, sizeof head);
    return to + sizeof head;
  }
  void commit() { ring_.commit(); }
  void publish();

  // A run of values of `size` bytes, which ends with the object.
  class Run {
   public:
    Run(Delivery& delivery, std::uint64_t id, std::uint32_t first, std::uint32_t count,
        std::size_t size)
        : head_(::new (delivery.begin({id, first, Kind::kRun}, sizeof(RunHead) + count * size))
                    RunHead{.done = 0, .count = count, .size = size}),
          next_(reinterpret_cast<std::byte*>(head_ + 1)),
          size_(size) {
      delivery.commit();
    }
    ~Run() { head_->count.store(done_, std::memory_order_release); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    std::byte* next() const { return next_; }
    void commit() {
      next_ += size_;
      head_->done.store(++done_, std::memory_order_release);  // commit
    }

   private:
    RunHead* head_;
    std::byte* next_;
    const std::size_t size_;
    std::uint32_t done_ = 0;
  };

  // Of the exception being handled.
  void error(std::uint64_t id, std::uint32_t item, Kind kind = Kind::kError);

 private:
  std::byte* wait_for_room(std::size_t length);

  PoolShare& share_;
  RecordRing& ring_;
  std::atomic<std::uint64_t>& generation_;
};

// The life of a worker; its exit code.
int work(PoolShare& share, const PoolPlan& plan, int worker);

// The life of the supervisor.
int supervise(PoolShare& share, const PoolPlan& plan);

}  // namespace gilfree::detail
