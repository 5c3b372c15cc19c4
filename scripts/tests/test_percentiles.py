"""export.py hgrm: the table of percentiles that HdrHistogram's plotter reads."""

import unittest

import support  # noqa: F401, first: it finds the scripts
import export


class Percentiles(unittest.TestCase):
    def test_the_lines_count_up_to_all(self):
        lines = export.percentile_lines([(10.0, 90), (20.0, 9), (30.0, 1)]).splitlines()
        self.assertEqual([line.split() for line in lines[2:6]],
                         [["10.000", "0.000000000000", "90", "1.00"],
                          ["10.000", "0.900000000000", "90", "10.00"],
                          ["20.000", "0.990000000000", "99", "100.00"],
                          ["30.000", "1.000000000000", "100"]])
        self.assertIn("Total count    =          100", lines[-2])

    # HdrHistogram's plotFiles.html (de84b0a, appendDataSeries) draws the lines of four columns alone.
    def test_where_all_values_are_one_there_is_a_line_that_the_plotter_draws(self):
        lines = export.percentile_lines([(7.0, 5)]).splitlines()
        drawn = [line.split() for line in lines[1:] if len(line.split()) == 4 and not line.startswith("#")]
        self.assertEqual(drawn, [["7.000", "0.000000000000", "5", "1.00"]])

    def test_names_that_differ_in_odd_characters_alone_have_files_of_their_own(self):
        taken = []
        for name in ("a/b c", "a/b|c", "a/b_c", "x" * 300):
            taken.append(export.file_of(name, taken))
        self.assertEqual(taken[:3], ["a.b_c.hgrm", "a.b_c-2.hgrm", "a.b_c-3.hgrm"])
        self.assertLessEqual(len(taken[3]), 255)


if __name__ == "__main__":
    unittest.main()
