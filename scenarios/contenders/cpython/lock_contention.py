"""CPython's side of lock_contention: threading's or multiprocessing's Lock and RLock.

    python lock_contention.py TALLY_FD SCOPE CONTENDER INSIDE OUTSIDE EVERY CPUS

One section in EVERY is timed, and all are counted after it: the interpreter's clock and the tally
cost more than the lock. Works on Python 2.7 and 3.
"""

import sys

from tallies import Tally, clock, note
from work import steps_of, work
from worker_group import WorkerGroup


class SectionCounters(object):
    """What the workers share besides the lock."""

    def __init__(self, group, workers):
        self.guarded = group.array("Q", 2)
        self.sections = group.array("Q", workers)
        self.collisions = group.array("Q", workers)
        self.longest_wait = group.array("Q", workers)


def count(guarded, inside):
    """Counts in both words, with the work between. Returns True if another worker is inside."""
    before = guarded[0]
    collides = before != guarded[1]
    guarded[0] = before + 1
    if inside:
        work(inside)
    guarded[1] = before + 1
    return collides


def worker(me, descriptor, lock, counters, inside, outside, every):
    tally = Tally(descriptor, me)
    guarded = counters.guarded
    sections = collisions = 0
    last, longest = None, 0.0
    untimed = range(every - 1)
    while tally.running():
        asked = clock()
        with lock:
            had = clock()
            collisions += count(guarded, inside)
        if tally.measuring():
            tally.record(int((had - asked) * 1e9))
            longest = max(longest, had - (had if last is None else last))
            last = had
        if outside:
            work(outside)
        for _ in untimed:
            with lock:
                collisions += count(guarded, inside)
            if outside:
                work(outside)
        sections += every
        tally.count(every, 0)
    counters.sections[me] = sections
    counters.collisions[me] = collisions
    counters.longest_wait[me] = int(longest * 1e9)


def main():
    descriptor, scope, contender, inside, outside, every, cpus = sys.argv[1:]
    cpus = [int(cpu) for cpu in cpus.split(";")]
    group = WorkerGroup(scope)
    lock = group.module.RLock() if contender == "cpython_rlock" else group.module.Lock()
    counters = SectionCounters(group, len(cpus))
    for me, cpu in enumerate(cpus):
        group.start(cpu, worker, me, int(descriptor), lock, counters, steps_of(int(inside)),
                   steps_of(int(outside)), int(every))
    group.measure()
    if sum(counters.collisions) > 0 or set(counters.guarded) != {sum(counters.sections)}:
        note("error", "exclusion broken: two workers were inside at once")
    note("max_wait_ns", max(counters.longest_wait))


if __name__ == "__main__":
    main()
