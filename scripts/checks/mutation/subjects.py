"""Which files are mutated, and which tests are to notice: the fastest first."""

DETAIL = "primitives/gilfree/detail/"
ITEMS = ("queue_test", "queue_items_test", "queue_crash_test", "freeze_test", "soak_test")
ORDERED = ("priority_queue_test", "lifo_queue_test", "ordered_queue_crash_test", "double_kill_test")
PERMITS = ("semaphore_test", "semaphore_crash_test", "holder_deaths_test")
WAITS = ("event_test", "lock_test", "waiter_deaths_test", "event_crash_test", "sleepers_test")
POOLS = ("pool_test", "pool_errors_test", "pool_faults_test", "pool_crash_test")

TESTS = {
    "identity/participant.h": ("liveness_test", "lock_test", "holder_deaths_test", "named_deaths_test"),
    "lock/biased_mutex.h": ("queue_test", "biased_mutex_freeze_test", "refused_fence_test", "queue_crash_test"),
    "lock/counted_permits.h": PERMITS,
    "lock/mutex.h": ("lock_test", "lock_fork_test", "waiter_deaths_test", "lock_crash_test", "stopped_holder_test"),
    "lock/permits.h": PERMITS,
    "lock/wait_queue.h": ("condition_test", "condition_lock_test", "condition_crash_test", "destroyed_when_notified_test"),
    "memory/barrier_rounds.h": ("barrier_test", "barrier_action_test", "barrier_crash_test", "double_kill_test"),
    "pool/in_flight_tasks.h": POOLS,
    "pool/process_tasks.h": POOLS,
    "pool/record_ring.h": ("record_ring_test", *POOLS),
    "pool/result_slots.h": POOLS,
    "queue/endpoint_liveness.h": ("pipe_test", "pipe_ends_test", "named_pipe_deaths_test", "pipe_crash_test"),
    "queue/fifo_queue.h": ITEMS,
    "queue/fixed_slots.h": ITEMS,
    "queue/heap_store.h": ORDERED,
    "queue/locked_queue.h": ORDERED,
    "queue/owed_wake_up.h": ("queue_test", "queue_exceptions_test", "waiter_deaths_test", "queue_crash_test"),
    "queue/pipe_end.h": ("pipe_test", "pipe_ends_test", "pipe_crash_test", "named_pipe_deaths_test"),
    "queue/readable_pages.h": ("full_dev_shm_test", "queue_items_test"),
    "queue/ring.h": ITEMS,
    "queue/stack_store.h": ORDERED,
    "queue/unfinished_tasks.h": ("joinable_queue_test", "lost_worker_test", "joinable_queue_crash_test", "double_kill_test"),
    "queue/variable_slots.h": ITEMS,
    "wait/event_count.h": WAITS,
    "wait/parker.h": WAITS,
    "wait/waiter_flag.h": WAITS,
}
