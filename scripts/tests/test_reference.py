"""The report of results/reference, its numbers computed once more from the raw rows."""

import contextlib
import csv
import html
import io
import json
import os
import re
import shutil
import statistics
import tempfile
import unittest
from collections import defaultdict

import support
import reference_figures

FOLDER = os.path.join(support.ROOT, "results", "reference")


class Reference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        context = support.fixture_run()
        cls.run_ = context.__enter__()
        cls.addClassCleanup(context.__exit__, None, None, None)
        for name in ("samples.csv", "run.json"):
            shutil.copy(os.path.join(FOLDER, name), cls.run_.path(name))
        with open(cls.run_.path("hist.csv"), "w", encoding="utf-8") as file:  # is too large to be kept
            file.write(",".join(support.HISTOGRAM) + "\n")
        cls.code, cls.out, cls.err = support.report(cls.run_.folder)
        with open(os.path.join(FOLDER, "samples.csv"), newline="", encoding="utf-8") as file:
            cls.raw = [row for row in csv.DictReader(file) if row["status"] == "ok"]

    def medians(self, column):
        """{case: median over launches of the medians of their windows}, without any code of the report."""
        launches = defaultdict(lambda: defaultdict(list))
        for row in self.raw:
            if row[column]:
                launches[row["case"]][row["launch"]].append(float(row[column]))
        return {case: statistics.median(map(statistics.median, found.values())) for case, found in launches.items()}

    def table(self, name):
        return list(csv.DictReader(self.run_.read(name).splitlines()))

    def test_it_is_reported(self):
        self.assertEqual((self.code, self.err), (0, ""))
        self.assertTrue(self.out.startswith("Pipe or queue? "))

    def test_every_median_of_the_summary_is_that_of_the_raw_rows(self):
        found = {(row["case"], row["metric"]): float(row["estimate"]) for row in self.table("summary.csv")}
        for metric in ("ops_per_s", "lat_p50_ns", "lat_p99_ns", "cpu_ns_per_op"):
            for case, median in self.medians(metric).items():
                if median > 0:
                    self.assertAlmostEqual(found[case, metric] / median, 1, 12, (case, metric))

    def test_pandas_agrees(self):
        try:
            import pandas
        except ImportError:
            self.skipTest("python3-pandas is not installed")
        frame = pandas.read_csv(os.path.join(FOLDER, "samples.csv"))
        frame = frame[frame.status == "ok"]
        wanted = frame.groupby(["case", "launch"]).ops_per_s.median().groupby("case").median()
        found = {row["case"]: float(row["estimate"]) for row in self.table("summary.csv") if row["metric"] == "ops_per_s"}
        for case, rate in wanted.items():
            if rate > 0:
                self.assertAlmostEqual(found[case] / rate, 1, 12, case)

    def test_the_figure_shows_these_numbers(self):
        medians = self.medians("ops_per_s")
        for row in self.table("plots/pipe_vs_queue_rate.csv"):
            case = next(each["case"] for each in self.raw if (each["impl"], each["interpreter"], each["msg_bytes"],
                        each["mode"], each["placement"]) == (row["impl"], row["interpreter"], row["msg_bytes"],
                                                             "throughput", "core") and
                        (each["impl"] not in ("pipe", "queue") or each["wait"] != "spin"))
            self.assertAlmostEqual(float(row["ops_per_s"]) / medians[case], 1, 12, case)

    def test_the_headline_follows_from_them(self):
        """Pipe by Queue, launch by launch: decided where the interval leaves out 1."""
        decided = {}
        for size in ("8", "64", "1024", "65536", "1048576"):
            rates = {impl: {} for impl in ("pipe", "queue")}
            for row in self.raw:
                if row["impl"] in rates and row["wait"] != "spin" and (
                        row["mode"], row["msg_bytes"], row["placement"]) == ("throughput", size, "core"):
                    rates[row["impl"]].setdefault(row["launch"], []).append(float(row["ops_per_s"]))
            ratios = sorted(statistics.median(rates["pipe"][launch]) / statistics.median(rates["queue"][launch])
                            for launch in rates["pipe"])
            self.assertEqual(len(ratios), 12)
            decided[size] = ratios[2] > 1 or ratios[-3] < 1  # the third from each end, of twelve
        for size, words in (("8", "8 B"), ("64", "64 B"), ("1024", "1 KiB"), ("65536", "64 KiB"), ("1048576", "1 MiB")):
            won, unsure = self.out.splitlines()[0].split("; for ")
            self.assertIn(words, won if decided[size] else unsure)

    def test_the_round_trip_of_one_mebibyte_is_given_whichever_won_it(self):
        medians = {row["impl"]: self.medians("lat_p50_ns")[row["case"]] for row in self.raw
                   if (row["mode"], row["msg_bytes"], row["placement"]) == ("ping_pong", "1048576", "core")
                   and row["wait"] != "spin"}
        ours = min(medians[impl] for impl in ("pipe", "queue"))
        better = [impl for impl, median in medians.items() if median < ours / 1.05]
        self.assertEqual(bool(better), "pipe vs queue: round trip, 1 MiB" in self.run_.read("summary.md"))

    def test_readme_says_of_the_figure_what_the_rows_give(self):
        drawn = re.search("<title>(.*?)</title>", self.run_.read("plots/pipe_vs_queue_rate.svg"))[1]
        with open(os.path.join(support.ROOT, "README.md"), encoding="utf-8") as file:
            reported = re.search(r"!\[(.*?)\]\(results/reference/throughput.svg\)", file.read())[1]
        with open(os.path.join(FOLDER, "throughput.svg"), encoding="utf-8") as file:
            shown = re.search("<title>(.*?)</title>", file.read())[1]
        self.assertEqual([html.unescape(drawn)] * 2, [reported, html.unescape(shown)], "scripts/reference --draw draws them again")

    def test_drawing_it_again_writes_its_figure_summary_and_words_and_leaves_the_rows(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("samples.csv", "run.json"):
                shutil.copy(os.path.join(FOLDER, name), folder)
            readme = os.path.join(folder, "README.md")
            with open(readme, "w", encoding="utf-8") as file:
                file.write("![old](%s/throughput.svg)\n" % folder)
            with open(os.path.join(folder, "hist.csv"), "w", encoding="utf-8") as file:
                file.write(reference_figures.EMPTY)
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                self.assertEqual(reference_figures.main([folder, readme]), 0)
            with open(readme, encoding="utf-8") as file:
                self.assertRegex(file.read(), r"^!\[Line plot\. .*gilfree.*\]\(.*throughput\.svg\)\n$")
            self.assertEqual(sorted(os.listdir(folder)),
                             ["README.md", "hist.csv.gz", "run.json", "samples.csv", "summary.md", "throughput.svg"])

    def test_a_folder_without_a_run_is_refused_in_a_line(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(reference_figures.main([folder]), 2)
        self.assertEqual(said.getvalue().count("\n"), 1)

    def test_its_facts_are_told(self):
        with open(os.path.join(FOLDER, "run.json"), encoding="utf-8") as file:
            facts = json.load(file)
        page = self.run_.read("report.html")
        for words in (facts["host"]["cpu_model"], facts["tool"]["git_sha"][:10], str(facts["seed"])):
            self.assertIn(words, page)


if __name__ == "__main__":
    unittest.main()
