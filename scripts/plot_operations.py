#!/usr/bin/env python3
"""What single operations cost: one dot each, with the interval of the median.

    plot_operations.py DIR
"""

import collections
import json
import os
import sys

import figure
from estimate import estimate_of, measured, read_rows


def draw(folder, run, rows):
    """Returns the SVG's path, or None if nothing of the kind was measured."""
    groups = collections.defaultdict(list)
    for row in measured(rows):
        if row["scenario"] == "single_operation":
            groups[row["impl"]].append(row)
    costs = sorted(((estimate_of(group, "lat_mean_ns"), impl) for impl, group in groups.items()),
                   reverse=True)
    if not costs:
        return None
    picture, (axis,) = figure.start(1, 1, "What one operation costs when nobody else is there", 10,
                                    1.6 + 0.3 * len(costs))
    for at, (cost, impl) in enumerate(costs):
        colour = figure.BLUE if impl.startswith(("mp_", "th_")) else "#777777"
        if cost.low is not None:
            axis.hlines(at, cost.low, cost.high, color=colour, linewidth=2)
        axis.plot(cost.median, at, "o", color=colour)
        axis.annotate(figure.duration(cost.median), (cost.median, at), xytext=(8, 0),
                      textcoords="offset points", va="center", fontsize=9, color=colour)
    axis.set_yticks(range(len(costs)))
    axis.set_yticklabels([impl.replace("_", " ") for _, impl in costs])
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(figure.formatter(figure.duration))
    axis.minorticks_off()
    axis.margins(x=0.12)
    axis.set_xlabel("per operation")
    rule = "medians of %d launches, bars: 95 %% interval of the median" % costs[0][0].n
    return figure.save(picture, folder, "single_operation", figure.caption(run, rule),
                       ["operation", "ns", "low", "high", "launches"],
                       [[impl] + list(cost) for cost, impl in costs])


if __name__ == "__main__":
    where = sys.argv[1]
    with open(os.path.join(where, "run.json"), encoding="utf-8") as file:
        print(draw(where, json.load(file), read_rows(where)) or "nothing to draw")
