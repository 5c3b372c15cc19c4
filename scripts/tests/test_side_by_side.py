"""Functions that are called in processes of their own: results in order, errors, a worker or this process killed."""

import os
import signal
import subprocess
import sys
import time
import unittest
from unittest import mock

import support
from data import side_by_side

HERE = os.getpid()


def pid():
    return os.getpid()


def fail():
    raise OSError(28, "No space left on device", "plots/x.svg")


def die_elsewhere():
    """Kills the process that calls it, unless that is the one of the test."""
    if os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return "called here"


class Called(unittest.TestCase):
    def setUp(self):
        patch = mock.patch.object(os, "sched_getaffinity", return_value={0, 1})
        patch.start()
        self.addCleanup(patch.stop)

    def test_the_results_come_in_the_order_of_the_functions(self):
        self.assertEqual(side_by_side.called([lambda number=number: number for number in range(40)]), list(range(40)))

    def test_nothing_is_called_for_nothing(self):
        self.assertEqual(side_by_side.called([]), [])

    def test_they_run_in_other_processes_and_see_what_this_one_has(self):
        there = {}
        pids = side_by_side.called([pid] * 3 + [lambda: there.setdefault("seen", 1) and os.getpid()])
        self.assertNotIn(HERE, pids)
        self.assertEqual(there, {})

    def test_one_function_or_one_cpu_needs_no_process(self):
        self.assertEqual(side_by_side.called([pid]), [HERE])
        with mock.patch.object(os, "sched_getaffinity", return_value={0}):
            self.assertEqual(side_by_side.called([pid, pid]), [HERE, HERE])

    def test_what_one_raises_is_raised_here_whole(self):
        with self.assertRaises(OSError) as caught:
            side_by_side.called([pid, fail, pid])
        self.assertEqual((caught.exception.errno, caught.exception.filename), (28, "plots/x.svg"))

    def test_where_no_process_can_be_started_they_are_called_here(self):
        for name in ("os.fork", "os.pipe"):
            with self.subTest(name), mock.patch(name, side_effect=OSError(11, "Resource temporarily unavailable")):
                self.assertEqual(side_by_side.called([pid, pid]), [HERE, HERE])

    def test_where_only_one_process_can_be_started_it_does_all(self):
        fork, before = os.fork, len(os.listdir("/proc/self/fd"))
        with mock.patch("os.fork", side_effect=lambda: fork() if forks.pop() else fail()):
            forks = [False, True]
            pids = side_by_side.called([pid] * 5)
        self.assertEqual(len(set(pids)), 1)
        self.assertNotIn(HERE, pids)
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    def test_what_a_killed_worker_took_with_it_is_called_here(self):
        self.assertEqual(side_by_side.called([die_elsewhere, die_elsewhere]), ["called here"] * 2)


SLEEPERS = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, %r)
from data import side_by_side
def sleep():
    os.write(1, b"%%d\\n" %% os.getpid())
    time.sleep(600)
os.sched_getaffinity = lambda _: {0, 1}
side_by_side.called([sleep, sleep])
""" % support.SCRIPTS


def runs(process):
    """Returns whether it exists; one that ended and was not waited for, as under an init that reaps nobody, does not."""
    try:
        with open("/proc/%d/stat" % process, encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Killed(unittest.TestCase):
    def test_workers_end_with_the_process_that_forked_them(self):
        self.ends_by(signal.SIGKILL)

    def test_workers_end_at_once_with_ctrl_c(self):
        self.ends_by(signal.SIGINT)

    def ends_by(self, number):
        with subprocess.Popen([sys.executable, "-c", SLEEPERS], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as one:
            workers = [int(one.stdout.readline()) for _ in range(2)]
            one.send_signal(number)
            try:
                self.assertNotEqual(one.wait(60), 0)
            finally:
                one.kill()
        until = time.monotonic() + 60
        while any(map(runs, workers)) and time.monotonic() < until:
            time.sleep(0.01)
        self.assertEqual([each for each in workers if runs(each)], [])



if __name__ == "__main__":
    unittest.main()
