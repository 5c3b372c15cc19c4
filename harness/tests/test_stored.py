"""bench-all compare: stored runs against each other."""

import json
import os
import shutil
import unittest
import xml.etree.ElementTree

from stored import CASE, StoredTest


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


if __name__ == "__main__":
    unittest.main()
