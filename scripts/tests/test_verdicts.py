"""The report of `ab`: its verdicts, worse ones first, as a table and a forest plot."""

import json
import os
import re
import tempfile
import unittest

import support
from figures import forest
from page import verdicts


def row(case, metric, worsening, verdict, spread=0.01, **more):
    return {"case": case, "metric": metric, "a": [1.0], "b": [1.0], "worsening": worsening, "rounds": 12, "p": 0.001, "q_bh": 0.01,
            "verdict": verdict, "confirmed": verdict == "worse", "next_step": "", "interval": [worsening - spread, worsening + spread],
            **more}


COMPARED = {"a": "main", "b": "HEAD", "test": "sign", "about": ["A: main, commit 01", "B: HEAD, commit 02"], "warnings": ["the machine is busy"], "rows": [
    row("s/impl:x/n:1", "rate", 0.1, "worse"), row("s/impl:y/n:1", "p50", -0.2, "better"),
    row("s/impl:x/n:2", "rate", 0.0, "same"), row("s/impl:y/n:2", "p99", 0.02, "undecided", 0.1),
    row("s/impl:z/n:2", "fairness", 0.08, "worse"), {"case": "s/impl:w/n:2", "metric": "rate", "verdict": "incomparable"}]}


class Verdicts(unittest.TestCase):
    def setUp(self):
        context = tempfile.TemporaryDirectory()
        self.folder = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def write(self, found):
        with open(os.path.join(self.folder, "compare.json"), "w", encoding="utf-8") as file:
            file.write(found if isinstance(found, str) else json.dumps(found))
        return support.report(self.folder)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def test_what_is_worse_heads_the_page_and_the_table(self):
        code, out, err = self.write([COMPARED])
        self.assertEqual((code, out, err), (
            0, "HEAD against main: 2 worse, 1 better, 1 incomparable, 1 undecided, 1 same\n", ""))
        page = self.read("report.html")
        self.assertEqual(re.findall(r'<tr><td>(\w+)', page),
                         ["worse", "worse", "better", "incomparable", "undecided", "same"])
        self.assertIn("The machine is busy", page)

    def test_2_where_there_is_no_comparison_or_a_verdict_that_is_none(self):
        for found, said in (([], "has no comparison; name"), ([{**COMPARED, "rows": [row("s/impl:x/n:1", "rate", 0.1, "fine")]}],
                                                             "'fine' is no verdict (worse, better, incomparable, undecided, same); name")):
            code, out, err = self.write(found)
            self.assertEqual((code, out), (2, ""))
            self.assertIn("compare.json: %s a folder that bench-all ab wrote" % said, err)

    def test_what_is_worse_is_above_0_whatever_the_metric_and_the_page_says_so(self):
        self.write([COMPARED])
        text = self.read("summary.md")
        self.assertIn("| worse | s/impl:x/n:1 | rate | +10.5 % | +9.4 % to +11.6 % |", text)
        self.assertIn("| better | s/impl:y/n:1 | p50 | -18.1 % |", text)
        self.assertIn("| worse | s/impl:z/n:2 | fairness | +0.080 | +0.070 to +0.090 |", text)
        for written in (text, self.read("report.html")):
            self.assertIn("+ is worse and - is better", written)
        self.assertIn("better  |  worse", self.read("report.html"))

    def test_the_plot_has_the_ratios_with_what_is_worse_on_top(self):
        self.write([COMPARED])
        rows = self.read("plots/compare_forest.csv").splitlines()
        self.assertEqual([line.split(",")[-2] for line in rows], ["verdict", "worse", "undecided", "same", "better"])
        self.assertIn("Forest plot.", self.read("report.html"))

    def test_the_page_and_the_summary_say_which_builds_were_compared_and_what_limits_it(self):
        self.write([COMPARED])
        for text in map(self.read, ("report.html", "summary.md")):
            for said in ("A: main, commit 01", "B: HEAD, commit 02", "he machine is busy"):
                self.assertIn(said, text)

    def test_what_is_too_small_to_matter_is_shaded_as_wide_as_the_comparison_says(self):
        self.write([{**COMPARED, "rows": [{**row("s/x", "rate", 0.1, "worse"), "delta": 0.0488},
                                          {**row("s/x", "p99", 0.1, "undecided"), "delta": 0.1398}]}])
        self.assertEqual([line.split(",")[-1] for line in self.read("plots/compare_forest.csv").splitlines()],
                         ["delta", "0.0488", "0.1398"])
        self.assertIn("shaded: too small to matter (5 %, 15 %)", " ".join(re.findall(r"<text[^>]*>([^<]*)", self.read("report.html"))))

    def test_the_plot_says_what_all_cases_share_on_which_machine_and_what_it_leaves_out(self):
        def shown():
            return " ".join(re.findall(r"<text[^>]*>([^<]*)", self.read("plots/compare_forest.svg")))
        rows = [row("lock_contention/contender:lock/work_in_ns:%d" % work, metric, 0.1, "worse")
                for work in (0, 100) for metric in ("rate", "fairness")]
        rows.append({"case": "lock_contention/contender:lock/work_in_ns:9", "metric": "p99", "verdict": "incomparable"})
        self.write([{**COMPARED, "rows": rows}])
        self.assertIn("HEAD against main: lock_contention contender:lock", shown())
        self.assertIn("Not drawn: 2 rows of fairness, which changes by a difference and not by a ratio; 1 incomparable row.", shown())
        self.assertNotIn("CPUs", shown())
        for host, said in (({"cpu_model": "Some CPU", "cpus": 2, "kernel": "6.1.0"}, "Some CPU, 2 CPUs, Linux 6.1.0"),
                           ({"cpu_model": None}, "unknown CPU, ? CPUs, Linux ?")):
            with open(os.path.join(self.folder, "ab.jsonl"), "w", encoding="utf-8") as file:
                file.write(json.dumps({"event": "ab", "measured_on": {"host": host}}) + "\n{\"event\": \"pair\"}\n")
            self.write([{**COMPARED, "rows": rows[:1]}])
            self.assertIn(said, shown())
            self.assertNotIn("Not drawn", shown())

    def test_a_log_without_a_machine_costs_nothing_but_its_line(self):
        for text in ("", "[1]", "{", '{"measured_on": {"host": [3]}}', "[" * 100000):
            with open(os.path.join(self.folder, "ab.jsonl"), "w", encoding="utf-8") as file:
                file.write(text)
            self.assertEqual(verdicts.machine_of(self.folder), "", text[:20])

    def test_bars_are_claimed_of_the_rows_that_have_one(self):
        rows = [forest.Change("a", 0, None, None, "undecided"), forest.Change("b", 0, -1, 1, "undecided")]
        self.assertEqual(verdicts.rule_of(rows), "Bars: 95 % interval (1 of 2)")
        self.assertEqual(verdicts.rule_of(rows[:1]), "No case has the six rounds that an interval needs")
        self.assertEqual(verdicts.rule_of(rows[1:]), "Bars: 95 % interval")

    def test_several_comparisons_have_a_section_each(self):
        _, out, _ = self.write([COMPARED, {**COMPARED, "b": "topic"}])
        self.assertEqual(len(out.splitlines()), 2)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "plots/compare_forest_1.svg")))

    def test_nothing_compared_and_cells_of_the_wrong_kind_are_no_traceback(self):
        self.assertEqual(self.write([{"a": "x", "b": "y", "rows": []}])[:2], (0, "y against x: nothing was compared\n"))
        self.assertEqual(self.write([{"rows": [{"case": 3, "verdict": "same", "interval": [None, "x"], "p": "y"}, 7]}])[0], 0)

    def test_what_is_no_comparison_is_refused_in_a_line(self):
        for text in ("", "{}", "[1]", "[" * 100000, '[{"rows": 3}]'):
            code, _, err = self.write(text)
            self.assertEqual((code, err.count("\n")), (2, 1), text[:20])
            self.assertIn("name a folder that bench-all ab wrote", err)


class Forest(unittest.TestCase):
    def test_a_change_is_given_in_percent_also_if_it_is_many_times_as_much(self):
        self.assertEqual([forest.percent(each) for each in (0, 0.0488, -0.2231, 1.8, -1.8, 6.11, -4)],
                         ["+0 %", "+5 %", "-20 %", "+500 %", "-83 %", "+45000 %", "-98.2 %"])

    def test_what_is_decided_is_drawn_before_what_is_not(self):
        rows = [forest.Change("u%d" % at, 1 + at, None, None, "undecided") for at in range(99)] + [
            forest.Change("w", -0.1, -0.2, -0.05, "worse")]
        shown = forest.chosen(rows)
        self.assertEqual((len(shown), shown[-1].name), (forest.SHOWN, "w"))

    def test_ticks_stand_on_both_sides_of_nothing(self):
        ticks = forest.ticks_of(-0.3, 0.3)
        self.assertIn(0.0, ticks)
        self.assertEqual(len(ticks), len({round(each, 9) for each in ticks}))

    def test_a_wide_axis_has_numbers_between_its_ends(self):
        ticks = [forest.tick_text(each) for each in forest.ticks_of(-0.1, 2.6)]
        self.assertEqual((ticks[0], ticks[-1]), ("0", "+1000 %"))
        self.assertGreaterEqual(len(ticks), 4)
        self.assertIn("-50 %", [forest.tick_text(each) for each in forest.ticks_of(-0.75, 0.2)])
        self.assertGreater(len(forest.ticks_of(-0.003, 0.003)), 1)

    def test_what_all_cases_share_stands_in_its_order_and_a_single_case_keeps_its_name(self):
        self.assertEqual(forest.shared_of({"s/a:1/b:2/c:1", "s/a:3/b:2/c:1"}), ["s", "b:2", "c:1"])
        self.assertEqual(forest.shared_of({"s/a:1"}), [])

    def test_names_lose_what_all_cases_share(self):
        self.assertEqual(forest.shortened(["s/a:1/b:2", "s/a:3/b:2"]), {"s/a:1/b:2": "a:1", "s/a:3/b:2": "a:3"})
        self.assertEqual(forest.shortened(["s/a:1"]), {"s/a:1": "s/a:1"})


if __name__ == "__main__":
    unittest.main()
