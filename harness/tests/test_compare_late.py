"""bench-all ab and aa: a launch that hangs, or gets no CPU, is made again once."""

import json
import unittest

from comparing import CASE, FAST, CompareTest


class Late(CompareTest):
    def late_in(self, launches, trouble):
        """A build that gets into this trouble in these of its launches, counted from 0, "2|5"."""
        return self.variant('n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n\n'
                            'case $n in %s) shift; exec "$real" \'^trouble/kind:%s$\' "$@" --timeout=4s ;; esac\n'
                            'exec "$real" "$@"' % (launches, trouble))

    def hung(self, name="hung.txt"):
        with open(self.path("out", name), encoding="utf-8") as file:
            return file.read()

    def test_a_launch_that_is_late_once_is_made_again_and_the_row_says_so(self):
        for trouble, said, why in (("hang", "B hung in launch 3", "still running after 4 s"),
                                   ("stopped", "B was starved in launch 3", "still running after 4 s; starved: its threads could run "
                                    "for 0.0 s of the last 2.0 s")):
            with self.subTest(trouble):
                self.remove("n")
                result = self.against(self.late_in(2, trouble), "--rounds", "6", "--delta", "1000")
                self.assertEqual(result.code, 0, result)
                for row in self.verdicts().values():
                    self.assertEqual(row["rounds"], "6")
                    self.assertIn(said + ", which was made again", row["next_step"])
                self.assertIn("\nwarning: launches of 1 case hung or were starved, and were made again; what their threads did is in "
                              "hung.txt: %s\n" % CASE, result.out)
                self.assertRegex(self.hung(), r"\A%s launch 3 of B: timeout: %s\n  process \d+ thread \d+ " % (CASE, why))
                with open(self.path("out", "ab.jsonl"), encoding="utf-8") as file:
                    late = [each["launch"] for line in map(json.loads, file) for each in line.get("late", [])]
                self.assertEqual(late, [3])

    def test_one_that_hangs_in_both_tries_has_failed(self):
        result = self.against(self.late_in("2|3", "hang"), "--rounds", "6")
        self.assertEqual(result.code, 4, result)
        self.assertEqual((self.verdicts()["rate"]["verdict"], self.verdicts()["rate"]["next_step"]), (
            "incomparable", "B failed in launch 3: timeout: still running after 4 s, and when it was made again"))
        self.assertEqual(self.hung().count("launch 3 of B"), 2)

    def test_a_case_that_hangs_in_a_second_round_is_broken(self):
        result = self.against(self.late_in("2|4", "hang"), "--rounds", "6")
        self.assertEqual(result.code, 4, result)
        self.assertEqual(self.verdicts()["rate"]["next_step"],
                         "B hung in launch 3, and B hung in launch 4: timeout: still running after 4 s")

    def test_aa_makes_it_again_too(self):
        hangs = ["run", "trouble/kind:hang", "--launches", "1", "--window", "2ms", "--warmup", "1ms", "--timeout", "1s", "--no-report", "-q"]
        self.assertEqual(self.run_it([*hangs, "--out", self.path("out")]).code, 6)
        of_the_run = self.hung()
        result = self.run_it(["aa", "--a", self.late_in(3, "hang"), CASE, "--rounds", "6", "--trials", "1", "--out", self.path("out"),
                              *FAST])
        self.assertEqual(result.code, 0, result)
        self.assertIn("bench-all: aa: %s: A hung in launch 2 (timeout: still running after 4 s); its threads are in hung_aa.txt\n" % CASE,
                      result.err)
        self.assertIn("%s launch 2 of A: timeout: still running" % CASE, self.hung("hung_aa.txt"))
        self.assertEqual(self.hung(), of_the_run)


if __name__ == "__main__":
    unittest.main()
