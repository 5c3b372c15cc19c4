"""Work that takes long, on all CPUs: functions called in processes that are forked from this one.

    from data.side_by_side import called
    first, second = called([function, other])     # what each returned, in their order

A function has what this process has, and gives back only what it returns, which is pickled. What it raises is raised
here. A worker ends with this process, and at once with Ctrl-C, which it leaves to this one. Where processes cannot be had
(one CPU, a limit, no /dev/shm), the functions are called here, one after the other.
"""

import concurrent.futures
import ctypes
import multiprocessing
import os
import signal
from concurrent.futures.process import BrokenProcessPool

MOST = 8  # workers: more would wait for the longest function
PR_SET_PDEATHSIG = 1  # linux/prctl.h

functions = []  # what the workers call by number: a function may hold what cannot be pickled


def start(parent):
    """In a worker: ends with its parent, of which it would learn by nothing else."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def call(number):
    return functions[number]()


def begun(pool, count):
    """Returns the futures of all calls, or None if no process can be started."""
    try:
        return [pool.submit(call, number) for number in range(count)]
    except OSError:
        return None


def in_workers(count):
    """Returns what the functions return; None where processes cannot be had, or one of them was killed."""
    try:
        pool = concurrent.futures.ProcessPoolExecutor(
            count, mp_context=multiprocessing.get_context("fork"), initializer=start, initargs=(os.getpid(),))
    except OSError:
        return None
    with pool:
        try:
            futures = begun(pool, len(functions))
            return futures and [each.result() for each in futures]
        except BrokenProcessPool:
            return None
        except KeyboardInterrupt:  # nobody waits for a figure that is half drawn
            for worker in multiprocessing.active_children():
                worker.kill()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def called(wanted):
    global functions
    functions = list(wanted)
    try:
        count = min(len(os.sched_getaffinity(0)), len(functions), MOST)
        found = in_workers(count) if count > 1 else None
        return [each() for each in functions] if found is None else found
    finally:
        functions = []
