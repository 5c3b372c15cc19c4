"""CPython's side of wakeup: threading's or multiprocessing's Event, Condition, Semaphore, Barrier.

    python wakeup.py TALLY_FD SCOPE OPERATION WAITER CPU_OF_WAKER CPU_OF_WAITER

The same two parties as scenarios/wakeup_pairs.h has. Works on Python 2.7 (which has no Barrier) and 3.
"""

import ctypes
import platform
import sys
import time

from crew import Crew
from tallies import Tally, clock, note

IDLE = 50e-6  # between the moment the waiter sleeps and the call that wakes it


class EventSignal(object):
    def __init__(self, crew):
        self._event = crew.module.Event()
        self.wake = self._event.set
        self.wait = self._event.wait
        self.rearm = self._event.clear


class ConditionSignal(object):
    def __init__(self, crew, notify_all):
        self._condition = crew.module.Condition()
        self._set = crew.array("Q", 1)
        self._all = notify_all

    def wait(self):
        with self._condition:
            while not self._set[0]:
                self._condition.wait()
            self._set[0] = 0

    def wake(self):
        with self._condition:
            self._set[0] = 1
            if self._all:
                self._condition.notify_all()
            else:
                self._condition.notify()

    def rearm(self):
        pass


class SemaphoreSignal(object):
    def __init__(self, crew):
        self._semaphore = crew.module.Semaphore(0)
        self.wake = self._semaphore.release
        self.wait = self._semaphore.acquire

    def rearm(self):
        pass


class BarrierSignal(object):
    def __init__(self, crew):
        self._barrier = crew.module.Barrier(2)
        self.wake = self.wait = self._barrier.wait

    def rearm(self):
        pass


SIGNALS = {
    "event_set": EventSignal,
    "condition_notify_one": lambda crew: ConditionSignal(crew, False),
    "condition_notify_all": lambda crew: ConditionSignal(crew, True),
    "semaphore_release": SemaphoreSignal,
    "barrier_round": BarrierSignal,
}


class Board(object):
    """What the two tell each other beside the signal."""

    def __init__(self, crew):
        self.called_at = crew.array("d", 2)
        self.over = crew.array("Q", 1)
        self.about_to_wait = crew.array("Q", 1)
        self.waiter = crew.array("Q", 1)


def thread_id():
    number = {"x86_64": 186, "aarch64": 178}[platform.machine()]
    return ctypes.CDLL(None).syscall(number)


def is_asleep(stat):
    stat.seek(0)
    return stat.read(256).rpartition(b")")[2].startswith(b" S")


def call(me, signal, board):
    board.called_at[me] = clock()
    signal.wake()


def answered(caller, signal, board, tally):
    """False if that was the last call."""
    signal.wait()
    woken = clock()
    if board.over[0]:
        return False
    tally.record(int((woken - board.called_at[caller]) * 1e9))
    tally.count(1, 0)
    signal.rearm()
    return True


def lead_hot(descriptor, there, back, board):
    tally = Tally(descriptor, 0)
    while tally.running():
        call(0, there, board)
        answered(1, back, board, tally)
    board.over[0] = 1
    call(0, there, board)


def follow_hot(descriptor, there, back, board):
    tally = Tally(descriptor, 1)
    while answered(0, there, board, tally):
        call(1, back, board)


def turn_rounds(me, descriptor, barrier, arrivals, last):
    """Hot, at a barrier: whoever comes second wakes the first."""
    tally = Tally(descriptor, me)
    turn = 0
    while True:
        turn = 1 - turn
        if me == 0:
            last[turn] = 0 if tally.running() else 1
        arrived = arrivals[2 * turn + me] = clock()
        barrier.wait()
        left = clock()
        other = arrivals[2 * turn + 1 - me]
        if other > arrived:
            tally.record(int((left - other) * 1e9))
            tally.count(1, 0)
        if last[turn]:
            return


def lead_asleep(descriptor, signal, board):
    tally = Tally(descriptor, 0)
    called = 0
    stat = None
    while not board.over[0]:
        called += 1
        while board.about_to_wait[0] != called:
            time.sleep(0)
        stat = stat or open("/proc/%d/stat" % board.waiter[0], "rb", 0)
        while tally.running() and not is_asleep(stat):
            time.sleep(0)
        if tally.running():
            idle_until = clock() + IDLE
            while clock() < idle_until:
                pass
        else:
            board.over[0] = 1
        call(0, signal, board)


def follow_asleep(descriptor, signal, board):
    tally = Tally(descriptor, 0)
    board.waiter[0] = thread_id()
    while True:
        board.about_to_wait[0] += 1
        if not answered(0, signal, board, tally):
            return


def main():
    descriptor, scope, operation, waiter, one, other = sys.argv[1:]
    descriptor, one, other = int(descriptor), int(one), int(other)
    crew = Crew(scope)
    if operation == "barrier_round" and not hasattr(crew.module, "Barrier"):
        note("skipped", "this version has no Barrier")
        return
    board = Board(crew)
    if waiter == "asleep":
        signal = SIGNALS[operation](crew)
        crew.start(one, lead_asleep, descriptor, signal, board)
        crew.start(other, follow_asleep, descriptor, signal, board)
    elif operation == "barrier_round":
        shared = crew.module.Barrier(2), crew.array("d", 4), crew.array("Q", 2)
        crew.start(one, turn_rounds, 0, descriptor, *shared)
        crew.start(other, turn_rounds, 1, descriptor, *shared)
    else:
        there, back = SIGNALS[operation](crew), SIGNALS[operation](crew)
        crew.start(one, lead_hot, descriptor, there, back, board)
        crew.start(other, follow_hot, descriptor, there, back, board)
    crew.measure()


if __name__ == "__main__":
    main()
