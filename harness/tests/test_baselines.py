"""bench-all run --save-baseline and --baseline: runs that are kept under a name."""

import fcntl
import os
import unittest

from command import LONGEST
from stored import CASE, FAST, StoredTest


class Baselines(StoredTest):
    def test_a_run_is_kept_under_a_name_and_a_later_slower_one_ends_with_1(self):
        first = self.run_case(1000, "--out", self.path("a"), "--save-baseline", "main")
        self.assertEqual(first.code, 0, first)
        kept = self.path("results", "local", "baselines", "main")
        self.assertEqual(first.err, "bench-all: kept as 'main' in %s\n" % kept)
        self.assertIn("events.jsonl", os.listdir(kept))
        slower = self.run_case(3000, "--out", self.path("b"), "--baseline", "main")
        self.assertEqual(slower.code, 1, slower)
        started = self.events("a")[0]["started_utc"]
        self.assertIn("\nmain: measured %s %s UTC" % (started[:10], started[11:19]), slower.out)
        self.assertRegex(slower.out, r"(?m)^%s\n  worse +rate +\+" % CASE)
        self.assertEqual(self.run_it(["compare", "main", self.path("b")]).code, 1)
        self.assertEqual(self.run_it(["compare", "--baseline", "main", self.path("b")]).code, 1)

    def test_saving_again_replaces_it(self):
        self.run_case(3000, "--out", self.path("a"), "--save-baseline", "x")
        again = self.run_case(1000, "--out", self.path("b"), "--save-baseline", "x")
        self.assertRegex(again.err, r"\Abench-all: kept as 'x' in \S+, in place of a run that was measured \S+ \S+ UTC.*\n\Z")
        self.assertEqual(self.run_case(3000, "--out", self.path("c"), "--baseline", "x").code, 1)

    def test_a_run_that_is_worse_or_incomparable_does_not_replace_the_baseline_that_it_is_compared_with(self):
        both = ["--baseline", "main", "--save-baseline", "main"]
        self.run_case(1000, "--out", self.path("a"), "--save-baseline", "main")
        kept = os.path.join("results", "local", "baselines", "main")
        first = self.events(kept)[0]["run_id"]
        said = "bench-all: not kept as 'main', which stays as it was: %s; `bench-all run` with --save-baseline main and without " \
            "--baseline replaces it all the same\n"
        worse = self.run_case(3000, "--out", self.path("b"), *both)
        self.assertEqual((worse.code, worse.err), (1, said % "something is worse"))
        unlike = self.run_case(1000, "--out", self.path("c"), "--windows", "2", *both)
        self.assertEqual((unlike.code, unlike.err), (4, said % "not all could be compared"))
        # `run` itself has no --lenient.
        self.assertIn("; `bench-all compare main %s --lenient` compares them all the same\n" % self.path("c"), unlike.out)
        self.assertEqual(self.events(kept)[0]["run_id"], first)
        better = self.run_case(300, "--out", self.path("d"), *both)
        self.assertEqual(better.code, 0, better)
        self.assertNotEqual(self.events(kept)[0]["run_id"], first)

    def test_2_for_a_baseline_that_is_not_there_or_has_no_name_before_anything_is_measured(self):
        self.refuses(["run", CASE, "--baseline", "gone"], 2,
                     "--baseline: there is no 'gone' in %s; make it by --save-baseline"
                     % self.path("results", "local", "baselines"))
        self.refuses(["run", CASE, "--save-baseline", "../x"], 2,
                     "'../x' is no name of a baseline; use letters, digits, '.', '-' and '_', none of '.' and '-' first")
        self.refuses(["run", CASE, "--save-baseline=-x"], 2,
                     "'-x' is no name of a baseline; use letters, digits, '.', '-' and '_', none of '.' and '-' first")

    def test_2_in_a_dry_run_for_what_the_run_would_refuse(self):
        no_name = "'a/b' is no name of a baseline; use letters, digits, '.', '-' and '_', none of '.' and '-' first"
        gone = "--baseline: there is no 'gone' in %s; make it by --save-baseline" % self.path("results", "local", "baselines")
        for option, name, said in (("--save-baseline", "a/b", no_name), ("--baseline", "a/b", no_name), ("--baseline", "gone", gone)):
            self.refuses(["run", CASE, option, name, "--dry-run"], 2, said)
        self.assertEqual(self.run_it(["run", CASE, "--save-baseline", "new", "--dry-run"]).code, 0)
        self.assertEqual(os.listdir(self.folder), [])

    def test_2_for_a_damaged_or_unfinished_baseline_before_anything_is_measured(self):
        self.run_case(1000, "--out", self.path("a"), "--save-baseline", "main")
        path = self.path("results", "local", "baselines", "main", "events.jsonl")
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
        remedy = "; or make it anew by --save-baseline"
        for change, said in (
                ([lines[0], "{\n"], "%s: line 2: is not JSON; delete that line to use the rest" % path),
                (lines[:-1], "'main' has not ended; complete it by `bench-all run --resume %s`" % os.path.dirname(path))):
            with self.subTest(said):
                with open(path, "w", encoding="utf-8") as file:
                    file.writelines(change)
                self.refuses(["run", CASE, *FAST, "--out", "b", "--baseline", "main"], 2, "--baseline: %s%s" % (said, remedy))

    def test_2_where_a_baseline_cannot_be_kept_before_anything_is_measured(self):
        kept = self.path("results", "local", "baselines", "main")
        os.makedirs(os.path.dirname(kept))
        with open(kept, "w", encoding="utf-8"):
            pass
        for more in FAST, ["--dry-run"]:
            self.refuses(["run", CASE, *more, "--out", "a", "--save-baseline", "main"], 2, "--save-baseline: %s is not a folder" % kept)

    def test_after_a_case_that_failed_the_run_is_neither_compared_nor_kept_and_says_so(self):
        self.run_case(1000, "--out", self.path("a"), "--save-baseline", "main")
        result = self.run_it(["run", "trouble/kind:exit_7", *FAST, "--out", "b",
                              "--baseline", "main", "--save-baseline", "new"])
        self.assertEqual(result.code, 3)
        self.assertTrue(result.err.endswith("bench-all: not compared with 'main', not kept as 'new': a case failed\n"), result)
        self.assertEqual(os.listdir(self.path("results", "local", "baselines")), ["main"])

    def test_of_two_runs_that_keep_themselves_at_once_the_later_waits_and_is_kept_whole(self):
        kept = self.path("results", "local", "baselines", "main")
        os.makedirs(kept)
        lock = os.open(kept, os.O_RDONLY)
        self.addCleanup(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)  # as another run does while it writes there
        with self.start(["run", CASE, *FAST, "--out", self.path("a"), "--save-baseline", "main"]) as process:
            self.waits_until(lambda: self.waits_for_a_lock(process.pid), "it does not wait")
            self.assertEqual(os.listdir(kept), [])
            fcntl.flock(lock, fcntl.LOCK_UN)
            err = process.communicate(timeout=LONGEST)[1]
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(self.events(os.path.relpath(kept, self.folder)), self.events("a"))

    @staticmethod
    def waits_for_a_lock(pid):
        with open("/proc/locks", encoding="ascii") as file:
            return any("->" in line and str(pid) in line.split() for line in file)

    def test_a_name_of_a_folder_and_of_a_baseline_is_ambiguous(self):
        self.assertEqual(self.run_case(1000, "--out", self.path("a"), "--save-baseline", "main").code, 0)
        self.store("main", 1000)
        kept = self.path("results", "local", "baselines", "main")
        self.refuses(["compare", "main", "a"], 2, "compare: 'main' is ambiguous: a folder and a baseline; give './main' or " + kept)
        self.assertEqual(self.run_it(["compare", kept, "./main", "--delta", "1000"]).code, 0)
        self.assertEqual(self.run_it(["compare", "./main", "a", "--format", "json"]).out.count('"a": "./main"'), 1)


if __name__ == "__main__":
    unittest.main()
