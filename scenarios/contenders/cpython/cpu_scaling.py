"""CPython's side of cpu_scaling: the chores of scenarios/chores.h, as one would write them in Python.

    python cpu_scaling.py TALLY_FD SCOPE WORK CPUS

A unit takes longer than in C++: speed-up is against one worker of the same kind. Works on Python 2.7
and 3.
"""

import sys

from crew import Crew
from tallies import Tally

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


def worker(me, descriptor, kind, lock):
    tally = Tally(descriptor, me)
    chore = chore_of(kind, lock)
    while tally.running():
        chore()
        tally.count(1, 0)


def main():
    descriptor, scope, kind, cpus = sys.argv[1:]
    crew = Crew(scope)
    lock = crew.module.Lock()
    for me, cpu in enumerate(cpus.split(";")):
        crew.start(int(cpu), worker, me, int(descriptor), kind, lock)
    crew.measure()


if __name__ == "__main__":
    main()
