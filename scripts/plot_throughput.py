#!/usr/bin/env python3
"""Throughput against message size: messages and bytes per second, one line per contender.

    plot_throughput.py DIR
"""

import collections
import json
import os
import sys

import figure
from estimate import estimate_of, measured, read_rows


def series(rows):
    """{(impl, interpreter): {bytes: Estimate of messages per second}}, own way of waiting only."""
    groups = collections.defaultdict(list)
    for row in measured(rows):
        wanted = row["scenario"] == "pipe_vs_queue" and row["mode"] == "throughput"
        spins_besides = row["impl"] in figure.OURS and row["wait"] == "spin"
        if wanted and not spins_besides:
            groups[row["impl"], row["interpreter"], int(row["msg_bytes"])].append(row)
    lines = collections.defaultdict(dict)
    for (impl, interpreter, size), group in sorted(groups.items()):
        lines[impl, interpreter][size] = estimate_of(group, "ops_per_s")
    return dict(sorted(lines.items(), key=lambda item: (figure.order(item[0][0]), item[0])))


def draw_line(axis, impl, points, scale):
    sizes = sorted(points)
    values = [points[size].median * scale(size) for size in sizes]
    axis.plot(sizes, values, marker="o", markersize=4 if impl in figure.OURS else 2.5,
              **figure.style(impl))
    for size, value in zip(sizes, values):
        if points[size].low is not None:
            axis.vlines(size, points[size].low * scale(size), points[size].high * scale(size),
                        color=figure.style(impl)["color"], linewidth=1)
    return values[-1]


def name_early_ends(axis, early):
    """Names the lines that stop before the largest size, each where it stops."""
    for rank, (at, value, impl, interpreter) in enumerate(sorted(early, key=lambda end: -end[1])):
        axis.annotate(figure.label(impl, interpreter), (at, value), xytext=(7, 5 - 11 * rank),
                      textcoords="offset points", fontsize=8, va="center",
                      color=figure.style(impl)["color"],
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8})


def draw(folder, run, rows):
    """Returns the SVG's path, or None if nothing of the kind was measured."""
    lines = series(rows)
    if not lines:
        return None
    picture, (messages, volume) = figure.start(
        1, 2, "Pipe or queue? Messages between two processes, each on its core", 13.5, 6)
    table = []
    sizes = sorted({size for points in lines.values() for size in points})
    for axis, scale, unit in ((messages, lambda _: 1, "messages/s"),
                              (volume, lambda size: size, "B/s")):
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        axis.set_ylabel(unit)
        axis.set_xlabel("message size")
        axis.set_xticks(sizes)
        axis.xaxis.set_major_formatter(figure.formatter(lambda value: figure.size(int(value))))
        axis.yaxis.set_major_formatter(figure.formatter(figure.number))
        axis.minorticks_off()
        ends, early = [], []
        for (impl, interpreter), points in lines.items():
            value = draw_line(axis, impl, points, scale)
            # A line that stops early is named where it stops; the others at the right edge.
            if max(points) == sizes[-1]:
                ends.append((value, figure.label(impl, interpreter), figure.style(impl)["color"]))
            else:
                early.append((max(points), value, impl, interpreter))
        name_early_ends(axis, early)
        axis.margins(x=0.02)
        figure.label_ends(axis, ends)
    for (impl, interpreter), points in lines.items():
        for size, value in points.items():
            table.append([impl, interpreter, size, value.median, value.low, value.high, value.n])
    n = max(row[-1] for row in table)
    rule = "medians of %d launches, bars: 95 %% interval of the median" % n
    if n < 6:
        rule = "medians of %d launches, too few for an interval" % n
    return figure.save(picture, folder, "throughput", figure.caption(run, rule),
                       ["impl", "interpreter", "msg_bytes", "ops_per_s", "low", "high", "launches"],
                       table)


if __name__ == "__main__":
    where = sys.argv[1]
    with open(os.path.join(where, "run.json"), encoding="utf-8") as file:
        print(draw(where, json.load(file), read_rows(where)) or "nothing to draw")
