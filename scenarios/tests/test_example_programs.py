"""The examples of --contender-program, each given a launch's shared memory by hand."""

import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

from cpython_support import SharedMemory
import tallies

EXAMPLES = os.path.join(os.environ["PROJECT"], "scenarios", "examples")
LONGEST = 300  # seconds after which anything here counts as hung; a loaded machine is slow
CPUS = sorted(os.sched_getaffinity(0))


class Started:
    """A program that has been started as bench-all starts it."""

    def __init__(self, command, memory, words, passed=()):
        self.memory = memory
        self._process = subprocess.Popen([*command, *words], pass_fds=[memory.fd, *passed], stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE)

    @property
    def pid(self):
        return self._process.pid

    def begins(self):
        """Waits until it is ready, and opens the first window."""
        began = os.read(self._process.stdout.fileno(), 1) == b"r"
        self.memory.open_window(1)
        self.warm_up = self.memory.tally(0)[0]  # operations, and one that was under way
        return began

    def counts(self, ops):
        while self.memory.tally(0)[0] < ops and self._process.poll() is None:
            os.sched_yield()

    def kill(self):
        self._process.kill()

    def ends(self):
        """Returns its exit code, and the rest of what it wrote."""
        out, err = self._process.communicate(timeout=LONGEST)
        return self._process.returncode, out.decode(), err.decode()


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


class Example:
    """The tests of each example; `command` starts it."""

    command = ()

    def memory(self, **different):
        memory = SharedMemory(windows=16, **different)
        self.addCleanup(memory.close)
        return memory

    def start(self, memory, scenario="pipe_vs_queue", mode="throughput", size="64", descriptor=None, passed=()):
        words = [str(memory.fd if descriptor is None else descriptor), scenario, mode, size,
                 str(CPUS[0]), str(CPUS[-1])]
        started = Started(self.command, memory, words, passed)
        self.addCleanup(started.kill)
        return started

    def counts(self, started, ops):
        self.assertTrue(started.begins())
        started.counts(ops)

    @staticmethod
    def stops(started):
        started.memory.stop()
        return started.ends()

    def refuses(self, started, line):
        code, out, _ = started.ends()
        self.assertNotEqual(code, 0)
        self.assertEqual(out, line + "\n")

    def test_another_scenario_is_skipped_where_bench_all_reads_it(self):
        self.refuses(self.start(self.memory(), scenario="lock_contention"),
                     "skipped this program answers pipe_vs_queue alone")

    def test_another_version_of_the_tally_is_an_error(self):
        for version in (0, 2, 257, 2**63):
            with self.subTest(version):
                self.refuses(self.start(self.memory(version=version)),
                             "error this program knows version 1 of the tally alone")

    def test_memory_that_is_no_tally_is_an_error(self):
        for magic in (b"glftallz", b"\0" * 8, b"yllatflg"):
            with self.subTest(magic):
                self.refuses(self.start(self.memory(magic=magic)),
                             "error this program knows version 1 of the tally alone")

    def refuses_the_tally(self, started):
        """In one line where bench-all reads it, and not by a traceback or a signal."""
        code, out, err = started.ends()
        self.assertGreater(code, 0)
        self.assertRegex(out, r"\Aerror .*tally.*\n\Z")
        self.assertEqual(err, "")

    def test_a_descriptor_that_is_no_tally_fails_before_it_begins(self):
        self.refuses_the_tally(self.start(self.memory(), descriptor=987))
        for text in (b"", b"short", b"some text that is no multiple of eight bytes long"):
            with self.subTest(text), tempfile.TemporaryFile() as file:
                file.write(text)
                file.flush()
                self.refuses_the_tally(self.start(self.memory(), descriptor=file.fileno(),
                                                  passed=[file.fileno()]))

    def test_one_that_is_run_by_hand_says_what_it_answers(self):
        started = Started(self.command, self.memory(), [])
        self.addCleanup(started.kill)
        self.refuses(started, "skipped this program answers pipe_vs_queue alone")

    def test_messages_of_every_size_are_counted_with_their_bytes_and_none_is_wrong(self):
        for size in (8, 9, 15, 16, 64, 4097, 200_000):
            with self.subTest(size):
                memory = self.memory()
                started = self.start(memory, size=str(size))
                self.counts(started, 20)
                code, notes, err = self.stops(started)
                self.assertEqual((code, err), (0, ""))
                self.assertIn("verified 1\n", notes)
                ops, in_bytes, errors = memory.tally(0)
                self.assertGreaterEqual(ops, 20)
                self.assertEqual((in_bytes, errors), (size * ops, 0))

    def test_each_round_trip_is_in_the_histogram_of_the_window_that_is_open(self):
        for size in (8, 64, 100_000):
            with self.subTest(size):
                memory = self.memory()
                started = self.start(memory, mode="ping_pong", size=str(size))
                self.counts(started, 50)
                memory.open_window(3)
                second = memory.tally(0)[0]
                started.counts(second + 50)
                self.assertEqual(self.stops(started)[0], 0)
                ops, in_bytes, errors = memory.tally(0)
                self.assertEqual((in_bytes, errors), (size * ops, 0))
                first, third = (sum(memory.latencies(0, window).values()) for window in (1, 3))
                self.assertGreater(third, 0)
                self.assertEqual(memory.latencies(0, 2), {})
                self.assertLessEqual(first + third, ops)
                self.assertGreaterEqual(first + third, ops - started.warm_up - 3, "but for those of the edges")

    def test_nothing_is_recorded_in_the_warm_up(self):
        memory = self.memory()
        started = self.start(memory, mode="ping_pong")
        self.assertTrue(started.begins())
        memory.open_window(0)
        before = sum(memory.latencies(0, 1).values())
        started.counts(memory.tally(0)[0] + 100)
        self.assertLessEqual(sum(memory.latencies(0, 1).values()), before + 1)
        self.assertEqual(self.stops(started)[0], 0)

    def test_only_the_tally_of_the_first_party_is_written(self):
        memory = self.memory()
        started = self.start(memory, mode="ping_pong")
        self.counts(started, 100)
        self.stops(started)
        for other in (1, 2, 3):
            self.assertEqual(memory.tally(other), (0, 0, 0))

    def test_its_processes_die_with_it(self):
        for mode in ("throughput", "ping_pong"):
            with self.subTest(mode):
                started = self.start(self.memory(), mode=mode)
                self.counts(started, 10)
                children = children_of(started.pid)
                os.kill(started.pid, signal.SIGKILL)
                started.ends()
                for child in children:
                    while is_running(child):  # until it is; a watchdog ends the test
                        os.sched_yield()

    def test_its_buckets_are_those_of_the_harness(self):
        """The median of what it recorded lies in a bucket that the documented formula has."""
        memory = self.memory()
        started = self.start(memory, mode="ping_pong")
        self.counts(started, 200)
        self.stops(started)
        recorded = memory.latencies(0, 1)
        # A round trip of two processes or goroutines takes from 100 ns to a second.
        inside = sum(count for bucket, count in recorded.items()
                     if tallies.bucket(100) <= bucket <= tallies.bucket(10**9))
        self.assertGreaterEqual(inside, 0.9 * sum(recorded.values()))


class InPython(Example, unittest.TestCase):
    command = (sys.executable, os.path.join(EXAMPLES, "contender.py"))

    def test_its_message_is_that_of_cpythons_contenders(self):
        sys.path.insert(0, EXAMPLES)
        import contender
        import pipe_vs_queue
        for size in (8, 9, 15, 16, 17, 64, 1000):
            self.assertEqual(contender.message(77, size), pipe_vs_queue.message(77, size))
        for value in [0, 1, 127, 128, 129, 255, 256, 10**6, 2**39, 2**40 - 1, 2**40, 2**63]:
            self.assertEqual(contender.bucket(value), tallies.bucket(value), value)
        self.assertEqual(struct.unpack_from("<Q", contender.message(5, 8))[0], 5)


class Compiled(Example):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        program = os.path.join(folder.name, "program")
        environment = {**os.environ, "GOCACHE": os.path.join(folder.name, "cache"), "GO111MODULE": "off"}
        subprocess.run([*cls.compiler, "-o", program, os.path.join(EXAMPLES, cls.source)], check=True,
                       env=environment)
        cls.command = (program,)


@unittest.skipUnless(shutil.which("cc"), "no C compiler here")
class InC(Compiled, unittest.TestCase):
    compiler, source = ("cc", "-std=c11", "-O2"), "contender.c"


@unittest.skipUnless(shutil.which("go"), "no Go toolchain here (apt-get install golang-go)")
@unittest.skipUnless(len(CPUS) > 1, "goroutines run on any CPU, not on one")
class InGo(Compiled, unittest.TestCase):
    compiler, source = ("go", "build"), "contender.go"


if __name__ == "__main__":
    unittest.main()
