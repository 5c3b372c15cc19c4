"""The figures: their form follows the data, nothing is cut or written over, captions claim what the data have."""

import itertools
import os
import re
import tempfile
import unittest
from unittest import mock

import support
from data import contenders
from figures import dots, figure
import fills
from figures import lines
from matplotlib.text import Text
from support import drawn


class Files(unittest.TestCase):
    def test_a_figure_that_is_drawn_again_is_never_half_there(self):
        """Of two reports at once one may show what the other draws."""
        drawn_over = []
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(2):
                picture = figure.pyplot.figure()
                plain = picture.savefig

                def savefig(path, plain=plain, **more):
                    drawn_over.append(os.path.exists(path))
                    plain(path, **more)
                with mock.patch.object(picture, "savefig", savefig):
                    figure.save(picture, folder, "x", "words", "alt", ["x"], [])
            self.assertEqual(sorted(os.listdir(os.path.join(folder, "plots"))), ["x.csv", "x.png", "x.svg"])
        self.assertEqual(drawn_over, [False] * 4)


def texts(picture):
    """[(words, box in pixels)] of what is written in it: what an axis leaves out is not."""
    written = []

    def draw(text, renderer, *arguments, **more):
        if text.get_text().strip():
            written.append((text.get_text(), Text.get_window_extent(text, renderer)))
        return plain(text, renderer, *arguments, **more)

    plain = Text.draw
    with mock.patch.object(Text, "draw", draw):
        picture.canvas.draw()
    return written


def said(picture):
    return " ".join(" ".join(words.split()) for words, _ in texts(picture))


def shares_room(one, other):
    """Whether two boxes overlap by more than a pixel each way."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return width > 1 and height > 1


figure.pyplot.rcParams["figure.max_open_warning"] = 0  # they are looked at again and again


class Drawn(unittest.TestCase):
    def draw(self, fill):
        """The pictures and tables of fill."""
        return drawn(fill)


def least(run):
    """The least that a smoke run leaves."""
    for impl in support.CHANNELS:
        run.throughput(impl, 64, [1e6])
        run.round_trips(impl, [1000], count=10)
    run.operations("nothing", [2.5])
    run.start_join("process", "process", 10 << 20, [3e5])
    run.pool("process_pool", "fifty", 2, [3e6])
    run.scaling("thread", "lock", {1: 1e5}, launches=1)
    run.queue_around("queue", "thread", 2, [1e6])
    run.lock("lock", 2, [1e6])
    run.limit("semaphore", [1e6])
    run.wake("event", [80])
    run.row("tides/impl:moon", 1, scenario="tides", impl="moon", ops_per_s=5)


class Pictures(Drawn):
    """Each scenario in full, and the least of all."""

    def check(self, name, picture):
        written = texts(picture)
        for words, box in written:
            inside = (box.x0 >= picture.bbox.x0 and box.x1 <= picture.bbox.x1 and
                      box.y0 >= picture.bbox.y0 and box.y1 <= picture.bbox.y1)
            self.assertTrue(inside, "%s: %r is cut" % (name, words))
        for (one, box), (other, beside) in itertools.combinations(written, 2):
            self.assertFalse(shares_room(box, beside), "%s: %r on %r" % (name, one, other))
        self.assertIn("Some <CPU> & more, 2 CPUs, Linux 6.1.0; run f1e2d3c4", said(picture), name)

    def test_nothing_is_cut_or_written_over(self):
        for fill in (support.full, least, fills.everything):
            pictures, _ = self.draw(fill)
            self.assertTrue(pictures)
            for name, picture in pictures.items():
                with self.subTest(name):
                    self.check(name, picture)

    def test_each_axis_has_numbers_however_narrow(self):
        for name, picture in self.draw(fills.everything)[0].items():
            picture.canvas.draw()
            for axis in picture.axes:
                for which in (axis.xaxis, *([axis.yaxis] if axis.get_yscale() == "log" else [])):  # else it may be a list of names
                    low, high = sorted(which.get_view_interval())
                    self.assertGreater(len([tick for tick in which.get_majorticklocs() if low <= tick <= high]), 1, name)

    def test_every_contender_is_named_in_every_figure_of_the_channels(self):
        wanted = {contenders.label(impl, interpreter) for impl in support.CHANNELS
                  for interpreter in (("3.11.2", "3.13.0") if impl.startswith("cpython") else ("",))}
        pictures, _ = self.draw(support.full)
        channels = {name: picture for name, picture in pictures.items()
                    if name.startswith("pipe_vs_queue") and not name.startswith("pipe_vs_queue_time")}  # of one each
        self.assertEqual(len(channels), 8)
        for name, picture in channels.items():
            self.assertEqual(wanted - {words for words, _ in texts(picture)}, set(), name)


class Form(Drawn):
    """With one x value a sorted dot plot, with several lines; never a line plot of one column of dots."""

    def test_a_single_size_or_number_of_parties_is_drawn_as_sorted_dots(self):
        pictures, tables = self.draw(lambda run: [run.lock(impl, 2, [rate] * 6) for impl, rate in (
            ("lock", 2e6), ("tbb_mutex", 5e6), ("std_mutex", 3e6))])
        self.assertEqual(list(pictures), ["lock_contention_rate", "lock_contention_waits_thread", "lock_contention_fairness_thread"])
        self.assertEqual([row["impl"] for row in tables["lock_contention_rate"]], ["tbb_mutex", "std_mutex", "lock"])
        self.assertIn("higher is better", said(pictures["lock_contention_rate"]))

    def test_the_lowest_latency_is_on_top(self):
        _, tables = self.draw(lambda run: [run.start_join(impl, "thread", 0, [cost] * 6) for impl, cost in (
            ("thread", 9e3), ("pthread", 7e3))])
        self.assertEqual([row["impl"] for row in tables["lifecycle_p50"] if row["mark"] == "median"],
                         ["pthread", "thread"])

    def test_several_values_are_lines(self):
        def fill(run):
            for parties in (1, 2, 8):
                run.lock("lock", parties, [1e6] * 6)
                run.lock("std_mutex", parties, [2e6] * 6)
        with mock.patch.object(lines, "draw_lines", wraps=lines.draw_lines) as called:
            _, tables = self.draw(fill)
        self.assertEqual(called.call_count, 1)
        self.assertEqual([row["parties"] for row in tables["lock_contention_rate"]], ["1", "2", "8"] * 2)

    def test_no_figure_of_a_single_x_value_has_a_line_in_it(self):
        curves = ("pipe_vs_queue_percentiles", "pipe_vs_queue_distribution", "pipe_vs_queue_tail", "wakeup_percentiles")
        pictures, _ = self.draw(least)
        dotted = {name: picture for name, picture in pictures.items() if not name.startswith(curves)}
        self.assertGreater(len(dotted), 8)
        for name, picture in dotted.items():
            self.assertEqual({len(line.get_xdata()) for axis in picture.axes for line in axis.lines}, {1}, name)

    def test_values_of_one_kind_start_at_zero_and_wide_ones_are_logarithmic_and_both_say_so(self):
        for rates, words in (((1e6, 9e6), "from zero"), ((1e6, 11e6), "the axis is logarithmic")):
            pictures, _ = self.draw(lambda run, rates=rates: (run.limit("semaphore", [rates[0]] * 6),
                                                              run.limit("posix_sem", [rates[1]] * 6)))
            self.assertIn(words, said(pictures["semaphore_pool_rate"]))

    def test_a_value_of_zero_is_left_out_of_a_logarithmic_axis(self):
        def fill(run):
            run.throughput("pipe", 64, [1e6] * 6)
            run.throughput("pipe", 1048576, [0] * 6)
            run.throughput("queue", 64, [0] * 6)
        pictures, _ = self.draw(fill)
        self.assertIn("gilfree Pipe", said(pictures["pipe_vs_queue_64_b_rate"]))
        self.assertNotIn("gilfree Queue", said(pictures["pipe_vs_queue_64_b_rate"]))

    def test_nothing_measured_draws_nothing(self):
        self.assertEqual(self.draw(lambda run: run.skipped("pipe", 64, "one CPU")), ({}, {}))

    def test_more_contenders_than_can_be_read_are_counted_in_the_caption(self):
        pictures, tables = self.draw(lambda run: [run.lock("lock_%03d" % each, 2, [each + 1] * 6) for each in range(300)])
        self.assertEqual(len(tables["lock_contention_rate"]), dots.SHOWN)
        self.assertIn("260 more are in the table", said(pictures["lock_contention_rate"]))

    def test_as_of_lines(self):
        def fill(run):
            for each, parties in itertools.product(range(50), (1, 2)):
                run.lock("lock_%03d" % each, parties, [each + 1] * 6)
        pictures, _ = self.draw(fill)
        self.assertIn("20 more are in the table", said(pictures["lock_contention_rate"]))


class Subtitles(Drawn):
    def test_lines_of_one_setting_say_which_it_was(self):
        def fill(run):
            for size in (64, 1024):
                run.throughput("pipe", size, [1e6] * 6)
                run.round_trips("pipe", [900] * 6, size=size)
        pictures, _ = self.draw(fill)
        for name, words in (("rate", "One way, a core each"), ("bytes", "One way, a core each"), ("p50", "Round trip, a core each")):
            self.assertIn(words, said(pictures["pipe_vs_queue_" + name]), name)


class Captions(Drawn):
    """A caption claims what the data have, and no more."""

    def test_the_rule_says_how_many_launches_and_where_there_are_intervals(self):
        self.assertEqual(figure.rule_of([1, 1]), "Medians of 1 launch: too few for an interval")
        self.assertEqual(figure.rule_of([1, 5]), "Medians of 1 to 5 launches: too few for an interval")
        self.assertEqual(figure.rule_of([6, 6]), "Medians of 6 launches; bars: 95 % interval of the median")
        self.assertEqual(figure.rule_of([6, 1, 2]), "Medians of 1 to 6 launches; bars: 95 % interval of the median, where "
                                                    "there are six or more launches (1 of 3)")

    def test_six_launches_of_one_contender_are_not_said_of_the_others(self):
        pictures, _ = self.draw(lambda run: (run.lock("lock", 2, [1e6] * 6), run.lock("std_mutex", 2, [2e6])))
        self.assertIn("Medians of 1 to 6 launches", said(pictures["lock_contention_rate"]))
        self.assertIn("(1 of 2); hollow: fewer than six launches", said(pictures["lock_contention_rate"]))

    def test_a_dot_without_an_interval_is_hollow(self):
        pictures, _ = self.draw(lambda run: (run.lock("lock", 2, [1e6, 2e6] * 3), run.lock("std_mutex", 2, [3e6])))
        (axis,) = pictures["lock_contention_rate"].axes
        filled = [line.get_markerfacecolor() != figure.PAPER for line in axis.lines if line.get_marker() == "o"]
        self.assertEqual(filled, [False, True])
        self.assertEqual(len(axis.collections), 1)

    def test_waits_that_are_the_clock_are_named_so(self):
        pictures, _ = self.draw(lambda run: run.lock("lock", 2, [1e6] * 6, p50=40, timer_cost_ns=25))
        self.assertIn("up to 50 ns it is the clock that takes the time", said(pictures["lock_contention_waits_thread"]))
        pictures, _ = self.draw(lambda run: run.lock("lock", 2, [1e6] * 6, p50=60, timer_cost_ns=25))
        self.assertNotIn("the clock", said(pictures["lock_contention_waits_thread"]))

    def test_marks_that_no_row_has_are_not_explained(self):
        pictures, _ = self.draw(lambda run: run.start_join("process", "process", 0, [3e5] * 6, lat_p99_ns=""))
        self.assertNotIn("99th percentile", said(pictures["lifecycle_p50"]))

    def test_alt_texts_say_what_is_seen(self):
        alts = []
        for fill in (support.full, fills.everything):
            with support.fixture_run() as run:
                fill(run)
                run.write()
                support.report(run.folder)
                alts += re.findall(r'<svg role="img" aria-label="([^"]*)"', run.read("report.html"))
        self.assertGreater(len(alts), 30)
        for alt in alts:
            self.assertRegex(alt, r"^(Dot plot|Line plot|Percentile curves|Heat map)\. .*[0-9]", alt)
        for words in ("best gilfree th::Lock 10 ns, last CPython 3.11.2 threading.Lock 400 ns",
                      "at 8 B gilfree Pipe leads with 21 M", "lowest median 210 ns (gilfree Pipe)"):
            self.assertTrue(any(words in alt for alt in alts), (words, alts))


class Placing(unittest.TestCase):
    def test_numbers_of_an_axis_stand_apart_and_the_first_that_are_wanted_go_first(self):
        self.assertEqual(figure.with_room([0, 10, 9.6, 5, 99], 0, 10, 2, str), [0, 5, 10])
        self.assertEqual(figure.with_room([5, 0, 10], 0, 10, 0.1, str), [5])

    def test_every_so_many_th_column_is_named_as_there_is_room(self):
        self.assertEqual(figure.stride(["0:00"] * 6, 2.9), 1)
        self.assertGreater(figure.stride(["10:00"] * 60, 3.3), 4)

    def test_a_long_caption_makes_the_picture_longer_and_covers_nothing(self):
        picture, axis = figure.start("Title", "subtitle")
        axis.plot([1, 2], [1, 2])
        axis.set_xlabel("what it is")
        before = axis.get_window_extent().height
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(figure.pyplot, "close"):
            figure.save(picture, folder, "long", "words of a caption " * 40, "alt", ["x"], [])
        self.assertAlmostEqual(axis.get_window_extent().height, before)
        written = texts(picture)
        self.assertFalse([pair for pair in itertools.combinations(written, 2) if shares_room(pair[0][1], pair[1][1])])
        self.assertTrue(all(box.y0 >= picture.bbox.y0 and box.y1 <= picture.bbox.y1 for _, box in written))
        figure.pyplot.close(picture)

    def test_room_is_kept_for_the_longest_name(self):
        self.assertEqual(figure.room([]), 0.4)
        self.assertGreater(figure.room(["ab", "abcdefgh"]), figure.room(["abcd", " "]))

    def test_ticks_are_round_and_few(self):
        self.assertEqual(figure.round_numbers(0.9, 1.1e4), [1, 100, 10000])
        self.assertEqual(figure.round_numbers(120, 700), [200, 500])
        self.assertEqual(figure.round_numbers(110, 120), [])


if __name__ == "__main__":
    unittest.main()
