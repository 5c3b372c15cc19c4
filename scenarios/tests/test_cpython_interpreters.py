"""CPython's programs where the workers are subinterpreters. Where there are none, an executor stands for that of 3.14."""

import concurrent.futures
import contextlib
import io
import os
import pickle
import subprocess
import sys
import unittest
from unittest import mock

from cpython_support import PROGRAMS, ProgramTest
import cpu_scaling
import pool_tasks
import tallies
import work


class StandIn(concurrent.futures.ThreadPoolExecutor):
    """As InterpreterPoolExecutor, it passes on what can be pickled alone, and nothing of __main__."""

    def submit(self, function, *arguments):
        if function.__module__ == "__main__":
            raise AttributeError("an interpreter has a __main__ of its own")
        function, arguments = pickle.loads(pickle.dumps((function, arguments)))
        return super().submit(function, *arguments)


def with_interpreters():
    return mock.patch.object(concurrent.futures, "InterpreterPoolExecutor", StandIn, create=True)


def without_interpreters():
    return mock.patch.dict(sys.modules, {"concurrent.futures": mock.Mock(spec=[])})


class Pools(ProgramTest):
    def test_each_task_has_its_result_one_by_one_and_in_chunks(self):
        with with_interpreters():
            pool = pool_tasks.make_pool("cpython_interpreter_pool_executor", 2)
        self.addCleanup(pool.end)
        self.assertIsInstance(pool, pool_tasks.InterpretersOf)
        for chunk in (1, 3, 10, 100):
            self.assertEqual(pool.map(list(range(10)), chunk), [3 * x + 1 for x in range(10)])
        self.assertEqual(pool.call(7), 22)

    def test_a_chunk_is_submitted_once(self):
        with with_interpreters():
            pool = pool_tasks.make_pool("cpython_interpreter_pool_executor", 2)
        self.addCleanup(pool.end)
        with mock.patch.object(StandIn, "submit", autospec=True, side_effect=StandIn.submit) as submit:
            pool.map(list(range(10)), 4)
        self.assertEqual([call.args[1:] for call in submit.call_args_list],
                         [(work.tasks, [0, 1, 2, 3]), (work.tasks, [4, 5, 6, 7]), (work.tasks, [8, 9])])

    def test_a_version_without_them_is_skipped(self):
        out = io.StringIO()
        with without_interpreters(), contextlib.redirect_stdout(out), self.assertRaises(SystemExit) as ended:
            pool_tasks.make_pool("cpython_interpreter_pool_executor", 2)
        self.assertEqual(ended.exception.code, 0)
        self.assertEqual(out.getvalue(), "skipped %s\n" % tallies.NO_INTERPRETERS)


class Scaling(ProgramTest):
    def output_of(self, cpus):
        out = io.StringIO()
        arguments = ["program", str(self.memory.fd), "interpreters", "integer", cpus, "0"]
        with mock.patch.object(sys, "argv", arguments), contextlib.redirect_stdout(out):
            cpu_scaling.main()
        return out.getvalue()

    def test_each_interpreter_counts_its_units_once_all_are_ready(self):
        cpu, ready = min(os.sched_getaffinity(0)), []

        def workload_of(kind, lock):
            ready.append(kind)

            def unit():
                self.assertEqual(len(ready), 3)
                if all(self.memory.tally(me)[0] for me in range(3)):
                    self.memory.stop()
            return unit

        with with_interpreters(), mock.patch.object(cpu_scaling, "workload_of", workload_of):
            self.assertEqual(self.output_of(";".join([str(cpu)] * 3)), "rgil on\n")
        self.assertTrue(all(self.memory.tally(me)[0] for me in range(3)))

    def test_a_version_without_them_is_skipped(self):
        with without_interpreters():
            self.assertEqual(self.output_of("0"), "skipped %s\n" % tallies.NO_INTERPRETERS)


class Failures(unittest.TestCase):
    """One that fails ends the program with a note: the others would work, or wait, without end."""

    def ends_with(self, make, note):
        code = ("import concurrent.futures, os, sys\n"
                "sys.path[:0] = %r\n"
                "import interpreter_group, test_cpython_interpreters as test\n"
                "with test.with_interpreters():\n"
                "    group = interpreter_group.InterpreterGroup(interpreter_group.executor_of(3))\n"
                "cpu = min(os.sched_getaffinity(0))\n"
                "for me in range(3):\n"
                "    group.start(cpu, %s, me)\n"
                "group.measure()\n" % ([PROGRAMS, os.path.dirname(os.path.abspath(__file__))], make))
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout.removeprefix("rgil on\n")), (1, "error %s\n" % note))
        self.assertIn(note, done.stderr)

    def test_one_that_fails_before_it_is_ready(self):
        self.ends_with("test.fails_at_once", "ValueError: too early")

    def test_one_that_fails_while_the_others_work(self):
        self.ends_with("test.fails_at_work", "ValueError: at work")


def fails_at_once(me):
    if me == 1:
        raise ValueError("too early")
    return lambda: None


def fails_at_work(me):
    def worker():
        if me == 1:
            raise ValueError("at work")
        while True:
            os.sched_yield()
    return worker


if __name__ == "__main__":
    unittest.main()
