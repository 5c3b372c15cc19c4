"""bench-all ab: what was not measured, or not confirmed, does not pass."""

import itertools
import json
import re
import shutil
import unittest
from xml.etree import ElementTree

from comparing import InstantTest


nanoseconds = itertools.count(1)  # no two pairs take the same time: one that is there twice is refused


def pair(name, a, b, fresh=False, seconds=0.01):
    return {"event": "pair", "case": name, "fresh": fresh, "seconds": seconds + next(nanoseconds) * 1e-9, "a": a, "b": b, "failure": ""}


class Gaps(InstantTest):
    """ab of pairs of launches that are written here; it takes them by --resume."""

    def judge(self, pairs, *words, others=("noisy", "same")):
        """Judges these pairs; the other cases are the same in all rounds."""
        base = ["ab", "--a", self.path("a"), "--b", self.path("b"), "--rounds", "12", "--out", self.path("out"), "-q"]
        for name in "ab":
            self.side(name)
        self.run_it([*base, "--time-budget", "10ms"])
        path = self.path("out", "ab.jsonl")
        with open(path, encoding="utf-8") as file:
            settings = file.readline()
        quiet = [pair(name, {"rate": 1000}, {"rate": 1000}) for name in others for _ in range(12)]
        with open(path, "w", encoding="utf-8") as file:
            file.write(settings)
            file.writelines(json.dumps(each) + "\n" for each in quiet + pairs)
        return self.run_it([*base, *words, "--resume"])

    def row(self, metric):
        return next(row for row in self.rows(name="compare.csv") if (row["case"], row["metric"]) == ("slow", metric))

    def lacking(self, metric, in_a, in_b):
        """Twelve pairs of which the first lack the metric in A, the last in B."""
        with_it, without = {"rate": 1000, metric: 100}, {"rate": 1000}
        return [pair("slow", without if i < in_a else with_it, without if i >= 12 - in_b else with_it) for i in range(12)]

    def test_a_median_that_b_lacks_in_a_quarter_of_the_rounds_is_incomparable(self):
        for in_b in (3, 6, 11, 12):
            with self.subTest(in_b):
                result = self.judge(self.lacking("p50", 0, in_b))
                self.assertEqual(result.code, 4, result)
                self.assertEqual((self.row("p50")["verdict"], self.row("p50")["next_step"]), (
                    "incomparable", "only A measured it in %d of 12 rounds; it needs more operations that are timed in a window, "
                    "which may be longer: --launch-option=--window=1s" % in_b))
                shutil.rmtree(self.path("out"))

    def test_fewer_rounds_a_better_b_or_another_metric_are_a_note(self):
        for metric, in_a, in_b, said in (("p50", 0, 2, "only A measured it in 2 of 12 rounds; it needs more"),
                                         ("p50", 6, 0, "only B measured it in 6 of 12 rounds; it needs more"),
                                         ("p50", 1, 1, "only A measured it in 1 of 12 rounds, only B in 1 of 12 rounds; it needs"),
                                         ("p99", 0, 6, "only A measured it in 6 of 12 rounds; a p99 needs 300 operations")):
            with self.subTest(metric=metric, in_a=in_a, in_b=in_b):
                result = self.judge(self.lacking(metric, in_a, in_b))
                self.assertEqual(result.code, 0, result)
                self.assertIn(said, self.row(metric)["next_step"])
                shutil.rmtree(self.path("out"))

    def test_what_b_no_longer_measures_is_in_the_results_and_ends_with_4_if_it_is_strict(self):
        for metric in ("p99", "cpu_per_op", "fairness"):
            with self.subTest(metric):
                pairs = [pair("slow", {"rate": 1000, metric: 0.9}, {"rate": 1000}) for _ in range(12)]
                for words, code in (([], 0), (["--strict"], 4), (["--format", "junit"], 0)):
                    result = self.judge(pairs, *words)
                    self.assertEqual(result.code, code, result)
                    row = self.row(metric)
                    self.assertEqual(row["verdict"], "incomparable")
                    self.assertIn("only A measured it in 12 of 12 rounds", row["next_step"])
                    shutil.rmtree(self.path("out"))
                suite = ElementTree.fromstring(result.out).find("testsuite")
                self.assertEqual((suite.get("errors"), suite.get("skipped")), ("0", "1"), result.out)
                self.assertIn("only A measured it", suite.find("testcase/skipped").get("message"))

    def test_a_pair_that_is_there_twice_is_refused(self):
        twice = pair("slow", {"rate": 1000}, {"rate": 1000})
        result = self.judge([twice, pair("slow", {"rate": 1000}, {"rate": 1000}), twice])
        self.assertEqual((result.code, result.err), (
            2, "bench-all: --resume: %s: line 28 is there twice; delete one of the two\n" % self.path("out", "ab.jsonl")))

    def test_the_fresh_rounds_count_too(self):
        both, lost = {"rate": 1000, "p50": 100}, {"rate": 1000}
        result = self.judge([pair("slow", both, {"rate": 1000, "p50": 200}) for _ in range(12)]
                            + [pair("slow", both, lost, fresh=True) for _ in range(12)])
        self.assertEqual(result.code, 4, result)
        self.assertIn("only A measured it in 12 of 24 rounds", self.row("p50")["next_step"])

    def test_what_is_worse_and_the_fresh_rounds_did_not_measure_ends_with_4_and_says_so(self):
        worse, lost = [{"rate": 1000, "p99": each} for each in (100, 300)], {"rate": 1000}
        for fresh in (0, 5):
            with self.subTest(fresh):
                result = self.judge([pair("slow", *worse) for _ in range(12)] + [
                    pair("slow", worse[0], worse[1] if at < fresh else lost, fresh=True) for at in range(12)])
                self.assertEqual(result.code, 4, result)
                self.assertEqual(self.row("p99")["verdict"], "undecided")
                self.assertIn("worse, but only %d of 12 fresh rounds measured it in both builds, too few to confirm it; only A" % fresh,
                              self.row("p99")["next_step"])
                self.assertIn("warning: too few fresh rounds measured what is worse in 1 case to confirm it: slow\n", result.out)
                shutil.rmtree(self.path("out"))

    @staticmethod
    def signs(worse, better, fresh=False, seconds=0.01):
        return [pair("slow", {"rate": 1000}, {"rate": 900 if at < worse else 1100}, fresh, seconds) for at in range(worse + better)]

    def test_a_budget_is_not_kept_free_for_confirming_what_is_not_worse_yet(self):
        # Six rounds of a third of the metrics are chance (q = 0.094); the time for one more and for fresh rounds is there.
        six = [pair("slow", {"rate": 1000}, {"rate": 500}, seconds=10) for _ in range(6)]
        result = self.judge(six, "--time-budget", "185s")
        self.assertEqual(result.code, 1, result)

    def test_what_took_24_rounds_to_find_is_confirmed_by_24(self):
        rounds = self.signs(9, 3) + self.signs(10, 2)
        again = self.signs(9, 3, fresh=True) + self.signs(10, 2, fresh=True)
        result = self.judge(rounds + again, "--time-budget", "10m")
        self.assertEqual((result.code, self.row("rate")["rounds"], self.row("rate")["confirmed"]), (1, "24", "1"), result)

    def test_fresh_rounds_that_leave_it_open_are_doubled_within_a_budget(self):
        pairs = self.signs(12, 0) + self.signs(9, 3, fresh=True) + self.signs(9, 3, fresh=True)
        for words, code, confirmed in ((["--time-budget", "10m"], 1, "1"), ([], 0, "0")):
            with self.subTest(words):
                result = self.judge(pairs, *words)
                self.assertEqual((result.code, self.row("rate")["confirmed"]), (code, confirmed), result)
                shutil.rmtree(self.path("out"))

    def test_a_budget_too_short_to_tell_from_chance_what_each_round_calls_worse_ends_with_4_and_says_so(self):
        # Of three metrics, six rounds may be chance (q = 0.094), and the time of a seventh is not there.
        result = self.judge(self.signs(6, 0, seconds=10), "--time-budget", "65s")
        self.assertEqual((result.code, self.row("rate")["verdict"]), (4, "undecided"), result)
        self.assertEqual(self.row("rate")["next_step"], "worse, but measured too seldom to tell that from chance among so many metrics "
                         "(q_bh 0.09375); about 7 rounds would decide: more time, --resume --time-budget")
        self.assertRegex(result.out, r"\nwarning: of 3 metrics a change of one alone can be told from chance by 7 rounds, not by the 6 for "
                         r"which the time budget sufficed; more time.*\n")

    def test_what_ends_with_4_is_an_error_of_junit_and_of_github_and_its_warning_is_there(self):
        unconfirmed, undecided = self.signs(12, 0, seconds=10), self.signs(8, 4)
        for pairs, words, code, error, said in (
                (unconfirmed, ["--time-budget", "121s"], 4, True, "warning: no time was left to confirm what is worse in 1 case; "),
                (undecided, ["--strict"], 4, True, ""), (undecided, [], 0, False, "")):
            with self.subTest(words):
                junit = self.judge(pairs, *words, "--format", "junit")
                suite = ElementTree.fromstring(junit.out).find("testsuite")
                self.assertEqual((junit.code, suite.get("failures"), suite.get("errors"), suite.get("skipped")),
                                 (code, "0", "1" if error else "0", "0" if error else "1"), junit)
                self.assertIn(said, suite.findtext("system-out", ""))
                shutil.rmtree(self.path("out"))
                github = self.judge(pairs, *words, "--format", "github")
                self.assertIn("\n::%s title=undecided::slow rate " % ("error" if error else "notice"), github.out)
                self.assertEqual(github.code, code, github)
                shutil.rmtree(self.path("out"))

    def test_4_for_what_both_builds_skip_after_it_was_measured(self):
        for pairs in (self.signs(0, 6), self.signs(12, 0)):  # the others are the fresh rounds of what is worse
            fresh = len(pairs) == 12
            result = self.judge([*pairs, {**pair("slow", {}, {}, fresh), "skipped": "io_uring is refused"}])
            self.assertEqual((result.code, self.row("rate")["next_step"]), (
                4, "A and B skipped it in launch %d, after it was measured: io_uring is refused" % (len(pairs) + 1)), result)
            shutil.rmtree(self.path("out"))

    def test_a_broken_case_makes_no_other_one_doubtful(self):
        for name in "ab":
            with open(self.path(name + ".lists"), "w", encoding="ascii") as file:
                file.write('["noisy", "slow"]')
        broken = [pair("noisy", {"rate": 1000}, {"rate": 1500 if at % 2 else 700}) for at in range(6)]
        broken.append({**pair("noisy", {}, {}), "failure": "B failed in launch 7: exit code 3"})
        result = self.judge(broken + self.signs(10, 2), "--time-budget", "10m", others=())
        self.assertEqual((result.code, self.row("rate")["verdict"]), (1, "worse"), result)
        self.assertNotIn("used up", result.out)

    def test_fresh_rounds_that_were_made_confirm_when_the_time_is_up(self):
        pairs = [pair("slow", {"rate": 1000}, {"rate": 500}, fresh, seconds=10) for fresh in (False, True) for _ in range(12)]
        result = self.judge(pairs, "--time-budget", "100s")
        self.assertEqual(result.code, 1, result)

    def test_fresh_rounds_that_were_made_confirm_though_another_case_has_none(self):
        pairs = [pair("slow", {"rate": 1000}, {"rate": 500}, fresh, seconds=10) for fresh in (False, True) for _ in range(12)]
        pairs += [pair("noisy", {"rate": 1000}, {"rate": 500}, seconds=10) for _ in range(12)]
        result = self.judge(pairs, "--time-budget", "245s", others=("same",))
        self.assertEqual((result.code, self.row("rate")["confirmed"]), (1, "1"), result)

    def test_a_median_that_b_lacks_in_two_of_the_first_six_rounds_is_measured_on(self):
        with_it, without = {"rate": 1000, "p50": 100}, {"rate": 1000}
        pairs = [pair("slow", with_it, without if at < 2 else with_it) for at in range(12)]
        result = self.judge(pairs, "--time-budget", "10m")
        self.assertEqual((result.code, self.row("p50")["verdict"]), (0, "same"), result)

    def test_a_long_case_that_does_not_fit_leaves_time_to_a_short_one(self):
        broken_looks = self.signs(4, 2, seconds=60)
        short = [pair("noisy", {"rate": 1000}, {"rate": 900 if at < 4 else 1100}) for at in range(6)]
        self.judge(broken_looks + short, "--time-budget", "380s", others=("same",))
        rounds = {row["case"]: int(row["rounds"]) for row in self.rows(name="compare.csv")}
        self.assertEqual((rounds["slow"], rounds["noisy"]), (6, 48))

    def test_time_that_ran_out_between_two_looks_is_said(self):
        result = self.judge(self.signs(12, 3, seconds=10), "--time-budget", "155s")
        self.assertEqual((result.code, self.row("rate")["verdict"]), (0, "undecided"), result)
        self.assertIn("warning: the time budget was used up, with 1 case undecided after 15 of up to 48 rounds: slow; more time, "
                      "--resume --time-budget\n", result.out)
        self.assertRegex(self.row("rate")["next_step"], r"about \d+ rounds would decide: more time, --resume --time-budget$")

    def test_with_format_github_the_advice_names_inputs_of_the_action(self):
        for pairs, budget, code, step, warning in (
                (self.signs(12, 3, seconds=10), "155s", 0, r"about \d+ rounds would decide: more time by the input time-budget, or fewer "
                 r"cases by filter$", r"the time budget was used up, .*: slow; more time by the input time-budget, or fewer cases by filter"),
                (self.signs(12, 0, seconds=10), "121s", 4, r"worse, but no time was left to confirm it: set the input time-budget to "
                 r"2[34]\ds or more$", r"no time was left to confirm .*; set the input time-budget to 2[34]\ds or more: slow")):
            with self.subTest(budget):
                result = self.judge(pairs, "--time-budget", budget, "--format", "github")
                self.assertEqual(result.code, code, result)
                self.assertRegex(self.row("rate")["next_step"], step)
                self.assertRegex(result.out, "(?m)^::warning title=bench-all::%s$" % warning)
                with open(self.path("out", "compare.md"), encoding="utf-8") as file:
                    text = file.read()
                self.assertNotRegex(text, "--(resume|rounds|time-budget)")
                self.assertTrue(text.endswith("\n\n2 rows that are the same are left out; compare.csv in the folder of the input out has "
                                              "all\n"), text)
                shutil.rmtree(self.path("out"))

    def test_a_large_slowdown_that_one_round_contradicts_is_counted_in_the_headline(self):
        # Of eleven metrics, eleven rounds of twelve may be chance (q = 0.070).
        five = {"rate": 1000, "p50": 100, "p99": 200, "cpu_per_op": 300, "fairness": 0.9}
        pairs = [pair("slow", five, {**five, "rate": 450 if at else 1100}) for at in range(12)]
        pairs += [pair("noisy", five, five) for _ in range(12)]
        result = self.judge(pairs, others=("same",))
        self.assertEqual((result.code, self.row("rate")["verdict"]), (0, "undecided"), result)
        self.assertIn(": 10 same, 1 undecided (whole interval above delta: 1)\n", result.out)
        self.assertTrue(result.out.endswith("\n10 rows that are the same are left out; compare.csv has all\n"), result.out)

    def test_rounds_of_a_run_without_a_budget_may_open_a_case_that_the_first_six_closed(self):
        same = [pair("slow", {"rate": 1000}, {"rate": 1000}) for _ in range(6)]
        result = self.judge(same + self.signs(3, 3), "--time-budget", "10m")
        self.assertNotIn("used up", result.out)
        self.assertGreater(int(self.row("rate")["rounds"]), 12, result)

    def test_an_interruption_and_a_budget_that_was_used_up_are_said_with_the_results(self):
        rounds = [pair("slow", {"rate": 1000 + 200 * (at % 3)}, {"rate": 1000}, seconds=10) for at in range(8)]
        result = self.judge(rounds, "--time-budget", "80s")
        self.assertIn("warning: the time budget was used up, with 1 case undecided after 8 of up to 48 rounds: slow; more time, "
                      "--resume --time-budget\n", result.out)
        with open(self.path("out", "compare.md"), encoding="utf-8") as file:
            self.assertIn("the time budget was used up, with 1 case undecided after 8 of up to 48 rounds", file.read())

    def test_a_case_of_which_both_builds_measure_nothing_says_so(self):
        result = self.judge([pair("slow", {}, {}) for _ in range(12)])
        self.assertEqual(result.code, 4, result)
        self.assertEqual(self.row("rate")["next_step"], "no metric of it was measured by both builds")

    def test_what_is_worse_and_could_not_be_confirmed_in_time_ends_with_4_and_says_so(self):
        for fresh in (0, 5):
            with self.subTest(fresh):
                pairs = [pair("slow", {"rate": 1000}, {"rate": 500}, seconds=10) for _ in range(12)]
                pairs += [pair("slow", {"rate": 1000}, {"rate": 500}, fresh=True, seconds=10) for _ in range(fresh)]
                result = self.judge(pairs, "--time-budget", "%ds" % (121 + 10 * fresh))
                self.assertEqual(result.code, 4, result)
                self.assertEqual(self.row("rate")["verdict"], "undecided")
                said = r"worse, but no time was left to confirm it: --resume --time-budget 2[34]\d"
                self.assertRegex(self.row("rate")["next_step"], said)
                self.assertRegex(result.out, r"warning: no time was left to confirm what is worse in 1 case; the same command with "
                                 r"--resume --time-budget 2[34]\ds goes on: slow\n")
                # With the time that it names it is confirmed.
                budget = re.search(r"--time-budget (\S+)", self.row("rate")["next_step"]).group(1)
                again = self.run_it(["ab", "--a", self.path("a"), "--b", self.path("b"), "--rounds", "12", "--out", self.path("out"),
                                     "-q", "--resume", "--time-budget", budget])
                self.assertEqual(again.code, 1, again)
                shutil.rmtree(self.path("out"))


if __name__ == "__main__":
    unittest.main()
