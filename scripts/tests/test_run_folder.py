"""What is wrong with a folder is said in one line, with an exit code, and never as a traceback."""

import os
import shutil
import stat
import subprocess
import sys
import unittest

import support
from run_folder import SAMPLES, BadRun, read_run


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
            self.refuses(run.folder, "there is no samples.csv; bench-all report")

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

    def test_a_cell_that_is_no_number_is_named_with_its_line(self):
        run = self.broken("samples.csv", lambda text: text.replace("1000000.0", "banana", 1))
        self.refuses(run.folder, "line 2: ops_per_s is 'banana'")

    def test_a_row_with_too_many_cells_is_named_with_its_line(self):
        run = self.broken("samples.csv", lambda text: text.rstrip("\n") + ",more\n")
        self.refuses(run.folder, "line 2: has not as many cells")

    def test_a_table_that_is_no_text(self):
        self.refuses(self.broken("samples.csv", lambda text: b"\xff\xfe\x00").folder, "cannot be read")

    def test_no_folder_named_and_an_option_are_wrong_usage(self):
        for arguments in ([], ["--help"], ["a", "b"]):
            done = subprocess.run([sys.executable, os.path.join(support.SCRIPTS, "report.py"),
                                   *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertTrue(done.stderr.startswith("report: usage: "), done.stderr)

    def test_a_plot_alone_says_the_same(self):
        done = subprocess.run([sys.executable, os.path.join(support.SCRIPTS, "plot_pipe_vs_queue.py"),
                               "/nonexistent"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)

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

    def test_a_python_without_matplotlib_says_what_to_install(self):
        """-S -E leaves the interpreter without its site packages."""
        done = subprocess.run([sys.executable, "-S", "-E",
                               os.path.join(support.SCRIPTS, "report.py"), "."],
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (5, 1), done.stderr)
        self.assertIn("python3-matplotlib", done.stderr)


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

    def test_a_last_row_that_was_cut_is_left_out_and_said(self):
        self.run_.edit("samples.csv", lambda text: text[:-30])
        run, rows = read_run(self.run_.folder)
        self.assertEqual(len(rows), 5)
        self.assertIn("samples.csv ends in the middle of a row: that row is left out",
                      run["warnings"])

    def test_a_row_cut_elsewhere_is_no_run(self):
        def cut(text):
            lines = text.split("\n")
            return "\n".join([lines[0], lines[1][:40], *lines[2:]])
        self.run_.edit("samples.csv", cut)
        with self.assertRaisesRegex(BadRun, "line 2: has not as many cells"):
            read_run(self.run_.folder)

    def test_a_run_killed_in_the_middle_is_reported_and_says_so(self):
        del self.run_.facts["finished_utc"], self.run_.facts["exit_code"]
        self.run_.write()
        shutil.rmtree(self.run_.path("plots"), ignore_errors=True)
        self.assertEqual(support.report(self.run_.folder)[0], 0)
        self.assertIn("the run was cut short", self.run_.read("summary.md"))

    def test_more_columns_than_needed_do_no_harm(self):
        self.run_.edit("samples.csv", lambda text: "\n".join(
            line + ("," if at else ",more") for at, line in enumerate(text.splitlines())) + "\n")
        self.assertEqual(support.report(self.run_.folder)[0], 0)


if __name__ == "__main__":
    unittest.main()
