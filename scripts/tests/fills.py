"""Made-up rows of each scenario: what a run of all of them writes."""

import itertools

from scenarios import plot_cpu_scaling

MIB, GIB = 1 << 20, 1 << 30


def lifecycle(run):
    for parent, cost in ((10 * MIB, 1), (GIB, 70)):
        run.start_join("process", "process", parent, [300e3 * cost] * 6)
        run.start_join("process_fork_server", "process", parent, [400e3 + cost] * 6)
        run.start_join("fork", "process", parent, [250e3 * cost] * 6)
        run.start_join("cpython_process_forkserver", "process", parent, [4e6] * 6, "3.11.2")
        run.start_join("cpython_process_fork", "process", parent, [3e6 * cost] * 6, "3.11.2")
    run.start_join("thread", "thread", 10 * MIB, [20e3] * 6)
    run.start_join("pthread", "thread", 10 * MIB, [20e3] * 6)


def pool_tasks(run):
    for workers in (1, 2, 4):
        for way, factor in (("one_by_one", 1), ("chunks", 10)):
            run.pool("process_pool", way, workers, [2e6 * factor] * 6)
            run.pool("cpython_pool", way, workers, [4e4 * factor] * 6, "3.11.2")
        run.pool("process_pool", "round_trip", workers, [5e3] * 6)
        for impl, cost in (("process_pool", 2e6), ("process", 12e6)):
            run.pool(impl, "fifty", workers, [cost] * 6)
        for impl, cost in (("cpython_pool", 20e6), ("cpython_process", 80e6)):
            run.pool(impl, "fifty", workers, [cost] * 6, "3.11.2")


def cpu_scaling(run):
    for work in plot_cpu_scaling.KINDS:
        for impl in ("thread", "process"):
            run.scaling(impl, work, {1: 1e5, 2: 1.96e5, 4: 1.97e5})
            run.scaling(impl, work, {1: 1e5, 2: 1.6e5, 4: 1.2e5}, scaling="strong")
        for impl, second in (("cpython_thread", 0.9), ("cpython_process", 1.9)):
            run.scaling(impl, work, {1: 1e3, 2: second * 1e3, 4: second * 1e3}, "3.11.2")
            run.scaling(impl, work, {1: 1e3, 2: 0.9 * second * 1e3}, "3.11.2", scaling="strong")


def producer_consumer(run):
    for scope in ("thread", "process"):
        for size, parties in itertools.product((8, 1024), (2, 4)):
            run.queue_around("queue", scope, parties, [8e6] * 6, size)
            run.queue_around("boost_message_queue", scope, parties, [2e6] * 6, size)


def lock_contention(run):
    for scope, parties in itertools.product(("thread", "process"), (1, 2, 8)):
        for rank, impl in enumerate(("lock", "rlock", "std_mutex", "tbb_mutex")):
            run.lock(impl, parties, [5e6 / (rank + parties)] * 6, scope, p50=100 * (rank + 1))


def semaphore_pool(run):
    for scope, permits in itertools.product(("thread", "process"), (1, 2)):
        for rank, impl in enumerate(("semaphore", "posix_sem")):
            run.limit(impl, [1e6 * (rank + permits)] * 6, scope, permits, inside=permits)


def wakeup(run):
    for scope, waiter in itertools.product(("thread", "process"), ("hot", "asleep")):
        for rank, impl in enumerate(("event", "raw_futex", "std_atomic_wait")):
            run.wake(impl, [(rank + 1) * (100 if waiter == "hot" else 40000)] * 6, waiter, scope)
        run.wake("condition", [300] * 6, waiter, scope, "condition_notify_one")


def single_operation(run):
    run.operations("nothing", [2] * 6, scope="")
    run.operations("th_lock_acquire_release", [10] * 6, "lock")
    run.operations("std_mutex_acquire_release", [20] * 6, "lock")
    run.operations("cpython_th_lock_acquire_release", [400] * 6, "lock", interpreter="3.11.2")
    run.operations("mp_event_set_clear", [30] * 6, "event", "process")
    run.operations("mp_queue_qsize", [2.1] * 6, scope="process")
    run.operations("mp_queue_put_get_64", [40] * 6, scope="process")


FILLS = {fill.__name__: fill for fill in (
    lifecycle, pool_tasks, cpu_scaling, producer_consumer, lock_contention, semaphore_pool, wakeup, single_operation)}


def everything(run):
    for fill in FILLS.values():
        fill(run)
