"""bench-all ab: what is slower is found and ends with 1, what is not ends with 0."""

import csv
import json
import os
import signal
import unittest

from command import LONGEST
from comparing import CASE, FAST, CompareTest


class Ab(CompareTest):
    def test_1_when_b_is_slower_and_the_row_says_by_how_much(self):
        result = self.compare(500, 4000, "--rounds", "8")
        self.assertEqual(result.code, 1, result)
        rate = self.verdicts()["rate"]
        self.assertEqual((rate["verdict"], rate["confirmed"], rate["rounds"]), ("worse", "1", "8"))
        self.assertGreater(float(rate["worsening"]), 0.3)
        self.assertRegex(result.out, r"(?m)^%s\n  worse +rate +\+" % CASE)
        self.assertNotIn("the same program", result.out)  # of two wrappers that differ
        with open(self.path("out", "compare.json"), encoding="utf-8") as file:
            named = {row["metric"]: row["verdict"] for row in json.load(file)[0]["rows"]}
        self.assertEqual(named["rate"], "worse")

    def test_0_when_b_is_faster(self):
        result = self.compare(4000, 500, "--rounds", "8")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.verdicts()["rate"]["verdict"], "better")

    def test_what_aa_could_not_find_is_no_change(self):
        with open(self.path("aa.json"), "w", encoding="utf-8") as file:
            json.dump({"cases": [{"case": CASE, "metric": metric, "smallest_effect_found_90": 5}
                                 for metric in ("rate", "p50", "p99", "cpu_per_op", "fairness")]}, file)
        result = self.compare(1000, 2000, "--rounds", "8", "--floor", self.path("aa.json"))
        self.assertEqual(result.code, 0, result)
        self.assertEqual((self.verdicts()["rate"]["verdict"], self.verdicts()["rate"]["floor"]), ("same", "5"))
        # What the floor has decided is shown although it is the same.
        self.assertRegex(result.out, r"(?m)^  same +rate +\+.*  no change, by the floor 14741\.3 %, which switches the gate off here$")
        self.assertIn("\nwarning: --floor switches the gate off for 5 metrics, whose floor is above 100 %", result.out)
        with open(self.path("out", "compare.md"), encoding="utf-8") as file:
            self.assertRegex(file.read(), r"(?m)^\| same \| .* no change, by the floor 14741\.3 %, which switches the gate off here \|$")
        with open(self.path("other.json"), "w", encoding="utf-8") as file:
            json.dump({"cases": [{"case": CASE, "metric": "colour", "smallest_effect_found_90": 1}]}, file)
        with open(self.path("empty.json"), "w", encoding="utf-8") as file:
            file.write('{"cases": []}')
        for path, why in (("gone.json", "cannot be read (No such file or directory); name the aa.json of an `aa`"),
                          (self.path("other.json"), "is no aa.json; name the one that `aa` wrote"),
                          (self.path("empty.json"),
                           "says nothing of these cases; name the aa.json of an `aa` of them")):
            self.assertEqual(self.run_it(["ab", "--a", self.program, "--b", self.program, CASE, "--floor", path]).err,
                             "bench-all: --floor: %s %s\n" % (path, why))

    def test_4_when_there_are_too_few_rounds_to_judge_anything(self):
        result = self.compare(1000, 2000, "--rounds", "3")
        self.assertEqual(result.code, 4, result)
        self.assertIn("warning: nothing was judged: there were fewer than six rounds of each case; choose fewer cases, or "
                      "raise --rounds\n", result.out)
        self.assertEqual(self.verdicts()["rate"]["next_step"], "measured in 3 rounds, six are the fewest that decide")

    def test_rounds_that_cannot_tell_one_change_from_chance_are_warned_of(self):
        result = self.compare(1000, 2000, "--rounds", "6")
        self.assertRegex(result.out, r"\nwarning: of \d metrics a change of one alone can be told from chance by (\d+) rounds, "
                         r"not by 6: --rounds \1\n")

    def test_what_is_undecided_ends_with_4_only_if_strict(self):
        swaying = 'n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n\n' \
            'FIXTURE_PAUSE_US=$((n % 2 ? 1 : 3000)) exec "$real" "$@"'
        variant = self.variant(swaying)
        self.assertEqual(self.against(variant, "--rounds", "6").code, 0)
        self.assertEqual(self.verdicts()["rate"]["verdict"], "undecided")
        self.assertIn("would decide", self.verdicts()["rate"]["next_step"])
        self.assertEqual(self.against(variant, "--rounds", "6", "--strict").code, 4)

    # Counts its launches in a file, and then does something else.
    EVERY_THIRD = 'n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n; [ $((n %% 3)) = 2 ] && { %s; }; exec "$real" "$@"'

    def test_4_and_the_reason_when_a_launch_fails_whatever_the_others_say(self):
        for failure, why in (("exit 3", "exit code 3"), ("kill -9 $$", "killed by signal 9"),
                             ("echo no memory >&2; exit 1", "exit code 1: no memory"), ("exit 0", "it wrote no row")):
            with self.subTest(failure):
                if os.path.exists(self.path("n")):
                    os.remove(self.path("n"))
                result = self.against(self.variant(self.EVERY_THIRD % failure), "--rounds", "8", "--delta", "1000")
                self.assertEqual(result.code, 4, result)
                for row in self.verdicts().values():
                    self.assertEqual((row["verdict"], row["rounds"]), ("incomparable", "2"))
                    self.assertEqual(row["next_step"], "B failed in launch 3: " + why)
                self.assertNotIn("budget", result.out)

    def test_4_when_the_fresh_rounds_of_what_is_worse_fail(self):
        slow = 'n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n; [ $n -ge 6 ] && exit 3\n' \
            'FIXTURE_PAUSE_US=2000 exec "$real" "$@"'
        result = self.against(self.variant(slow), "--rounds", "6")
        self.assertEqual(result.code, 4, result)
        self.assertEqual(self.verdicts()["rate"]["next_step"], "B failed in launch 7: exit code 3")

    def test_a_damaged_launch_is_one_that_failed(self):
        rubbish = 'while [ "$1" != --out ]; do shift; done; mkdir -p "$2"; echo rubbish >"$2/events.jsonl"'
        result = self.against(self.variant(rubbish), "--rounds", "6")
        self.assertEqual(result.code, 4, result)
        self.assertEqual(self.verdicts()["rate"]["next_step"], "B failed in launch 1: its events.jsonl is damaged (line 1: is not JSON)")

    def test_4_for_a_case_or_a_rate_that_b_has_lost_and_0_for_what_it_has_gained(self):
        fewer = self.variant('exec "$real" "$@"', lists="echo '[\"%s\"]'" % CASE)
        result = self.against(fewer, "--rounds", "6", "--delta", "1000", case="^counting/who:steady")
        self.assertEqual(result.code, 4, result)
        self.assertRegex(result.out, r"(?m)^counting/who:steady/size:64/place:here\n  incomparable +rate +B does not have it")
        result = self.run_it(["ab", "--a", fewer, "--b", self.program, "^counting/who:steady", "--rounds", "6", "--delta", "1000",
                              "--out", self.path("more"), *FAST])
        self.assertEqual(result.code, 0, result)
        self.assertIn("warning: A does not have 3 cases: counting/who:steady/size:8/place:there; counting/who:steady", result.out)
        no_rate = '"$real" "$@"; code=$?; while [ "$1" != --out ]; do shift; done\n' \
            'sed -i \'s/"ops_per_s":[^,]*,//\' "$2/events.jsonl"; exit $code'
        result = self.against(self.variant(no_rate), "--rounds", "6", "--delta", "1000")
        self.assertEqual(result.code, 4, result)
        self.assertEqual(self.verdicts()["rate"]["next_step"], "only A measured it in 6 of 6 rounds")

    def test_a_metric_that_only_one_build_has_is_a_warning_that_names_the_cases(self):
        a_tail = '"$real" "$@"; code=$?; while [ "$1" != --out ]; do shift; done\n' \
            'sed -i \'s/"ops_per_s":/"lat_p99_ns":5,&/\' "$2/events.jsonl"; exit $code'
        result = self.against(self.variant(a_tail), "--rounds", "6", "--delta", "1000", case="^counting/who:rare/size:8")
        self.assertEqual(result.code, 0, result)
        self.assertIn("warning: p99 of 2 cases is not compared, since only B measures it: counting/who:rare/size:8/place:here; "
                      "counting/who:rare/size:8/place:there; a p99 needs 300 operations", result.out)

    def test_4_when_one_build_does_not_measure_a_case(self):
        result = self.against(self.variant("exit 3"), "--rounds", "2")
        self.assertEqual(result.code, 4, result)
        self.assertEqual(self.verdicts()["rate"]["verdict"], "incomparable")

    def test_2_for_an_option_that_is_not_for_a_launch_or_that_the_build_refuses(self):
        for option in "--launches=3", "--help", "--list", "--save-baseline=x", "counting", "-qn", "-qh", "-ol", "-t5m", "--":
            self.refuses(["ab", "--a", self.program, "--b", self.program, CASE, "--launch-option=" + option], 2,
                         "--launch-option: '%s' is not for a single launch; give what changes a measurement, as "
                         "--launch-option=--window=20ms" % option)
        self.refuses(["ab", "--a", self.program, "--b", self.program, CASE, "--launch-option=--nonsense"], 2,
                     "--launch-option: %s refuses it: The following argument was not expected: --nonsense; see bench-all --help"
                     % self.program)

    def test_a_delay_is_for_b_alone(self):
        same = ["--a", self.program, "--b", self.program]
        for command in ["ab", *same], ["aa"]:
            self.refuses([*command, CASE, "--launch-option=--injected-delay=50"], 2,
                         "--launch-option: '--injected-delay=50' would slow both builds alike; slow B alone by `ab --injected-delay "
                         "NS`, or see by `aa --power 5` how often that is found")
        words = ["ab", *same, CASE, "--rounds", "8", "--injected-delay", "2e6", "--out", self.path("out"), *FAST]
        result = self.run_it(words, environment={"FIXTURE_DELAYS": self.path("delays")})
        self.assertEqual(result.code, 1, result)
        self.assertIn("\nwarning: B was slowed on purpose: --injected-delay\n", result.out)
        with open(self.path("delays"), encoding="utf-8") as file:
            delays = file.read().split()
        self.assertEqual(delays[:5], ["0", "0", "2000000", "2000000", "0"])  # the first asks whether it takes one
        rare = "counting/who:rare/size:8/place:here"
        result = self.run_it(["ab", *same, rare, "--injected-delay", "50", "--out", self.path("other")])
        self.assertEqual((result.code, result.err), (
            2, "bench-all: ab --injected-delay: %s takes no injected delay; those of gilfree's Queue, Lock and Pool do\n" % rare))
        # What takes none is left out, and said, as the dry run says it.
        said = "1 case takes an injected delay; left out, since it takes none: %s\n" % rare
        mixed = ["ab", *same, CASE, rare, "--rounds", "6", "--injected-delay", "2e6", "--out", self.path("mixed"), *FAST]
        self.assertIn(said, self.run_it([*mixed, "--dry-run"]).out)
        result = self.run_it(mixed)
        self.assertEqual((result.code, result.err), (1, "bench-all: ab --injected-delay: " + said), result)
        with open(self.path("mixed", "compare.csv"), newline="", encoding="utf-8") as file:
            self.assertEqual({row["case"] for row in csv.DictReader(file)}, {CASE})

    def test_2_for_a_build_that_lists_no_names(self):
        for printed in "[1, 2, 3]", "[[]]":
            self.refuses(["ab", "--a", self.program, "--b", self.variant("exit 3", lists="echo '%s'" % printed)], 2,
                         "%s list: it does not print names of cases; is it a bench-all?" % self.path("variant"))

    def test_2_for_a_build_that_lists_a_name_twice(self):
        self.refuses(["ab", "--a", self.program, "--b", self.variant("exit 3", lists="echo '[\"%s\", \"%s\"]'" % (CASE, CASE))], 2,
                     "%s list: it names '%s' twice; give each case a name of its own" % (self.path("variant"), CASE))

    # What is left would be found by finds_no_debris().
    def test_nothing_that_a_launch_starts_outlives_it_whatever_its_group(self):
        leaves = 'setsid sleep 1000 </dev/null >/dev/null 2>&1 &\nexec "$real" "$@"'
        result = self.against(self.variant(leaves), "--rounds", "1")
        self.assertEqual(result.code, 4, result)  # a round alone judges nothing
        self.assertEqual(self.reap(), [])

    def test_numbers_that_are_none_are_refused(self):
        result = self.run_it(["ab", "--a", self.program, "--b", self.program, CASE, "--delta", "nan"])
        self.assertEqual(result.code, 2)
        self.assertIn("'nan' is not a number between", result.err)
        # A time has a unit, as in all other commands.
        for command in ["ab", "--a", self.program, "--b", self.program], ["aa"], ["run"], ["noise"]:
            for time in "nan", "10", "0.5":
                result = self.run_it([*command, "--time-budget", time])
                self.assertEqual((result.code, result.err), (
                    2, "bench-all: --time-budget: '%s' is not a duration of at most a day; write 80ms, 0.5s or 2m\n" % time))
        self.refuses(["ab", "--a", self.program, "--b", self.program, CASE, "--seed", "-1"], 2,
                     "--seed: '-1' is not a whole number below 2^64")

    def test_a_spent_budget_leaves_rounds_out(self):
        self.compare(1000, 1000, "--rounds", "10000", "--time-budget", "1200ms")
        self.assertLess(int(self.verdicts()["rate"]["rounds"]), 10000)

    def test_an_interruption_keeps_what_was_measured_and_says_how_to_go_on(self):
        with self.start(["ab", "--a", self.program, "--b", self.program, CASE, "--rounds", "10000", "--format", "junit",
                         "--out", self.path("out"), *FAST[:-1]]) as process:
            self.waits_until(lambda: os.path.exists(self.path("out", ".bench-all-launch")), "it did not begin")
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=LONGEST)
        self.assertEqual(process.returncode, 143)
        self.assertTrue(err.endswith("bench-all: results: %s (compare.md, compare.csv, compare.json); interrupted, the same command "
                                     "with --resume goes on\n" % self.path("out")), err)
        self.assertTrue(os.path.exists(self.path("out", "compare.csv")))
        self.assertRegex(out, r'<testcase [^>]*name="the comparison as a whole"[^>]*>\s*<error message="interrupted')

    def test_a_report_beside_others_is_refused(self):
        self.assertEqual(self.compare(1000, 1000, "--rounds", "1").code, 4)
        self.measures([CASE, "--launches", "1"], out="run")
        self.refuses(["report", "run", "out"], 2,
                     "'out' is no run, and cannot stand beside others; report it alone: bench-all report out")

    def test_2_for_wrong_usage(self):
        self.refuses(["ab"], 2, "ab: name two builds, as `ab main HEAD` or `ab --a OLD --b NEW`")
        self.refuses(["ab", "--a", "x"], 2, "ab: give both --a and --b, or neither")
        self.refuses(["ab", "/nowhere", "x"], 2, "'/nowhere' is no bench-all, no build folder with "
                                                 "bin/bench-all, and no commit")
        os.symlink("loop", self.path("loop"))
        for name, shown, why in (("loop", "loop", "Too many levels of symbolic links"),
                                 ("x" * 5000, "x" * 80 + "...", "File name too long")):
            self.refuses(["ab", name, name], 2, "'%s' cannot be a build (%s); name a bench-all, a build folder or a commit"
                         % (shown, why))
        self.refuses(["ab", "--a", self.program, "--b", self.program, "nonsense"], 2,
                     self.program + " list: " + self.run_it(["list", "nonsense"]).err[len("bench-all: "):-1])


if __name__ == "__main__":
    unittest.main()
