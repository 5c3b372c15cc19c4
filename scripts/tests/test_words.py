"""Numbers and lists in words."""

import unittest

import support  # noqa: F401, finds the scripts
from data import words


class Numbers(unittest.TestCase):
    def test_numbers_have_three_digits_and_never_an_exponent(self):
        self.assertEqual([words.number(value) for value in
                          (0, 0.0123, 5, 999.4, 999.9, 1234, 12.1e6, 28.44e9, 1e-7)],
                         ["0", "0.0123", "5", "999", "1 k", "1.23 k", "12.1 M", "28.4 G", "0.000000"])

    def test_durations_carry_their_unit(self):
        self.assertEqual([words.duration(value) for value in (1.94, 812, 999.9, 45310, 8e6, 3e9)],
                         ["1.94 ns", "812 ns", "1 µs", "45.3 µs", "8 ms", "3 s"])

    def test_sizes_are_binary(self):
        self.assertEqual([words.size(value) for value in (8, 1000, 1024, 65536, 1048576, 3 << 30)],
                         ["8 B", "1000 B", "1 KiB", "64 KiB", "1 MiB", "3 GiB"])

    def test_an_end_of_an_interval_does_not_look_like_its_ratio(self):
        self.assertEqual(words.around(195.4, 181, 204), ["195", "181", "204"])
        self.assertEqual(words.around(2.02, 2.0, 2.4), ["2.02", "2", "2.4"])
        self.assertEqual(words.around(8.7, 7.9, 9.5), ["8.7", "7.9", "9.5"])
        self.assertEqual(words.around(1.2, 1.2, 1.2), ["1.20", "1.20", "1.20"])

    def test_a_factor_has_two_decimals_near_one_and_two_digits_far_from_it(self):
        self.assertEqual([words.factor(value) for value in (0.97, 1, 1.003, 1.994, 2.04, 9.94, 145.7, 0.0123)],
                         ["0.97", "1.00", "1.00", "1.99", "2.0", "9.9", "150", "0.012"])

    def test_shares_are_per_cent(self):
        self.assertEqual([words.share(value) for value in (1, 0.5, 0.00001)], ["100 %", "50 %", "0.001 %"])


class Lists(unittest.TestCase):
    def test_lists_read_as_one_speaks(self):
        self.assertEqual([words.listed("a"), words.listed("ab"), words.listed("abc")], ["a", "a and b", "a, b and c"])

    def test_one_is_singular_and_thousands_are_grouped(self):
        self.assertEqual([words.counted(1, "case"), words.counted(0, "case"), words.counted(1234, "party", "parties"),
                          words.launches(1), words.launches(6)],
                         ["1 case", "0 cases", "1,234 parties", "1 launch", "6 launches"])

    def test_a_range_of_one_value_is_that_value(self):
        self.assertEqual([words.from_to([6, 6]), words.from_to([3, 1])], ["6", "1 to 3"])

    def test_only_the_first_letter_is_raised(self):
        self.assertEqual([words.capital("tbb is"), words.capital("")], ["Tbb is", ""])


if __name__ == "__main__":
    unittest.main()
