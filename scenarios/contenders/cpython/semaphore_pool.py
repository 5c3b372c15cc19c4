"""CPython's side of semaphore_pool: threading's or multiprocessing's semaphores.

    python semaphore_pool.py TALLY_FD SCOPE CONTENDER PERMITS INSIDE EVERY CPUS

Each worker has a flag that says it is inside, and counts all flags when it has set its own: the
last of those that are inside together sees them all. One wait in EVERY is timed, and all are counted after it.
Works on Python 2.7 and 3.
"""

import sys

from tallies import Tally, clock, note
from work import steps_of, work
from worker_group import WorkerGroup


def count_inside(flags):
    """Returns how many are inside; 0 if a worker came or went meanwhile."""
    seen = list(flags)
    return sum(count % 2 for count in seen) if list(flags) == seen else 0


def worker(me, descriptor, permits, flags, results, inside, every):
    tally = Tally(descriptor, me)
    last, longest, max_inside = None, 0.0, 0
    sections = range(every)
    while tally.running():
        asked = clock()
        for section in sections:
            with permits:
                if section == 0:
                    had = clock()
                flags[me] += 1  # odd: inside
                max_inside = max(max_inside, count_inside(flags))
                work(inside)
                flags[me] += 1
        if tally.measuring():
            tally.record(int((had - asked) * 1e9))
            longest = max(longest, had - (had if last is None else last))
            last = had
        tally.count(every, 0)
    results[me] = max_inside
    results[len(flags) + me] = int(longest * 1e9)


def main():
    descriptor, scope, contender, permits, inside, every, cpus = sys.argv[1:]
    cpus = [int(cpu) for cpu in cpus.split(";")]
    group = WorkerGroup(scope)
    bounded = contender == "cpython_bounded_semaphore"
    make = group.module.BoundedSemaphore if bounded else group.module.Semaphore
    semaphore = make(int(permits))
    flags = group.array("Q", len(cpus))
    results = group.array("Q", 2 * len(cpus))
    for me, cpu in enumerate(cpus):
        group.start(cpu, worker, me, int(descriptor), semaphore, flags, results,
                   steps_of(int(inside)), int(every))
    group.measure()
    max_inside = max(results[:len(cpus)])
    if max_inside > int(permits):
        note("error", "%d were inside at once through %s permits" % (max_inside, permits))
    note("max_inside", max_inside)
    note("max_wait_ns", max(results[len(cpus):]))


if __name__ == "__main__":
    main()
