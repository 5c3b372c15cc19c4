"""The figures: all files are written, nothing is clipped, no text over text, everybody is named."""

import csv
import itertools
import os
import unittest
import xml.etree.ElementTree
from unittest import mock

import support
import contenders
import figure
import plot_pipe_vs_queue
import plot_single_operation
from percentiles import quantiles
from matplotlib.figure import Figure
from matplotlib.text import Text
from run_folder import read_run

NAMES = ("pipe_vs_queue_throughput", "pipe_vs_queue_percentiles", "pipe_vs_queue_distribution",
         "pipe_vs_queue_round_trip", "single_operation")


def drawn(run):
    """{name: matplotlib figure} of all that a run draws."""
    pictures = []

    def keep(picture):
        if isinstance(picture, Figure):
            pictures.append(picture)

    with mock.patch.object(figure.pyplot, "close", keep):
        facts, rows = read_run(run.folder)
        paths = []
        for module, scenario in ((plot_pipe_vs_queue, "pipe_vs_queue"),
                                 (plot_single_operation, "single_operation")):
            paths += module.draw(run.folder, facts,
                                 [row for row in rows if row["scenario"] == scenario])
    return dict(zip((os.path.basename(path)[:-4] for path in paths), pictures))


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


def shares_room(one, other):
    """Whether two boxes overlap by more than a pixel each way."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return width > 1 and height > 1


class Figures(unittest.TestCase):
    """Drawn twice: a whole run, and the least that a smoke run leaves."""

    @classmethod
    def setUpClass(cls):
        cls.pictures = {}
        for kind in ("whole", "least"):
            context = support.fixture_run()
            run = context.__enter__()
            cls.addClassCleanup(context.__exit__, None, None, None)
            if kind == "whole":
                support.full(run)
                cls.run_ = run
            else:
                for impl in support.CHANNELS:
                    run.throughput(impl, 64, [1e6])
                    run.round_trips(impl, [1000], count=10)
                run.operations("nothing", [2.5])
            run.write()
            for name, picture in drawn(run).items():
                cls.pictures[kind, name] = picture
                cls.addClassCleanup(figure.pyplot.close, picture)

    def test_a_whole_run_draws_all_and_the_least_run_all_but_the_sizes(self):
        self.assertEqual({name for kind, name in self.pictures if kind == "whole"}, set(NAMES))
        self.assertEqual({name for kind, name in self.pictures if kind == "least"},
                         set(NAMES) - {"pipe_vs_queue_round_trip"})

    def test_each_is_written_as_svg_png_and_numbers(self):
        for name in NAMES:
            root = xml.etree.ElementTree.parse(self.run_.path("plots/%s.svg" % name)).getroot()
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            with open(self.run_.path("plots/%s.png" % name), "rb") as file:
                self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")
            rows = list(csv.reader(self.run_.read("plots/%s.csv" % name).splitlines()))
            self.assertGreater(len(rows), 1)
            self.assertEqual({len(row) for row in rows}, {len(rows[0])})

    def test_no_text_leaves_the_picture(self):
        for (kind, name), picture in self.pictures.items():
            frame = picture.bbox
            for words, box in texts(picture):
                inside = (box.x0 >= frame.x0 and box.x1 <= frame.x1 and
                          box.y0 >= frame.y0 and box.y1 <= frame.y1)
                self.assertTrue(inside, "%s %s: %r is cut" % (kind, name, words))

    def test_no_text_stands_on_another(self):
        for (kind, name), picture in self.pictures.items():
            for (one, box), (other, beside) in itertools.combinations(texts(picture), 2):
                self.assertFalse(shares_room(box, beside),
                                 "%s %s: %r on %r" % (kind, name, one, other))

    def test_every_contender_is_named_in_every_figure_of_the_channels(self):
        wanted = {contenders.label(impl, interpreter) for impl in support.CHANNELS
                  for interpreter in (("3.11.2", "3.13.0") if impl.startswith("cpython") else ("",))}
        for name in NAMES[:4]:
            found = {words for words, _ in texts(self.pictures["whole", name])}
            self.assertEqual(wanted - found, set(), name)

    def test_the_machine_and_the_run_stand_under_each(self):
        for (kind, name), picture in self.pictures.items():
            words = " ".join(text for text, _ in texts(picture))
            self.assertIn("Some <CPU> & more, 2 CPUs, Linux 6.1.0; run f1e2d3c4", words, (kind, name))

    def test_one_launch_claims_no_interval(self):
        words = [text for text, _ in texts(self.pictures["least", "pipe_vs_queue_throughput"])]
        self.assertTrue(any("One launch: no interval" in text for text in words), words)


class Gaps(unittest.TestCase):
    def test_nothing_measured_draws_nothing(self):
        with support.fixture_run() as run:
            run.skipped("pipe", 64, "one CPU")
            run.write()
            self.assertEqual(drawn(run), {})

    def test_a_throughput_of_zero_is_left_out_of_a_logarithmic_axis(self):
        with support.fixture_run() as run:
            run.throughput("pipe", 64, [1e6] * 6)
            run.throughput("pipe", 1048576, [0] * 6)
            run.throughput("queue", 64, [0] * 6)
            run.write()
            pictures = drawn(run)
            words = [text for text, _ in texts(pictures["pipe_vs_queue_throughput"])]
        self.assertIn("gilfree Pipe", words)
        self.assertNotIn("gilfree Queue", words)

    def test_a_contender_that_has_no_line_in_the_list_is_named_as_in_the_table(self):
        with support.fixture_run() as run:
            run.throughput("carrier_pigeon", 64, [3] * 6)
            run.write()
            words = [text for text, _ in texts(drawn(run)["pipe_vs_queue_throughput"])]
        self.assertIn("carrier pigeon", words)

    def test_two_interpreters_are_told_apart(self):
        self.assertNotEqual(contenders.style("cpython_queue", "3.11.2"),
                            contenders.style("cpython_queue", "3.13.0"))
        self.assertEqual(contenders.style("cpython_queue", "pypy")["color"], contenders.GREY)

    def test_a_percentile_with_too_few_values_is_not_told(self):
        self.assertEqual(quantiles([(5, 299)], [0.5, 0.99, 0.999]), [5, None, None])
        self.assertEqual(quantiles([(5, 301)], [0.5, 0.99, 0.999]), [5, 5, None])


class Placing(unittest.TestCase):
    def test_names_keep_their_distance_and_stay_near_their_ends(self):
        found = figure.spread_out([10, 10, 10, 50], 4, 0, 100)
        self.assertEqual(found, [6, 10, 14, 50])

    def test_names_stay_within_bounds_as_long_as_there_is_room(self):
        self.assertEqual(figure.spread_out([99, 100], 4, 0, 100), [96, 100])
        self.assertEqual(figure.spread_out([0, 1], 4, 0, 100), [0, 4])


class Words(unittest.TestCase):
    def test_numbers_have_three_digits_and_never_an_exponent(self):
        self.assertEqual([figure.number(value) for value in
                          (0, 0.0123, 5, 999.4, 999.9, 1234, 12.1e6, 28.44e9)],
                         ["0", "0.0123", "5", "999", "1 k", "1.23 k", "12.1 M", "28.4 G"])

    def test_durations_carry_their_unit(self):
        self.assertEqual([figure.duration(value) for value in (1.94, 812, 999.9, 45310, 8e6, 3e9)],
                         ["1.94 ns", "812 ns", "1 µs", "45.3 µs", "8 ms", "3 s"])

    def test_sizes_are_binary(self):
        self.assertEqual([figure.size(value) for value in (8, 1000, 1024, 65536, 1048576)],
                         ["8 B", "1000 B", "1 KiB", "64 KiB", "1 MiB"])

    def test_what_is_said_in_a_sentence_has_two_digits(self):
        self.assertEqual([figure.two(value) for value in (145.7, 1.42, 0.953, 1234)],
                         ["150", "1.4", "0.95", "1200"])


if __name__ == "__main__":
    unittest.main()
