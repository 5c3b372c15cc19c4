"""Forest plots: how much faster or slower each case is, with its interval, by verdict.

    path = draw_forest(folder, rows, "ab_forest", "Is B slower than A?", "main against HEAD", caption)

rows: [Change(name, change, low, high, verdict, delta)], change a logarithm: above 0 is better, or worse if worse_right;
delta: the smallest change that matters, shaded on both sides of none, or None. At most SHOWN are drawn, those that are
worse or better first, then the largest.
"""

import collections
import math

from matplotlib.ticker import FixedLocator

from data import words
from figures import figure
from figures.plotting import pyplot

Change = collections.namedtuple("Change", "name change low high verdict delta", defaults=(None,))

WORSE, BETTER = "#D55E00", "#0072B2"
LOOKS = {"worse": ("v", WORSE, WORSE), "better": ("^", BETTER, BETTER), "same": ("o", figure.PALE, figure.PALE)}
OTHER = ("o", figure.PALE, figure.PAPER)  # undecided, not told apart, preliminary: hollow
MARKS = "right of the line: faster, shorter or fairer, as a ratio of speeds; triangles up: better, down: worse; dots: the same; " \
        "hollow: not decided"
WORSE_RIGHT = MARKS.replace("faster, shorter or fairer, as a ratio of speeds", "slower or longer, as a ratio of times")
SHOWN = 40
ROW, WIDTH = 0.23, 2.6  # inches
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)  # percent more
STEPS_BACK = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 80, 90, 95, 98, 99)                 # percent less


def percent(change):
    """Returns a logarithm as '+12 %', also of what is many times as much: '+350 %'; of two digits, and of three near -100 %."""
    value = 100 * math.expm1(change)
    value = float(("%.3g" if value < -90 else "%.2g") % value)
    return ("%+.0f %%" if abs(value) >= 100 else "%+.3g %%") % value


def shared_of(cases):
    """Returns the parts of their names that all cases share, in their order; none of a single case."""
    parts = [case.split("/") for case in sorted(cases)]
    return [part for part in dict.fromkeys(parts[0]) if all(part in other for other in parts)] if len(parts) > 1 else []


def shortened(cases):
    """Returns {case: its name without the parts that all cases share}; the whole name of a single one."""
    parts, shared = {case: case.split("/") for case in cases}, shared_of(cases)
    return {case: " ".join(part for part in found if part not in shared) or case for case, found in parts.items()} if shared else \
        {case: case for case in cases}


def chosen(rows):
    """Returns the rows that are drawn, the highest change on top."""
    decided = [row for row in rows if row.verdict in ("worse", "better")]
    others = sorted((row for row in rows if row not in decided), key=lambda row: -abs(row.change))
    decided.sort(key=lambda row: -abs(row.change))
    return sorted((decided + others)[:SHOWN], key=lambda row: -row.change)


def tick_text(change):
    return percent(change) if change else "0"


def ticks_of(low, high):
    """Returns 0 and round changes on both sides of it, the largest and of the others as many as there is room for."""
    steps = [math.log1p(step / 100) for step in STEPS] + [math.log1p(-step / 100) for step in STEPS_BACK]
    return figure.with_room([0.0, *sorted(steps, key=abs, reverse=True)], low, high, WIDTH, tick_text)


def draw_rows(axis, rows, worse_right):
    ends = [0.0]
    for at, row in enumerate(rows):
        if row.delta:
            axis.add_patch(pyplot.Rectangle((-row.delta, at - 0.5), 2 * row.delta, 1, color=figure.PALE, alpha=0.18, linewidth=0, zorder=0))
            ends += [-row.delta, row.delta]
        shape, edge, fill = LOOKS.get(row.verdict, OTHER)
        if row.low is not None:
            axis.hlines(at, row.low, row.high, color=edge, linewidth=2.2, alpha=0.5)
            ends += [row.low, row.high]
        axis.plot(row.change, at, shape, color=edge, markerfacecolor=fill, markersize=6, markeredgewidth=1.3)
        axis.annotate(percent(row.change), (1.02, at), xycoords=("axes fraction", "data"), va="center", fontsize=9,
                      color=figure.INK, annotation_clip=False)
        ends.append(row.change)
    margin = 0.06 * (max(ends) - min(ends)) or 0.05
    axis.set_xlim(min(ends) - margin, max(ends) + margin)
    axis.axvline(0, color=figure.PALE, linewidth=1, zorder=1)
    axis.xaxis.set_major_locator(FixedLocator(ticks_of(*axis.get_xlim())))
    axis.xaxis.set_major_formatter(figure.formatter(tick_text))
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_yticks(range(len(rows)), [row.name for row in rows])
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="y", visible=False)
    axis.set_xlabel("better  |  worse" if worse_right else "worse  |  better", fontsize=8.5)


def alt_of(title, rows, shown, worse_right):
    best, last = (shown[-1], shown[0]) if worse_right else (shown[0], shown[-1])
    return "Forest plot. %s %s: most improved %s %s, most worsened %s %s." % (
        title, words.counted(len(rows), "comparison"), best.name, percent(best.change), last.name, percent(last.change))


def draw_forest(folder, rows, name, title, subtitle, caption, worse_right=False):
    """Draws the changes; returns the SVG's path, or None without any."""
    shown = chosen(rows)
    if not shown:
        return None
    picture, axis = figure.start(title, subtitle, width=WIDTH, height=0.3 + ROW * len(shown),
                                 left=figure.room([row.name for row in shown], 9.5),
                                 right=figure.room([percent(row.change) for row in shown]))
    draw_rows(axis, shown, worse_right)
    band = "; shaded: too small to matter (%s)" % ", ".join(
        "%.3g %%" % (100 * math.expm1(each)) for each in sorted({row.delta for row in shown if row.delta})) if any(
            row.delta for row in shown) else ""
    more = ". %d more are in the table" % (len(rows) - len(shown)) if len(rows) > len(shown) else ""
    first, *rest = caption.split("\n")
    rule = "%s; %s%s%s." % (first.rstrip("."), WORSE_RIGHT if worse_right else MARKS, band, more)
    return figure.save(picture, folder, name, "\n".join([rule, *rest]), alt_of(title, rows, shown, worse_right),
                       ["case", "change", "low", "high", "verdict", "delta"], [list(row) for row in shown])
