"""Percentiles and distributions: what is too little is not told, and how launches differ stands behind the merged line."""

import unittest

import support  # noqa: F401, first: it finds the scripts
from figures import percentiles
from support import drawn


class Percentiles(unittest.TestCase):
    def test_a_percentile_with_too_few_values_is_not_told(self):
        def quantiles(count):
            return percentiles.quantiles(percentiles.merged([[(5, count)]]), [0.5, 0.99, 0.999])
        self.assertEqual(quantiles(299), [5, None, None])
        self.assertEqual(quantiles(301), [5, 5, None])
        self.assertEqual(percentiles.quantiles(percentiles.merged([]), [0.5]), [None])

    def test_they_are_those_that_numpy_finds(self):
        import numpy
        source = numpy.random.default_rng(3)
        values = source.integers(1, 50, 4000)
        buckets = [(float(value), int(count)) for value, count in zip(*numpy.unique(values, return_counts=True))]
        found = percentiles.quantiles(percentiles.merged([buckets]), [0.1, 0.5, 0.9, 0.99])
        self.assertEqual(found, numpy.quantile(values, [0.1, 0.5, 0.9, 0.99], method="inverted_cdf").tolist())

    def test_merging_adds_counts_up(self):
        values, counts = percentiles.merged([[(5, 1), (7, 2)], [(5, 3)]])
        self.assertEqual((values.tolist(), counts.tolist()), ([5, 7], [4, 2]))

    def test_a_curve_is_thinned_to_what_can_be_seen_and_keeps_its_ends(self):
        points = [(1000 + each, each) for each in range(1000)]
        kept = percentiles.thinned(points)
        self.assertEqual((kept[0], kept[-1]), (points[0], points[-1]))
        self.assertLess(len(kept), 80)


def fill(run):
    run.round_trips("pipe", [200, 400, 1000])
    run.round_trips("pipe2", [9000])


class Launches(unittest.TestCase):
    """A band from the lowest to the highest launch, of every contender that has two or more."""

    def test_the_percentiles_of_each_launch_lie_in_the_band_and_the_merged_ones_too(self):
        rows = drawn(fill)[1]["pipe_vs_queue_percentiles_core"]
        medians = {row["impl"]: row for row in rows if row["quantile"] == "0.5"}
        self.assertEqual([float(medians["pipe"][each]) for each in ("lowest_launch_ns", "round_trip_ns", "highest_launch_ns")],
                         [203.5, 403.5, 1003.5])
        for row in rows:
            if row["lowest_launch_ns"]:
                self.assertLessEqual(float(row["lowest_launch_ns"]), float(row["round_trip_ns"]))
                self.assertLessEqual(float(row["round_trip_ns"]), float(row["highest_launch_ns"]))

    def test_one_launch_has_no_band(self):
        for name in ("pipe_vs_queue_percentiles_core", "pipe_vs_queue_distribution", "pipe_vs_queue_tail"):
            rows = [list(row.values()) for row in drawn(fill)[1][name] if row["impl"] == "pipe2"]
            self.assertEqual({tuple(row[-2:]) for row in rows}, {("", "")}, name)

    def test_others_than_ours_have_bands_too(self):
        pictures, _ = drawn(lambda run: (run.round_trips("pipe2", [200, 400]), run.round_trips("fifo", [300, 500]), fill(run)))
        for name in ("pipe_vs_queue_percentiles_core", "pipe_vs_queue_distribution", "pipe_vs_queue_tail"):
            self.assertEqual(len(pictures[name].axes[0].collections), 3, name)

    def test_the_shares_of_the_launches_are_about_the_merged_share(self):
        for name in ("pipe_vs_queue_distribution", "pipe_vs_queue_tail"):
            rows = [row for row in drawn(fill)[1][name] if row["lowest_launch"]]
            self.assertGreaterEqual(len(rows), 5)
            for row in rows:
                self.assertLessEqual(float(row["lowest_launch"]), float(row["share"]) + 1e-12)
                self.assertLessEqual(float(row["share"]), float(row["highest_launch"]) + 1e-12)
            self.assertTrue(any(float(row["highest_launch"]) - float(row["lowest_launch"]) > 0.5 for row in rows))

    def test_the_band_of_a_tail_ends_where_a_launch_has_fewer_than_three_that_took_longer(self):
        rows = [row for row in drawn(fill)[1]["pipe_vs_queue_tail"] if row["impl"] == "pipe" and row["lowest_launch"]]
        self.assertGreaterEqual(min(float(row["lowest_launch"]) for row in rows) * 4001, 3)

    def test_the_caption_says_how_many_have_a_band(self):
        self.assertEqual(percentiles.bands_rule([6, 2]), "bands: lowest to highest launch")
        self.assertEqual(percentiles.bands_rule([6, 1]), "bands: lowest to highest launch, where there are two or more (1 of 2)")
        self.assertEqual(percentiles.bands_rule([1, 1]), "one launch each: how much launches differ was not measured")


if __name__ == "__main__":
    unittest.main()
