"""The report of `stress`: what is forbidden first, frequencies, damage left out by name."""

import os
import tempfile
import unittest

import support
import outcomes

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

    GOOD = "r,lock_exclusion,process,7,100,\"1, 2\",99,0.99,acceptable,one after the other,passed,bench-all stress lock_exclusion"
    ODD = "r,lock_exclusion,process,7,100,\"0, 2\",1,0.01,interesting,it was stopped,passed,bench-all stress lock_exclusion"
    BAD = "r,queue_fifo,thread,8,100,2 before 1,3,0.03,forbidden,out of order,failed,bench-all stress queue_fifo --seed 8"

    def test_without_anything_forbidden_it_says_how_much_was_tried(self):
        code, out, err = self.write(self.GOOD, self.ODD)
        self.assertEqual((code, out, err), (0, "1 stress test, 100 samples: no forbidden outcome.\n", ""))
        self.assertIn("| lock_exclusion | process | 1, 2 | 99 | 99 % | acceptable | one after the other |", self.read("summary.md"))

    def test_a_forbidden_outcome_is_named_and_stands_first(self):
        _, out, _ = self.write(self.GOOD, self.BAD)
        self.assertEqual(out, "1 stress test of 2 saw a forbidden outcome: queue_fifo.\n")
        page = self.read("report.html")
        self.assertLess(page.index("2 before 1"), page.index("1, 2"))
        self.assertIn("bench-all stress queue_fifo --seed 8", page)

    def test_one_that_is_declared_and_never_came_is_not_seen(self):
        _, out, _ = self.write(self.GOOD, self.BAD.replace(",3,0.03,", ",0,0,"))
        self.assertIn("no forbidden outcome", out)

    def test_a_rare_outcome_is_told_as_one_in_so_many(self):
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

    def test_every_expectation_has_its_place(self):
        self.assertEqual(outcomes.RANKS[0], "forbidden")


if __name__ == "__main__":
    unittest.main()
