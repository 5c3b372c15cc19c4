"""The matrix of core_to_core: each pair in both halves, the nearest and the farthest named."""

import unittest

import support  # noqa: F401, finds the scripts
from matplotlib.colors import to_hex
from page import colours
from support import answered, drawn, fixture_run, report


def cores(run, count=4):
    """Two cores are near if their halves of the machine are the same."""
    for one in range(count):
        for other in range(one + 1, count):
            near = one * 2 // count == other * 2 // count
            for launch in range(1, 7):
                run.row("core_to_core/contender:cache_line/pair:%d-%d" % (one, other), launch, **{
                    "scenario": "core_to_core", "impl": "cache_line", "mode": "cache_line", "metric_kind": "latency",
                    "scope": "thread", "cpus": "%d;%d" % (one, other), "ops_per_s": 1e7, "lat_n": 5000,
                    "lat_p50_ns": (40 if near else 130) + one + launch / 5})


def two(run):
    cores(run, 2)


def many(run):
    cores(run, 40)


class CoreToCore(unittest.TestCase):
    def test_the_nearest_and_the_farthest_pair_are_named(self):
        self.assertEqual(answered(cores).headline, "A cache line takes 40.7 ns (40.2 ns to 41.2 ns) one way between CPUs 0 "
                                                   "and 1, the nearest of 6 pairs, and 132 ns (131 ns to 132 ns) between 1 "
                                                   "and 2, the farthest.")
        self.assertEqual(answered(two).headline, "A cache line takes 131 ns (130 ns to 131 ns) one way between CPUs 0 and 1.")

    def test_each_pair_is_in_both_halves_and_numbered_where_there_is_room(self):
        pictures, tables = drawn(cores)
        axis = pictures["core_to_core_matrix"].axes[0]
        cells = axis.images[0].get_array()
        self.assertEqual(cells.shape, (4, 4))
        self.assertEqual(cells[0][1], cells[1][0])
        self.assertEqual(sorted(int(row["launches"]) for row in tables["core_to_core_matrix"]), [6] * 6)
        self.assertEqual(len(axis.texts), 12)
        self.assertFalse(drawn(many)[0]["core_to_core_matrix"].axes[0].texts)

    def test_a_number_can_be_read_on_its_cell_in_both_themes(self):
        for fill in (cores, two):
            axis = drawn(fill)[0]["core_to_core_matrix"].axes[0]
            for text in axis.texts:
                x, y = (int(place) for place in text.get_position())
                cell = to_hex(axis.images[0].to_rgba(axis.images[0].get_array()[y][x]))
                self.assertGreaterEqual(colours.contrast(text.get_color(), cell), colours.READABLE)
                self.assertEqual(colours.themed(text.get_color()), text.get_color())

    def test_one_cpu_has_no_pair_and_the_report_is_drawn(self):
        with fixture_run() as run:
            run.row("core_to_core/contender:cache_line", 1, scenario="core_to_core", impl="cache_line",
                    status="skipped", error="only one CPU is allowed: there is no pair")
            run.write()
            self.assertEqual(report(run.folder)[0], 0)


if __name__ == "__main__":
    unittest.main()
