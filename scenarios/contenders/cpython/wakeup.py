"""CPython's side of wakeup: threading's or multiprocessing's Event, Condition, Semaphore, Barrier.

    python wakeup.py TALLY_FD SCOPE OPERATION WAITER CPU_OF_WAKER CPU_OF_WAITER

The same two workers as scenarios/wakeup_pairs.h has. Works on Python 2.7 (which has no Barrier) and 3.
"""

import ctypes
import platform
import sys
import time

from tallies import Tally, clock, note
from worker_group import WorkerGroup

IDLE = 50e-6  # between the moment the waiter sleeps and the call that wakes it


class EventSignal(object):
    def __init__(self, group):
        self._event = group.module.Event()
        self.wake = self._event.set
        self.wait = self._event.wait
        self.rearm = self._event.clear


class ConditionSignal(object):
    def __init__(self, group, notify_all):
        self._condition = group.module.Condition()
        self._set = group.array("Q", 1)
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
    def __init__(self, group):
        self._semaphore = group.module.Semaphore(0)
        self.wake = self._semaphore.release
        self.wait = self._semaphore.acquire

    def rearm(self):
        pass


class BarrierSignal(object):
    def __init__(self, group):
        self._barrier = group.module.Barrier(2)
        self.wake = self.wait = self._barrier.wait

    def rearm(self):
        pass


SIGNALS = {
    "event_set": EventSignal,
    "condition_notify_one": lambda group: ConditionSignal(group, False),
    "condition_notify_all": lambda group: ConditionSignal(group, True),
    "semaphore_release": SemaphoreSignal,
    "barrier_round": BarrierSignal,
}


class WakeupState(object):
    """What the two workers share beside the signal."""

    def __init__(self, group):
        self.called_at = group.array("d", 2)
        self.over = group.array("Q", 1)
        self.about_to_wait = group.array("Q", 1)
        self.waiter = group.array("Q", 1)


def thread_id():
    number = {"x86_64": 186, "aarch64": 178}[platform.machine()]
    return ctypes.CDLL(None).syscall(number)


def is_asleep(stat):
    stat.seek(0)
    return stat.read(256).rpartition(b")")[2].startswith(b" S")


def call(me, signal, state):
    state.called_at[me] = clock()
    signal.wake()


def answered(caller, signal, state, tally):
    """Returns False if that was the last call."""
    signal.wait()
    woken = clock()
    if state.over[0]:
        return False
    tally.record(int((woken - state.called_at[caller]) * 1e9))
    tally.count(1, 0)
    signal.rearm()
    return True


def lead_hot(descriptor, there, back, state):
    tally = Tally(descriptor, 0)
    while tally.running():
        call(0, there, state)
        answered(1, back, state, tally)
    state.over[0] = 1
    call(0, there, state)


def follow_hot(descriptor, there, back, state):
    tally = Tally(descriptor, 1)
    while answered(0, there, state, tally):
        call(1, back, state)


def go_rounds(me, descriptor, barrier, arrivals, last):
    """Hot, at a barrier: the worker that comes second wakes the first."""
    tally = Tally(descriptor, me)
    parity = 0
    while True:
        parity = 1 - parity
        if me == 0:
            last[parity] = 0 if tally.running() else 1
        arrived = arrivals[2 * parity + me] = clock()
        barrier.wait()
        left = clock()
        other = arrivals[2 * parity + 1 - me]
        if other > arrived:
            tally.record(int((left - other) * 1e9))
            tally.count(1, 0)
        if last[parity]:
            return


def lead_asleep(descriptor, signal, state):
    tally = Tally(descriptor, 0)
    called = 0
    stat = None
    while not state.over[0]:
        called += 1
        while state.about_to_wait[0] != called:
            time.sleep(0)
        stat = stat or open("/proc/%d/stat" % state.waiter[0], "rb", 0)
        while tally.running() and not is_asleep(stat):
            time.sleep(0)
        if tally.running():
            idle_until = clock() + IDLE
            while clock() < idle_until:
                pass
        else:
            state.over[0] = 1
        call(0, signal, state)


def follow_asleep(descriptor, signal, state):
    tally = Tally(descriptor, 0)
    state.waiter[0] = thread_id()
    while True:
        state.about_to_wait[0] += 1
        if not answered(0, signal, state, tally):
            return


def main():
    descriptor, scope, operation, waiter, one, other = sys.argv[1:]
    descriptor, one, other = int(descriptor), int(one), int(other)
    group = WorkerGroup(scope)
    if operation == "barrier_round" and not hasattr(group.module, "Barrier"):
        note("skipped", "this version has no Barrier")
        return
    state = WakeupState(group)
    if waiter == "asleep":
        signal = SIGNALS[operation](group)
        group.start(one, lead_asleep, descriptor, signal, state)
        group.start(other, follow_asleep, descriptor, signal, state)
    elif operation == "barrier_round":
        shared = group.module.Barrier(2), group.array("d", 4), group.array("Q", 2)
        group.start(one, go_rounds, 0, descriptor, *shared)
        group.start(other, go_rounds, 1, descriptor, *shared)
    else:
        there, back = SIGNALS[operation](group), SIGNALS[operation](group)
        group.start(one, lead_hot, descriptor, there, back, state)
        group.start(other, follow_hot, descriptor, there, back, state)
    group.measure()


if __name__ == "__main__":
    main()
