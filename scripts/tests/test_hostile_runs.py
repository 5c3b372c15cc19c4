"""Whatever the files of a run hold, the readers read it or say in one line what is wrong: by chance, from a seed.

    GILFREE_FUZZ_SEED=7 GILFREE_FUZZ_RUNS=1000000 python3 scripts/tests/test_hostile_runs.py      # others, more of them
"""

import contextlib
import os
import random
import unittest

import support
from data.run_folder import BadRun, histogram_of, measured, read_histogram, read_run

SEED = int(os.environ.get("GILFREE_FUZZ_SEED", "1"))
RUNS = int(os.environ.get("GILFREE_FUZZ_RUNS", "2000"))
# What is put in for a piece of a file: numbers near a limit, and what CSV and JSON are made of.
PIECES = (b"", b"0", b"-1", b"1e400", b"nan", b"9" * 400, b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b'"', b",",
          b"[", b"{" * 2000, b"[" * 100000, b"}", b":", b"null", b"true", b'{"cpus":', b"\\u0000", b"=1+1", b"\\ud800")
FILES = ("samples.csv", "hist.csv", "run.json")


def mutated(contents, choices):
    """Cuts, doubles or replaces pieces of the bytes."""
    for _ in range(choices.randint(1, 4)):
        start = choices.randint(0, len(contents))
        end = min(len(contents), start + choices.choice((0, 1, 3, 20, 300)))
        piece = choices.choice((choices.choice(PIECES), contents[start:end] * 2, bytes([choices.randint(0, 255)])))
        contents = contents[:start] + piece + contents[end:]
    return contents[:choices.randint(0, len(contents))] if choices.random() < 0.1 else contents


class HostileRuns(unittest.TestCase):
    def setUp(self):
        context = support.fixture_run()
        self.run_folder = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        self.run_folder.throughput("pipe", 64, [1e6, 2e6])
        self.run_folder.round_trips("queue", [500, 600])
        self.run_folder.write()
        self.whole = {}
        for name in FILES:
            with open(self.run_folder.path(name), "rb") as file:
                self.whole[name] = file.read()

    def write(self, name, contents):
        with open(self.run_folder.path(name), "wb") as file:
            file.write(contents)

    @contextlib.contextmanager
    def changed(self, name, choices):
        self.write(name, mutated(self.whole[name], choices))
        try:
            yield
        finally:
            self.write(name, self.whole[name])

    def read(self):
        histogram_of.cache_clear()  # it goes by the time of the file, which may be the same
        try:
            run, rows = read_run(self.run_folder.folder)
        except BadRun as why:
            self.assertNotIn("\n", str(why))
            return
        damage = run["damage"]
        try:
            read_histogram(self.run_folder.folder, damage)
        except BadRun as why:
            self.assertNotIn("\n", str(why))
        for row in measured(rows):
            self.assertTrue(row["case"] and row["scenario"] and row["impl"])
        for text in damage:
            self.assertNotIn("\n", text)

    def test_the_readers_read_it_or_say_in_one_line_what_is_wrong(self):
        print("seed %d, %d runs" % (SEED, RUNS))
        for number in range(RUNS):
            choices = random.Random(SEED << 32 ^ number)
            name = choices.choice(FILES)
            with self.subTest(seed=SEED, run=number, file=name):
                with self.changed(name, choices):
                    self.read()

    def test_the_report_is_drawn_or_says_in_one_line_why_not(self):
        for number in range(max(4, RUNS // 500)):
            choices = random.Random(SEED << 40 ^ number)
            name = choices.choice(FILES)
            with self.subTest(seed=SEED, run=number, file=name):
                with self.changed(name, choices):
                    code, _, err = support.report(self.run_folder.folder)
                self.assertIn(code, (0, 2, 3), err)  # 3: some rows are damaged
                self.assertNotIn("Traceback", err)
                if code == 2:
                    self.assertEqual(err.count("\n"), 1, err)


if __name__ == "__main__":
    unittest.main()
