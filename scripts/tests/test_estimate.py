"""Estimates: intervals that hold what they promise, ratios launch by launch, spread and outliers."""

import math
import random
import statistics
import unittest

import support  # noqa: F401, finds the scripts
from data.estimate import Ratio, estimate, interval_rank, outliers, per_launch, ratio_of, spread, told_apart


def rows(values, column="ops_per_s"):
    return [{"launch": str(launch), column: str(value)} for launch, value in values]


class Intervals(unittest.TestCase):
    def test_the_rank_is_the_largest_that_leaves_out_two_and_a_half_per_cent(self):
        self.assertEqual([interval_rank(n) for n in (1, 5, 6, 8, 9, 12, 20)], [0, 0, 1, 1, 2, 3, 6])

    def test_thousands_are_not_too_many(self):  # n / 2 - sqrt(n), about
        self.assertEqual(interval_rank(2_000), 956)

    def test_fewer_than_six_launches_have_no_interval(self):
        self.assertEqual(estimate([3, 1, 2, 5, 4]), (3, None, None, 5))

    def test_six_launches_have_their_extremes_as_interval(self):
        self.assertEqual(estimate([6, 1, 5, 2, 4, 3]), (3.5, 1, 6, 6))

    def test_twelve_launches_have_the_third_from_each_end(self):
        self.assertEqual(estimate(range(1, 13)), (6.5, 3, 10, 12))

    def test_nothing_measured_is_no_estimate(self):
        self.assertIsNone(estimate([]))

    def test_intervals_hold_the_median_of_a_skewed_distribution_as_often_as_they_say(self):
        source = random.Random(1)
        truth = math.log(2)
        for n in (6, 12, 20):
            held = 0
            for _ in range(2000):
                found = estimate([source.expovariate(1) for _ in range(n)])
                held += found.low <= truth <= found.high
            # 95 % less four standard errors of 2,000 trials.
            self.assertGreaterEqual(held / 2000, 0.93, "n = %d" % n)


class Launches(unittest.TestCase):
    def test_a_launch_counts_once_by_the_median_of_its_repetitions(self):
        found = per_launch(rows([(1, 10), (1, 30), (1, 1000), (2, 7)]), "ops_per_s")
        self.assertEqual(found, {1: 30, 2: 7})

    def test_what_was_not_measured_is_left_out_not_zero(self):
        self.assertEqual(per_launch(rows([(1, ""), (2, 0)]), "ops_per_s"), {2: 0})


class Ratios(unittest.TestCase):
    def test_a_drift_that_both_share_cancels_out_of_the_interval(self):
        theirs = {launch: 100 * 2**launch for launch in range(6)}
        ours = {launch: 3 * value for launch, value in theirs.items()}
        self.assertEqual(ratio_of(ours, theirs), Ratio(3, 3, 3, 6))

    def test_its_value_is_the_quotient_of_the_medians(self):
        ratio = ratio_of({1: 10, 2: 40, 3: 90}, {1: 1, 2: 20, 3: 30})
        self.assertEqual(ratio.value, 40 / 20)

    def test_only_launches_that_both_have_are_paired(self):
        self.assertEqual(ratio_of({1: 10, 2: 20, 3: 1}, {1: 5, 2: 10}).n, 2)
        self.assertEqual(ratio_of({1: 10}, {2: 5}), Ratio(2, None, None, 0))

    def test_a_rival_that_moved_nothing_gives_no_ratio(self):
        self.assertIsNone(ratio_of({1: 10}, {1: 0}))
        self.assertIsNone(ratio_of({1: 10}, {}))

    def test_two_are_told_apart_if_the_interval_leaves_out_one_and_the_lead_can_be_noticed(self):
        self.assertEqual([told_apart(Ratio(*each)) for each in (
            (2, 1.5, 3, 6), (0.5, 0.4, 0.9, 6), (2, 0.9, 3, 6), (1.02, 1.01, 1.03, 6), (2, None, None, 5))],
            [1, -1, 0, 0, None])
        self.assertIsNone(told_apart(None))


class Spread(unittest.TestCase):
    def test_spread_is_the_scaled_median_deviation_over_the_median(self):
        self.assertAlmostEqual(spread([8, 9, 10, 11, 12]), 0.14826)

    def test_one_wild_launch_hardly_moves_it(self):
        self.assertAlmostEqual(spread([8, 9, 10, 11, 1e9]), 0.14826)

    def test_a_median_of_zero_has_none(self):
        self.assertIsNone(spread([0, 0, 5]))


class Outliers(unittest.TestCase):
    def test_values_are_labelled_mild_beyond_one_and_a_half_ranges_and_severe_beyond_three(self):
        self.assertEqual(outliers([1, 2, 3, 4, 5, 6, 7, 8, 17]), (1, 0))
        self.assertEqual(outliers([1, 2, 3, 4, 5, 6, 7, 8, 1000]), (0, 1))
        self.assertEqual(outliers([1, 2, 3, 4, 5, 6, 7, 8]), (0, 0))

    def test_three_values_have_no_outlier(self):
        self.assertEqual(outliers([1, 2, 1000]), (0, 0))


class Reference(unittest.TestCase):
    """Against SciPy and the standard library."""

    def test_the_rank_is_that_of_scipys_binomial(self):
        try:
            from scipy.stats import binom
        except ImportError:
            self.skipTest("python3-scipy is not installed")
        for n in range(6, 300):
            rank = interval_rank(n)
            self.assertLessEqual(binom.cdf(rank - 1, n, 0.5), 0.025)
            self.assertGreater(binom.cdf(rank, n, 0.5), 0.025)

    def test_the_spread_is_scipys_scaled_median_deviation(self):
        try:
            from scipy.stats import median_abs_deviation
        except ImportError:
            self.skipTest("python3-scipy is not installed")
        values = [random.Random(7).uniform(5, 9) for _ in range(31)]
        self.assertAlmostEqual(spread(values), median_abs_deviation(values, scale="normal") / statistics.median(values), 4)

    def test_outliers_are_those_beyond_the_standard_librarys_quartiles(self):
        source = random.Random(8)
        for _ in range(100):
            values = [source.lognormvariate(0, 1) for _ in range(source.randint(4, 40))]
            first, _, third = statistics.quantiles(values, n=4)
            beyond = [max(first - value, value - third) / (third - first) for value in values]
            self.assertEqual(outliers(values), (sum(1.5 < each <= 3 for each in beyond), sum(each > 3 for each in beyond)))


if __name__ == "__main__":
    unittest.main()
