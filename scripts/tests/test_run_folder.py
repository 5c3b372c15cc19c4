"""What is wrong with a folder is said in one line, with an exit code, and never as a traceback."""

import os
import re
import shutil
import stat
import subprocess
import sys
import unittest

import support
from data.run_folder import SAMPLES, read_histogram, read_run


class Columns(unittest.TestCase):
    def test_bench_all_writes_every_column_that_the_report_reads(self):
        self.assertEqual([name for name in SAMPLES if name not in support.columns()], [])


class Mistakes(unittest.TestCase):
    def refuses(self, folder, words, code=2):
        found, out, err = support.report(folder)
        self.assertEqual((found, out), (code, ""), err)
        self.assertEqual(err.count("\n"), 1, err)
        self.assertTrue(err.startswith("report: "), err)
        self.assertIn(words, err)
        self.assertNotIn("Traceback", err)

    def broken(self, name, change):
        """A good run in which one file was changed; the test has it until it ends."""
        context = support.fixture_run()
        run = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        run.throughput("pipe", 64, [1e6])
        run.write()
        run.edit(name, change)
        return run

    def test_a_folder_that_is_not_there(self):
        self.refuses("/nonexistent", "there is no such folder")

    def test_a_folder_without_a_run(self):
        with support.fixture_run() as run:
            self.refuses(run.folder, "there is no samples.csv; nor events.jsonl, of which bench-all report makes it")
            with open(run.path("events.jsonl"), "w", encoding="utf-8"):
                self.refuses(run.folder, "there is no samples.csv; bench-all report %s makes it from events.jsonl" % run.folder)

    def test_a_run_without_its_facts(self):
        run = self.broken("run.json", lambda text: text)
        os.remove(run.path("run.json"))
        self.refuses(run.folder, "there is no run.json")

    def test_facts_that_are_no_json(self):
        self.refuses(self.broken("run.json", lambda text: text[:50]).folder, "cannot be read")

    def test_facts_that_are_no_object(self):
        self.refuses(self.broken("run.json", lambda text: "[]").folder, "holds no object")

    def test_a_table_without_even_a_header(self):
        self.refuses(self.broken("samples.csv", lambda text: "").folder, "is empty")

    def test_a_missing_column_is_named(self):
        run = self.broken("samples.csv", lambda text: text.replace("launch,", "start,", 1))
        self.refuses(run.folder, "lacks the column launch;")

    def test_another_schema_is_refused_with_its_number(self):
        run = self.broken("samples.csv", lambda text: text.replace("\n1,", "\n2,"))
        self.refuses(run.folder, "schema '2'")

    def test_a_table_that_is_no_text(self):
        self.refuses(self.broken("samples.csv", lambda text: b"\xff\xfe\x00").folder, "lacks the columns")

    def test_a_table_that_is_a_folder(self):
        run = self.broken("samples.csv", lambda text: text)
        os.remove(run.path("samples.csv"))
        os.mkdir(run.path("samples.csv"))
        self.refuses(run.folder, "cannot be read")

    def test_facts_that_are_nested_beyond_reason(self):
        self.refuses(self.broken("run.json", lambda text: "[" * 100000).folder, "cannot be read")

    def test_no_folder_named_and_an_option_are_wrong_usage(self):
        for arguments in ([], ["a", "-b"]):
            done = subprocess.run([sys.executable, os.path.join(support.SCRIPTS, "report.py"),
                                   *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertTrue(done.stderr.startswith("report: usage: "), done.stderr)

    def test_a_scenario_that_was_not_run_is_named_with_those_that_were(self):
        run = self.broken("run.json", lambda text: text)
        done = subprocess.run([sys.executable, os.path.join(support.SCRIPTS, "report.py"), run.folder, "tides"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("has no rows of tides; it has pipe_vs_queue", done.stderr)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_folder_that_cannot_be_written(self):
        run = self.broken("run.json", lambda text: text)
        os.chmod(run.folder, stat.S_IRUSR | stat.S_IXUSR)
        self.addCleanup(os.chmod, run.folder, stat.S_IRWXU)
        self.refuses(run.folder, "cannot write", 7)

    def test_a_name_that_is_taken_by_a_file_cannot_be_written(self):
        run = self.broken("run.json", lambda text: text)
        with open(run.path("plots"), "w", encoding="utf-8"):
            pass
        self.refuses(run.folder, "cannot write", 7)


class Lenience(unittest.TestCase):
    def setUp(self):
        context = support.fixture_run()
        self.run_ = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        self.run_.throughput("pipe", 64, [1e6] * 6)
        self.run_.write()

    def test_byte_order_marks_and_carriage_returns_are_read_as_if_not_there(self):
        plain = read_run(self.run_.folder)
        for name in ("samples.csv", "hist.csv", "run.json"):
            self.run_.edit(name, lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
        self.assertEqual(read_run(self.run_.folder), plain)
        self.assertEqual(support.report(self.run_.folder)[0], 0)

    def test_a_run_killed_in_the_middle_is_reported_and_says_so(self):
        del self.run_.facts["finished_utc"], self.run_.facts["exit_code"]
        self.run_.write()
        shutil.rmtree(self.run_.path("plots"), ignore_errors=True)
        code, out, _ = support.report(self.run_.folder)
        self.assertEqual(code, 0)
        self.assertEqual(out.splitlines()[0], "The run was cut short: this is what it had measured until then.")
        self.assertGreater(len(out.splitlines()), 1)
        self.assertIn("The run was cut short", self.run_.read("summary.md"))

    def test_an_interrupted_run_says_so_too_and_one_of_which_a_case_failed_does_not(self):
        for code, is_cut in ((130, True), (3, False)):
            self.run_.facts["exit_code"] = code
            self.run_.write()
            out = support.report(self.run_.folder)[1]
            self.assertEqual(out.startswith("The run was cut short: "), is_cut, code)
            self.assertEqual("The run was cut short" in self.run_.read("summary.md"), is_cut, code)

    def test_a_whole_run_is_not_said_to_be_cut_short(self):
        self.assertNotIn("cut short", support.report(self.run_.folder)[1])

    def test_more_columns_than_needed_do_no_harm(self):
        self.run_.edit("samples.csv", lambda text: "\n".join(
            line + ("," if at else ",more") for at, line in enumerate(text.splitlines())) + "\n")
        self.assertEqual(support.report(self.run_.folder)[0], 0)



class Damage(unittest.TestCase):
    """A damaged row costs that row: it is named, the report is made, and the exit code is 3."""

    def setUp(self):
        context = support.fixture_run()
        self.run_ = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        self.run_.round_trips("pipe", [900] * 6)
        self.run_.write()

    def damaged(self, change, words, left, name="samples.csv"):
        self.run_.edit(name, change)
        run, rows = read_run(self.run_.folder)
        self.assertEqual(len(rows), left)
        code, _, err = support.report(self.run_.folder)
        self.assertEqual((code, err.count("\n")), (3, 1), err)
        self.assertIn(words, err)
        self.assertIn(words.replace("'", "&#x27;"), self.run_.read("report.html"))
        self.assertIn(words, self.run_.read("summary.md"))

    def test_a_last_row_that_was_cut(self):
        self.damaged(lambda text: text[:-30], "samples.csv, line 7: has not as many cells as the header; the row is "
                     "left out", 5)

    def test_a_row_that_was_cut_elsewhere(self):
        def cut(text):
            lines = text.split("\n")
            return "\n".join([lines[0], lines[1][:40], *lines[2:]])
        self.damaged(cut, "samples.csv, line 2: has not as many cells", 5)

    def test_a_row_with_too_many_cells(self):
        self.damaged(lambda text: text.rstrip("\n") + ",more\n", "line 7: has not as many cells", 5)

    def test_a_cell_that_is_not_a_number(self):
        for text in ("banana", "nan", "inf", "-5", "1e999"):
            with self.subTest(text):
                self.setUp()
                self.damaged(lambda table, text=text: table.replace(",900,", ",%s," % text, 1),
                             "line 2: lat_p50_ns is '%s', not a number" % text, 5)

    def test_a_count_that_is_not_whole(self):
        self.damaged(lambda text: text.replace(",64,", ",6.4,", 1), "line 2: msg_bytes is '6.4', not a number", 5)

    def test_a_byte_that_is_not_text(self):
        self.damaged(lambda text: text.encode().replace(b"ping", b"p\xffng", 1), "line 2: is not UTF-8", 5)

    def test_a_row_without_its_contender(self):
        self.damaged(lambda text: text.replace(",pipe,", ",,", 1), "line 2: impl is empty", 5)

    def test_a_row_that_is_there_twice(self):
        self.damaged(lambda text: text + text.splitlines()[-1] + "\n", "line 8: is line 7 again", 6)

    def test_many_damaged_rows_are_counted(self):
        for row in self.run_.samples:
            row["lat_p50_ns"] = "x"
        self.run_.write()
        code, _, err = support.report(self.run_.folder)
        self.assertEqual((code, err.count("\n")), (3, 4), err)
        self.assertIn("samples.csv: 3 more damaged rows are left out", err)

    def test_latencies_that_are_lost_cost_their_figures_only(self):
        os.remove(self.run_.path("hist.csv"))
        code, out, err = support.report(self.run_.folder)
        self.assertEqual((code, err.count("\n")), (3, 1), err)
        self.assertIn("there is no hist.csv; nor events.jsonl, of which bench-all report makes it", err)
        self.assertTrue(out)
        shown = set(re.findall(r'href="plots/(\w+).csv"', self.run_.read("report.html")))
        self.assertIn("pipe_vs_queue_p50", shown)
        self.assertFalse([name for name in shown if "percentiles" in name])
        self.assertIn('<p class="warning">pipe_vs_queue is not all drawn', self.run_.read("report.html"))

    def test_damaged_latencies_are_left_out(self):
        found = read_histogram(self.run_.folder)
        self.run_.edit("hist.csv", lambda text: text + "cut,\n" + text.splitlines()[1].replace("service,", "service,x")
                       + "\n")
        damage = []
        self.assertEqual(read_histogram(self.run_.folder, damage), found)
        self.assertEqual(damage, ["hist.csv, line 32: is not a bucket; the row is left out",
                                  "hist.csv, line 33: is not a bucket; the row is left out"])

    def test_facts_of_the_wrong_kind_are_ignored_and_said(self):
        self.run_.facts.update(host=[], warnings="none", command=7, questions=None)
        self.run_.write()
        code, _, err = support.report(self.run_.folder)
        self.assertEqual((code, err.count("\n")), (3, 3), err)
        self.assertIn("run.json: host is not an object and is ignored", err)

    def test_cpus_that_are_not_a_number_are_unknown(self):
        self.run_.facts["host"]["cpus"] = "many"
        self.run_.write()
        self.assertEqual(support.report(self.run_.folder)[0], 0)

    def test_an_older_table_without_an_axis_leaves_out_the_rows_that_need_it(self):
        self.run_.row("lock_contention/old", 1, scenario="lock_contention", impl="lock", ops_per_s=5, interpreter="",
                      mode="contention")
        self.run_.write()
        code, _, err = support.report(self.run_.folder)
        self.assertEqual((code, err.count("\n")), (3, 1), err)
        self.assertIn("lock_contention: left out 1 row without scope or parties", err)


if __name__ == "__main__":
    unittest.main()
