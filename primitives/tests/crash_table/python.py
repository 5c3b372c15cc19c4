"""CPython's multiprocessing in the table of survivors (table.h).

    python.py DEATHS

Prints the lines that crash_table does: primitive, library, object, killed in, word, points. A victim is
killed asleep in the operation, holding what it took, or at a random moment of a tight loop, so many
times; a survivor, in a process of its own, then has some time to use the object.
"""
import collections
import functools
import multiprocessing
import os
import platform
import random
import signal
import sys
import time

mp = multiprocessing.get_context("fork")
PATIENCE = 0.5  # seconds; a survivor that runs has ten times as long


def start(action, *arguments):
    process = mp.Process(target=action, args=arguments, daemon=True)
    process.start()
    return process


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def is_asleep(process):
    with open(f"/proc/{process.pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] == "S"


def start_asleep(action):
    """Starts one that is to sleep in `action`, and waits until it does."""
    began = mp.Value("i", 0, lock=False)

    def body():
        began.value = 1
        action()

    process = start(body)
    while began.value == 0 or not is_asleep(process):
        time.sleep(0.001)
    time.sleep(0.02)  # it sleeps in more than one place on its way
    return process


def kill_asleep(action):
    kill(start_asleep(action))


def verdict(action):
    """What a fresh process makes of it: fine, wrong or hang."""
    def body():
        os._exit(0 if action() else 1)

    survivor = start(body)
    for _ in range(10):
        survivor.join(PATIENCE)
        if not survivor.is_alive() or is_asleep(survivor):
            break
    if survivor.is_alive():
        kill(survivor)
        return "hang"
    return "fine" if survivor.exitcode == 0 else "wrong"


def killed_with(take):
    """Kills one that has taken it."""
    kill_asleep(lambda: (take(), time.sleep(60)))


def killed_at_random(churn):
    def body():
        while True:
            churn()

    victim = start(body)
    time.sleep(0.01 + random.random() * 0.02)
    kill(victim)


def lock_case():
    lock = mp.Lock()
    killed_with(lock.acquire)
    return verdict(lock.acquire)


def semaphore_case():
    semaphore = mp.BoundedSemaphore(1)
    killed_with(semaphore.acquire)
    return verdict(semaphore.acquire)


def event_case():
    event = mp.Event()
    kill_asleep(event.wait)
    return verdict(lambda: event.set() or event.is_set())


def condition_case():
    condition = mp.Condition()

    def wait():
        with condition:
            condition.wait()

    def notify():
        with condition:
            condition.notify_all()
        return True

    kill_asleep(wait)
    return verdict(notify)


def barrier_case():
    barrier = mp.Barrier(3)
    kill_asleep(barrier.wait)
    partner = start(barrier.wait)
    result = verdict(lambda: barrier.wait() is not None)
    kill(partner)
    return result


def queue_case(make, asleep):
    queue = make()
    if asleep:
        kill_asleep(queue.get)
    else:
        killed_at_random(lambda: (queue.put(1), queue.get()))

    def use():
        queue.put(2)
        return queue.get() in (1, 2)

    return verdict(use)


CASES = (
    ("lock", "Lock", "holding it", lock_case),
    ("semaphore", "BoundedSemaphore", "holding the permit", semaphore_case),
    ("event", "Event", "wait, asleep", event_case),
    ("condition", "Condition", "wait, asleep", condition_case),
    ("barrier", "Barrier", "wait, as the first, asleep", barrier_case),
    ("queue", "Queue", "put and get, at random", functools.partial(queue_case, mp.Queue, False)),
    ("queue", "Queue", "get, asleep", functools.partial(queue_case, mp.Queue, True)),
    ("queue", "SimpleQueue", "put and get, at random",
     functools.partial(queue_case, mp.SimpleQueue, False)),
    ("queue", "SimpleQueue", "get, asleep", functools.partial(queue_case, mp.SimpleQueue, True)),
)


def main():
    deaths = int(sys.argv[1])
    library = f"CPython {platform.python_version()}"
    for primitive, name, operation, case in CASES:
        words = collections.Counter(case() for _ in range(deaths))
        for word, count in sorted(words.items()):
            print(primitive, library, name, operation, word, count, sep="\t", flush=True)


main()
