"""bench-all aa: how often `ab` is wrong, what it finds of a delay, and what becomes of its folder."""

import json
import os
import re
import shutil
import signal
import unittest

from command import LONGEST, CommandTest

CASE = "counting/who:steady/size:8/place:here"
FAST = ["--launch-option=--window=40ms", "--launch-option=--warmup=1ms", "-q"]


class Aa(CommandTest):
    def test_it_says_how_often_it_was_wrong_and_what_it_would_find(self):
        result = self.run_it(["aa", "--trials", "2", "--rounds", "6", CASE, "--out",
                              self.path("out"), *FAST])
        self.assertEqual(result.code, 0, result)
        with open(self.path("out", "aa.json"), encoding="utf-8") as file:
            facts = json.load(file)
        rate = next(row for row in facts["cases"] if row["metric"] == "rate")
        self.assertEqual(rate["trials"], 2)
        self.assertGreaterEqual(rate["rate_upper_95"], 1 - 0.05 ** (1 / 2) - 1e-9)
        self.assertGreater(rate["smallest_effect_found_90"], 0)
        self.assertIn("\nall metrics of all cases\n", result.out)
        self.assertEqual(result.out.count(CASE), 1)
        if rate["wrong"] == 0:
            self.assertIn('"wrong at most" is high since there are few trials', result.out)

    POWER = ["aa", "--power", "100", "--rounds", "6", "--launch-option=--window=20ms", "--launch-option=--warmup=1ms", "-q"]

    def powers(self):
        with open(self.path("out", "aa.json"), encoding="utf-8") as file:
            return json.load(file)["power"]

    def delay(self):
        with open(self.path("out", "aa.jsonl"), encoding="utf-8") as file:
            return next(line["ns"] for line in map(json.loads, file) if line["event"] == "delay")

    def test_b_of_each_round_is_slowed_by_the_delay(self):
        environment = {"FIXTURE_DELAYS": self.path("delays")}
        result = self.run_it([*self.POWER, CASE, "--trials", "1", "--out", self.path("out")], environment=environment)
        self.assertEqual(result.code, 0, result)
        row = self.powers()[0]
        self.assertEqual((row["case"], row["slowed_by"], row["trials"]), (CASE, 1, 1))
        with open(self.path("delays"), encoding="utf-8") as file:
            delays = [int(line) for line in file]
        # ABBA, six rounds of them, and six more if all of these said that it is slower.
        slow, last = round(self.delay()), delays[-12 * (1 + row["found"]):]
        self.assertEqual(last, [0, slow, slow, 0] * (len(last) // 4))
        # More trials of the same kind; other ones do not belong to them.
        more = [*self.POWER, CASE, "--out", self.path("out"), "--resume"]
        self.assertEqual(self.run_it([*more, "--trials", "2"], environment=environment).code, 0)
        self.assertEqual(self.powers()[0]["trials"], 2)
        other = self.run_it([*more, "--trials", "3", "--delta", "7"], environment=environment)
        self.assertEqual((other.code, other.err), (
            2, "bench-all: --resume: the trials in %s were made otherwise (--delta 0.05 there, 0.07 here); name another --out\n"
            % self.path("out")))

    def test_2_where_no_case_takes_a_delay(self):
        case = "counting/who:rare/size:8/place:here"
        result = self.run_it([*self.POWER, case, "--trials", "1", "--out", self.path("out")])
        said = "bench-all: aa --power: %s takes no injected delay; those of gilfree's Queue, Lock and Pool do\n" % case
        self.assertEqual((result.code, result.err), (2, said))
        self.assertEqual((2, said), self.run_it([*self.POWER, case, "--dry-run"])[::2])

    def test_which_cases_take_a_delay_is_said_before_it_begins(self):
        mixed = [*self.POWER, CASE, "counting/who:rare/size:8/place:here", "--trials", "1"]
        said = "1 case takes an injected delay; left out, since it takes none: counting/who:rare/size:8/place:here\n"
        result = self.run_it([*mixed, "--out", self.path("out")])
        self.assertEqual((result.code, result.err.splitlines(True)[0]), (0, "bench-all: aa --power: " + said), result)
        self.assertEqual([row["case"] for row in self.powers()], [CASE, "all"])
        result = self.run_it([*mixed, "--dry-run"])
        self.assertEqual(result.code, 0, result)
        self.assertEqual(result.out.splitlines(True)[1], said)
        self.assertTrue(result.out.endswith("\n%s\n" % CASE), result.out)

    def aa(self, *words, case=CASE, trials=1):
        return self.run_it(["aa", case, "--rounds", "6", "--trials", str(trials), "--out", self.path("out"), *FAST, *words])

    def edit_log(self, edit):
        with open(self.path("out", "aa.jsonl"), encoding="utf-8") as file:
            text = file.read()
        with open(self.path("out", "aa.jsonl"), "w", encoding="utf-8") as file:
            file.write(edit(text))

    def test_a_damaged_line_is_refused_by_its_number(self):
        self.assertEqual(self.aa().code, 0)
        with open(self.path("out", "aa.jsonl"), encoding="utf-8") as file:
            whole = file.read()
        log = self.path("out", "aa.jsonl")
        for damage, why in ((lambda text: "x" + text, "1 does not have the settings; name another --out"),
                            (lambda text: text + "123\n", "4 is no trial; delete that line to use the rest"),
                            (lambda text: text + '{"event":"trial"}\n', "4 is no trial; delete that line to use the rest")):
            self.edit_log(lambda _, damage=damage: damage(whole))
            result = self.aa("--resume")
            self.assertEqual((result.code, result.err), (2, "bench-all: --resume: %s: line %s\n" % (log, why)))

    def test_another_build_of_the_same_path_and_time_is_refused(self):
        def build(comment):
            with open(self.path("build"), "w", encoding="utf-8") as file:
                file.write('#!/bin/sh\nexec "%s" "$@"  # %s\n' % (self.program, comment))
            os.chmod(self.path("build"), 0o755)
            os.utime(self.path("build"), (1, 1))
        build("old")
        self.assertEqual(self.aa("--a", self.path("build")).code, 0)
        build("new")
        self.refuses(["aa", CASE, "--rounds", "6", "--trials", "1", "--out", self.path("out"), *FAST, "--a", self.path("build"),
                      "--resume"], 2, "--resume: the trials in %s were made otherwise (the build); name another --out" % self.path("out"))

    def test_what_a_wrapper_runs_is_not_exchanged_between_two_trials(self):
        """The wrapper is the same, so that the build looks as it was."""
        with open(self.path("build"), "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nexec "%s" "$@"\n' % self.path("inner"))
        os.chmod(self.path("build"), 0o755)
        shutil.copy(self.program, self.path("inner"))
        self.assertEqual(self.aa("--a", self.path("build")).code, 0)
        self.edit_log(lambda text: text.replace('"linked":"', '"linked":"of another one, '))
        result = self.aa("--a", self.path("build"), "--resume", trials=2)
        self.assertEqual((result.code, result.err), (2, self.REPLACED))

    REPLACED = ("bench-all: aa: the build was replaced while it was measured: what it runs, or a library that it loads, is another one than "
                "at first; name a copy, and another --out\n")

    def test_what_a_wrapper_runs_is_not_exchanged_between_the_delay_and_the_first_trial(self):
        """The delay was found with another program: as it slows that one, it may not slow this one."""
        with open(self.path("build"), "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\n[ "$2" = --launches ] && echo "$*" >>"%s"\nexec "%s" "$@"\n' % (self.path("launches"), self.program))
        os.chmod(self.path("build"), 0o755)
        words = [*self.POWER, "--a", self.path("build"), CASE, "--trials", "1", "--out", self.path("out")]
        self.assertEqual(self.run_it(words).code, 0)

        def before_the_first_trial(text):
            lines = text.splitlines(True)
            kept = [line for line in lines if json.loads(line)["event"] in ("aa", "code", "delay")]
            self.assertEqual([json.loads(line)["event"] for line in kept], ["aa", "code", "delay"])
            return "".join(kept).replace('"linked":"', '"linked":"of another one, ')
        self.edit_log(before_the_first_trial)
        os.remove(self.path("launches"))
        result = self.run_it([*words, "--resume"])
        self.assertEqual((result.code, result.err), (2, self.REPLACED))
        with open(self.path("launches"), encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 2, "one that asks whether it takes a delay, and the first of the trial")

    def test_a_report_of_it_says_what_to_read_or_how_to_complete_it(self):
        self.assertEqual(self.aa().code, 0)
        self.refuses(["report", "out"], 2, "'out' is of an `aa`, which has no report; read out/aa.md, and use it by `bench-all ab --floor "
                     "out/aa.json`")
        os.remove(self.path("out", "aa.json"))
        self.refuses(["report", "out"], 2, "'out' is of an `aa` that has not ended; complete it by the same `bench-all aa` with --resume")

    def test_settings_without_a_lines_end_are_settings(self):
        self.assertEqual(self.aa().code, 0)
        self.edit_log(lambda text: text.split("\n")[0])
        self.assertEqual(self.aa("--resume").code, 0)
        self.assertEqual(self.aa("--resume").code, 0)
        with open(self.path("out", "aa.jsonl"), encoding="utf-8") as file:
            self.assertEqual([json.loads(line)["event"] for line in file], ["aa", "code", "trial"])

    def test_two_at_once_in_one_folder(self):
        with self.start(["aa", CASE, "--rounds", "10000", "--out", self.path("out"), *FAST]) as process:
            self.waits_until(lambda: os.path.exists(self.path("out", ".bench-all-launch")), "it did not begin")
            result = self.aa("--resume")
            process.kill()
            process.communicate(timeout=LONGEST)
        self.assertEqual((result.code, result.err), (2, "bench-all: %s: a run is still writing to it\n" % self.path("out")))

    def test_no_other_command_measures_into_its_folder_meanwhile(self):
        others = {"run": ["run", CASE, "--launches", "1", "--no-report", "-q"],
                  "ab": ["ab", "--a", self.program, "--b", self.program, CASE, "--rounds", "1", *FAST]}
        said = {"run": "%s: a run is still writing to it", "ab": "--out: %s holds an `aa` already; name another folder"}
        with self.start(["aa", CASE, "--rounds", "10000", "--out", self.path("out"), *FAST]) as process:
            self.waits_until(lambda: os.path.exists(self.path("out", ".bench-all-launch")), "it did not begin")
            results = {name: self.run_it([*words, "--out", self.path("out")]) for name, words in others.items()}
            left = set(os.listdir(self.path("out"))) - {".bench-all-launch"}
            process.kill()
            process.communicate(timeout=LONGEST)
        for name, result in results.items():
            self.assertEqual((result.code, result.err), (2, "bench-all: %s\n" % said[name] % self.path("out")))
        self.assertEqual(left, {"aa.jsonl"})
        self.assertEqual(self.run_it([*others["run"], "--out", self.path("out")]).code, 0)
        self.assertEqual(self.run_it([*others["ab"], "--dry-run", "--out", self.path("out")]).code, 2)

    def test_a_trial_that_measured_nothing_is_none(self):
        result = self.aa(case="trouble/kind:crash")
        self.assertEqual((result.code, result.out), (3, "no trial was made\n"))
        said = r"^bench-all: aa: a trial could not be ended: trouble/kind:crash: A failed in launch 1: failed: .+\n"
        self.assertRegex(result.err, said + "$")
        self.assertEqual(self.aa("--resume", case="trouble/kind:crash").code, 3)

    def test_a_failure_is_not_forgotten_by_going_on(self):
        self.assertEqual(self.aa(trials=10).code, 0)
        with open(self.path("out", "aa.jsonl"), "a", encoding="utf-8") as file:
            file.write('{"event":"failure","why":"%s: A failed in launch 3: exit code 1"}\n' % CASE)
        result = self.aa("--resume", trials=10)
        said = "trial could not be ended: %s: A failed in launch 3: exit code 1\n" % CASE
        self.assertEqual((result.code, result.err), (3, "bench-all: aa: a " + said))
        with open(self.path("out", "aa.md"), encoding="utf-8") as file:
            self.assertIn("\nA " + said, file.read())
        result = self.run_it(["ab", "--a", self.program, "--b", self.program, CASE, "--rounds", "6", "--floor", self.path("out", "aa.json"),
                              "--out", self.path("ab"), *FAST])
        self.assertIn("whose floors may not hold here: 1 trial not ended, since a case failed\n", result.out)

    def test_few_trials_are_no_floor_and_it_is_said(self):
        result = self.aa()
        self.assertIn('"found from" is not known from fewer than ten trials', result.out)
        words = ["ab", "--a", self.program, "--b", self.program, CASE, "--rounds", "6", "--floor", self.path("out", "aa.json"), *FAST]
        said = "rests on fewer than 10 trials, and may be far too low; `aa --resume --trials 20` adds to them: rate of %s" % CASE
        for more in (["--dry-run"], []):
            result = self.run_it([*words, "--out", self.path("few"), *more])
            self.assertRegex(result.out, r"warning: --floor: the floor of \d metrics " + re.escape(said), more)
        self.assertEqual(self.aa("--resume", trials=10).code, 0)
        for more in (["--dry-run"], []):
            result = self.run_it([*words, "--out", self.path("enough"), *more])
            self.assertEqual(result.code, 0, result)
            self.assertNotIn("rests on fewer", result.out)

    def test_2_for_fewer_than_six_rounds(self):
        self.refuses(["aa", CASE, "--rounds", "5"], 2, "aa: --rounds: six are the fewest that give an interval")

    def test_an_interrupted_search_for_a_delay_says_nothing_of_the_case(self):
        with self.start([*self.POWER, CASE, "--out", self.path("out")]) as process:
            self.waits_until(lambda: os.path.exists(self.path("out", ".bench-all-launch")), "it did not begin")
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=LONGEST)
        self.assertEqual((process.returncode, err), (130, ""))

    def test_an_aa_that_was_killed_keeps_its_trials(self):
        words = ["aa", CASE, "--rounds", "6", "--trials", "1", "--out", self.path("out"), *FAST]
        self.assertEqual(self.run_it(words).code, 0)
        with open(self.path("out", "aa.jsonl"), "a", encoding="utf-8") as file:
            file.write('{"event": "tri')
        words[words.index("--trials") + 1] = "2"
        self.assertEqual(self.run_it([*words, "--resume"]).code, 0)
        self.assertEqual(self.run_it([*words, "--resume"]).code, 0)
        with open(self.path("out", "aa.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["by_case"]["trials"], 2)

    def test_no_trial_and_no_search_for_a_delay_begins_that_would_not_fit(self):
        long = ["--rounds", "6", "--launch-option=--window=1s", "--time-budget", "1s", "-q"]
        for words in (["--trials", "3"], ["--trials", "3", "--power", "50"]):
            result = self.run_it(["aa", CASE, *words, *long, "--out", self.path(words[-1])])
            self.assertEqual((result.code, result.out), (5, "no trial was made\n"), words)
            self.assertIn("bench-all: aa: 3 of 3 trials did not fit into --time-budget; ", result.err)

    def test_a_dry_run_says_build_cases_trials_and_time_and_measures_nothing(self):
        words = ["aa", "^counting/who:steady/size:8", "--trials", "3", "--rounds", "8", "--out", "out", "--dry-run"]
        before = sorted(os.walk(self.folder))
        result = self.run_it(words)
        self.assertEqual((result.code, result.err), (0, ""))
        names = "counting/who:steady/size:8/place:here\ncounting/who:steady/size:8/place:there\n"
        confirming = "; to confirm what seems worse takes as long again at most"
        self.assertRegex(result.out, r"\Abuild: %s\n3 trials of 8 rounds of 2 cases, 96 launches: about [\d.]+ s%s\n%s\Z" % (
            os.path.realpath(self.program), confirming, names))
        # 1 + 2 * 24 launches for a first delay, then 2 * 16 and 2 * 8 near those that slow by 100 % and 200 %.
        self.assertRegex(self.run_it([*words, "--power", "100,200", "--time-budget", "5m"]).out,
                         r"\Abuild: \S+\n2 cases take an injected delay\nfirst it looks for the delays that slow the build so much, in at least 194 launches: "
                         r"about [\d.]+ s\nfor each of 2 slowdowns 3 trials of 8 rounds of 2 cases, 192 launches: about [\d.]+ s%s; "
                         r"trials that do not fit into 5 min are left out \(--time-budget\)\n%s\Z" % (confirming, names))
        self.assertEqual(sorted(os.walk(self.folder)), before)
        self.assertEqual(self.run_it([*words, "--resume"]).code, 2)
        self.refuses(["aa", CASE, "--dry-run", "--rounds", "5"], 2, "aa: --rounds: six are the fewest that give an interval")


if __name__ == "__main__":
    unittest.main()
