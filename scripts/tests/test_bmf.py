"""bmf.json obeys what bencher publishes of its format: the schema and the limits of names.

The rules are those of https://bencher.dev/v0/bmf.json (bencherdev/bencher 55eb088) and of the page "Bencher Metric Format" of its
documentation; of lengths, lib/bencher_valid of the same repository (0b8f911) counts bytes. One name or number that breaks
a rule refuses the whole report.
"""

import json
import os
import subprocess
import sys
import unittest

from support import SCRIPTS, fixture_run

LONGEST_BENCHMARK, LONGEST_MEASURE = 1024, 64  # bytes
NUMBERS = {"value", "lower_value", "upper_value"}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def faults_of(report):
    """Returns what of a report bencher refuses, a sentence each."""
    if not isinstance(report, dict):
        return ["the report is no object"]
    faults = []
    for benchmark, measures in report.items():
        if not 1 <= len(benchmark.encode()) <= LONGEST_BENCHMARK:
            faults.append("the name of a benchmark has %d bytes" % len(benchmark.encode()))
        if not isinstance(measures, dict):
            faults.append("a benchmark is no object")
            continue
        for measure, metric in measures.items():
            if not 1 <= len(measure.encode()) <= LONGEST_MEASURE:
                faults.append("the name of a measure has %d bytes" % len(measure.encode()))
            if not isinstance(metric, dict) or "value" not in metric:
                faults.append("a metric has no value")
            elif not all(is_number(metric[key]) for key in NUMBERS & set(metric)):
                faults.append("a value is no number")
    return faults


class Bmf(unittest.TestCase):
    def exported(self, fill):
        def refuse(word):
            self.fail("%s is no JSON" % word)

        with fixture_run() as run:
            fill(run)
            run.write()
            result = subprocess.run([sys.executable, "-I", os.path.join(SCRIPTS, "export.py"), run.folder, "bmf"],
                                    capture_output=True, text=True, check=False)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            with open(os.path.join(run.folder, "bmf.json"), encoding="utf-8") as file:
                return json.load(file, parse_constant=refuse)

    def test_a_run_has_no_fault_and_the_units_of_the_measures_that_bencher_knows(self):
        def fill(run):
            run.throughput("pipe", 64, [1e6, 2e6, 3e6])
            run.round_trips("queue", [200, 100, 300])
            run.skipped("posix_mq", 65536, "message too long")

        report = self.exported(fill)
        self.assertEqual(faults_of(report), [])
        # Its own measures: `throughput` in operations per second, `latency` in nanoseconds.
        self.assertEqual(list(report.values()), [{"throughput": {"value": 2e6, "lower_value": 1e6, "upper_value": 3e6}},
                                                 {"latency": {"value": 200, "lower_value": 100, "upper_value": 300}}])

    def test_names_that_are_too_long_are_cut_and_stay_apart(self):
        def fill(run):
            for number in range(3):
                for launch, rate in enumerate([1e6, 2e6, 3e6], 1):
                    run.row("odd/impl:" + "\u00e4" * 600 + str(number), launch, scenario="odd", impl="odd", ops_per_s=rate)

        report = self.exported(fill)
        self.assertEqual(faults_of(report), [])
        self.assertEqual(len(report), 3)

    def test_a_run_that_measured_nothing_is_an_empty_report(self):
        self.assertEqual(self.exported(lambda run: run.skipped("posix_mq", 64, "not here")), {})

    def test_what_bencher_refuses_is_found(self):
        for report, fault in (([], "the report is no object"), ({"a": [{}]}, "a benchmark is no object"),
                              ({"": {}}, "the name of a benchmark has 0 bytes"),
                              ({"a" * 1025: {}}, "the name of a benchmark has 1025 bytes"),
                              ({"a": {"b" * 65: {"value": 1}}}, "the name of a measure has 65 bytes"),
                              ({"a": {"b": {"lower_value": 1}}}, "a metric has no value"),
                              ({"a": {"b": {"value": True}}}, "a value is no number"),
                              ({"a": {"b": {"value": 1, "upper_value": None}}}, "a value is no number")):
            with self.subTest(fault):
                self.assertEqual(faults_of(report), [fault])


if __name__ == "__main__":
    unittest.main()
