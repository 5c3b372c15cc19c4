"""bench-all ab --dry-run and --progress: what there will be, and how far it is."""

import json
import os
import unittest

from comparing import InstantTest


class Plan(InstantTest):
    def test_a_dry_run_says_builds_cases_rounds_and_time_and_measures_nothing(self):
        words = ["ab", "--a", self.program, "--b", self.program, "^counting/who:steady/size:8", "--out", "out", "--dry-run"]
        before = sorted(os.walk(self.folder))
        result = self.run_it(words)
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertRegex(result.out, r"\AA: (\S+)\nB: \1\n12 rounds of 2 cases, 48 launches: about [\d.]+ s; to confirm what seems "
                                     r"worse takes as long again at most\n"
                                     r"counting/who:steady/size:8/place:here\ncounting/who:steady/size:8/place:there\n\Z")
        self.assertRegex(self.run_it([*words, "--time-budget", "5m"]).out,
                         r"(?m)^6 rounds of 2 cases, 24 launches: about [\d.]+ s; then more of what stays open, 5 min in all at most")
        self.assertEqual(sorted(os.walk(self.folder)), before)
        self.assertEqual(self.run_it([*words, "--resume"]).code, 2)

    def test_a_dry_run_refuses_what_the_command_itself_would_refuse(self):
        ab = ["ab", "--a", self.program, "--b", self.program, "^counting/who:steady", "--out", self.path("out")]
        os.mkdir(self.path("out"))
        aa = ["aa", *ab[5:]]
        for log, lines, words, other, kind in (("ab.jsonl", "rounds", ab, aa, "an `ab`"), ("aa.jsonl", "trials", aa, ab, "an `aa`")):
            with open(self.path("out", log), "w", encoding="ascii"):
                pass
            said = "--out: %s holds %s already; name another folder, or go on with them by --resume" % (self.path("out"), lines)
            for more in ([], ["--dry-run"]):
                self.refuses([*words, *more], 2, said)
                self.refuses([*other, *more], 2, "--out: %s holds %s already; name another folder" % (self.path("out"), kind))
            os.remove(self.path("out", log))
        for words in (ab[:-1], ["aa", *ab[5:-1]]):
            for more in ([], ["--dry-run"]):
                result = self.run_it([*words, self.path("new"), "--launch-option=--size=8", *more])
                self.assertEqual(result.code, 2, result)
                self.assertRegex(result.err, r"\Abench-all: --launch-option: \S+ refuses it: no case has both "
                                             r"'\^counting/who:steady/size:64/place:here\$' and --size 8; leave one of them out, .+\n\Z")
        self.refuses([*ab[:-1], self.path("new"), "--floor", "none.json", "--dry-run"], 2,
                     "--floor: none.json cannot be read (No such file or directory); name the aa.json of an `aa`")

    def test_progress_is_in_lines_where_there_is_no_terminal(self):
        words = ["ab", "--a", self.side("a"), "--b", self.side("b"), "--rounds", "6", "slow"]
        for at, (more, environment, seen) in enumerate((
                ([], {}, True), (["--progress", "plain"], {}, True), ([], {"BENCH_ALL_PROGRESS": "none"}, False),
                (["--quiet"], {}, False))):
            with self.subTest(more):
                result = self.run_it([*words, *more, "--out", "out%d" % at], environment=environment)
                self.assertEqual(result.code, 4, result)  # "slow" is worse in all six rounds, too few for three cases
                self.assertNotIn("\r", result.err)
                said = ["bench-all: round 1 of 6"] if seen else []
                said += [] if more == ["--quiet"] else ["bench-all: results: %s (compare.md, compare.csv, compare.json)"
                                                        % self.path("out%d" % at)]
                self.assertEqual(result.err.splitlines()[:1] + result.err.splitlines()[1:][-1:], said)
        self.refuses([*words, "--progress", "bar"], 2, "--progress: bar not in {auto,plain,none}; see bench-all ab --help")


class Variables(InstantTest):
    """An option of the command line comes before its variable, and a command ignores variables of what it does not have."""

    def test_what_the_command_line_says_comes_before_each_variable(self):
        other = {"A": "none", "B": "none", "DELTA": "900", "DRY_RUN": "true", "FLOOR": "none.json", "FORMAT": "junit",
                 "INJECTED_DELAY": "9", "LAUNCH_OPTION": "--window=9ms", "LOAD": "half", "OUT": "evil", "PROGRESS": "none",
                 "ROUNDS": "3", "SEED": "x", "STRICT": "x", "TIME_BUDGET": "1us", "POWER": "x", "TRIALS": "x", "WINDOW": "x"}
        given = ["--delta", "5", "--dry-run=false", "--format", "json", "--launch-option=--window=8ms", "--out", "out",
                 "--progress", "plain", "--rounds", "6", "--seed", "1", "--strict=false", "--time-budget", "1m"]
        variables = {"BENCH_ALL_" + name: value for name, value in other.items() if name not in ("FLOOR", "INJECTED_DELAY", "LOAD")}
        result = self.run_it(["ab", "--a", self.side("a"), "--b", self.side("b"), *given, "same"], environment=variables)
        self.assertIn('"verdict"', result.out, result)
        self.assertIn("bench-all: round 1", result.err)
        self.assertNotIn("evil", os.listdir(self.folder))
        with open(self.path("out", "ab.jsonl"), encoding="utf-8") as log:
            settings = json.loads(log.readline())
        self.assertEqual((settings["delta"], settings["options"], settings["rounds_asked"]), (0.05, ["--window=8ms"], 6))
        self.assertEqual((settings["a"]["program"], settings["b"]["program"]), (self.path("a"), self.path("b")))

    def test_a_command_ignores_the_variables_of_another(self):
        program = self.side("a")
        two = ["ab", "--a", program, "--b", self.side("b"), "--dry-run"]
        for words, names in ((two, ("TRIALS", "POWER", "WINDOW")),
                             (["aa", "--a", program, "--dry-run"], ("STRICT", "FORMAT", "INJECTED_DELAY", "FLOOR")),
                             (["run", "--list"], ("WINDOW",)), (["list"], ("WINDOW", "TIME_BUDGET", "LAUNCHES", "ORDER", "FORMAT")),
                             (["env"], ("WINDOW", "PROFILE", "RATE", "OUT")),
                             (["man"], ("JSON", "SEED")), (["run", "--dry-run"], ("JSON", "FORMAT"))):
            for name in names:
                with self.subTest(words=words[0], name=name):
                    result = self.run_it(words, environment={"BENCH_ALL_" + name: "none"})
                    self.assertEqual(result.code, 0, result)


if __name__ == "__main__":
    unittest.main()
