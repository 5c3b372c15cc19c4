"""Work: about so many nanoseconds of arithmetic, calibrated as scenarios/support/busy_work.h does it.

    steps = steps_of(1000)
    work(steps)

And the tasks of pools.
"""

from tallies import clock


def task(x):
    """The task of a pool. A subinterpreter finds it here, where it has a module's name."""
    return 3 * x + 1


def tasks(numbers):
    return [task(x) for x in numbers]


def work(steps):
    x = 1
    for _ in steps:
        x = x * 5 & 0xFFFF
    return x


def steps_of(nanoseconds):
    """What to hand to work(); empty for 0."""
    if nanoseconds == 0:
        return range(0)
    many = range(5000)
    best = None
    for _ in range(9):
        start = clock()
        work(many)
        time = clock() - start
        best = time if best is None else min(best, time)
    return range(int(round(nanoseconds * 1e-9 * len(many) / best)))
