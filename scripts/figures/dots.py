"""Dot plots: the contenders of one setting, the best on top, each with its median, interval and number.

    path = draw_race(folder, run, race, "lock_contention_threads", "Who gets the lock?", "2 threads")

Filled dots have an interval, hollow ones too few launches for one. The number stands at the right, so that
a row is read like a line of a table. At most SHOWN contenders are drawn; the caption says how many are not.
draw_races() draws several that are compared by eye: threads and processes have one scale.
"""

import collections

from matplotlib.ticker import FixedLocator, MaxNLocator

from data import words
from data.contenders import is_ours, label, style
from data.estimate import estimate_of
from data.races import CLOCKS, P50
from figures import figure

Mark = collections.namedtuple("Mark", "name column shape drawn")

P99 = Mark("99th percentile", "lat_p99_ns", "D", "diamonds")
LONGEST = Mark("longest wait", "max_wait_ns", "|", "strokes")
SHOWN = 40
NARROW = 10  # values within such a factor are drawn from zero, wider ones on a logarithmic axis
APART = 0.25 # of the width of a logarithmic axis, at the least between its first number and the next
ROW = 0.25   # inches


def draw_median(axis, at, value, colour):
    if value.low is not None:
        axis.hlines(at, value.low, value.high, color=colour, linewidth=2.5, alpha=0.5)
    axis.plot(value.median, at, "o", color=colour, markersize=6.5, markeredgewidth=1.5,
              markerfacecolor=colour if value.low is not None else figure.PAPER)


def scale_axis(axis, values, text_of):
    """Starts the axis at zero where the values are near each other, else makes it logarithmic; returns which."""
    if max(values) <= NARROW * min(values):
        axis.set_xlim(0, 1.08 * max(values))
        axis.xaxis.set_major_locator(MaxNLocator(3))
        scale = "from zero"
    else:
        first = figure.round_below(min(values))
        axis.set_xscale("log")
        axis.set_xlim(min(first, min(values) / 1.1) / 1.1, max(values) * 1.4)
        low, high = axis.get_xlim()
        ticks = [first] + [tick for tick in figure.round_numbers(low, high) if tick / first > (high / low) ** APART]
        axis.xaxis.set_major_locator(FixedLocator(ticks))
        axis.minorticks_off()
        scale = "logarithmic"
    axis.xaxis.set_major_formatter(figure.formatter(text_of))
    return scale


def values_of(rows):
    """Returns all that stands on the axis: medians, the ends of their intervals, marks."""
    found = [each for _, value, others in rows for each in (
        value.median, value.low, value.high, *(other.median for _, other in others))]
    return [each for each in found if each]


def draw_rows(axis, rows, text_of, better, held):
    """Draws [(contender, Estimate, [(Mark, Estimate), ...])] from the top in that order. held: all that the axis has to hold."""
    for at, (contender, value, others) in enumerate(rows):
        colour = style(*contender)["color"]
        for mark, other in others:
            axis.plot(other.median, at, mark.shape, color=colour, markersize=6 if mark.shape == "|" else 4.5,
                      markerfacecolor=figure.PAPER, markeredgewidth=1.2)
        draw_median(axis, at, value, colour)
        axis.annotate(text_of(value.median), (1.02, at), xycoords=("axes fraction", "data"), va="center",
                      fontsize=9, color=figure.INK, annotation_clip=False)
    scale = scale_axis(axis, held, text_of)
    axis.set_xlabel("%s is better; the axis is %s" % (better, scale) if scale != "from zero" else
                    "%s is better; from zero" % better, fontsize=8.5)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_yticks(range(len(rows)), [label(*contender) for contender, *_ in rows])
    for text, (contender, *_) in zip(axis.get_yticklabels(), rows):
        text.set_color(style(*contender)["color"])
        text.set_fontweight("bold" if is_ours(contender[0]) else "normal")
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="y", visible=False)


def rows_of(race, marks):
    """Returns the rows that are drawn, and how many are not."""
    rows = [(entry.contender, entry.estimate, [(mark, found) for mark in marks if (
        found := estimate_of(entry.rows, mark.column)) is not None and found.median > 0])
            for entry in race.entries if entry.estimate.median > 0]
    return rows[:SHOWN], max(0, len(rows) - SHOWN)


def clock_words(race):
    """Returns what a caption says if some medians are no longer than it takes to read the clock twice."""
    clock = estimate_of([row for entry in race.entries for row in entry.rows], "timer_cost_ns")
    limit = CLOCKS * clock.median if clock and race.metric is P50 else 0
    short = any(0 < entry.estimate.median <= limit for entry in race.entries)
    return "; up to %s it is the clock that takes the time" % words.duration(limit) if short else ""


def alt_of(title, setting, race, rows):
    """Returns the alt text, which names the best and the last."""
    ends = ["%s %s" % (label(*contender), race.metric.text_of(value.median)) for contender, value, _ in (rows[0], rows[-1])]
    return "Dot plot. %s%s %s: best %s, last %s." % (
        title, " " + setting + "," if setting else "", words.counted(len(rows), "contender"), *ends) \
        if len(rows) > 1 else "Dot plot. %s %s: %s alone." % (title, setting, ends[0])


def draw_races(folder, run, races, marks=()):
    """Draws the figures of a group, with one scale; returns the SVGs' paths. races: [(race, name, title, setting)]"""
    beside = [race for race, *_ in races]
    return list(filter(None, (draw_race(folder, run, *each, marks, beside) for each in races)))


def draw_race(folder, run, race, name, title, setting="", marks=(), beside=()):
    """Draws a race; returns the SVG's path, or None if every value is zero. beside: the races of the group, this one too."""
    rows, left_out = rows_of(race, marks)
    if not rows:
        return None
    metric = race.metric
    picture, axis = figure.start(
        title, setting, width=2.1, height=0.3 + ROW * len(rows),
        left=figure.room([label(*contender) for contender, *_ in rows], 9.5),
        right=figure.room([metric.text_of(value.median) for _, value, _ in rows]))
    held = [value for each in beside or [race] for value in values_of(rows_of(each, marks)[0])]
    draw_rows(axis, rows, metric.text_of, metric.better, held)
    used = [mark for mark in marks if any(mark in dict(others) for *_, others in rows)]
    rule = figure.rule_of(value.n for _, value, _ in rows)
    reported = "".join("; %s: %s" % (mark.drawn, mark.name) for mark in used)
    hollow = "; hollow: fewer than six launches" if any(value.low is None for _, value, _ in rows) else ""
    hollow += clock_words(race)
    more = figure.group_rule(beside) + (". %d more are in the table" % left_out if left_out else "")
    table = [[*contender, what, *each] for contender, value, others in rows
             for what, each in [("median", value), *((mark.name, other) for mark, other in others)]]
    return figure.save(picture, folder, name, figure.caption(run, rule + hollow + reported + more),
                       alt_of(title, setting, race, rows),
                       ["impl", "interpreter", "mark", metric.column, "low", "high", "launches"], table)
