"""Latency against offered load, of an open loop: work arrives by a schedule, whether the last has been done or not.

    paths = draw(folder, run, rows, "producer_consumer", "How old is an item when it arrives?")

Needs two rates or more: ./scripts/bench-all producer_consumer --bytes 64 --rate 10k,100k,1M
"""

import collections

from matplotlib.ticker import FixedLocator

from data import axes, words
from data.contenders import is_ours, marker, style
from data.estimate import estimate_of
from data.races import contender_of
from data.run_folder import measured
from figures import figure, names

RATE, P50, P99 = "target_rate_per_s", "lat_p50_ns", "lat_p99_ns"
SHOWN = 12


def curves_of(rows):
    """Returns {setting without its rate: {contender: {rate: rows}}} of the open loops with two rates or more."""
    found = collections.defaultdict(lambda: collections.defaultdict(lambda: collections.defaultdict(list)))
    place = list(axes.BY_COLUMN).index(RATE)
    for row in measured(rows):
        if row["load_mode"] in ("open", "const", "poisson") and float(row[RATE] or 0) > 0:
            setting = axes.setting_of(row)
            found[setting[:place] + ("",) + setting[place + 1:]][contender_of(row)][float(row[RATE])].append(row)
    return {setting: curves for setting, curves in found.items() if len({rate for curve in curves.values() for rate in curve}) > 1}


def is_saturated(rows):
    """Returns whether more than half of the windows reached less of the rate than was offered."""
    return sum(row["saturated"] == "1" for row in rows) * 2 > len(rows)


def saturated_from(curves):
    """Returns the lowest rate from which on every contender that was measured is saturated, or None."""
    rates, first = sorted({rate for curve in curves.values() for rate in curve}, reverse=True), None
    for rate in rates:
        if not all(is_saturated(curve[rate]) for curve in curves.values() if rate in curve):
            break
        first = rate
    return first


def points_of(curve, column):
    """Returns [(rate, median, saturated, launches)]."""
    points = []
    for rate, rows in sorted(curve.items()):
        value = estimate_of(rows, column)
        if value and value.median > 0:
            points.append((rate, value.median, is_saturated(rows), value.n))
    return points


def extent_of(beside):
    """Returns the (rate, latency) that the figures of a group show."""
    return [point[:2] for curves in beside for curve in list(curves.values())[:SHOWN] for column in (P50, P99)
            for point in points_of(curve, column)]


def draw_curve(axis, contender, curve, column, dashes):
    """Draws a line; a saturated point is hollow. Returns its points."""
    points = points_of(curve, column)
    look = style(*contender)
    axis.plot([point[0] for point in points], [point[1] for point in points], **{**look, "linestyle": dashes})
    for rate, median, full, _ in points:
        axis.plot(rate, median, marker(contender[0]), color=look["color"], markersize=5 if is_ours(contender[0]) else 4,
                  markerfacecolor=figure.PAPER if full else look["color"], zorder=look["zorder"] + 1)
    return points


def draw_setting(folder, run, curves, name, title, setting, beside):
    """beside: the curves of all figures of the group, these too."""
    shown = dict(list(curves.items())[:SHOWN])
    picture, axis = figure.start(title, setting, width=3.4, right=names.room_for(shown))
    axis.set_xscale("log")
    axis.set_yscale("log")
    ends, table = [], []
    for contender, curve in shown.items():
        for column, dashes in ((P50, "-"), (P99, (0, (4, 2)))):
            points = draw_curve(axis, contender, curve, column, dashes)
            table += [[*contender, column, *point[:2], int(point[2]), point[3]] for point in points]
            if points and column == P50:
                ends.append((points[-1][0], points[-1][1], contender))
    held, limit = extent_of(beside), saturated_from(shown)
    figure.hold(axis, held)
    if limit is not None:
        axis.axvspan(limit, axis.get_xlim()[1], color=figure.PALE, alpha=0.15, linewidth=0, zorder=0)
        figure.hold(axis, held)
    axis.xaxis.set_major_locator(FixedLocator(figure.round_numbers(*axis.get_xlim()) or sorted({row[3] for row in table})))
    axis.xaxis.set_major_formatter(figure.formatter(lambda rate: words.number(rate) + "/s"))
    axis.yaxis.set_major_formatter(figure.formatter(words.duration))
    axis.minorticks_off()
    axis.set_xlabel("offered rate")
    axis.set_title("from due to arrived; lower is better")
    names.name_lines(axis, ends)
    shade = "; shaded: all are saturated" if limit is not None else ""
    rule = "Lines: p50, dashed: p99, medians of %s; hollow: saturated, less than 98 %% of the rate was reached%s" % (
        words.from_to([row[-1] for row in table]) + " launches", shade + figure.group_rule(beside))
    full = "all are saturated from %s/s" % words.number(limit) if limit is not None else "no rate saturates all"
    return figure.save(picture, folder, name, figure.caption(run, rule), "Line plot. %s %s: latency against the offered rate of %s; %s." % (
        title, setting, words.counted(len(shown), "contender"), full),
        ["impl", "interpreter", "percentile", RATE, "latency_ns", "saturated", "launches"], table)


def draw(folder, run, rows, scenario, title):
    """Draws a figure for each setting; returns their paths."""
    found = curves_of(rows)
    moving = axes.varying([next(iter(next(iter(curves.values())).values()))[0] for curves in found.values()])
    moving = [axis for axis in moving if axis.column != RATE]
    groups = collections.defaultdict(list)
    for setting, curves in found.items():
        groups[axes.group_of(setting)].append(curves)
    return [draw_setting(folder, run, curves, figure.slug(scenario, "load", axes.words_of(setting, moving)), title,
                         axes.words_of(setting, moving) or "An open loop", groups[axes.group_of(setting)])
            for setting, curves in found.items()]
