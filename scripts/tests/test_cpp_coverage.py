"""checks/cpp-coverage: which tests it runs, what of their reach counts, and when that is too little."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

CHECK = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "checks", "cpp-coverage")
# What it calls, in place of the compiler and of the tests. Each says what it was given.
TOOLS = {
    "clang++": "",
    "llvm-profdata": "",
    "llvm-cov": 'cat "$STUBS/coverage.json"',
    "ctest": 'printf "%s\\n" "$@" > "$STUBS/ctest.txt"; mkdir -p build/coverage/profiles; '
             'touch build/coverage/profiles/1.profraw; exit "${CTEST_CODE:-0}"',
    "build": 'printf "%s\\n" "$@" > "$STUBS/build.txt"; mkdir -p build/coverage/bin',
}


def summary(covered, count, branches=(90, 100)):
    return {"lines": {"covered": covered, "count": count},
            "branches": {"covered": branches[0], "count": branches[1]}}


class CppCoverage(unittest.TestCase):
    def setUp(self):
        self.root = os.path.realpath(tempfile.mkdtemp(prefix="gilfree-coverage-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.stubs = os.path.join(self.root, "stubs")
        os.makedirs(os.path.join(self.root, "scripts", "checks"))
        os.mkdir(self.stubs)
        self.check = shutil.copy(CHECK, os.path.join(self.root, "scripts", "checks"))
        for name, body in TOOLS.items():
            path = os.path.join(self.root, "scripts" if name == "build" else "stubs", name)
            with open(path, "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\n%s\n" % body)
            os.chmod(path, 0o755)

    def run_check(self, *words, code=0, **files):
        """`files`: of each, by its path with __ for /, its summary."""
        data = [{"filename": os.path.join(self.root, name.replace("__", "/") + ".cc"), "summary": each}
                for name, each in files.items()]
        with open(os.path.join(self.stubs, "coverage.json"), "w", encoding="utf-8") as file:
            json.dump({"data": [{"files": data}]}, file)
        done = subprocess.run([self.check, *words], capture_output=True, text=True, check=False, env={
            **os.environ, "PATH": self.stubs + ":" + os.environ["PATH"], "STUBS": self.stubs, "CTEST_CODE": str(code)})
        return done.returncode, done.stdout + done.stderr

    def told(self, tool):
        with open(os.path.join(self.stubs, tool + ".txt"), encoding="utf-8") as file:
            return file.read().splitlines()

    def test_it_runs_the_tests_that_it_builds_and_no_test_of_a_program_that_it_does_not(self):
        self.run_check(harness__a=summary(1, 1))
        self.assertEqual(self.told("build"), ["coverage", "primitives/tests/all", "harness/all", "bench-all"])
        words = self.told("ctest")
        left_out = re.compile(words[words.index("-E") + 1])
        for name in ("queue_test.Processes.Puts", "lock_crash_test.LockCrashTest.Walk", "models.ring", "harness_test.A.B",
                     "harness.compare", "stress_test.A.B"):
            self.assertIsNone(left_out.search(name), name)
        for name in ("scenarios_test_NOT_BUILT-b12d07c", "stress_checkers_test_NOT_BUILT-b12d07c", "scenarios.placement",
                     "examples_test", "scripts.figures", "rough.no_proc", "crash_tally", "crash_tally.begin"):
            self.assertIsNotNone(left_out.search(name), name)

    def test_enough_of_the_library_and_of_the_harness_passes(self):
        code, said = self.run_check(primitives__gilfree__a=summary(90, 100), harness__judge__reports__b=summary(100, 100))
        self.assertEqual(code, 0, said)
        self.assertIn("95.0 % of the lines, 90.0 % of the branches", said)
        self.assertIn("primitives/gilfree/a.cc", said)

    def test_too_few_lines_or_branches_fail(self):
        code, said = self.run_check(harness__a=summary(94, 100))
        self.assertEqual((code, "too little is covered" in said), (1, True), said)
        self.assertEqual(self.run_check(harness__a=summary(99, 100, (84, 100)))[0], 1)

    def test_what_is_neither_the_library_nor_the_harness_does_not_count(self):
        code, said = self.run_check(harness__a=summary(99, 100), scenarios__b=summary(0, 900),
                                    harness__tests__c=summary(0, 900), primitives__tests__d=summary(0, 900))
        self.assertEqual((code, "99.0 %" in said), (0, True), said)

    def test_a_test_that_fails_fails_it_and_of_chosen_tests_nothing_else_does(self):
        code, said = self.run_check(code=8, harness__a=summary(1, 1))
        self.assertEqual((code, "a test fails" in said), (1, True), said)
        self.assertEqual(self.run_check("-R", "queue", harness__a=summary(1, 100))[0], 0)
        self.assertEqual(self.told("ctest")[:6], ["--preset", "coverage", "--parallel", "2", "-R", "queue"])

    def test_wrong_usage_and_an_llvm_cov_that_fails_are_named(self):
        self.assertEqual(self.run_check("--htlm")[0], 2)
        self.assertEqual(self.run_check("--html"), (2, "cpp-coverage: --html needs a folder\n"))
        with open(os.path.join(self.stubs, "llvm-cov"), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho 'no coverage data found' >&2\nexit 1\n")
        code, said = self.run_check(harness__a=summary(1, 1))
        self.assertEqual((code, said.splitlines()[-1:]),
                         (1, ["cpp-coverage: llvm-cov fails; build/coverage/llvm-cov.txt says why"]))


if __name__ == "__main__":
    unittest.main()
