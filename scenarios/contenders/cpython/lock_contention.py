"""CPython's side of lock_contention: threading's or multiprocessing's Lock and RLock.

    python lock_contention.py TALLY_FD SCOPE CONTENDER INSIDE OUTSIDE EVERY CPUS

One section in EVERY is timed, and all are counted after it: the interpreter's clock and the tally
cost more than the lock. Works on Python 2.7 and 3.
"""

import sys

from crew import Crew
from tallies import Tally, clock, note
from work import steps_of, work


class Board(object):
    """What the parties share besides the lock."""

    def __init__(self, crew, parties):
        self.guarded = crew.array("Q", 2)
        self.sections = crew.array("Q", parties)
        self.meetings = crew.array("Q", parties)
        self.longest_wait = crew.array("Q", parties)


def count(guarded, inside):
    """Counts in both words, with the work between. True if somebody else is inside."""
    before = guarded[0]
    meets = before != guarded[1]
    guarded[0] = before + 1
    if inside:
        work(inside)
    guarded[1] = before + 1
    return meets


def party(me, descriptor, lock, board, inside, outside, every):
    tally = Tally(descriptor, me)
    guarded = board.guarded
    sections = meetings = 0
    last, longest = None, 0.0
    untimed = range(every - 1)
    while tally.running():
        asked = clock()
        with lock:
            had = clock()
            meetings += count(guarded, inside)
        if tally.measuring():
            tally.record(int((had - asked) * 1e9))
            longest = max(longest, had - (had if last is None else last))
            last = had
        if outside:
            work(outside)
        for _ in untimed:
            with lock:
                meetings += count(guarded, inside)
            if outside:
                work(outside)
        sections += every
        tally.count(every, 0)
    board.sections[me] = sections
    board.meetings[me] = meetings
    board.longest_wait[me] = int(longest * 1e9)


def main():
    descriptor, scope, contender, inside, outside, every, cpus = sys.argv[1:]
    cpus = [int(cpu) for cpu in cpus.split(";")]
    crew = Crew(scope)
    lock = crew.module.RLock() if contender == "cpython_rlock" else crew.module.Lock()
    board = Board(crew, len(cpus))
    for me, cpu in enumerate(cpus):
        crew.start(cpu, party, me, int(descriptor), lock, board, steps_of(int(inside)),
                   steps_of(int(outside)), int(every))
    crew.measure()
    if sum(board.meetings) > 0 or set(board.guarded) != {sum(board.sections)}:
        note("error", "exclusion broken: two parties were inside at once")
    note("max_wait_ns", max(board.longest_wait))


if __name__ == "__main__":
    main()
