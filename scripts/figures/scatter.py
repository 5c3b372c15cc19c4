"""What speed costs in CPU time: a dot for each contender with its intervals, and the front of those that none beats in both.

    path = draw_cost(folder, run, race, "pipe_vs_queue_cost", "What does it cost?", "64 B, one way")
"""

import collections
import math

from data import axes, words
from data.contenders import is_ours, label, marker, style
from data.estimate import estimate_of
from data.run_folder import measured
from answers import needs
from figures import figure

SHOWN = 30
LEFT_OUT = ("Send large messages to another process (1 MiB)",)
SIZE = 8.5                        # points of a name
STEPS = (7, 16, 27, 40)           # points from a dot to its name
HIDDEN = 14                       # points from dot to dot that two markers and the gap between two dashes may fill
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))


def costs_of(race):
    """Returns [(contender, speed, CPU time per operation)] of the entries that have both."""
    found = []
    for entry in race.entries:
        cost = estimate_of(entry.rows, "cpu_ns_per_op")
        if cost and cost.median > 0 and entry.estimate.median > 0:
            found.append((entry.contender, entry.estimate, cost))
    return found


def front_of(points):
    """Returns the points that no other beats in speed and in cost, the fastest first."""
    front = []
    for point in sorted(points, key=lambda each: (-each[1].median, each[2].median)):
        if not front or point[2].median < front[-1][2].median:
            front.append(point)
    return front


def overlap(one, other):
    """Returns the area that two boxes (left, bottom, right, top) share."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0) * max(height, 0)


def places_for(dots, texts, bounds):
    """Returns a box for each text beside its dot, as near as can be without covering a dot or another text. In points."""
    taken, boxes = [(x - 4, y - 4, x + 4, y + 4) for x, y in dots], []
    for (x, y), text in zip(dots, texts):
        width, height, found = figure.width_of(text, SIZE) + 2, SIZE + 3, []
        for rank, step in enumerate(STEPS):
            for side, rise in SIDES:
                left = x + side * step - (width if side < 0 else width / 2 if side == 0 else 0)
                bottom = y + rise * (step if side == 0 else 0.8 * step) - height / 2
                box = (left, bottom, left + width, bottom + height)
                outside = width * height - overlap(box, bounds)
                found.append((outside * 10 + sum(overlap(box, other) for other in taken) + rank, box))
        boxes.append(min(found)[1])
        taken.append(boxes[-1])
    return boxes


def name_dots(axis, points):
    """Names the dots; a thin line leads to a name that had to stand apart."""
    picture = axis.figure
    picture.canvas.draw()  # settles the limits of the axes
    scale, box = 72 / picture.dpi, axis.get_window_extent()
    dots = [axis.transData.transform((cost.median, speed.median)) * scale for _, speed, cost in points]
    bounds = (box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale)
    for (contender, speed, cost), dot, place in zip(points, dots, places_for(dots, [label(*each[0]) for each in points], bounds)):
        colour, middle = style(*contender)["color"], ((place[0] + place[2]) / 2, (place[1] + place[3]) / 2)
        near = abs(middle[1] - dot[1]) < 15 and min(abs(place[0] - dot[0]), abs(place[2] - dot[0])) < 12
        axis.annotate(label(*contender), (cost.median, speed.median), xytext=(middle[0] - dot[0], middle[1] - dot[1]),
                      textcoords="offset points", ha="center", va="center", fontsize=SIZE, color=colour,
                      fontweight="bold" if is_ours(contender[0]) else "normal", annotation_clip=False,
                      arrowprops=None if near else {"arrowstyle": "-", "color": colour, "linewidth": 0.5, "alpha": 0.6})


def alt_of(title, setting, points, front):
    return "Scatter plot. %s %s: speed against CPU time per operation of %s; none beats %s in both." % (
        title, setting, words.counted(len(points), "contender"), words.listed(label(*each[0]) for each in front))


def is_seen(axis, front):
    """Returns whether the line of the front comes out from under the markers; once the limits of the axes are settled."""
    dots = [axis.transData.transform((cost.median, speed.median)) * 72 / axis.figure.dpi for _, speed, cost in front]
    return any(math.dist(one, other) > HIDDEN for one, other in zip(dots, dots[1:]))


def front_words(front, seen):
    """Returns what a caption says of the front: its line, or those that have none that can be seen."""
    return "dashed: the front that none beats in both" if seen else "none beats %s in both" % words.listed(
        label(*each[0]) for each in front)


def draw_dots(axis, points):
    for contender, speed, cost in points:
        colour = style(*contender)["color"]
        if cost.low:
            axis.hlines(speed.median, cost.low, cost.high, color=colour, linewidth=1.5, alpha=0.5)
        if speed.low:
            axis.vlines(cost.median, speed.low, speed.high, color=colour, linewidth=1.5, alpha=0.5)
        axis.plot(cost.median, speed.median, marker(contender[0]), color=colour, markersize=7 if is_ours(contender[0]) else 5)


def points_of(race):
    """Returns the contenders that are drawn; [] of fewer than three."""
    points = costs_of(race)[:SHOWN] if race.metric.better == "higher" else []
    return points if len(points) > 2 else []


def extent_of(beside):
    """Returns the (cost, speed) that the figures of a group show, with the ends of their intervals."""
    points = [point for race in beside for point in points_of(race)]
    across = [(each, speed.median) for _, speed, cost in points for each in (cost.median, cost.low, cost.high)]
    up = [(cost.median, each) for _, speed, cost in points for each in (speed.low, speed.high)]
    return [point for point in across + up if None not in point]


def draw_cost(folder, run, race, name, title, setting="", beside=()):
    """Draws speed against cost; returns the SVG's path, or None with fewer than three contenders. beside: the races of the group."""
    points = points_of(race)
    if not points:
        return None
    front = front_of(points)
    picture, axis = figure.start(title, setting, width=4.6, height=3.7, left=0.6)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.plot([each[2].median for each in front], [each[1].median for each in front], color=figure.PALE, linewidth=1,
              linestyle=(0, (4, 3)), zorder=1)
    draw_dots(axis, points)
    axis.margins(0.22, 0.14)
    figure.hold(axis, extent_of(beside or [race]))
    axis.minorticks_off()
    axis.xaxis.set_major_formatter(figure.formatter(words.duration))
    axis.yaxis.set_major_formatter(figure.formatter(race.metric.text_of))
    axis.set_xlabel("CPU time per operation, all parties; less is better")
    axis.set_title("%s; higher is better" % race.metric.heading)
    name_dots(axis, points)
    left_out = len(race.entries) - len(points)
    more = "; %d without a measured CPU time or beyond %d are not drawn" % (left_out, SHOWN) if left_out else ""
    table = [[*contender, speed.median, cost.median, min(speed.n, cost.n), int(any(each[0] == contender for each in front)),
              speed.low, speed.high, cost.low, cost.high] for contender, speed, cost in points]
    return figure.save(picture, folder, name, figure.caption(
        run, "%s; %s%s%s" % (figure.rule_of(row[4] for row in table), front_words(front, is_seen(axis, front)),
                             figure.group_rule(beside), more)),
        alt_of(title, setting, points, front), ["impl", "interpreter", race.metric.column, "cpu_ns_per_op", "launches", "front",
                                                "low", "high", "cpu_low", "cpu_high"], table)


def draw_needs(folder, run, rows):
    """Draws the cost at the setting of each need that these rows of a scenario answer, but for the largest messages."""
    cpus, groups = (run.get("host") or {}).get("cpus") or 1, collections.defaultdict(list)
    for need in needs.NEEDS:
        race = needs.race_of(need, measured(rows), cpus) if need.scenario == rows[0]["scenario"] and need.text not in LEFT_OUT else None
        if race and points_of(race):
            setting = axes.words_of(race.setting, [axes.BY_COLUMN[column] for column in needs.REPORTED])
            groups[needs.group_of(need)].append((race, figure.slug(need.scenario, "cost", need.text), "What does speed cost in CPU time?",
                                                 ", ".join(filter(None, (need.text, setting)))))
    return [draw_cost(folder, run, *each, [race for race, *_ in mine]) for mine in groups.values() for each in mine]
