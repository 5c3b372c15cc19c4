"""bench-all ab: what is slower is found and ends with 1, what is not ends with 0."""

import collections
import csv
import json
import os
import shutil
import signal
import subprocess
import unittest

from command import LONGEST, CommandTest

CASE = "counting/who:steady/size:8/place:here"
FAST = ["--launch-option=--window=40ms", "--launch-option=--warmup=1ms", "-q"]


class CompareTest(CommandTest):
    def build(self, name, pause_us):
        """A program that is fixture-bench with operations of this length."""
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nFIXTURE_PAUSE_US=%d exec "%s" "$@"\n' % (pause_us, self.program))
        os.chmod(path, 0o755)
        return path

    def compare(self, a, b, *words):
        return self.run_it(["ab", "--a", self.build("a", a), "--b", self.build("b", b), CASE,
                            "--out", self.path("out"), *FAST, *words])

    def verdicts(self):
        with open(self.path("out", "compare.csv"), newline="", encoding="utf-8") as file:
            return {row["metric"]: row for row in csv.DictReader(file)}


class Ab(CompareTest):
    def test_1_when_b_is_slower_and_the_row_says_by_how_much(self):
        result = self.compare(500, 4000, "--rounds", "8")
        self.assertEqual(result.code, 1, result)
        rate = self.verdicts()["rate"]
        self.assertEqual((rate["verdict"], rate["confirmed"], rate["rounds"]), ("worse", "1", "8"))
        self.assertGreater(float(rate["worsening"]), 0.3)
        self.assertRegex(result.out, r"(?m)^%s\n  worse +rate +\+" % CASE)
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
        self.assertRegex(result.out, r"(?m)^  same +rate +\+.*  no change, by the floor 14741\.3 %$")
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

    def test_what_is_undecided_ends_with_4_only_if_strict(self):
        swaying = 'n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n\n' \
            'FIXTURE_PAUSE_US=$((n % 2 ? 1 : 3000)) exec "$real" "$@"'
        variant = self.variant(swaying)
        self.assertEqual(self.against(variant, "--rounds", "6").code, 0)
        self.assertEqual(self.verdicts()["rate"]["verdict"], "undecided")
        self.assertIn("varies too much here", self.verdicts()["rate"]["next_step"])
        self.assertEqual(self.against(variant, "--rounds", "6", "--strict").code, 4)

    def variant(self, body, lists='exec "%s" "$@"'):
        """A build that lists what fixture-bench does, and measures in a way of its own; $real is fixture-bench."""
        path = self.path("variant")
        with open(path, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nreal="%s"\n[ "$1" = list ] && { %s; exit; }\n'
                       'case "$*" in *--dry-run*) exec "$real" "$@" ;; esac\n%s\n' % (
                self.program, lists.replace("%s", self.program), body))
        os.chmod(path, 0o755)
        return path

    def against(self, variant, *words, case=CASE):
        shutil.rmtree(self.path("out"), ignore_errors=True)
        return self.run_it(["ab", "--a", self.program, "--b", variant, case, "--out", self.path("out"), *FAST, *words])

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
        self.assertEqual(self.verdicts()["rate"]["next_step"], "B failed in launch 1: its events.jsonl is damaged")

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
        self.assertEqual(self.verdicts()["rate"]["next_step"], "only A measures it")

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
        for option in "--launches=3", "--help", "--list", "--save-baseline=x", "counting":
            self.refuses(["ab", "--a", self.program, "--b", self.program, CASE, "--launch-option=" + option], 2,
                         "--launch-option: '%s' is not for a single launch; give what changes a measurement, as "
                         "--launch-option=--window=20ms" % option)
        self.refuses(["ab", "--a", self.program, "--b", self.program, CASE, "--launch-option=--nonsense"], 2,
                     "--launch-option: %s refuses it: The following argument was not expected: --nonsense; see bench-all --help"
                     % self.program)

    def test_2_for_a_build_that_lists_no_names(self):
        for printed in "[1, 2, 3]", "[[]]":
            self.refuses(["ab", "--a", self.program, "--b", self.variant("exit 3", lists="echo '%s'" % printed)], 2,
                         "%s list: it does not print names of cases; is it a bench-all?" % self.path("variant"))

    def test_numbers_that_are_none_are_refused(self):
        for option in "--delta", "--time-budget":
            result = self.run_it(["ab", "--a", self.program, "--b", self.program, CASE, option, "nan"])
            self.assertEqual(result.code, 2)
            self.assertIn("'nan' is not a number between", result.err)
        self.refuses(["ab", "--a", self.program, "--b", self.program, CASE, "--seed", "-1"], 2,
                     "--seed: '-1' is not a whole number below 2^64")

    def test_a_spent_budget_leaves_rounds_out(self):
        self.compare(1000, 1000, "--rounds", "10000", "--time-budget", "0.02")
        self.assertLess(int(self.verdicts()["rate"]["rounds"]), 10000)

    def test_an_interruption_keeps_what_was_measured_and_says_how_to_go_on(self):
        with self.start(["ab", "--a", self.program, "--b", self.program, CASE, "--rounds", "10000",
                         "--out", self.path("out"), *FAST[:-1]]) as process:
            self.waits_until(lambda: os.path.exists(self.path("out", "launch")), "it did not begin")
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=LONGEST)
        self.assertEqual(process.returncode, 143)
        self.assertTrue(err.endswith("bench-all: results: %s (compare.md, compare.csv, compare.json); interrupted, the same command "
                                     "with --resume goes on\n" % self.path("out")), err)
        self.assertTrue(os.path.exists(self.path("out", "compare.csv")))

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


# A bench-all whose launches take no time: its rates are those that a test needs.
INSTANT = """#!/bin/sh
side=%s
[ "$1" = list ] && { echo '["noisy", "same", "slow"]'; exit; }
name=${1#^} name=${name%%$}
while [ "$1" != --out ]; do shift; done
mkdir -p "$2"
count=$(cat "$0.$name" 2>/dev/null || echo 0); echo $((count + 1)) >"$0.$name"
[ "$(cat "$0.hangs_at" 2>/dev/null)" = "$name $count" ] && exec sleep 1000
case $name$side in
  same*) rate=1000 ;;
  slowa) rate=1000 ;;
  slowb) rate=500 ;;
  noisya) rate=1000 ;;
  noisyb) rate=$((count %% 2 ? 1500 : 700)) ;;
esac
row="{\\"run_id\\":\\"x\\",\\"case\\":\\"$name\\",\\"status\\":\\"ok\\",\\"launch\\":1,\\"repetition\\":1,\\"ops_per_s\\":$rate.0}"
printf '%%s\\n' '{"event":"run","run_id":"x"}' "{\\"event\\":\\"sample\\",\\"row\\":$row}" >"$2/events.jsonl"
"""


class InstantTest(CompareTest):
    def side(self, name):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(INSTANT % name)
        os.chmod(self.path(name), 0o755)
        return self.path(name)


class Budget(InstantTest):
    def test_rounds_go_where_they_decide_and_what_is_worse_is_still_confirmed(self):
        result = self.run_it(["ab", "--a", self.side("a"), "--b", self.side("b"), "--rounds", "8", "--time-budget", "1",
                              "--out", self.path("out"), "-q"])
        self.assertEqual(result.code, 1, result)
        rows = {row["case"]: row for row in self.rows(name="compare.csv")}
        found = {name: (row["verdict"], row["confirmed"], row["rounds"]) for name, row in rows.items()}
        self.assertEqual(found, {"same": ("same", "0", "6"), "slow": ("worse", "1", "8"),
                                 "noisy": ("undecided", "0", "32")})


class Resume(InstantTest):
    """ab of programs whose launches take no time; one of them can be told to hang in a launch."""

    def words(self, *more):
        """Its two programs are made once: a changed one would be another build."""
        sides = [self.path(name) if os.path.exists(self.path(name)) else self.side(name) for name in "ab"]
        return ["ab", "--a", sides[0], "--b", sides[1], "--rounds", "8", "--out", self.path("out"), "-q", *more]

    def killed_at(self, launch, *words):
        """Kills it while B is in this launch, "slow 5"."""
        with open(self.path("b.hangs_at"), "w", encoding="ascii") as file:
            file.write(launch)
        name, count = launch.split()
        with self.start(self.words(*words)) as process:
            self.waits_until(lambda: self.launches("b", name) == int(count) + 1, "it did not come that far")
            process.kill()
            process.communicate(timeout=LONGEST)
        os.remove(self.path("b.hangs_at"))

    def launches(self, side, name):
        try:
            with open(self.path("%s.%s" % (side, name)), encoding="ascii") as file:
                return int(file.read() or 0)
        except FileNotFoundError:
            return 0

    def pairs(self):
        with open(self.path("out", "ab.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual([line["event"] for line in lines], ["ab"] + ["pair"] * (len(lines) - 1))
        return collections.Counter((line["case"], line["fresh"]) for line in lines[1:])

    WHOLE = {("noisy", False): 8, ("same", False): 8, ("slow", False): 8, ("slow", True): 8}

    # "slow 11" is in the rounds that confirm what is worse.
    def test_after_a_kill_no_round_is_lost_and_none_is_there_twice(self):
        for launch in ("slow 0", "same 5", "slow 11"):
            with self.subTest(launch):
                self.killed_at(launch)
                before = sum(self.pairs().values())
                result = self.run_it(self.words("--resume"))
                self.assertEqual(result.code, 1, result)
                self.assertEqual(self.pairs(), self.WHOLE)
                rows = {row["case"]: (row["verdict"], row["rounds"], row["confirmed"]) for row in self.rows(name="compare.csv")}
                self.assertEqual(rows, {"same": ("same", "8", "0"), "slow": ("worse", "8", "1"), "noisy": ("undecided", "8", "0")})
                # What was measured before was not measured again: B once more than needed, in the launch that was killed.
                launches = sum(self.launches("b", name) for name in ("noisy", "same", "slow"))
                self.assertEqual(launches, sum(self.WHOLE.values()) + 1)
                self.assertLess(before, launches)
                for name in os.listdir(self.folder):
                    path = self.path(name)
                    shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)

    def test_a_line_that_was_cut_short_is_measured_again_and_a_damaged_one_is_refused(self):
        self.assertEqual(self.run_it(self.words()).code, 1)
        path = self.path("out", "ab.jsonl")
        with open(path, encoding="utf-8") as file:
            whole = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(whole[:-20])
        self.assertEqual(self.run_it(self.words("--resume")).code, 1)
        self.assertEqual(self.pairs(), self.WHOLE)
        with open(path, "w", encoding="utf-8") as file:
            file.write(whole + '{"event":"pair"}\n')
        result = self.run_it(self.words("--resume"))
        self.assertEqual((result.code, result.err), (
            2, "bench-all: --resume: %s: line %d is no pair of launches; delete that line to use the rest\n"
            % (path, whole.count("\n") + 1)))

    def test_2_for_another_build_or_other_options_and_for_rounds_that_are_there_or_are_not(self):
        words = self.words("--resume")
        self.refuses(words, 2, "--resume: %s has no rounds; leave --resume out" % self.path("out"))
        self.assertEqual(self.run_it(self.words()).code, 1)
        self.refuses(self.words(), 2, "--out: %s holds rounds already; name another folder, or go on with them by --resume"
                     % self.path("out"))
        for other in (["--rounds", "9"], ["--delta", "7"], ["slow"]):
            words = self.words("--resume", *other)
            if other[0] == "--rounds":
                del words[5:7]
            self.refuses(words, 2, "--resume: the rounds in %s are of another build, other cases or other options; name another --out"
                         % self.path("out"))
        os.utime(self.path("b"), (1, 1))
        self.assertIn("are of another build", self.run_it(self.words("--resume")).err)

    def test_a_report_of_one_that_has_not_ended_says_how_to_complete_it(self):
        self.killed_at("slow 2")
        self.refuses(["report", "out"], 2, "'out' is of an `ab` that has not ended; complete it by the same `bench-all ab` with --resume")


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

    def test_progress_is_in_lines_where_there_is_no_terminal(self):
        words = ["ab", "--a", self.side("a"), "--b", self.side("b"), "--rounds", "6", "slow"]
        for at, (more, environment, seen) in enumerate((
                ([], {}, True), (["--progress", "plain"], {}, True), ([], {"BENCH_ALL_PROGRESS": "none"}, False),
                (["--quiet"], {}, False))):
            with self.subTest(more):
                result = self.run_it([*words, *more, "--out", "out%d" % at], environment=environment)
                self.assertEqual(result.code, 0, result)  # six rounds of three cases decide nothing
                self.assertNotIn("\r", result.err)
                said = ["bench-all: round 1 of 6"] if seen else []
                said += [] if more == ["--quiet"] else ["bench-all: results: %s (compare.md, compare.csv, compare.json)"
                                                        % self.path("out%d" % at)]
                self.assertEqual(result.err.splitlines()[:1] + result.err.splitlines()[1:][-1:], said)
        self.refuses([*words, "--progress", "bar"], 2, "--progress: bar not in {auto,plain,none}; see bench-all ab --help")


class Revisions(CompareTest):
    def repository(self, build):
        """This folder becomes a repository of one commit, which is built by this script."""
        def git(*words):
            subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *words], check=True,
                           cwd=self.folder, capture_output=True)
        git("init", "-q")
        os.makedirs(self.path("scripts"))
        with open(self.path("scripts", "build"), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + build)
        os.chmod(self.path("scripts", "build"), 0o755)
        git("add", "-A")
        git("commit", "-qm", "one")

    # What is left of the build would be found by finds_no_debris().
    def test_a_build_ends_with_the_ab_that_was_killed_whatever_its_groups(self):
        self.repository('setsid sleep 1000 &\ntouch "%s"\nsleep 1000\n' % self.path("builds"))
        for number, code in ((signal.SIGKILL, -9), (signal.SIGTERM, 143)):
            with self.subTest(number), self.start(["ab", "HEAD", "HEAD", CASE, "--out", self.path("out"), *FAST]) as process:
                self.waits_until(lambda: os.path.exists(self.path("builds")), "it is not built")
                os.kill(process.pid, number)
                process.communicate(timeout=LONGEST)
                self.assertEqual(process.returncode, code)
                self.waits_until(lambda: not self.reap(), "the build goes on")
                os.remove(self.path("builds"))

    def test_a_revision_is_built_once_in_a_worktree_of_its_own(self):
        self.repository('mkdir -p build/release/bin && echo built >>built\n'
                        'ln -s "%s" build/release/bin/bench-all\n' % self.program)
        for out in ("one", "two"):
            result = self.run_it(["ab", "HEAD", "HEAD", CASE, "--rounds", "1", "--out",
                                  self.path(out), *FAST])
            self.assertEqual(result.code, 4, result)  # a round alone judges nothing
        trees = os.listdir(self.path("build", "revisions"))
        self.assertEqual(len(trees), 1)
        with open(self.path("build", "revisions", trees[0], "built"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "built\n")


if __name__ == "__main__":
    unittest.main()
