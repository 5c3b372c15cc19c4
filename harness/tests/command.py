"""bench-all as its user meets it: each test runs it in a folder of its own and finds no debris.

    class Mistakes(CommandTest):
        def test_an_unknown_option_is_named(self):
            self.refuses(["--nonsense"], 2, "...")

The environment names the programs: BENCH_ALL the real one, FIXTURE_BENCH the one whose scenarios get
into trouble (fixtures.h).
"""

import collections
import csv
import ctypes
import json
import os
import subprocess
import tempfile
import time
import unittest

LONGEST = 300  # seconds after which anything here counts as hung; a loaded machine is slow

Result = collections.namedtuple("Result", "code out err")

USERS_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

_libc = ctypes.CDLL(None, use_errno=True)


def adopt_orphans():
    """A process that bench-all leaves behind becomes a child of this process, and is seen."""
    pr_set_child_subreaper = 36
    _libc.prctl(pr_set_child_subreaper, 1)


def have_own_mounts():
    """True if this process could leave the machine's mounts: what it mounts is gone when it ends."""
    clone_newns, ms_rec_private = 0x00020000, 0x4000 | 0x40000
    return (_libc.unshare(clone_newns) == 0 and
            _libc.mount(b"none", b"/", None, ms_rec_private, None) == 0)


def mount_small_disk(folder, size):
    """A file system of its own at this folder, of so many bytes."""
    options = ("size=%d" % size).encode()
    if _libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, options) != 0:
        raise OSError(ctypes.get_errno(), "mount")


def children_of(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except FileNotFoundError:
        return []


adopt_orphans()
# Shared memory of our own as well: that of other programs is not seen.
OWN_MOUNTS = have_own_mounts()
if OWN_MOUNTS:
    mount_small_disk("/dev/shm", 512 << 20)


class CommandTest(unittest.TestCase):
    program = os.environ["FIXTURE_BENCH"]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)
        self.addCleanup(self.finds_no_debris)

    def finds_no_debris(self):
        if OWN_MOUNTS:
            self.assertEqual(os.listdir("/dev/shm"), [], "left in shared memory")
        # A killed process is reaped a moment later; one that lives on is not.
        self.waits_until(lambda: not self.reap(), "a process was left behind: %s"
                         % children_of(os.getpid()))

    @staticmethod
    def reap():
        """The children that are still there."""
        try:
            while os.waitpid(-1, os.WNOHANG)[0] != 0:
                pass
        except ChildProcessError:
            return []
        return children_of(os.getpid())

    def waits_until(self, is_so, complaint):
        deadline = time.monotonic() + LONGEST
        while not is_so():
            self.assertLess(time.monotonic(), deadline, complaint)
            time.sleep(0.01)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def start(self, words, environment=None, **options):
        """bench-all, in a project of its own whose results would go to this test's folder."""
        options.setdefault("cwd", self.folder)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        return subprocess.Popen(
            [self.program, *words], stdin=subprocess.DEVNULL, text=True,
            env={**USERS_ENVIRONMENT, "GILFREE_SOURCE_DIR": self.folder, **(environment or {})},
            **options)

    def run_it(self, words, **options):
        with self.start(words, **options) as process:
            out, err = process.communicate(timeout=LONGEST)
        return Result(process.returncode, out, err)

    def measures(self, words, code=0, out="out"):
        """A run, without a report, into a folder of this test."""
        result = self.run_it(["run", *words, "--out", self.path(out), "--no-report", "-q"])
        self.assertEqual(result.code, code, result)
        return result

    def refuses(self, words, code, said, **options):
        """It says this one line, and leaves the folder as it was."""
        before = sorted(os.walk(self.folder))
        result = self.run_it(words, **options)
        self.assertEqual(result, Result(code, "", "bench-all: %s\n" % said))
        self.assertEqual(sorted(os.walk(self.folder)), before)

    def events(self, out="out"):
        """Those that are whole; a last one that was cut short is not."""
        with open(self.path(out, "events.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def samples(self, out="out"):
        return [event["row"] for event in self.events(out) if event["event"] == "sample"]

    def rows(self, out="out", name="samples.csv"):
        with open(self.path(out, name), newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def facts(self, out="out"):
        with open(self.path(out, "run.json"), encoding="utf-8") as file:
            return json.load(file)
