"""`--python` several times: each interpreter has a label and rows of its own, also builds of one version."""

import os
import platform
import sys
import unittest

from command import CommandTest

# Stands for another build of this version: it says of itself what is put in, and runs what it is given.
BUILD = """#!%(python)s -B
import os
import runpy
import sys

sys.executable, sys.abiflags = os.path.abspath(__file__), %(flags)r
if %(gil)r is not None:
    sys._is_gil_enabled = lambda: %(gil)r
words = [word for word in sys.argv[1:] if word != "-I"]
if words[0] == "-c":
    exec(words[1], {})
else:
    sys.argv, sys.path[0] = words, os.path.dirname(words[0])
    runpy.run_path(words[0], run_name="__main__")
"""


class Pythons(CommandTest):
    program = os.environ["BENCH_ALL"]

    def build(self, name, flags="", gil=None):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(BUILD % {"python": sys.executable, "flags": flags, "gil": gil})
        os.chmod(path, 0o755)
        return path

    def rows_with(self, pythons, environment=None):
        words = [word for python in pythons for word in ("--python", python)]
        result = self.run_it(["lock_contention", "--contender", "cpython_lock", "--scope", "threads", "--workers", "2",
                              "--work_in_ns", "0", "--launches", "1", "--window", "10ms", "--out", self.path("out"),
                              "--no-report", "-q", *words],
                             environment={"GILFREE_SOURCE_DIR": os.environ["PROJECT"], **(environment or {})})
        self.assertEqual((result.code, result.err), (0, ""))
        return [(row["interpreter"], row["gil"], row["status"]) for row in self.rows()]

    def test_three_builds_of_one_version_are_three_labels_and_three_rows(self):
        version, own = platform.python_version(), platform.python_version() + sys.abiflags
        builds = [sys.executable, self.build("free-threaded", "t", False), self.build("another", sys.abiflags, True)]
        self.assertCountEqual(self.rows_with(builds), [(own, "on", "ok"), (version + "t", "off", "ok"),
                                                       (own + "-2", "on", "ok")])
        found = self.facts()["interpreters"]
        self.assertEqual(set(found), {own, version + "t", own + "-2"})
        for label, build in ((own, builds[0]), (version + "t", builds[1]), (own + "-2", builds[2])):
            self.assertTrue(os.path.samefile(found[label], build), label)

    def test_a_free_threaded_build_that_has_the_gil_says_so(self):
        python = self.build("with-a-gil", "t", True)
        self.assertEqual(self.rows_with([python]), [(platform.python_version() + "t-gil", "on", "ok")])

    # In isolated mode, in which it is asked, an interpreter does not see the variable.
    def test_the_environment_may_give_it_the_gil(self):
        python = self.build("free-threaded", "t", False)
        label, _, status = self.rows_with([python], {"PYTHON_GIL": "1"})[0]
        self.assertEqual((label, status), (platform.python_version() + "t-gil", "ok"))

    def test_interpreters_of_a_pool_are_measured_or_skipped_with_the_reason(self):
        for words in (["pool_tasks", "--contender", "cpython_interpreter_pool_executor", "--workers", "2"],
                      ["cpu_scaling", "--contender", "cpython_interpreter", "--workers", "2"]):
            out = words[0]
            self.run_it([*words, "--launches", "1", "--window", "10ms", "--out", self.path(out), "--no-report", "-q",
                         "--python", sys.executable], environment={"GILFREE_SOURCE_DIR": os.environ["PROJECT"]})
            rows = self.rows(out)
            self.assertGreater(len(rows), 2)
            for row in rows:
                with self.subTest(row["case"]):
                    self.assertNotIn("work:lock", row["case"])
                    if sys.version_info >= (3, 14):
                        self.assertEqual((row["status"], row["error"]), ("ok", ""))
                        continue
                    self.assertEqual(row["status"], "skipped")
                    self.assertEqual(row["error"], "CPython: no InterpreterPoolExecutor before 3.14; name a later "
                                                   "interpreter with --python")


if __name__ == "__main__":
    unittest.main(verbosity=2)
