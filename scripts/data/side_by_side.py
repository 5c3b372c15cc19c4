"""Work that takes long, on all CPUs: functions called in processes that are forked from this one.

    from data.side_by_side import called
    first, second = called([function, other])     # what each returned, in their order

A function has what this process has, and gives back only what it returns, which is pickled. What it raises is raised
here. A worker ends with this process, and at once with Ctrl-C, which it leaves to this one. What no worker has done is done
here, one after the other: where there is one CPU, no process or descriptor to be had, or a worker was killed.

Forked by hand: concurrent.futures needs semaphores in /dev/shm and threads, and hangs where it gets some of its processes
and not all.
"""

import os
import pickle
import signal

try:
    import ctypes
except ImportError:  # a Python without libffi
    ctypes = None

MOST = 8  # workers: more would wait for the longest function; harness/run/order.cc counts on so many
PR_SET_PDEATHSIG = 1  # linux/prctl.h
TICKET = 2  # bytes of a function's number: fewer than a pipe holds, for 32,000 functions


def begin(parent):
    """In a worker: ends with its parent, of which it would learn by nothing else."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if ctypes is not None:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def work(functions, tickets, results):
    """In a worker: calls a function for each ticket that it draws; writes {number: (what it returned, what it raised)}."""
    found = {}
    while ticket := os.read(tickets, TICKET):
        number = int.from_bytes(ticket, "little")
        try:
            found[number] = (functions[number](), None)
        except Exception as why:
            found[number] = (None, why)
    with os.fdopen(results, "wb") as file:
        pickle.dump(found, file)


def fork_worker(functions, tickets):
    """Returns (process, where its results are read); OSError if it cannot be had."""
    parent = os.getpid()
    results, end = os.pipe()
    try:
        process = os.fork()
        if process == 0:
            try:
                begin(parent)
                work(functions, tickets, end)
            finally:
                os._exit(0)
    except OSError:
        os.close(results)
        raise
    finally:
        os.close(end)
    return process, results


def drawn(count):
    """Returns where `count` tickets are read."""
    tickets, end = os.pipe()
    try:
        os.write(end, b"".join(number.to_bytes(TICKET, "little") for number in range(count)))
    finally:
        os.close(end)
    return tickets


def started(functions, count):
    """Returns the workers, as many of `count` as there can be."""
    workers = []
    try:
        tickets = drawn(len(functions))
    except OSError:
        return workers
    try:
        while len(workers) < count:
            workers.append(fork_worker(functions, tickets))
    except OSError:
        pass
    finally:
        os.close(tickets)
    return workers


def results_in(file):
    """Returns what a worker wrote; nothing if it was killed."""
    try:
        return pickle.load(file)
    except (EOFError, pickle.UnpicklingError):
        return {}


def in_workers(functions, count):
    """Returns {number: (what it returned, what it raised)} of the functions that workers have called."""
    workers, found = started(functions, count), {}
    try:
        for _, results in workers:
            with os.fdopen(results, "rb") as file:
                found.update(results_in(file))
    except BaseException:  # Ctrl-C: nobody waits for a figure that is half drawn
        for process, _ in workers:
            os.kill(process, signal.SIGKILL)
        raise
    finally:
        for process, _ in workers:
            os.waitpid(process, 0)
    return found


def called(wanted):
    functions = list(wanted)
    count = min(len(os.sched_getaffinity(0)), len(functions), MOST)
    found = in_workers(functions, count) if count > 1 else {}
    values = []
    for number, function in enumerate(functions):
        value, why = found.get(number) or (function(), None)
        if why is not None:
            raise why
        values.append(value)
    return values
