"""The report of a whole run: what summary.md, summary.csv and report.html hold, and its exit codes."""

import csv
import io
import os
import pathlib
import sqlite3
import subprocess
import sys
import unittest

import support
import fills
from data.estimate import steadiness


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
        self.assertTrue(self.out.splitlines()[1].startswith("single operation: "), self.out)

    def test_the_answer_heads_the_summary(self):
        self.assertEqual(self.markdown.splitlines()[0], "## " + self.out.splitlines()[0])

    def test_it_warns_before_it_shows_numbers(self):
        self.assertLess(self.markdown.index("**Note:** the machine is busy"),
                        self.markdown.index("| Send small messages"))

    def test_what_is_not_folded_fits_a_pull_request(self):
        shown = self.markdown.split("<details>")[0]
        self.assertLessEqual(len(shown.splitlines()), 60)

    def test_also_if_a_run_has_many_warnings_many_needs_and_many_losses(self):
        with support.fixture_run() as run:
            fills.everything(run)
            for parties in range(2, 20):
                run.lock("lock", parties, [1e6] * 6)
                run.lock("tbb_mutex", parties, [2e6] * 6)
            run.samples = list({(row["case"], row["launch"]): row for row in run.samples}.values())
            run.facts["warnings"] = ["warning %d" % each for each in range(50)]
            run.write()
            support.report(run.folder)
            shown = run.read("summary.md").split("<details>")[0]
        self.assertLessEqual(len(shown.splitlines()), 60)
        self.assertIn("more notes are in report.html", shown)

    def test_every_contender_and_every_operation_has_a_row(self):
        for name in ("gilfree Pipe", "gilfree Queue", "POSIX mq", "CPython 3.11.2 SimpleQueue",
                     "CPython 3.13.0 SimpleQueue", "gilfree mp queue put get 64"):
            self.assertIn("\n| %s | " % name, self.markdown)

    def test_all_rows_of_a_table_have_as_many_cells(self):
        tables = [block for block in self.markdown.split("\n\n") if block.startswith("| ")]
        self.assertEqual(len(tables), 8)
        for table in tables:
            cells = {line.replace("\\|", "").count("|") for line in table.splitlines()}
            self.assertEqual(len(cells), 1, table)

    def test_what_a_ratio_is_and_what_is_not_compared_is_said_once(self):
        for text in (self.markdown, self.page):
            for said in ("it may be below 1 for the one with the best median", "Variants of gilfree that only spin"):
                self.assertEqual(text.count(said), 1, said)

    def test_the_machine_and_the_build_are_named(self):
        for words in ("Some <CPU> & more, 2 CPUs", "Debian, Linux 6.1.0", "GNU 12.2.0 Release",
                      "commit 0123456789", "6 launches a case", "seed 7"):
            self.assertIn(words, self.markdown)

    def test_what_was_not_measured_is_listed_with_its_reason_on_one_line(self):
        self.assertIn("Not measured: 4 cases (4 skipped).", self.markdown)
        self.assertIn("| skipped | too \\| long, by far |", self.markdown)

    def test_losses_are_listed_and_those_beyond_ten_counted(self):
        with support.fixture_run() as run:
            for parties in range(1, 16):
                run.lock("lock", parties, [1e6] * 6)
                run.lock("std_mutex", parties, [2e6] * 6)
            run.write()
            support.report(run.folder)
            text = run.read("summary.md")
        self.assertIn("gilfree was compared with others in 15 races: it won 0, 0 are not told apart, and lost 15, to one that is no baseline. Where it wins", text)
        self.assertIn("| lock contention: 1 party | std::mutex, 2 M/s | gilfree Lock, 1 M/s | 2.0 (2.0 to 2.0) | told apart |",
                      text)
        self.assertIn("5 more are in report.html.", text)


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
        names = ("summary.md", "summary.csv", "report.html", "plots/pipe_vs_queue_rate.svg")
        support.report(self.run_.folder)
        first = [self.run_.read(name) for name in names]
        support.report(self.run_.folder)
        self.assertEqual([self.run_.read(name) for name in names], first)

    def test_two_reports_at_once_leave_the_files_of_one(self):
        self.run_.throughput("pipe", 64, [1e6] * 6)
        self.run_.lock("lock", 2, [1e6] * 6)
        self.run_.write()

        def files():
            return {path: path.read_bytes() for path in pathlib.Path(self.run_.folder).rglob("*") if path.is_file()}
        words = [sys.executable, os.path.join(support.SCRIPTS, "report.py"), self.run_.folder]
        alone = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        first = files()
        both = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        for process in both:
            self.assertEqual((*process.communicate(), process.returncode), (alone, "", 0))
        self.assertEqual(files(), first)

    def test_a_file_that_cannot_be_replaced_leaves_nothing_half_written(self):
        self.run_.lock("lock", 2, [1e6])
        self.run_.write()
        os.mkdir(self.run_.path("summary.md"))
        code, _, err = support.report(self.run_.folder)
        self.assertEqual((code, err.count("\n")), (7, 1), err)
        self.assertEqual([name for name in os.listdir(self.run_.folder) if name.endswith(".part")], [])


if __name__ == "__main__":
    unittest.main()
