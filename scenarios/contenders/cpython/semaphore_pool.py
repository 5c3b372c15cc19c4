"""CPython's side of semaphore_pool: threading's or multiprocessing's semaphores.

    python semaphore_pool.py TALLY_FD SCOPE CONTENDER PERMITS INSIDE EVERY CPUS

Each worker has a flag that says it is inside, and counts everybody's when it has set its own: the
last of any number that meet sees them all. One wait in EVERY is timed, and all are counted after it.
Works on Python 2.7 and 3.
"""

import sys

from crew import Crew
from tallies import Tally, clock, note
from work import steps_of, work


def count_inside(flags):
    """How many are inside; 0 if somebody came or went while it looked."""
    seen = list(flags)
    return sum(turn % 2 for turn in seen) if list(flags) == seen else 0


def worker(me, descriptor, permits, flags, board, inside, every):
    tally = Tally(descriptor, me)
    last, longest, max_inside = None, 0.0, 0
    turns = range(every)
    while tally.running():
        asked = clock()
        for turn in turns:
            with permits:
                if turn == 0:
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
    board[me] = max_inside
    board[len(flags) + me] = int(longest * 1e9)


def main():
    descriptor, scope, contender, permits, inside, every, cpus = sys.argv[1:]
    cpus = [int(cpu) for cpu in cpus.split(";")]
    crew = Crew(scope)
    bounded = contender == "cpython_bounded_semaphore"
    make = crew.module.BoundedSemaphore if bounded else crew.module.Semaphore
    semaphore = make(int(permits))
    flags = crew.array("Q", len(cpus))
    board = crew.array("Q", 2 * len(cpus))
    for me, cpu in enumerate(cpus):
        crew.start(cpu, worker, me, int(descriptor), semaphore, flags, board,
                   steps_of(int(inside)), int(every))
    crew.measure()
    max_inside = max(board[:len(cpus)])
    if max_inside > int(permits):
        note("error", "%d were inside at once through %s permits" % (max_inside, permits))
    note("max_inside", max_inside)
    note("max_wait_ns", max(board[len(cpus):]))


if __name__ == "__main__":
    main()
