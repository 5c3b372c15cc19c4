"""Line plots: against message size, parties or another axis that has several values, names at the ends.

    path = draw_lines(folder, run, lines, name, title, setting, x=MESSAGES, y=axis_of(metric))

lines: {contender: {x: Estimate}}. With a single x there is no line to draw: that is a dot plot (dots.py). Bars of
intervals that would cover each other stand side by side, in lanes. beside=[lines, ...] of all figures of a group gives them one scale.
"""

import collections
import math

from data import words
from data.contenders import is_ours, label, marker, style
from figures import figure, names

X = collections.namedtuple("X", "column label text_of")
Y = collections.namedtuple("Y", "column label text_of logarithmic better")

MESSAGES = X("msg_bytes", "message size", lambda value: words.size(int(value)))
PARTIES = X("parties", "parties", lambda value: "%d" % value)
# What changes at which message size, marked where it lies inside the sizes measured.
MARKS = ((4096, "page, PIPE_BUF"), (65536, "pipe(2)'s buffer"))
SHOWN = 30
LANES = (0, 1, -1, 2, -2)
LANE = 2.5  # points


def lines_of(races, column):
    """Returns {contender: {x: Estimate}} of races that differ in one numeric axis."""
    lines = collections.defaultdict(dict)
    for race in races:
        x = float(next(entry.rows[0][column] for entry in race.entries))
        for entry in race.entries:
            if entry.estimate.median > 0:
                lines[entry.contender][x] = entry.estimate
    return dict(lines)


def places_of(lines):
    return sorted({x for points in lines.values() for x in points})


def extent_of(beside, ideal=None):
    """Returns (the places, the (x, y) that the axes have to hold) of all figures of a group."""
    places = sorted({x for lines in beside for x in places_of(lines)})
    ends = [(x, end) for lines in beside for points in lines.values() for x, value in points.items()
            for end in (value.median, value.low, value.high) if end]
    return places, ends + [(x, ideal(x)) for x in places if ideal is not None]


def cover(one, other):
    """Returns whether intervals of two lines lie on each other, at a place that both have."""
    return any(value.low is not None and place in other and other[place].low is not None and
               value.low <= other[place].high and other[place].low <= value.high for place, value in one.items())


def lanes_of(lines):
    """Returns {contender: the lane of its bars}: lines that cover each other have different ones, ours the first of them."""
    lanes = {}
    for contender in sorted(lines, key=lambda each: not is_ours(each[0])):
        taken = {lane for other, lane in lanes.items() if cover(lines[contender], lines[other])}
        lanes[contender] = next((lane for lane in LANES if lane not in taken), 0)
    return lanes


def lanes_text(lanes):
    """Returns what a caption says of bars that do not stand at their places."""
    return "; bars that would cover each other stand side by side" if any(lanes.values()) else ""


def draw_line(axis, contender, points, lane=0):
    """Draws a line with its intervals; returns its end."""
    places = sorted(points)
    look, ours = style(*contender), is_ours(contender[0])
    axis.plot(places, [points[x].median for x in places], marker=marker(contender[0]), markersize=5 if ours else 3.5, **look)
    for x in places:
        if points[x].low is not None:
            bar = axis.vlines(x, points[x].low, points[x].high, color=look["color"], zorder=look["zorder"],
                              linewidth=2 if ours else 1, alpha=0.5)
            bar.set_transform(figure.beside(axis, LANE * lane))
    return places[-1], points[places[-1]].median, contender


def mark_sizes(axis, sizes):
    for size, text in MARKS:
        if sizes[0] < size < sizes[-1]:
            axis.axvline(size, color=figure.PALE, linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)
            axis.annotate(text, (size, 0), xycoords=("data", "axes fraction"), xytext=(-3, 4),
                          textcoords="offset points", rotation=90, fontsize=7.5, color=figure.PALE,
                          ha="right", va="bottom")


def leader_at(lines, place, better):
    """Returns the contender whose interval stands apart from all others at this place, or None."""
    found = sorted(((points[place], contender) for contender, points in lines.items() if place in points),
                   key=lambda each: each[0].median, reverse=better == "higher")
    first, *others = found
    if first[0].low is None or any(other.low is None for other, _ in others[:1]):
        return None
    apart = all(first[0].low > other.high if better == "higher" else first[0].high < other.low
                for other, _ in others if other.low is not None)
    return first[1] if apart else None


def lead_changes(lines, better):
    """Returns [(x, y)] where the lead passes from one contender to another, by lines between logarithms."""
    found, before = [], None
    for place in places_of(lines):
        leader = leader_at(lines, place, better)
        if leader is None:
            continue
        if before is not None and leader != before[1]:
            (left, one), other = before, leader
            if left in lines[other] and place in lines[one]:
                here, there = (math.log(lines[one][at].median / lines[other][at].median) for at in (left, place))
                share = here / (here - there)
                found.append((left * (place / left) ** share,
                              lines[one][left].median * (lines[one][place].median / lines[one][left].median) ** share))
        before = place, leader
    return found


def mark_changes(axis, lines, y):
    """Marks where the lead changes by rings; returns what the caption says of them."""
    changes = lead_changes(lines, y.better)
    for each in changes:
        axis.plot(*each, "o", markersize=12, markerfacecolor="none", color=figure.INK, markeredgewidth=1, zorder=6)
    return "; ring: the lead changes near %s" % words.listed(
        words.size(2 ** round(math.log2(size))) for size, _ in changes) if changes else ""


def draw_axes(axis, places, held, x, y, cpus):
    """places: of all figures of the group; held: the (x, y) that they show."""
    axis.set_xscale("log", base=2)
    axis.set_xlabel(x.label)
    if y.logarithmic:
        axis.set_yscale("log")
    axis.set_xticks(places, [x.text_of(each) for each in places])
    axis.yaxis.set_major_formatter(figure.formatter(y.text_of))
    axis.minorticks_off()
    axis.margins(x=0.03)
    figure.hold(axis, held)
    if not y.logarithmic:
        axis.set_ylim(0)
    if x is MESSAGES:
        mark_sizes(axis, places)
    if x is PARTIES and cpus and places[0] < cpus < places[-1]:
        axis.axvline(cpus, color=figure.PALE, linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)


def alt_of(title, setting, lines, x, y):
    """Returns the alt text, which names the best at each end."""
    places, parts = places_of(lines), []
    for place in (places[0], places[-1]):
        found = {contender: points[place].median for contender, points in lines.items() if place in points}
        best = (max if y.better == "higher" else min)(found, key=found.get)
        parts.append("at %s %s leads with %s" % (x.text_of(place), label(*best), y.text_of(found[best])))
    return "Line plot. %s %s against %s, %s: %s." % (
        title, ", ".join(filter(None, (setting, y.label))), x.label, words.counted(len(lines), "contender"),
        "; ".join(parts))


def draw_curves(axis, places, ideal, fits):
    """Draws the ideal dashed, and the laws that were fitted dotted in the colours of their lines."""
    if ideal is not None:
        axis.plot(places, [ideal(place) for place in places], color=figure.PALE, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    for contender, law in fits.items():
        steps = [places[0] + (places[-1] - places[0]) * step / 60 for step in range(61)]
        axis.plot(steps, [law(step) for step in steps], color=style(*contender)["color"], linewidth=1.2, linestyle=(0, (1, 2)), zorder=1)


def draw_lines(folder, run, lines, name, title, setting, x, y, ideal=None, fits=None, subtitle="", beside=()):
    """Draws the lines; returns the SVG's path. Those with the best ends are drawn if there are many.

    ideal: a function of x, drawn dashed; fits: {contender: a function of x}, drawn dotted; subtitle: instead of the setting;
    beside: the lines of all figures of the group, these too.
    """
    host = run.get("host") or {}
    best_last = sorted(lines, key=lambda contender: lines[contender][max(lines[contender])].median, reverse=y.better == "higher")
    places, held = extent_of(beside or [lines], ideal)
    left_out, lines = len(lines) - SHOWN, {contender: lines[contender] for contender in best_last[:SHOWN]}
    picture, axis = figure.start(title, subtitle or setting, height=max(3.4, 0.17 * len(lines)),
                                 right=names.room_for(lines))
    axis.set_title("%s; %s is better" % (y.label, y.better))
    lanes = lanes_of(lines)
    ends = [draw_line(axis, contender, points, lanes[contender]) for contender, points in lines.items()]
    fits = {contender: law for contender, law in (fits or {}).items() if contender in lines}
    draw_curves(axis, places_of(lines), ideal, fits)
    draw_axes(axis, places, held, x, y, host.get("cpus"))
    changes = mark_changes(axis, lines, y) if x is MESSAGES else ""
    names.name_lines(axis, ends)
    table = [[*contender, int(place), *value] for contender, points in lines.items() for place, value in points.items()]
    changes += lanes_text(lanes)
    changes += "; dotted: the law that was fitted (USL)" if fits else ""
    changes += figure.group_rule(beside)
    more = ". %d more are in the table" % left_out if left_out > 0 else ""
    return figure.save(picture, folder, name, figure.caption(run, figure.rule_of(row[-1] for row in table) + changes + more),
                       alt_of(title, setting, lines, x, y),
                       ["impl", "interpreter", x.column, y.column, "low", "high", "launches"], table)
