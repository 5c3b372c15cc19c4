"""CPython's side of single_operation: what one operation of threading or multiprocessing costs.

    python single_operation.py TALLY_FD NAME        cpython_th_lock_acquire_release, ...

In batches of a thousand, as a user writes it: a loop over bound methods. Each batch is recorded as the
mean of its operations. Works on Python 2.7 (which has no Barrier) and 3.
"""

import multiprocessing
import sys
import threading

from tallies import Tally, announce_ready, clock, note

BATCH = range(1000)


def twice(first, second):
    """A batch of: first(), second()."""
    def batch():
        for _ in BATCH:
            first()
            second()
    return batch


def acquire_release(lock):
    return twice(lock.acquire, lock.release)


def set_clear(event):
    return twice(event.set, event.clear)


def notify_one(condition):
    acquire, notify, release = condition.acquire, condition.notify, condition.release

    def batch():
        for _ in BATCH:
            acquire()
            notify()
            release()
    return batch


def wait(barrier):
    arrive = barrier.wait

    def batch():
        for _ in BATCH:
            arrive()
    return batch


def increment(value):
    lock = value.get_lock()

    def batch():
        for _ in BATCH:
            with lock:
                value.value += 1
    return batch


MADE_BY = {
    "lock_acquire_release": lambda module: acquire_release(module.Lock()),
    "rlock_acquire_release": lambda module: acquire_release(module.RLock()),
    "semaphore_acquire_release": lambda module: acquire_release(module.Semaphore(1)),
    "bounded_semaphore_acquire_release":
        lambda module: acquire_release(module.BoundedSemaphore(1)),
    "event_set_clear": lambda module: set_clear(module.Event()),
    "condition_notify_one": lambda module: notify_one(module.Condition()),
    "barrier_of_one_wait": lambda module: wait(module.Barrier(1)),
    "value_increment": lambda module: increment(module.Value("l", 0)),
}


def main():
    descriptor, name = sys.argv[1:]
    _, scope, what = name.split("_", 2)
    module = threading if scope == "th" else multiprocessing
    if what.startswith("barrier") and not hasattr(module, "Barrier"):
        note("skipped", "this version has no Barrier")
        return
    if scope == "mp" and sys.version_info >= (3, 4):
        multiprocessing.set_start_method("fork")
    batch = MADE_BY[what](module)
    another = threading.Thread(target=len, args=("",))  # as every other row: see the scenario
    another.start()
    another.join()
    tally = Tally(int(descriptor), 0)
    announce_ready()
    while tally.running():
        start = clock()
        batch()
        tally.record(int(round((clock() - start) * 1e9 / len(BATCH))))
        tally.count(len(BATCH), 0)


if __name__ == "__main__":
    main()
