"""CPython's side of cpu_scaling: the chores of scenarios/chores.h, as one would write them in Python.

    python cpu_scaling.py TALLY_FD SCOPE WORK CPUS UNITS

UNITS: of a round, which the workers share; 0: no rounds, each does all it can.
A unit takes longer than in C++: speed-up is against one worker of the same kind. Works on Python 2.7
and 3; rounds on 3 only, which has barriers.
"""

import sys

from crew import Crew
from tallies import Tally, clock, note

STEPS = range(500)


def integer():
    x = 1
    for _ in STEPS:
        x = x * 5 & 0xFFFF


def floating_point():
    x = 0.3
    for _ in STEPS:
        x = 3.7 * x * (1 - x)


class Reader(object):
    """Reads memory that no cache keeps, one stretch after the other."""

    STRETCH = 128 << 10

    def __init__(self):
        self._memory = bytearray(b"\1" * (64 << 20))  # written to, or there would be none
        self._at = 0

    def __call__(self):
        self._at = (self._at + self.STRETCH) % len(self._memory)
        self._memory.count(b"\2", self._at, self._at + self.STRETCH)


def allocation():
    [bytearray(size) for size in range(16, 4096, 64)]


class Turns(object):
    """Half of the work is under one lock for all."""

    def __init__(self, lock):
        self._lock = lock

    def __call__(self):
        x = 1
        for _ in range(10):
            with self._lock:
                for _ in range(25):
                    x = x * 5 & 0xFFFF
            for _ in range(25):
                x = x * 5 & 0xFFFF


def chore_of(kind, lock):
    chores = {"integer": lambda: integer, "floating_point": lambda: floating_point,
              "memory": Reader, "allocation": lambda: allocation, "lock": lambda: Turns(lock)}
    return chores[kind]()


def worker(me, descriptor, chore, rounds):
    tally = Tally(descriptor, me)
    if rounds:
        return rounds.work(me, tally, chore)
    while tally.running():
        chore()
        tally.count(1, 0)


class Rounds(object):
    """Of the same work, divided: nobody goes on before the last has finished its share."""

    def __init__(self, crew, units, workers):
        self._units, self._workers = units, workers
        self._end = crew.module.Barrier(workers)
        # Of the even and of the odd rounds: said by worker 0 before the end of it.
        self._is_last = crew.array("b", 2)

    def work(self, me, tally, chore):
        units = range(self._units * me // self._workers, self._units * (me + 1) // self._workers)
        self._end.wait()  # until all are there
        parity = 0
        while True:
            begun = clock()
            if me == 0:
                self._is_last[parity] = not tally.running()
            for _ in units:
                chore()
                tally.count(1, 0)
            self._end.wait()
            if me == 0:
                tally.record(int(1e9 * (clock() - begun)))
            if self._is_last[parity]:
                return
            parity ^= 1


def main():
    descriptor, scope, kind, cpus, units = sys.argv[1:]
    cpus = [int(cpu) for cpu in cpus.split(";")]
    crew = Crew(scope)
    if int(units) and not hasattr(crew.module, "Barrier"):
        return note("skipped", "no barrier in this version, so no rounds")
    lock = crew.module.Lock()
    rounds = Rounds(crew, int(units), len(cpus)) if int(units) else None
    chores = [chore_of(kind, lock) for _ in cpus]  # before anybody begins: their data takes time
    for me, cpu in enumerate(cpus):
        crew.start(cpu, worker, me, int(descriptor), chores[me], rounds)
    crew.measure()


if __name__ == "__main__":
    main()
