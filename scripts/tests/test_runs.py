"""Several runs side by side: what is unlike is marked, changes have intervals, steps over time are marked."""

import contextlib
import csv
import io
import json
import os
import re
import unittest
from unittest import mock

import support
import report as subject
from data.estimate import shift
from answers import runs
from figures import figure
from matplotlib.figure import Figure


def report(*words):
    """(exit code, output, errors) of report.py."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = subject.main(list(words))
    return code, out.getvalue(), err.getvalue()


class Several(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def run_of(self, factor=1, **facts):
        """A run of three locks, so many times as fast."""
        run = self.stack.enter_context(support.fixture_run())
        run.lock("lock", 2, [1e6 * factor * (1 + each / 1000) for each in range(6)])
        run.lock("std_mutex", 2, [5e5 * (1 + each / 1000) for each in range(6)])
        run.lock("tbb_mutex", 2, [4e5])
        for name, value in facts.items():
            if isinstance(value, dict):
                run.facts[name].update(value)
            else:
                run.facts[name] = value
        run.write()
        return run

    def out(self):
        return os.path.join(self.stack.enter_context(support.tempfile.TemporaryDirectory()), "beside")

    def beside(self, *found, words=()):
        """{name of a file: its text} of their report, and what the command said."""
        out = self.out()
        result = report(*(run.folder for run in found), "--out", out, *words)
        texts = {}
        for name in ("report.html", "summary.md", "summary.json", "changes.csv", "history.csv", "otava.yaml"):
            with open(os.path.join(out, name), encoding="utf-8") as file:
                texts[name] = file.read()
        return texts, result


class Beside(Several):
    def test_a_change_has_its_ratio_its_interval_and_a_verdict(self):
        texts, (code, out, err) = self.beside(self.run_of(), self.run_of(1.5))
        self.assertEqual((code, err), (0, ""))
        self.assertIn("of 3 cases 1 faster, 1 not told apart, 1 preliminary (too few launches to tell)", out)
        rows = {row["case"].split("/")[1]: row for row in csv.DictReader(texts["changes.csv"].splitlines())}
        self.assertEqual({name: row["verdict"] for name, row in rows.items()}, {
            "contender:lock": "faster", "contender:std_mutex": "not told apart", "contender:tbb_mutex": "preliminary"})
        self.assertAlmostEqual(float(rows["contender:lock"]["speed_ratio"]), 1.5, 2)
        self.assertIn("1.50 (1.50 to 1.50), faster", texts["summary.md"])
        self.assertIn("<svg", texts["report.html"])

    def test_the_terms_that_the_page_uses_are_explained_on_it_and_no_others(self):
        page = self.beside(self.run_of(), self.run_of(1.5))[0]["report.html"]
        before, terms = page.split('<h2 id="terms">')
        self.assertIn('<a href="#terms">', before)
        for term in ("not told apart", "launches", "95 % interval"):
            self.assertIn("<dt>%s</dt>" % term, terms)
        self.assertNotIn("<dt>permits</dt>", terms)

    def test_a_latency_that_rose_is_slower(self):
        found = [self.stack.enter_context(support.fixture_run()) for _ in range(2)]
        for run, p50 in zip(found, (100, 200)):
            run.wake("event", [p50] * 6)
            run.write()
        self.assertIn("1 slower", self.beside(*found)[1][1])

    def test_a_run_that_was_cut_short_is_named_before_the_answer(self):
        whole, cut = self.run_of(), self.run_of()
        del cut.facts["finished_utc"]
        cut.write()
        first, second, *_ = self.beside(whole, cut)[1][1].splitlines()
        self.assertRegex(first, r"^Run .+: The run was cut short: this is what it had measured until then\.$")
        self.assertNotIn("cut short", second)

    def test_a_case_of_which_a_launch_failed_has_no_number_over_time(self):
        whole, broken = self.run_of(), self.run_of()
        broken.samples[-1].update(status="failed", error="it fell")  # one more of a case that has numbers
        broken.samples[-1]["case"], broken.samples[-1]["launch"] = broken.samples[0]["case"], 7
        broken.write()
        first, second = csv.DictReader(self.beside(whole, broken)[0]["history.csv"].splitlines())
        self.assertTrue(first[broken.samples[0]["case"]])
        self.assertEqual(second[broken.samples[0]["case"]], "")

    def test_2_for_a_run_that_is_named_twice_be_it_by_a_link(self):
        run, link = self.run_of(), self.out()
        os.symlink(run.folder, link)
        self.addCleanup(os.remove, link)
        code, out, err = report(run.folder, link, "--out", self.out())
        self.assertEqual((code, out), (2, ""))
        self.assertIn("%s is %s again; name each run once" % (link, run.folder), err)

    def test_unlike_machines_are_marked_and_said_at_the_top(self):
        texts, _ = self.beside(self.run_of(), self.run_of(host={"cpu_model": "Another CPU", "kernel": "6.2.0"}))
        self.assertIn("Unlike runs: they differ in CPU and kernel", texts["report.html"])
        self.assertIn('Another CPU<sup title="note 1 under the table">[1]</sup>', texts["report.html"])
        self.assertEqual(json.loads(texts["summary.json"])["unlike"], ["CPU", "kernel"])

    def test_like_runs_are_not_called_unlike_but_unpaired(self):
        texts, _ = self.beside(self.run_of(), self.run_of())
        self.assertNotIn("Unlike", texts["report.html"])
        self.assertIn("measured one after the other", texts["report.html"])

    def test_cases_of_one_run_alone_are_counted_not_compared(self):
        other = self.run_of()
        other.lock("rlock", 2, [1e6] * 6)
        other.write()
        texts, _ = self.beside(self.run_of(), other)
        self.assertIn("1 case only one of the runs measured and is not compared.", texts["summary.md"])

    def test_a_case_that_the_first_run_lacks_is_shown_without_a_ratio(self):
        first = self.stack.enter_context(support.fixture_run())
        first.wake("event", [100])
        first.write()
        texts, (_, out, _) = self.beside(first, self.run_of(), self.run_of(2))
        self.assertIn("no case in common", out)
        self.assertEqual(len(texts["changes.csv"].splitlines()), 1)
        self.assertIn("nothing to divide", texts["report.html"])

    def test_a_folder_that_is_not_there_is_named(self):
        code, _, err = report(self.run_of().folder, "/nowhere/at/all")
        self.assertEqual((code, err.count("\n")), (2, 1))
        self.assertIn("/nowhere/at/all: there is no such folder", err)

    def test_the_unfolded_summary_fits_a_pull_request(self):
        found = [self.stack.enter_context(support.fixture_run()) for _ in range(2)]
        for factor, run in enumerate(found, start=1):
            for parties in range(1, 60):
                run.lock("lock", parties, [1e6 * factor] * 6)
            run.write()
        texts, _ = self.beside(*found)
        self.assertLessEqual(len(texts["summary.md"].split("<details>")[0].splitlines()), 60)
        self.assertIn("44 more are in report.html.", texts["summary.md"])

    def test_the_format_chooses_what_is_printed(self):
        found = self.run_of(), self.run_of()
        for form, name in (("md", "summary.md"), ("json", "summary.json"), ("html", "report.html")):
            texts, (code, out, _) = self.beside(*found, words=("--format", form))
            self.assertEqual((code, out), (0, texts[name].rstrip("\n") + "\n"), form)

    def test_a_run_is_not_overwritten(self):
        one, other = self.run_of(), self.run_of()
        code, _, err = report(one.folder, other.folder, "--out", one.folder)
        self.assertEqual(code, 2)
        self.assertIn("holds a run; name another folder", err)

    def test_runs_without_a_case_in_common_say_so(self):
        other = self.stack.enter_context(support.fixture_run())
        other.wake("event", [100])
        other.write()
        texts, (code, out, _) = self.beside(self.run_of(), other)
        self.assertEqual(code, 0)
        self.assertIn("no case in common", out)
        self.assertNotIn("<svg", texts["report.html"])


class OverTime(Several):
    def several(self, *factors):
        return [self.run_of(factor, started_utc="2026-01-%02dT00:00:00Z" % day, tool={"git_sha": "%07x" % day})
                for day, factor in enumerate(factors, start=1)]

    def test_three_runs_have_a_figure_in_which_a_step_is_marked(self):
        texts, _ = self.beside(*self.several(1, 1, 0.8, 0.8))
        self.assertIn('<h2 id="history">', texts["report.html"])
        self.assertIn("a step is marked", texts["report.html"])
        self.assertIn("a step is marked", self.beside(*self.several(1, 1.3, 1.3))[0]["report.html"])

    def test_threads_and_processes_have_one_scale(self):
        several = self.several(1, 1, 1)
        for run in several:
            for impl, rate in (("lock", 9e3), ("pthread_robust", 8e3)):
                run.lock(impl, 2, [rate] * 6, "process")
            run.write()
        pictures = []
        with mock.patch.object(figure.pyplot, "close", lambda each: isinstance(each, Figure) and pictures.append(each)):
            texts, _ = self.beside(*several)
        limits = [each.axes[0].get_ylim() for each in pictures if each.texts[0].get_text() == "How has it changed?"]
        self.assertEqual(len(limits), 2)
        self.assertEqual(limits[0], limits[1])
        self.assertIn("the same scale as in the figures beside it", re.sub(r"</text>\s*<text[^>]*>", " ", texts["report.html"]))

    def test_chance_is_no_step(self):
        self.assertIn("no step", self.beside(*self.several(1, 1.01, 1))[0]["report.html"])

    def test_two_runs_have_none(self):
        self.assertNotIn("Over time", self.beside(*self.several(1, 0.5))[0]["report.html"])

    def test_the_table_is_in_the_order_of_time_whatever_the_order_of_the_words(self):
        texts, _ = self.beside(*reversed(self.several(1, 2, 3)))
        rows = list(csv.DictReader(texts["history.csv"].splitlines()))
        self.assertEqual([row["commit"] for row in rows], ["0000001", "0000002", "0000003"])
        self.assertEqual(rows[0]["time"], "1767225600")
        rates = [float(row["lock_contention/contender:lock/scope:thread/parties:2"]) for row in rows]
        self.assertEqual(rates, sorted(rates))

    # As apache/otava reads it (1ceb153: otava/importer.py CsvImporter, otava/test_config.py CsvMetric).
    def test_otava_is_told_which_direction_is_better_and_of_no_case_with_an_empty_cell(self):
        found = self.several(1, 2, 3)
        for each, run in enumerate(found):
            run.round_trips("pipe", [900] * 6)
            if each != 1:
                run.lock("boost_mutex", 2, [1e5] * 6)
            run.write()
        texts, _ = self.beside(*found)
        tests, rows = json.loads(texts["otava.yaml"])["tests"], list(csv.DictReader(texts["history.csv"].splitlines()))
        self.assertEqual({name: {each["direction"] for each in test["metrics"].values()} for name, test in tests.items()},
                         {"lock_contention": {1}, "pipe_vs_queue": {-1}})
        self.assertIn("", {row["lock_contention/contender:boost_mutex/scope:thread/parties:2"] for row in rows})
        for test in tests.values():
            self.assertEqual((test["type"], test["file"]), ("csv", "history.csv"))
            for column in (test["time_column"], *(each["column"] for each in test["metrics"].values())):
                self.assertTrue(all(float(row[column]) for row in rows), column)


class Shift(unittest.TestCase):
    def test_the_interval_of_equal_samples_holds_one(self):
        found = shift([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6])
        self.assertLess(found.low, 1)
        self.assertGreater(found.high, 1)

    def test_it_is_the_median_of_all_quotients(self):
        self.assertEqual(shift([2, 4, 8], [1]).value, 4)

    def test_with_fewer_than_five_a_side_there_is_no_interval(self):
        self.assertIsNone(shift([1] * 9, [1] * 4).low)
        self.assertIsNotNone(shift([1] * 5, [1] * 5).low)

    def test_nothing_and_zeros_are_not_divided(self):
        self.assertIsNone(shift([], [1]))
        self.assertIsNone(shift([1], [0, 0]))

    def test_its_interval_holds_the_truth_in_about_95_of_100(self):
        import numpy
        source, held = numpy.random.default_rng(7), 0
        for _ in range(1000):
            one, other = source.lognormal(0.1, 0.2, 8), source.lognormal(0, 0.2, 8)
            found = shift(list(one), list(other))
            held += found.low <= numpy.exp(0.1) <= found.high
        self.assertGreaterEqual(held, 930)


class Names(unittest.TestCase):
    def test_folders_of_one_name_are_told_apart(self):
        self.assertEqual(runs.names_of(["/a/x", "/b/x"]), ["a/x", "b/x"])
        self.assertEqual(runs.names_of(["/a/x", "/a/y"]), ["x", "y"])
        self.assertEqual(runs.names_of(["/a/x", "/a/x"]), ["x (1)", "x (2)"])


if __name__ == "__main__":
    unittest.main()
