"""CPython's side of cpu_scaling: the workloads of scenarios/workload.h, as one would write them in Python.

    python cpu_scaling.py TALLY_FD SCOPE WORK CPUS UNITS

SCOPE: threads, processes, or interpreters, which share neither a lock nor a barrier.
UNITS: of a round, which the workers share; 0: no rounds, each does all it can.
A unit takes longer than in C++: speed-up is against one worker of the same kind. Works on Python 2.7
and 3; rounds on 3 only, which has barriers.
"""

import sys

from tallies import NO_INTERPRETERS, Tally, clock, note
from worker_group import WorkerGroup

STEPS = range(500)


def integer():
    x = 1
    for _ in STEPS:
        x = x * 5 & 0xFFFF


def floating_point():
    x = 0.3
    for _ in STEPS:
        x = 3.7 * x * (1 - x)


class MemoryReader(object):
    """Reads 64 MiB of memory, more than a cache holds, in stretches of 128 KiB."""

    STRETCH = 128 << 10

    def __init__(self):
        self._memory = bytearray(b"\1" * (64 << 20))  # written to, or there would be none
        self._at = 0

    def __call__(self):
        self._at = (self._at + self.STRETCH) % len(self._memory)
        self._memory.count(b"\2", self._at, self._at + self.STRETCH)


def allocation():
    [bytearray(size) for size in range(16, 4096, 64)]


class WorkUnderLock(object):
    """Does half of its work under a lock that all workers share."""

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


def workload_of(kind, lock):
    workloads = {"integer": lambda: integer, "floating_point": lambda: floating_point,
              "memory": MemoryReader, "allocation": lambda: allocation, "lock": lambda: WorkUnderLock(lock)}
    return workloads[kind]()


def worker(me, descriptor, workload, rounds):
    tally = Tally(descriptor, me)
    if rounds:
        return rounds.work(me, tally, workload)
    while tally.running():
        workload()
        tally.count(1, 0)


class ScalingRounds(object):
    """Rounds of the same work, divided: no worker goes on before the last has finished its share."""

    def __init__(self, group, units, workers):
        self._units, self._workers = units, workers
        self._end = group.module.Barrier(workers)
        # Of the even and of the odd rounds: written by worker 0 before the end of it.
        self._is_last = group.array("b", 2)

    def work(self, me, tally, workload):
        units = range(self._units * me // self._workers, self._units * (me + 1) // self._workers)
        self._end.wait()  # until all have started
        parity = 0
        while True:
            begun = clock()
            if me == 0:
                self._is_last[parity] = not tally.running()
            for _ in units:
                workload()
                tally.count(1, 0)
            self._end.wait()
            if me == 0:
                tally.record(int(1e9 * (clock() - begun)))
            if self._is_last[parity]:
                return
            parity ^= 1


def worker_of(me, descriptor, kind):
    """Returns the worker of an interpreter, with data of its own."""
    workload = workload_of(kind, None)
    return lambda: worker(me, descriptor, workload, None)


def measure_interpreters(descriptor, kind, cpus):
    import cpu_scaling  # by its name: an interpreter has another __main__
    from interpreter_group import InterpreterGroup, executor_of

    try:
        executor = executor_of(len(cpus))
    except ImportError:
        return note("skipped", NO_INTERPRETERS)
    group = InterpreterGroup(executor)
    for me, cpu in enumerate(cpus):
        group.start(cpu, cpu_scaling.worker_of, me, descriptor, kind)
    group.measure()


def main():
    descriptor, scope, kind, cpus, units = sys.argv[1:]
    cpus = [int(cpu) for cpu in cpus.split(";")]
    if scope == "interpreters":
        return measure_interpreters(int(descriptor), kind, cpus)
    group = WorkerGroup(scope)
    if int(units) and not hasattr(group.module, "Barrier"):
        return note("skipped", "no barrier in this version, so no rounds")
    lock = group.module.Lock()
    rounds = ScalingRounds(group, int(units), len(cpus)) if int(units) else None
    workloads = [workload_of(kind, lock) for _ in cpus]  # before a worker begins: their data takes time
    for me, cpu in enumerate(cpus):
        group.start(cpu, worker, me, int(descriptor), workloads[me], rounds)
    group.measure()


if __name__ == "__main__":
    main()
