"""A panel of dots: one row a contender, one kind of dot a statistic, values on a log scale.

    table = draw_dots(axis, [(who, rows of samples.csv), ...], (MEDIAN, P99))

Rows are drawn from the top in the order given. A dot is the median over launches, its bar the 95 %
interval; None in place of an entry leaves a gap, (None, text) a heading.
"""

import collections
import math

from matplotlib.ticker import FixedLocator, MaxNLocator

import figure
from contenders import is_ours, label, style
from estimate import estimate_of

Mark = collections.namedtuple("Mark", "name column shape filled drawn")

MEDIAN = Mark("median", "lat_p50_ns", "o", True, "filled dots")
P99 = Mark("99th percentile", "lat_p99_ns", "o", False, "hollow dots")
LONGEST = Mark("no wait was longer", "max_wait_ns", "|", True, "strokes")


def draw_dot(axis, at, value, mark, colour):
    if value.low is not None:
        axis.hlines(at, value.low, value.high, color=colour, linewidth=2, alpha=0.5)
    axis.plot(value.median, at, mark.shape, color=colour, markersize=6 if mark.filled else 5.5,
              markerfacecolor=colour if mark.filled else "white", markeredgewidth=1.4)


def round_numbers(low, high):
    """Some powers of ten within; of a narrow stretch also what lies between them. [] if hardly any."""
    first = math.floor(math.log10(low))
    powers = range(first, math.ceil(math.log10(high)) + 1)
    for between in ((1,), (1, 3), (1, 2, 5)):
        found = [digit * 10.0**power for power in powers for digit in between
                 if low <= digit * 10.0**power <= high]
        if len(found) > 1:
            return found[::math.ceil(len(found) / 6)]
    return []


def draw_dots(axis, entries, marks, named=True, text_of=figure.duration):
    """Returns [who..., mark, median, low, high, launches] of every dot."""
    table, places, names = [], [], []
    for at, entry in enumerate(entries):
        if entry is None or entry[0] is None:
            if entry is not None:
                places.append(at)
                names.append((entry[1], "#222222", True))
            continue
        who, rows = entry
        colour = style(*who)["color"]
        places.append(at)
        names.append((label(*who), colour, is_ours(who[0])))
        for mark in marks[::-1]:  # the first lies on top
            value = estimate_of(rows, mark.column)
            if value is not None and value.median > 0:
                draw_dot(axis, at, value, mark, colour)
                table.append([*who, mark.name, *value])
    axis.set_ylim(len(entries) - 0.4, -0.6)
    axis.set_yticks(places, [name for name, *_ in names] if named else [""] * len(places))
    for text, (_, colour, bold) in zip(axis.get_yticklabels(), names):
        text.set_color(colour)
        text.set_fontweight("bold" if bold else "normal")
    axis.set_xscale("log")
    ticks = round_numbers(*axis.get_xlim())
    axis.xaxis.set_major_locator(FixedLocator(ticks) if ticks else MaxNLocator(3))
    axis.minorticks_off()
    axis.xaxis.set_major_formatter(figure.formatter(text_of))
    axis.tick_params(axis="y", length=0)
    return table


def words_of(marks):
    """What a caption says of them: 'Filled dots: median; hollow dots: 99th percentile'."""
    return "; ".join("%s: %s" % (mark.drawn, mark.name) for mark in marks).capitalize()
