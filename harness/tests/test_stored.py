"""bench-all compare and baselines: stored runs against each other."""

import json
import os
import shutil
import unittest
import xml.etree.ElementTree

from command import CommandTest

CASE = "counting/who:steady/size:8/place:here"
FAST = ["--launches", "6", "--window", "40ms", "--warmup", "1ms", "--no-report", "-q"]


class StoredTest(CommandTest):
    def run_case(self, pause_us, *words):
        """One run of an operation of this length."""
        return self.run_it(["run", CASE, *FAST, *words],
                           environment={"FIXTURE_PAUSE_US": str(pause_us)})

    def store(self, name, pause_us):
        result = self.run_case(pause_us, "--out", self.path(name))
        self.assertEqual(result.code, 0, result)
        return self.path(name)

    def edit_facts(self, name, change):
        """Changes the facts of a stored run."""
        path = self.path(name, "events.jsonl")
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        facts = json.loads(lines[0])
        change(facts)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join([json.dumps(facts), *lines[1:]]) + "\n")


class Compare(StoredTest):
    def test_1_when_the_later_run_is_slower_and_a_warning_that_they_are_not_paired(self):
        a, b = self.store("a", 1000), self.store("b", 3000)
        result = self.run_it(["compare", a, b])
        self.assertEqual(result.code, 1, result)
        self.assertRegex(result.out, r"(?m)^%s\n  worse +rate +\+" % CASE)
        self.assertIn("these runs are not paired", result.out)
        self.assertEqual(self.run_it(["compare", b, a]).code, 0)

    def test_several_runs_are_compared_with_the_first(self):
        a, b, c = self.store("a", 3000), self.store("b", 1000), self.store("c", 9000)
        result = self.run_it(["compare", a, b, c, "--format", "json"])
        self.assertEqual(result.code, 1)
        rates = [[row["verdict"] for row in each["rows"] if row["metric"] == "rate"]
                 for each in json.loads(result.out)]
        self.assertEqual(rates, [["better"], ["worse"]])

    def test_4_for_unlike_machines_unless_lenient_which_says_so_in_each_row(self):
        a, b = self.store("a", 1000), self.store("b", 3000)
        self.edit_facts("b", lambda facts: facts["host"].update(cpu_model="Other"))
        refused = self.run_it(["compare", a, b])
        self.assertEqual(refused.code, 4, refused)
        self.assertIn("CPU model: ", refused.out)
        lenient = self.run_it(["compare", a, b, "--lenient", "--format", "json"])
        self.assertEqual(lenient.code, 1)
        for row in json.loads(lenient.out)[0]["rows"]:
            self.assertIn("the runs are not alike", row["next_step"])

    def add_p99(self, name):
        path = self.path(name, "events.jsonl")
        with open(path, encoding="utf-8") as file:
            events = [json.loads(line) for line in file]
        for event in events:
            if event["event"] == "sample":
                event["row"]["lat_p99_ns"] = 5000
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(event) + "\n" for event in events)

    def test_a_p99_that_one_run_lacks_is_incomparable_in_its_row_and_ends_with_4_only_if_strict(self):
        words = ["compare", self.store("a", 1000), self.store("b", 1000), "--delta", "1000"]
        self.assertEqual(self.run_it([*words, "--strict"]).code, 0)
        self.add_p99("a")
        for said, (one, other) in (("second", words[1:3]), ("first", words[2:0:-1])):
            compare = ["compare", one, other, *words[3:]]
            result = self.run_it(compare)
            self.assertEqual(result.code, 0, result)
            self.assertRegex(result.out, r"(?m)^  incomparable +p99 +the %s run did not measure it; a p99 needs 300 operations that are timed "
                             r"in a window, which may be longer: run --window 1s$" % said)
            self.assertEqual(self.run_it([*compare, "--strict"]).code, 4)
            suite = xml.etree.ElementTree.fromstring(self.run_it([*compare, "--format", "junit"]).out)[0]
            self.assertEqual((suite.get("errors"), suite.get("skipped")), ("0", "1"))
            self.assertIn("\n::warning title=incomparable::", self.run_it([*compare, "--format", "github"]).out)

    def test_junit_is_xml_whose_counts_are_those_of_its_cases(self):
        a, b = self.store("a", 1000), self.store("b", 3000)
        suite = xml.etree.ElementTree.fromstring(
            self.run_it(["compare", a, b, "--format", "junit"]).out)[0]
        self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))
        self.assertEqual(int(suite.get("failures")), len(suite.findall("testcase/failure")))
        self.assertGreater(int(suite.get("failures")), 0)

    def test_github_gets_annotations_and_its_summary_the_table(self):
        a, b = self.store("a", 1000), self.store("b", 3000)
        result = self.run_it(["compare", a, b, "--format", "github"],
                             environment={"GITHUB_STEP_SUMMARY": self.path("summary.md")})
        self.assertRegex(result.out, r"(?m)^::error title=worse::%s rate worse by \+[0-9.]+ %%25" % CASE)
        # Of a kind the runner shows the first ten (actions/runner 258d6c8, ExecutionContext.cs).
        self.assertRegex(result.out, r"^::notice title=bench-all::.* worse")
        with open(self.path("summary.md"), encoding="utf-8") as file:
            self.assertIn("| worse | " + CASE, file.read())

    def test_a_variable_gives_an_option_and_the_command_line_has_precedence(self):
        a, b = self.store("a", 1000), self.store("b", 3000)
        variable = {"BENCH_ALL_FORMAT": "json"}
        self.assertEqual(json.loads(self.run_it(["compare", a, b], environment=variable).out)[0]["a"],
                         a)
        table = self.run_it(["compare", a, b, "--format", "md"], environment=variable)
        self.assertIn("## ", table.out)

    def test_two_runs_come_before_the_variable_of_the_baseline(self):
        a, b, c = (self.store(name, pause) for name, pause in (("a", 1000), ("b", 3000), ("c", 1000)))
        variable = {"BENCH_ALL_BASELINE": b}
        self.assertEqual(self.run_it(["compare", a, b, "--format", "json"], environment=variable).code, 1)
        one = json.loads(self.run_it(["compare", a, "--format", "json"], environment=variable).out)
        self.assertEqual([(each["a"], each["b"]) for each in one], [(b, a)])
        # One that was typed counts, though the variable says the same.
        for words in (["--baseline", b], ["--baseline=" + b]):
            both = json.loads(self.run_it(["compare", *words, a, c, "--format", "json"], environment=variable).out)
            self.assertEqual([(each["a"], each["b"]) for each in both], [(b, a), (b, c)])

    def test_runs_of_other_windows_or_another_delay_are_unlike(self):
        a, b = self.store("a", 1000), self.store("b", 1000)
        for fact, value, said in (("windows", 3, "windows of a launch: 1 and 3"),
                                  ("injected_delay_ns", 50, "injected delay in ns: none and 50")):
            with self.subTest(fact):
                before = self.events("b")[0]
                self.edit_facts("b", lambda facts, fact=fact, value=value: facts["settings"].update({fact: value}))
                result = self.run_it(["compare", a, b])
                self.assertEqual(result.code, 4, result)
                self.assertIn(said, result.out)
                self.edit_facts("b", lambda facts, before=before: (facts.clear(), facts.update(before)))

    def test_4_for_a_case_of_which_a_launch_failed_whatever_the_others_say(self):
        a, b = self.store("a", 1000), self.store("b", 1000)
        path = self.path("b", "events.jsonl")
        with open(path, encoding="utf-8") as file:
            events = [json.loads(line) for line in file]
        row = next(event["row"] for event in events if event["event"] == "sample" and event["row"]["launch"] == 2)
        row.update(status="failed", error="no memory")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(event) + "\n" for event in events)
        result = self.run_it(["compare", a, b, "--delta", "1000"])
        self.assertEqual(result.code, 4, result)
        self.assertRegex(result.out, r"(?m)^  incomparable +rate +the second run, launch 2: failed: no memory")
        self.assertNotRegex(result.out, r"(?m)^ +(same|worse|better|undecided) ")

    def test_2_for_a_run_that_has_not_ended_unless_lenient(self):
        a, _ = self.store("a", 1000), self.store("b", 1000)
        path = self.path("b", "events.jsonl")
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(lines[:-1])
        self.refuses(["compare", a, "b"], 2, "'b' has not ended; complete it by `bench-all run --resume b`, or compare "
                                             "what is there by --lenient")
        lenient = self.run_it(["compare", a, "b", "--lenient"])
        self.assertNotEqual(lenient.code, 2, lenient)
        self.assertIn("warning: b has not ended\n", lenient.out)

    def test_2_for_a_run_and_itself_by_whatever_name(self):
        a = self.store("a", 1000)
        os.symlink(a, self.path("again"))
        shutil.copytree(a, self.path("copy"))
        for other in ("a", "again", "copy"):
            self.refuses(["compare", "a", other], 2, "compare: 'a' and '%s' are the same run; name two that were measured apart" % other)

    def test_4_where_no_case_has_the_launches_that_could_decide(self):
        few = ["--launches", "4", "--window", "2ms", "--warmup", "1ms", "--no-report", "-q"]
        for name in ("a", "b"):
            self.assertEqual(self.run_it(["run", CASE, *few, "--out", name, "--save-baseline", "main"]).code, 0)
        result = self.run_it(["compare", "a", "b"])
        self.assertEqual(result.code, 4, result)
        self.assertIn("warning: nothing was judged: a and b have fewer than five launches of each case; measure with --launches 6\n",
                      result.out)
        self.assertRegex(result.out, r"(?m)^  undecided +rate +\S+ % +fewer than 5 launches +measured in 4 launches of a side, five "
                                     r"are the fewest that decide$")
        self.store("enough", 1000)
        self.assertIn("judged: a has fewer than five launches of each case;", self.run_it(["compare", "a", "enough", "--lenient"]).out)
        self.assertEqual(self.run_it(["run", CASE, *few, "--out", "c", "--baseline", "main"]).code, 4)

    def test_each_table_says_once_what_its_signs_mean(self):
        a, b = self.store("a", 1000), self.store("b", 3000)
        for form in ("table", "md"):
            out = self.run_it(["compare", a, b, "--format", form]).out
            self.assertEqual(out.count("worse by: + is worse and - is better, whatever the metric"), 1, out)
            self.assertNotRegex(out, r"(?m)worse +(\| )?(rate|p50|cpu_per_op) +(\| )?-")
        for row in json.loads(self.run_it(["compare", a, b, "--format", "json"]).out)[0]["rows"]:
            if row["verdict"] == "worse":
                self.assertGreater(row["worsening"], 0)

    def test_2_for_wrong_usage(self):
        a = self.store("a", 1000)
        self.refuses(["compare", a], 2, "compare: name two runs, as `compare OLD NEW` or "
                                        "`compare --baseline NAME NEW`")
        self.refuses(["compare", a, "nothing"], 2,
                     "'nothing' is no folder that `run` wrote and no baseline; see "
                     "`bench-all run --save-baseline NAME`")
        self.refuses(["compare", a, "x" * 5000], 2,
                     "'%s...' is no folder that `run` wrote and no baseline; see "
                     "`bench-all run --save-baseline NAME`" % ("x" * 80))


class Baselines(StoredTest):
    def test_a_run_is_kept_under_a_name_and_a_later_slower_one_ends_with_1(self):
        first = self.run_case(1000, "--out", self.path("a"), "--save-baseline", "main")
        self.assertEqual(first.code, 0, first)
        kept = self.path("results", "local", "baselines", "main")
        self.assertEqual(first.err, "bench-all: kept as 'main' in %s\n" % kept)
        self.assertIn("events.jsonl", os.listdir(kept))
        slower = self.run_case(3000, "--out", self.path("b"), "--baseline", "main")
        self.assertEqual(slower.code, 1, slower)
        started = self.events("a")[0]["started_utc"]
        self.assertIn("\nmain: measured %s %s UTC" % (started[:10], started[11:19]), slower.out)
        self.assertRegex(slower.out, r"(?m)^%s\n  worse +rate +\+" % CASE)
        self.assertEqual(self.run_it(["compare", "main", self.path("b")]).code, 1)
        self.assertEqual(self.run_it(["compare", "--baseline", "main", self.path("b")]).code, 1)

    def test_saving_again_replaces_it(self):
        self.run_case(3000, "--out", self.path("a"), "--save-baseline", "x")
        again = self.run_case(1000, "--out", self.path("b"), "--save-baseline", "x")
        self.assertRegex(again.err, r"\Abench-all: kept as 'x' in \S+, in place of a run that was measured \S+ \S+ UTC.*\n\Z")
        self.assertEqual(self.run_case(3000, "--out", self.path("c"), "--baseline", "x").code, 1)

    def test_a_run_that_is_worse_or_incomparable_does_not_replace_the_baseline_that_it_is_compared_with(self):
        both = ["--baseline", "main", "--save-baseline", "main"]
        self.run_case(1000, "--out", self.path("a"), "--save-baseline", "main")
        kept = os.path.join("results", "local", "baselines", "main")
        first = self.events(kept)[0]["run_id"]
        said = "bench-all: not kept as 'main', which stays as it was: %s; `bench-all run` with --save-baseline main and without " \
            "--baseline replaces it all the same\n"
        worse = self.run_case(3000, "--out", self.path("b"), *both)
        self.assertEqual((worse.code, worse.err), (1, said % "something is worse"))
        unlike = self.run_case(1000, "--out", self.path("c"), "--windows", "2", *both)
        self.assertEqual((unlike.code, unlike.err), (4, said % "not all could be compared"))
        # `run` itself has no --lenient.
        self.assertIn("; `bench-all compare main %s --lenient` compares them all the same\n" % self.path("c"), unlike.out)
        self.assertEqual(self.events(kept)[0]["run_id"], first)
        better = self.run_case(300, "--out", self.path("d"), *both)
        self.assertEqual(better.code, 0, better)
        self.assertNotEqual(self.events(kept)[0]["run_id"], first)

    def test_2_for_a_baseline_that_is_not_there_or_has_no_name_before_anything_is_measured(self):
        self.refuses(["run", CASE, "--baseline", "gone"], 2,
                     "--baseline: there is no 'gone' in %s; make it by --save-baseline"
                     % self.path("results", "local", "baselines"))
        self.refuses(["run", CASE, "--save-baseline", "../x"], 2,
                     "'../x' is no name of a baseline; use letters, digits, '.', '-' and '_', none of '.' and '-' first")
        self.refuses(["run", CASE, "--save-baseline=-x"], 2,
                     "'-x' is no name of a baseline; use letters, digits, '.', '-' and '_', none of '.' and '-' first")

    def test_2_in_a_dry_run_for_what_the_run_would_refuse(self):
        no_name = "'a/b' is no name of a baseline; use letters, digits, '.', '-' and '_', none of '.' and '-' first"
        gone = "--baseline: there is no 'gone' in %s; make it by --save-baseline" % self.path("results", "local", "baselines")
        for option, name, said in (("--save-baseline", "a/b", no_name), ("--baseline", "a/b", no_name), ("--baseline", "gone", gone)):
            self.refuses(["run", CASE, option, name, "--dry-run"], 2, said)
        self.assertEqual(self.run_it(["run", CASE, "--save-baseline", "new", "--dry-run"]).code, 0)
        self.assertEqual(os.listdir(self.folder), [])

    def test_2_for_a_damaged_or_unfinished_baseline_before_anything_is_measured(self):
        self.run_case(1000, "--out", self.path("a"), "--save-baseline", "main")
        path = self.path("results", "local", "baselines", "main", "events.jsonl")
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
        remedy = "; or make it anew by --save-baseline"
        for change, said in (
                ([lines[0], "{\n"], "%s: line 2: is not JSON; delete that line to use the rest" % path),
                (lines[:-1], "'main' has not ended; complete it by `bench-all run --resume %s`" % os.path.dirname(path))):
            with self.subTest(said):
                with open(path, "w", encoding="utf-8") as file:
                    file.writelines(change)
                self.refuses(["run", CASE, *FAST, "--out", "b", "--baseline", "main"], 2, "--baseline: %s%s" % (said, remedy))

    def test_2_where_a_baseline_cannot_be_kept_before_anything_is_measured(self):
        kept = self.path("results", "local", "baselines", "main")
        os.makedirs(os.path.dirname(kept))
        with open(kept, "w", encoding="utf-8"):
            pass
        for more in FAST, ["--dry-run"]:
            self.refuses(["run", CASE, *more, "--out", "a", "--save-baseline", "main"], 2, "--save-baseline: %s is not a folder" % kept)

    def test_after_a_case_that_failed_the_run_is_neither_compared_nor_kept_and_says_so(self):
        self.run_case(1000, "--out", self.path("a"), "--save-baseline", "main")
        result = self.run_it(["run", "trouble/kind:exit_7", *FAST, "--out", "b",
                              "--baseline", "main", "--save-baseline", "new"])
        self.assertEqual(result.code, 3)
        self.assertTrue(result.err.endswith("bench-all: not compared with 'main', not kept as 'new': a case failed\n"), result)
        self.assertEqual(os.listdir(self.path("results", "local", "baselines")), ["main"])


if __name__ == "__main__":
    unittest.main()
