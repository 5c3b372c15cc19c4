"""The names of lines: beside their ends within reach, else in a list in the order of their values."""

import unittest

import support  # noqa: F401, first: it finds the scripts
from figures import figure, names
from support import drawn


def named(ends, **more):
    """(names beside the ends, names of the list from the top), of lines that end at these (x, y)."""
    picture, axis = figure.start("Title")
    axis.set_yscale("log")
    axis.set_xlim(0, 1)
    axis.set_ylim(0.5, 200)
    names.name_lines(axis, [(x, y, (impl, "")) for impl, (x, y) in ends.items()], **more)
    legend = axis.get_legend()
    found = [text.get_text() for text in axis.texts], [text.get_text() for text in legend.get_texts()] if legend else []
    figure.pyplot.close(picture)
    return found


class Names(unittest.TestCase):
    def test_they_keep_their_distance_and_stay_near_their_ends(self):
        self.assertEqual(names.spread_out([10, 10, 10, 50], 4, 0, 100), [6, 10, 14, 50])

    def test_they_stay_within_bounds_as_long_as_there_is_room(self):
        self.assertEqual(names.spread_out([99, 100], 4, 0, 100), [96, 100])
        self.assertEqual(names.spread_out([0, 1], 4, 0, 100), [0, 4])

    def test_ends_that_lie_apart_are_named_beside_them(self):
        self.assertEqual(named({"pipe": (1, 1), "queue": (1, 10)}), (["gilfree Pipe", "gilfree Queue"], []))

    def test_two_that_meet_are_still_named_beside_their_ends(self):
        self.assertEqual(named({"pipe": (1, 1), "queue": (1, 1.01)})[1], [])

    def test_many_that_end_close_together_are_listed_the_highest_first(self):
        ends = {impl: (1, 1 + place / 100) for place, impl in enumerate(("pipe", "queue", "pipe2", "fifo", "posix_mq"))}
        self.assertEqual(named(ends), ([], ["POSIX mq", "fifo", "pipe(2)", "gilfree Queue", "gilfree Pipe"]))

    def test_a_line_that_ends_early_is_listed_last_and_no_thin_line_leads_across_the_others(self):
        self.assertEqual(named({"pipe": (0.5, 100), "queue": (1, 1), "pipe2": (1, 50)}), ([], ["pipe(2)", "gilfree Queue", "gilfree Pipe"]))

    def test_the_list_may_be_in_the_order_of_the_medians(self):
        ends = {impl: (1, 1 + place / 100) for place, impl in enumerate(("pipe", "queue", "pipe2", "fifo"))}
        medians = [(value, (impl, "")) for impl, value in (("pipe", 3), ("queue", 9), ("pipe2", 1), ("fifo", 5))]
        self.assertEqual(named(ends, medians=medians)[1], ["gilfree Queue", "fifo", "gilfree Pipe", "pipe(2)"])

    def test_no_figure_of_all_channels_has_a_name_out_of_reach(self):
        lists = 0
        for name, picture in drawn(support.full)[0].items():
            (axis,) = picture.axes
            lists += name.startswith("pipe_vs_queue_percentiles") and axis.get_legend() is not None
            for text in axis.texts if "_cost_" not in name else ():
                if text.arrow_patch is not None:
                    self.assertLessEqual(self.rise_of(axis, text), names.REACH + 1, (name, text.get_text()))
        self.assertEqual(lists, 2)

    def rise_of(self, axis, text):
        """The points between the height of a name and that of its line's end."""
        axis.figure.canvas.draw()
        box = axis.get_window_extent()
        end = axis.transData.transform(text.xy)[1]
        return abs(box.y0 + text.xyann[1] * box.height - end) * 72 / axis.figure.dpi


if __name__ == "__main__":
    unittest.main()
