"""The report of a whole run: what summary.md, summary.csv and report.html hold, and its exit codes."""

import csv
import html.parser
import io
import os
import sqlite3
import sys
import unittest

import support
from page import command_of
from summary import steadiness


class Reported(unittest.TestCase):
    """A run with everything in it, reported once."""

    @classmethod
    def setUpClass(cls):
        cls.context = support.fixture_run()
        cls.run_ = cls.context.__enter__()
        cls.addClassCleanup(cls.context.__exit__, None, None, None)
        support.full(cls.run_)
        cls.run_.write()
        cls.code, cls.out, cls.err = support.report(cls.run_.folder)
        cls.markdown, cls.page = cls.run_.read("summary.md"), cls.run_.read("report.html")


class Summary(Reported):
    def test_it_ends_well_and_prints_a_headline_per_scenario(self):
        self.assertEqual((self.code, self.err), (0, ""))
        self.assertEqual(len(self.out.splitlines()), 2)
        self.assertTrue(self.out.startswith("Pipe or queue? "), self.out)

    def test_the_answer_heads_the_summary(self):
        self.assertEqual(self.markdown.splitlines()[0], "## " + self.out.splitlines()[0])

    def test_it_warns_before_it_shows_numbers(self):
        self.assertLess(self.markdown.index("**Note:** the machine is busy"),
                        self.markdown.index("Messages of 64 B"))

    def test_every_contender_and_every_operation_has_a_row(self):
        for name in ("gilfree Pipe", "gilfree Queue", "POSIX mq", "CPython 3.11.2 SimpleQueue",
                     "CPython 3.13.0 SimpleQueue", "mp queue put get 64"):
            self.assertIn("\n| %s | " % name, self.markdown)

    def test_all_rows_of_a_table_have_as_many_cells(self):
        tables = [block for block in self.markdown.split("\n\n") if block.startswith("| ")]
        self.assertEqual(len(tables), 3)
        for table in tables:
            cells = {line.replace("\\|", "").count("|") for line in table.splitlines()}
            self.assertEqual(len(cells), 1, table)

    def test_the_machine_and_the_build_are_named(self):
        for words in ("Some <CPU> & more, 2 CPUs", "Debian, Linux 6.1.0", "GNU 12.2.0 Release",
                      "commit 0123456789", "6 launches a case", "seed 7"):
            self.assertIn(words, self.markdown)

    def test_what_was_not_measured_is_listed_with_its_reason_on_one_line(self):
        self.assertIn("Not measured: 4 cases (4 skipped).", self.markdown)
        self.assertIn("| skipped | too \\| long, by far |", self.markdown)


class SummaryRows(Reported):
    def test_every_case_and_metric_is_a_row_with_its_interval(self):
        rows = list(csv.DictReader(io.StringIO(self.run_.read("summary.csv"))))
        self.assertEqual(len({(row["case"], row["metric"]) for row in rows}), len(rows))
        row = next(row for row in rows if row["case"].startswith("single_operation/operation:nothing"))
        self.assertEqual([row[name] for name in ("metric", "unit", "better", "n_launches")],
                         ["lat_mean_ns", "ns", "lower", "6"])
        self.assertLess(float(row["ci_lo"]), float(row["estimate"]))
        self.assertLess(float(row["estimate"]), float(row["ci_hi"]))
        self.assertEqual(row["stability"], "stable")

    def test_too_few_launches_are_neither_stable_nor_noisy(self):
        self.assertEqual(steadiness([1.0] * 5), (None, None))
        self.assertEqual(steadiness([1.0] * 6), (0.0, "stable"))
        self.assertEqual(steadiness([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])[1], "noisy")

    def test_a_database_reads_as_many_rows(self):
        text = self.run_.read("summary.csv")
        rows = list(csv.reader(io.StringIO(text)))
        with sqlite3.connect(":memory:") as base:
            base.execute("create table summary (%s)" % ",".join(map('"%s"'.__mod__, rows[0])))
            base.executemany("insert into summary values (%s)" % ",".join("?" * len(rows[0])),
                             rows[1:])
            self.assertEqual(base.execute("select count(*) from summary").fetchone()[0],
                             len(text.splitlines()) - 1)


class Page(Reported):
    def test_it_fetches_nothing(self):
        outside = []

        class Reader(html.parser.HTMLParser):
            def handle_starttag(self, tag, attrs):
                outside.extend(value for name, value in attrs
                               if name in ("src", "href", "xlink:href") and not value.startswith("#"))
        Reader().feed(self.page)
        self.assertEqual(outside, [])

    def test_every_figure_is_inside(self):
        self.assertEqual(self.page.count("<svg"), 5)
        self.assertEqual(self.page.count("<?xml"), 0)

    def test_it_is_headed_by_the_answer(self):
        self.assertIn("<h1>%s</h1>" % self.out.splitlines()[0], self.page)

    def test_what_the_run_says_is_escaped(self):
        self.assertIn("Some &lt;CPU&gt; &amp; more", self.page)
        self.assertNotIn("Some <CPU>", self.page)

    def test_a_reader_is_told_how_to_measure_without_folders_of_the_machine_that_did(self):
        self.assertIn("<pre>./scripts/bench-all --profile quick --seed 7</pre>", self.page)

    def test_a_seed_that_was_given_is_not_given_twice(self):
        self.assertEqual(command_of({"command": ["x", "--seed", "9", "-o", "y"], "seed": 9}),
                         "./scripts/bench-all --seed 9")


class Outcomes(unittest.TestCase):
    def setUp(self):
        context = support.fixture_run()
        self.run_ = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def test_a_run_that_measured_nothing_says_so(self):
        self.run_.write()
        code, out, err = support.report(self.run_.folder)
        self.assertEqual((code, out, err), (0, "This run measured nothing.\n", ""))
        self.assertIn("## This run measured nothing.", self.run_.read("summary.md"))

    def test_a_run_in_which_all_was_skipped_says_why(self):
        self.run_.skipped("pipe", 64, "only one CPU is allowed")
        self.run_.write()
        self.assertEqual(support.report(self.run_.folder)[0], 0)
        self.assertIn("did not measure both", self.run_.read("summary.md"))
        self.assertIn("only one CPU is allowed", self.run_.read("summary.md"))

    def test_reporting_again_gives_the_same_files(self):
        support.full(self.run_)
        self.run_.write()
        names = ("summary.md", "summary.csv", "report.html", "plots/pipe_vs_queue_throughput.svg")
        support.report(self.run_.folder)
        first = [self.run_.read(name) for name in names]
        support.report(self.run_.folder)
        self.assertEqual([self.run_.read(name) for name in names], first)

    def test_a_scenario_without_a_module_gets_a_table(self):
        self.run_.row("tides/impl:moon", 1, scenario="tides", impl="moon", ops_per_s=5)
        self.run_.write()
        self.assertEqual(support.report(self.run_.folder), (0, "1 case measured. A first look: one launch a case, too few "
                             "for an interval.\n", ""))

    def test_a_module_is_found_by_its_scenarios_name_and_its_mistakes_do_not_cost_the_others(self):
        with open(self.run_.path("plot_ebb.py"), "w", encoding="utf-8") as file:
            file.write("def draw(folder, run, rows):\n    raise KeyError('moon')\n")
        sys.path.insert(0, self.run_.folder)
        self.addCleanup(sys.path.remove, self.run_.folder)
        self.run_.row("ebb/impl:moon", 1, scenario="ebb", impl="moon", ops_per_s=5)
        self.run_.throughput("pipe", 64, [1e6])
        self.run_.write()
        code, out, err = support.report(self.run_.folder)
        self.assertEqual((code, err.count("\n")), (3, 1))
        self.assertIn("ebb is not all drawn: KeyError: 'moon'", err)
        self.assertIn("ebb is not all drawn", self.run_.read("summary.md"))
        self.assertTrue(os.path.exists(self.run_.path("plots/pipe_vs_queue_throughput.svg")))


if __name__ == "__main__":
    unittest.main()
