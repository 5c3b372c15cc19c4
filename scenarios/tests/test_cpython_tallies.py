"""What CPython's programs share: tallies, work of a given length, groups of workers."""

import contextlib
import io
import mmap
import os
import subprocess
import sys
import unittest
from unittest import mock

from cpython_support import PROGRAMS, ProgramTest
import tallies
import work


class Tallies(ProgramTest):
    def test_counts_operations_bytes_and_errors_in_its_own_tally(self):
        tally, other = self.tally(1), self.tally(2)
        tally.count(3, 64)
        tally.count(2, 8)
        other.count(1, 1)
        tally.corrupt()
        tally.corrupt()
        self.assertEqual(self.memory.tally(0), (0, 0, 0))
        self.assertEqual(self.memory.tally(1), (5, 72, 2))
        self.assertEqual(self.memory.tally(2), (1, 1, 0))

    def test_runs_until_the_harness_says_stop(self):
        tally = self.tally()
        self.assertTrue(tally.running())
        self.assertFalse(tally.measuring())
        self.memory.open_window(1)
        self.assertTrue(tally.running() and tally.measuring())
        self.memory.stop()
        self.assertFalse(tally.running() or tally.measuring())

    def test_records_a_latency_in_the_window_that_is_open(self):
        tally = self.tally(1)
        tally.record(100)  # warm-up: dropped
        self.memory.open_window(1)
        tally.record(100)
        tally.record(100)
        self.memory.open_window(2)
        tally.record(7)
        self.memory.stop()
        tally.record(7)  # after the end: dropped
        self.assertEqual(self.memory.latencies(1, 1), {100: 2})
        self.assertEqual(self.memory.latencies(1, 2), {7: 1})
        self.assertEqual(self.memory.latencies(0, 1), {})

    def test_all_workers_of_a_process_share_one_mapping_and_need_no_descriptor_each(self):
        before = len(os.listdir("/proc/self/fd"))
        several = [self.tally(number) for number in range(4)]
        self.assertLessEqual(len(os.listdir("/proc/self/fd")), before + 1)
        for number, tally in enumerate(several):
            tally.count(number + 1, 0)
        self.assertEqual([self.memory.tally(number)[0] for number in range(4)], [1, 2, 3, 4])

    def test_a_reader_never_sees_a_count_that_is_half_written(self):
        tally, words = self.tally(), tallies.words_of(mmap.mmap(self.memory.fd, 0))
        child = os.fork()
        if child == 0:
            while tally.running():
                tally.count(1, 1)
            os._exit(0)
        while words[8] == 0:
            pass
        seen = [words[8] for _ in range(100_000)]
        self.memory.stop()
        os.waitpid(child, 0)
        self.assertEqual(seen, sorted(seen))

    def test_buckets_are_exact_below_128_and_1_64th_wide_above(self):
        self.assertEqual([tallies.bucket(value) for value in (0, 1, 127)], [0, 1, 127])
        self.assertEqual(tallies.bucket(128), 128)
        self.assertEqual(tallies.bucket(129), 128)
        self.assertEqual(tallies.bucket(130), 129)
        self.assertEqual(tallies.bucket(255), 191)
        self.assertEqual(tallies.bucket(256), 192)

    def test_buckets_never_decrease_and_the_last_one_takes_the_rest(self):
        values = [int(1.07 ** power) for power in range(600)]
        buckets = [tallies.bucket(value) for value in values]
        self.assertEqual(buckets, sorted(buckets))
        self.assertEqual(tallies.bucket(2**40), tallies.BUCKETS - 1)
        self.assertEqual(tallies.bucket(2**50), tallies.BUCKETS - 1)

    def test_a_note_is_a_column_and_a_value_on_a_line(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            tallies.announce_ready()
            tallies.note("max_inside", 2)
        self.assertEqual(out.getvalue(), "rgil on\nmax_inside 2\n")

    def test_whether_there_is_a_gil_is_asked_when_the_windows_open(self):
        for answer, word in ((True, "on"), (False, "off")):
            out = io.StringIO()
            with mock.patch.object(sys, "_is_gil_enabled", lambda answer=answer: answer, create=True), \
                    contextlib.redirect_stdout(out):
                tallies.announce_ready()
            self.assertEqual(out.getvalue(), "rgil %s\n" % word)

    def test_stays_on_the_cpu_it_is_given(self):
        allowed = os.sched_getaffinity(0)
        self.addCleanup(os.sched_setaffinity, 0, allowed)
        tallies.stay_on(max(allowed))
        self.assertEqual(os.sched_getaffinity(0), {max(allowed)})


class Work(unittest.TestCase):
    def test_no_time_is_no_step(self):
        self.assertEqual(len(work.steps_of(0)), 0)

    def test_more_time_is_more_steps(self):
        short, long = (len(work.steps_of(time)) for time in (10_000, 1_000_000))
        self.assertGreater(short, 0)
        self.assertGreater(long, 10 * short)

    def test_each_step_depends_on_the_one_before(self):
        self.assertEqual(work.work(range(0)), 1)
        self.assertEqual(work.work(range(3)), 125)


GROUP = """
import os, sys
sys.path.insert(0, %r)
from worker_group import WorkerGroup
group = WorkerGroup(%r)
counts = group.array("Q", 2)
def worker(me):
    %s
    counts[me] += 1
for me in range(2):
    group.start(%d, worker, me)
group.measure()
print(list(counts))
"""


class Groups(unittest.TestCase):
    def result_of(self, scope, body):
        program = GROUP % (PROGRAMS, scope, body, min(os.sched_getaffinity(0)))
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                              timeout=300)
        return done.returncode, done.stdout, done.stderr

    def test_workers_of_both_kinds_run_once_after_the_announcement(self):
        for scope in ("threads", "processes"):
            with self.subTest(scope):
                self.assertEqual(self.result_of(scope, "pass"), (0, "rgil on\n[1, 1]\n", ""))

    def test_a_worker_that_fails_ends_the_program_and_notes_the_error(self):
        for scope in ("threads", "processes"):
            with self.subTest(scope):
                code, out, err = self.result_of(scope, "1 // 0")
                self.assertEqual(code, -9)
                self.assertIn("error ZeroDivisionError: ", out)
                self.assertIn("Traceback", err)

    def test_a_process_that_ends_with_a_code_fails_the_program(self):
        code, out, _ = self.result_of("processes", "os._exit(3)")
        self.assertEqual((code, out), (1, "rgil on\n"))


if __name__ == "__main__":
    unittest.main()
