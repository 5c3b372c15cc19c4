"""The report of `stress`: what is forbidden first, frequencies, damage left out by name."""

import os
import tempfile
import unittest

import support
from page import outcomes

HEADER = "run_id,test,config,seed,iterations,outcome,samples,frequency,expect,description,verdict,replay_cmd"


class Outcomes(unittest.TestCase):
    def setUp(self):
        context = tempfile.TemporaryDirectory()
        self.folder = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def write(self, *rows, header=HEADER):
        with open(os.path.join(self.folder, "stress.csv"), "w", encoding="utf-8") as file:
            file.write("\n".join([header, *rows]) + "\n")
        return support.report(self.folder)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    GOOD = 'r,exclusion/contender:lock/scope:processes,"actors:2,ops:9",7,90,exclusive,99,0.99,acceptable,one after the other,passed,again 1'
    ODD = 'r,exclusion/contender:lock/scope:processes,actors:3,8,90,"stopped, late",1,0.01,interesting,it was stopped,passed,again 2'
    NOT_SEEN = "r,exclusion/contender:lock/scope:processes,,,90,two inside,0,0,forbidden,two holders at once,passed,"
    BAD = "r,delivery/contender:queue/scope:threads,actors:2,9,50,lost,3,0.03,forbidden,it never came,FAILED,again 3"
    PEER = BAD.replace("contender:queue", "contender:boost_message_queue")

    def test_without_anything_forbidden_it_says_how_much_was_tried(self):
        code, out, err = self.write(self.GOOD, self.ODD, self.NOT_SEEN)
        self.assertEqual((code, out, err), (0, "1 stress test of gilfree: no forbidden outcome in 100 samples.\n", ""))
        text = self.read("summary.md")
        self.assertIn("| exclusion | gilfree Lock | processes | passed | 90 | 100 | none |", text)
        self.assertIn("| exclusion/contender:lock/scope:processes | stopped, late | 1 | 1 % | interesting | it was stopped | again 2 |", text)

    def test_a_forbidden_outcome_is_named_and_stands_first(self):
        _, out, _ = self.write(self.GOOD, self.BAD)
        self.assertEqual(out, "2 stress tests of gilfree: 1 saw a forbidden outcome or hung (delivery/contender:queue/scope:threads).\n")
        page = self.read("report.html")
        self.assertLess(page.index("<td>FAILED</td>"), page.index("<td>passed</td>"))
        self.assertLess(page.index("again 3"), page.index("again 1"))

    def test_what_another_library_did_is_told_apart_from_gilfree(self):
        _, out, _ = self.write(self.GOOD, self.PEER)
        self.assertEqual(out, "1 stress test of gilfree: no forbidden outcome in 99 samples. 1 stress test of other libraries: 1 saw a "
                              "forbidden outcome or hung (delivery/contender:boost_message_queue/scope:threads).\n")

    def test_a_test_that_was_skipped_has_not_passed(self):
        code, out, err = self.write(self.GOOD, "r,delivery/contender:pipe2/scope:processes,,,0,,0,,,it holds too few,skipped,")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("1 stress test of other libraries: none came to a verdict.", out)
        self.assertIn("skipped[1]", self.read("summary.md"))
        self.assertIn("1. skipped: it holds too few", self.read("summary.md"))

    def test_a_rare_outcome_is_written_as_one_in_so_many(self):
        self.write(self.GOOD.replace(",99,", ",99999999,"), self.ODD)
        self.assertIn("1 in 100 M", self.read("summary.md"))

    def test_damaged_rows_are_left_out_by_name(self):
        code, _, err = self.write(self.GOOD, "r,half", self.BAD.replace("forbidden", "frowned upon"))
        self.assertEqual((code, err.count("\n")), (3, 2), err)
        self.assertIn("stress.csv, line 3: is no outcome; the row is left out", err)

    def test_a_table_without_its_columns_is_refused(self):
        code, _, err = self.write("1", header="a")
        self.assertEqual((code, err.count("\n")), (2, 1))
        self.assertIn("lacks the columns test, outcome, samples, expect", err)

    def test_none_at_all_is_said(self):
        self.assertEqual(self.write()[1], "No stress test was run.\n")

    def test_beside_a_run_they_are_a_section_of_its_page(self):
        with support.fixture_run() as run:
            run.lock("lock", 2, [1e6])
            run.write()
            self.folder = run.folder
            self.assertEqual(self.write(self.BAD)[0], 0)
            self.assertIn('<h2 id="stress">', run.read("report.html"))

    def test_the_words_are_those_of_the_engine(self):
        with open(os.path.join(support.ROOT, "harness/stress/results.cc"), encoding="utf-8") as file:
            text = file.read()
        for word in (*outcomes.RANKS, *outcomes.VERDICTS):
            self.assertIn('"%s"' % word, text)


if __name__ == "__main__":
    unittest.main()
