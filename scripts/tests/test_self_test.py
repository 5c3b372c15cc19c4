"""The report of aa.json: how often a build compared with itself was called worse."""

import json
import os
import tempfile
import unittest

import support  # noqa: F401, finds the scripts
from page import self_test

ROW = {"case": "s/impl:x", "metric": "rate", "trials": 20, "wrong": 1, "wrong_confirmed": 0, "rate_upper_95": 0.139,
       "smallest_effect_found_90": 0.0488}


class SelfTest(unittest.TestCase):
    def section(self, text):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "aa.json"), "w", encoding="utf-8") as file:
                file.write(text if isinstance(text, str) else json.dumps(text))
            return self_test.section(folder)

    def test_it_says_how_often_a_build_was_called_worse_than_itself(self):
        ((name, _, text),), damage = self.section({"rounds": 12, "delta": 0.05, "total": {**ROW, "case": "all"}, "cases": [ROW]})
        self.assertEqual((name, damage), ("aa", []))
        self.assertIn("was called worse in 0 of 20 comparisons after the second look; the true rate is at most 14 %.", text)
        self.assertIn("+5 %", text)

    def test_its_columns_have_the_names_that_aa_gives_them_and_sums_without_a_metric_are_read(self):
        total = {**ROW, "case": "all", "metric": None, "smallest_effect_found_90": None}
        ((_, _, text),), damage = self.section({"total": total, "cases": [ROW]})
        self.assertEqual(damage, [])
        for name in ("trials", "wrong", "and confirmed", "wrong at most", "found from"):
            self.assertRegex(text, "<th[^>]*>(<[^>]+>)*%s<" % name)

    def test_a_run_without_it_has_no_such_section(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self_test.section(folder), ([], []))

    def test_a_damaged_file_is_named_and_ignored(self):
        for text in ("", "[]", "{", "{}", '{"total": 3, "cases": []}', '{"total": {}, "cases": 3}', "[" * 100000):
            found, damage = self.section(text)
            self.assertEqual((found, len(damage)), ([], 1), text[:20])
        self.assertEqual(self.section({"total": {"trials": "x"}, "cases": [3, {"case": None, "trials": [1]}]})[1], [])


if __name__ == "__main__":
    unittest.main()
