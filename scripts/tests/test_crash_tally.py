"""The tally of the crash tests: sums by subject, and a failure where something hung or too little was walked."""

import os
import subprocess
import sys
import tempfile
import unittest

import support

TALLY = os.path.join(support.SCRIPTS, "checks", "crash-tally")
ENOUGH = (("QueueCrash.Walk", "kill", 50000, 0, 0, 1, 1500), ("QueueCrash.Twice", "double kill", 60000, 0, 0, 1, 900),
          ("LockCrash.Freeze", "freeze", 15000, 0, 0, 1, 20), ("SoakTest/Queue.Random", "soak", 120000, 3, 0, 1, 7))


class Tally(unittest.TestCase):
    def tally(self, lines, **environment):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "tally.csv")
            if lines is not None:
                with open(path, "w", encoding="utf-8") as file:
                    file.writelines(",".join(map(str, line)) + "\n" for line in lines)
            done = subprocess.run([sys.executable, "-I", TALLY, path], capture_output=True, text=True, check=False,
                                  env={**{name: value for name, value in os.environ.items()
                                          if name != "GILFREE_ALL_TESTS"}, **environment})
            table = os.path.join(folder, "tally.txt")
            if os.path.exists(table):
                with open(table, encoding="utf-8") as file:
                    self.assertIn(file.read().strip(), done.stdout)
        return done.returncode, done.stdout

    def test_points_are_added_up_by_subject_and_kind(self):
        code, out = self.tally([*ENOUGH, ("QueueCrash.Other", "kill", 7, 0, 0, 1, 1)])
        self.assertEqual(code, 0)
        self.assertRegex(out, r"Queue +50007 +60000")
        self.assertRegex(out, r"all +50007 +60000 +15000 +120000")
        self.assertIn("0 hangs, 3 points not come by again, slowest survivor 2 ms", out)

    def test_a_hang_is_a_failure_but_for_the_control_whose_survivors_hang_on_purpose(self):
        self.assertEqual(self.tally([*ENOUGH, ("LockCrash.Walk", "kill", 1, 0, 1, 1, 1)])[0], 1)
        self.assertEqual(self.tally([*ENOUGH, ("ControlTest.Walk", "kill", 1, 0, 1, 1, 1)])[0], 0)

    def test_too_little_is_a_failure_only_where_no_test_was_left_out(self):
        few = [ENOUGH[0]]
        self.assertEqual(self.tally(few)[0], 0)
        code, out = self.tally(few, GILFREE_ALL_TESTS="yes")
        self.assertEqual(code, 1)
        self.assertIn("too few of double kill (60000), freeze (14000), soak (120000)", out)
        self.assertEqual(self.tally(ENOUGH, GILFREE_ALL_TESTS="yes")[0], 0)

    def test_a_fifth_less_is_forgiven(self):
        fewer = [(test, kind, int(points * 0.81), *rest) for test, kind, points, *rest in ENOUGH]
        self.assertEqual(self.tally(fewer, GILFREE_ALL_TESTS="yes")[0], 0)

    def test_without_a_walk_there_is_nothing_to_judge(self):
        code, out = self.tally(None)
        self.assertEqual((code, out), (0, "crash-tally: nothing was walked\n"))


if __name__ == "__main__":
    unittest.main()
