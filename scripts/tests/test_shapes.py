"""Figures of other shapes: speed against CPU time, latency against offered load, launches in order, where the lead changes."""

import itertools
import unittest

import support
from data import scaling_fit
from data.estimate import Estimate
from data.run_folder import Row, read_run
from figures import drift, lines, load_curve, scatter
from matplotlib.text import Text
from support import drawn


def launches(impl, speeds, costs, **cells):
    def fill(run):
        for launch, (speed, cost) in enumerate(zip(speeds, costs), start=1):
            run.channel(impl, 64, "throughput", launch, ops_per_s=speed, cpu_ns_per_op=cost, **cells)
    return fill


def said(pictures, part):
    """What is written in the one picture whose name has this part."""
    (picture,) = (picture for name, picture in pictures.items() if part in name)
    return " ".join(" ".join(text.get_text().split()) for text in picture.findobj(Text))


class Cost(unittest.TestCase):
    """Three channels: one fast and dear, one slow and cheap, one beaten in both."""

    @staticmethod
    def fill(run):
        for impl, speed, cost in (("pipe", 4e6, 300), ("queue", 1e6, 100), ("pipe2", 9e5, 400)):
            launches(impl, [speed] * 6, [cost] * 6)(run)

    def test_the_front_is_what_none_beats_in_both(self):
        _, tables = drawn(self.fill)
        (name,) = (name for name in tables if "_cost_" in name)
        self.assertEqual({row["impl"]: row["front"] for row in tables[name]}, {"pipe": "1", "queue": "1", "pipe2": "0"})

    def test_a_caption_speaks_of_a_line_only_where_there_is_one(self):
        pictures, _ = drawn(self.fill)
        self.assertIn("dashed: the front", said(pictures, "_cost_"))
        alone = [launches(impl, [speed] * 6, [cost] * 6) for impl, speed, cost in (("pipe", 3e6, 30), ("queue", 2e6, 40), ("pipe2", 1e6, 90))]
        pictures, _ = drawn(lambda run: [each(run) for each in alone])
        self.assertIn("none beats gilfree Pipe in both", said(pictures, "_cost_"))
        self.assertNotIn("dashed", said(pictures, "_cost_"))

    def test_a_front_whose_line_lies_under_its_markers_is_named_instead(self):
        near = [launches(impl, [speed] * 6, [cost] * 6) for impl, speed, cost in (
            ("pipe", 4e6, 100), ("queue", 3.99e6, 99.9), ("pipe2", 1e5, 5000))]
        pictures, tables = drawn(lambda run: [each(run) for each in near])
        (table,) = (table for name, table in tables.items() if "_cost_" in name)
        self.assertEqual([row["impl"] for row in table if row["front"] == "1"], ["pipe", "queue"])
        self.assertIn("none beats gilfree Pipe and gilfree Queue in both", said(pictures, "_cost_"))
        self.assertNotIn("dashed", said(pictures, "_cost_"))

    def test_dots_have_the_intervals_of_both_and_the_caption_says_where_there_are_none(self):
        few = [launches(impl, [speed], [100]) for impl, speed in (("pipe", 3e6), ("queue", 2e6), ("pipe2", 1e6))]
        for fill, bars, words in ((self.fill, 6, "bars: 95 % interval of the median"),
                                  (lambda run: [each(run) for each in few], 0, "too few for an interval")):
            pictures, tables = drawn(fill)
            ((name, picture),) = ((name, picture) for name, picture in pictures.items() if "_cost_" in name)
            self.assertEqual(len(picture.axes[0].collections), bars)
            self.assertIn(words, said(pictures, "_cost_"))
            self.assertEqual([bool(row["low"] and row["cpu_high"]) for row in tables[name]], [bars > 0] * 3)

    def test_an_axis_has_two_numbers_however_near_the_values_are(self):
        near = [launches(impl, [speed] * 6, [cost] * 6) for impl, speed, cost in (("pipe", 1.3e6, 101), ("queue", 1.2e6, 105), ("pipe2", 1.1e6, 109))]
        (picture,) = (picture for name, picture in drawn(lambda run: [each(run) for each in near])[0].items() if "_cost_" in name)
        for axis in (picture.axes[0].xaxis, picture.axes[0].yaxis):
            low, high = axis.get_view_interval()
            self.assertGreater(sum(low <= place <= high for place in axis.get_majorticklocs()), 1)

    def test_each_dot_is_named_and_no_name_covers_another_or_a_dot(self):
        source = [(100 + 7 * at % 40, 50 + 11 * at % 30) for at in range(14)]
        boxes = scatter.places_for(source, ["name %d" % at for at in range(14)], (0, 0, 400, 300))
        for one, other in itertools.combinations(boxes, 2):
            self.assertEqual(scatter.overlap(one, other), 0)
        for box in boxes:
            self.assertEqual(scatter.overlap(box, (0, 0, 400, 300)), (box[2] - box[0]) * (box[3] - box[1]))

    def test_two_contenders_and_those_without_a_cost_are_no_figure(self):
        for fill in (lambda run: [launches(impl, [1e6], [100])(run) for impl in ("pipe", "queue")],
                     lambda run: [launches(impl, [1e6], [""])(run) for impl in ("pipe", "queue", "pipe2")]):
            self.assertFalse([name for name in drawn(fill)[1] if "_cost_" in name])


class Load(unittest.TestCase):
    def rows(self, saturated):
        """rates 1, 2 and 4 k/s of two contenders; saturated: {impl: rates that it does not reach}"""
        return [Row({"scenario": "producer_consumer", "case": impl, "impl": impl, "interpreter": "", "status": "ok", "launch": "1",
                     "load_mode": "open", "target_rate_per_s": str(rate), "lat_p50_ns": str(100 * rate), "lat_p99_ns": str(500 * rate),
                     "saturated": str(int(rate in saturated[impl]))}) for impl in saturated for rate in (1000, 2000, 4000)]

    def test_shading_begins_where_all_are_saturated(self):
        for saturated, first in (({"queue": (4000,), "pipe2": (2000, 4000)}, 4000), ({"queue": (), "pipe2": (4000,)}, None),
                                 ({"queue": (1000, 2000, 4000), "pipe2": (1000, 2000, 4000)}, 1000)):
            (curves,) = load_curve.curves_of(self.rows(saturated)).values()
            self.assertEqual(load_curve.saturated_from(curves), first)

    def test_one_rate_and_closed_loops_are_no_curve(self):
        rows = self.rows({"queue": ()})
        self.assertEqual(load_curve.curves_of([row for row in rows if row["target_rate_per_s"] == "1000"]), {})
        self.assertEqual(load_curve.curves_of([Row({**row, "load_mode": "closed"}) for row in rows]), {})

    def test_the_figure_has_both_percentiles_and_says_what_is_saturated(self):
        def fill(run):
            for rate, launch in itertools.product((1000, 64000), range(1, 7)):
                for impl in ("queue", "std_queue"):
                    run.row("producer_consumer/%s/%d" % (impl, rate), launch, scenario="producer_consumer", impl=impl, scope="thread",
                            parties=2, producers=1, consumers=1, msg_bytes=64, batch=1, load_mode="open", target_rate_per_s=rate,
                            metric_kind="latency", lat_p50_ns=rate, lat_p99_ns=9 * rate, saturated=int(rate > 1000))
        pictures, tables = drawn(fill)
        (name,) = (name for name in tables if name.startswith("producer_consumer_load"))
        self.assertEqual({row["percentile"] for row in tables[name]}, {"lat_p50_ns", "lat_p99_ns"})
        self.assertEqual(sum(int(row["saturated"]) for row in tables[name]), 4)
        self.assertTrue(any("shaded" in text.get_text() for text in pictures[name].texts))


class Drift(unittest.TestCase):
    def run_of(self, factor_of, stolen=0.0):
        """40 launches of each of two cases, so many times as fast as their median."""
        with support.fixture_run() as run:
            for case, launch in itertools.product((0, 1), range(1, 41)):
                order = 2 * launch + case
                run.lock(("lock", "std_mutex")[case], 2, [])
                run.row("lock_contention/%d" % case, launch, scenario="lock_contention", impl="lock", metric_kind="throughput",
                        ops_per_s=1000 * (1 + case) * factor_of(order), order_index=order, steal_frac=stolen)
            run.write()
            return drift.speeds_of(read_run(run.folder)[1])

    def test_a_steady_machine_is_called_steady(self):
        found = self.run_of(lambda order: 1)
        self.assertIn("reached 100 % of its case's median speed, in the fastest 100 %", drift.sentence(found, drift.binned(found), 0, 80))

    def test_one_that_slowed_down_is_seen(self):
        found = self.run_of(lambda order: 1 if order < 41 else 0.5)
        text = drift.sentence(found, drift.binned(found), 0, 80)
        self.assertRegex(text, r"The last fifth of the launches was 0\.50 times as fast as the first")

    def test_a_latency_that_rose_is_a_slower_machine(self):
        rows = [Row({"case": "c", "launch": str(at), "order_index": str(at), "metric_kind": "latency", "lat_p50_ns": str(100 + 10 * at)})
                for at in range(1, 4)]
        self.assertEqual([round(speed, 2) for _, speed, _ in drift.speeds_of(rows)], [1.09, 1.0, 0.92])

    def test_stolen_time_is_told(self):
        rows = [Row({"case": case, "launch": launch, "steal_frac": share}) for case, launch, share in (
            ("one", "1", "0"), ("one", "2", "0.03"), ("alone", "1", "0.5"), ("alone", "1", "0"))]
        self.assertEqual(drift.stolen_from(rows), (2, 3))
        found = self.run_of(lambda order: 1)
        self.assertIn("In 2 of 3 launches the hypervisor", drift.sentence(found, drift.binned(found), *drift.stolen_from(rows)))

    def test_cases_with_one_launch_say_nothing_of_it(self):
        rows = [Row({"case": str(at), "launch": "1", "order_index": str(at), "metric_kind": "throughput", "ops_per_s": "5"}) for at in range(99)]
        text, paths = drift.drift("/nowhere", {}, rows)
        self.assertIn("Too few", text)
        self.assertEqual(paths, [])


class Laws(unittest.TestCase):
    def fill(self, run, cpus):
        run.facts["host"]["cpus"] = cpus
        run.scaling("thread", "integer", {n: 100 * n / (1 + 0.05 * (n - 1)) for n in (1, 2, 3, 4, 6, 8)})

    def test_a_law_that_was_fitted_is_drawn_dotted_and_said(self):
        pictures, _ = drawn(lambda run: self.fill(run, 8))
        self.assertTrue(any("dotted: the law" in text.get_text() for text in pictures["cpu_scaling_integer_weak"].texts))

    def test_with_too_few_cores_there_is_none(self):
        pictures, _ = drawn(lambda run: self.fill(run, 4))
        self.assertFalse(any("dotted" in text.get_text() for text in pictures["cpu_scaling_integer_weak"].texts))

    def test_it_goes_through_the_points_that_it_was_made_of(self):
        self.assertAlmostEqual(scaling_fit.law_of(scaling_fit.Fit(0, 0.05, 0.001))(8), 8 / (1 + 0.05 * 7 + 0.001 * 56))


class Even(unittest.TestCase):
    def test_the_most_even_is_on_top_at_the_most_parties_that_are_drawn(self):
        def fill(run):
            for impl, fair in (("lock", 0.99), ("std_mutex", 0.7)):
                for parties in (1, 2, 4, 8):
                    run.lock(impl, parties, [1e6] * 6, fair=fair)
        _, tables = drawn(fill)
        self.assertEqual([(row["impl"], row["fair_jain"]) for row in tables["lock_contention_fairness_thread"]],
                         [("lock", "0.99"), ("std_mutex", "0.7")])


class Bars(unittest.TestCase):
    def test_those_that_would_cover_each_other_have_lanes_of_their_own(self):
        def line(low, high):
            return {64: Estimate((low + high) / 2, low, high, 6), 1024: Estimate(1, None, None, 1)}
        self.assertEqual(lines.lanes_of({("pipe2", ""): line(9, 11), ("pipe", ""): line(9, 11), ("queue", ""): line(10, 12),
                                         ("posix_mq", ""): line(30, 40)}),
                         {("pipe", ""): 0, ("queue", ""): 1, ("pipe2", ""): -1, ("posix_mq", ""): 0})

    def test_they_stand_side_by_side_and_the_caption_says_so(self):
        def fill(run, factor=1):
            for size in (64, 1024):
                run.throughput("pipe", size, [1e6 * (1 + each / 50) for each in range(6)])
                run.throughput("queue", size, [factor * 1e6 * (1 + each / 50) for each in range(6)])

        def apart(run):
            fill(run, factor=5)

        for filling, stands, is_said in ((fill, 2, True), (apart, 1, False)):
            pictures, _ = drawn(filling)
            bars = [bar for bar in pictures["pipe_vs_queue_rate"].axes[0].collections if bar.get_segments()[0][0][0] == 64]
            self.assertEqual(len(bars), 2)
            self.assertEqual(len({round(float(bar.get_transform().transform(bar.get_segments()[0])[0][0]), 2) for bar in bars}), stands)
            self.assertEqual("stand side by side" in said(pictures, "pipe_vs_queue_rate"), is_said)


class Lead(unittest.TestCase):
    def lines(self, one, other, spread=0.01):
        sizes = (64, 1024, 16384)
        return {name: {size: Estimate(value, value * (1 - spread), value * (1 + spread), 6) for size, value in zip(sizes, values)}
                for name, values in ((("pipe", ""), one), (("queue", ""), other))}

    def test_it_changes_where_the_lines_cross(self):
        ((size, speed),) = lines.lead_changes(self.lines((4, 4, 1), (1, 1, 4)), "higher")
        self.assertAlmostEqual(size, 4096)
        self.assertAlmostEqual(speed, 2)

    def test_the_lower_latency_leads(self):
        self.assertEqual(len(lines.lead_changes(self.lines((4, 4, 1), (1, 1, 4)), "lower")), 1)
        self.assertEqual(lines.leader_at(self.lines((4, 4, 1), (1, 1, 4)), 64, "lower"), ("queue", ""))

    def test_lines_that_are_not_told_apart_have_no_leader(self):
        self.assertEqual(lines.lead_changes(self.lines((4, 4, 3), (3, 3, 4), spread=0.4), "higher"), [])

    def test_without_intervals_none_is_marked(self):
        found = {name: {size: value._replace(low=None, high=None) for size, value in points.items()}
                 for name, points in self.lines((4, 4, 1), (1, 1, 4)).items()}
        self.assertEqual(lines.lead_changes(found, "higher"), [])


if __name__ == "__main__":
    unittest.main()
