"""Cases that are skipped: what both sides skip says nothing of a change and is left out; what only one skips is incomparable."""

import json
import unittest

from comparing import CASE, FAST, InstantTest

SKIP = "trouble/kind:skip"
LEFT_OUT = '1 case left out, since both %s skip it (not on a Sunday, "they" say): ' + SKIP
RUN = ["--launches", "6", "--window", "40ms", "--warmup", "1ms", "--no-report", "-q"]


class Skipped(InstantTest):
    def ab(self, skipped_by_a, skipped_by_b, *words, out="out"):
        """ab of two builds with the cases noisy and same, each of which skips these."""
        for side, skipped in (("a", skipped_by_a), ("b", skipped_by_b)):
            self.side(side)
            for name, text in (("lists", '["noisy", "same"]'), ("skips", skipped)):
                with open(self.path("%s.%s" % (side, name)), "w", encoding="ascii") as file:
                    file.write(text)
        return self.run_it(["ab", "--a", self.path("a"), "--b", self.path("b"), "--rounds", "8", "--out", self.path(out), "-q", *words])

    def test_what_both_builds_skip_is_left_out_of_ab_with_its_reason(self):
        for again in ([], ["--resume"]):
            result = self.ab("same", "same", *again)
            self.assertEqual(result.code, 0, result)
            self.assertIn("\nwarning: 1 case left out, since both builds skip it (io_uring is refused): same\n", result.out)
            self.assertEqual([row["case"] for row in self.rows(name="compare.csv")], ["noisy"])
            self.assertNotIn("failed", result.out)
        with open(self.path("b.same"), encoding="ascii") as file:
            self.assertEqual(file.read(), "1\n")  # launched once

    def test_4_where_both_builds_skip_all_cases(self):
        result = self.ab("noisy same", "noisy same", "--format", "junit")
        self.assertEqual(result.code, 4, result)
        self.assertIn('tests="1" failures="0" errors="1" skipped="0"', result.out)
        self.assertIn("warning: 2 cases left out, since both builds skip them (io_uring is refused): noisy; same\n", result.out)

    def test_4_for_what_only_one_build_skips(self):
        for skipped, which in ((("same", ""), "A"), (("", "same"), "B")):
            result = self.ab(*skipped, out=which)
            self.assertEqual(result.code, 4, result)
            row = next(row for row in self.rows(which, "compare.csv") if row["case"] == "same")
            self.assertEqual((row["verdict"], row["next_step"]), (
                "incomparable", "only %s skipped it, in launch 1: io_uring is refused" % which))

    def test_a_scenario_that_skips_is_left_out_of_ab_and_of_aa(self):
        same = ["ab", "--a", self.program, "--b", self.program, CASE, SKIP, "--rounds", "6", "--delta", "1000", *FAST]
        result = self.run_it([*same, "--out", self.path("ab")])
        self.assertEqual(result.code, 0, result)
        self.assertIn("\nwarning: " + LEFT_OUT % "builds" + "\n", result.out)
        said = 'bench-all: aa: left out, since it is skipped here: %s (not on a Sunday, "they" say)\n' % SKIP
        for words, code in (([CASE, SKIP], 0), ([SKIP], 5)):
            result = self.run_it(["aa", *words, "--rounds", "6", "--trials", "1", "--out", self.path("aa%d" % code), *FAST])
            self.assertEqual((result.code, result.err), (code, said), result)

    def test_what_both_runs_skip_is_left_out_of_compare_and_of_a_baseline(self):
        for name, words in (("a", ["--save-baseline", "main"]), ("b", [])):
            self.assertEqual(self.run_it(["run", CASE, SKIP, *RUN, "--out", name, *words]).code, 0)
        result = self.run_it(["compare", "a", "b", "--delta", "1000", "--format", "json"])
        self.assertEqual(result.code, 0, result)
        compared, = json.loads(result.out)
        self.assertIn(LEFT_OUT % "runs", compared["warnings"])
        self.assertEqual({row["case"] for row in compared["rows"]}, {CASE})
        again = self.run_it(["run", CASE, SKIP, *RUN, "--out", "c", "--baseline", "main"])
        self.assertIn("\nwarning: " + LEFT_OUT % "runs" + "\n", again.out)
        self.assertEqual(again.out.count(SKIP), 1, again)  # it has no row

    def test_4_where_only_one_run_skips_it(self):
        for name in "ab":
            self.assertEqual(self.run_it(["run", CASE, SKIP, *RUN, "--out", name]).code, 0)
        with open(self.path("b", "events.jsonl"), encoding="utf-8") as file:
            events = [json.loads(line) for line in file]
        for event in events:
            if event["event"] == "sample" and event["row"]["case"] == SKIP:
                event["row"].update(status="failed", error="no memory")
        with open(self.path("b", "events.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(event) + "\n" for event in events)
        result = self.run_it(["compare", "a", "b", "--delta", "1000"])
        self.assertEqual(result.code, 4, result)
        self.assertRegex(result.out, r"(?m)^%s\n  incomparable +rate " % SKIP)
        self.assertNotIn("case left out", result.out)


if __name__ == "__main__":
    unittest.main()
