#!/usr/bin/env python3
"""single_operation: what each costs, one dot each, with the interval of the median.

    plot_single_operation.py DIR
"""

import collections
import math

import contenders
import figure
from answer import Answer
from estimate import estimate_of
from run_folder import measured


def costs_of(rows):
    """[(Estimate of ns, operation)], the cheapest first."""
    groups = collections.defaultdict(list)
    for row in measured(rows):
        groups[row["impl"]].append(row)
    found = [(estimate_of(group, "lat_mean_ns"), impl) for impl, group in groups.items()]
    return sorted((cost, impl) for cost, impl in found if cost is not None and cost.median > 0)


def draw(folder, run, rows):
    costs = costs_of(rows)[::-1]
    if not costs:
        return []
    names = [contenders.label(impl) for _, impl in costs]
    picture, (axis,) = figure.start(
        "What does one operation cost?", "When nobody else is there", width=5.6,
        height=0.4 + 0.27 * len(costs), ticks=figure.room(names, 10), names=[0.9])
    for at, (cost, impl) in enumerate(costs):
        colour = contenders.style(impl)["color"]
        if cost.low is not None:
            axis.hlines(at, cost.low, cost.high, color=colour, linewidth=2)
        axis.plot(cost.median, at, "o", color=colour)
        axis.annotate(figure.duration(cost.median),
                      (cost.median if cost.high is None else cost.high, at), xytext=(7, 0),
                      textcoords="offset points", va="center", fontsize=9, color=colour)
    axis.set_yticks(range(len(costs)), names)
    axis.set_ylim(-0.7, len(costs) - 0.3)
    axis.set_xscale("log")
    axis.set_xlim(10 ** math.floor(math.log10(min(cost.low or cost.median for cost, _ in costs))))
    axis.minorticks_off()
    axis.xaxis.set_major_formatter(figure.formatter(figure.duration))
    axis.set_xlabel("per operation")
    return [figure.save(picture, folder, "single_operation",
                        figure.caption(run, figure.rule_of(max(cost.n for cost, _ in costs))),
                        ["operation", "ns", "low", "high", "launches"],
                        [[impl, *cost] for cost, impl in costs])]


def answer(_run, rows):
    costs = costs_of(rows)
    if not costs:
        return Answer("This run measured no single operation.", [], [], [])
    table = [[contenders.label(impl), figure.duration(cost.median),
              "-" if cost.low is None else "%s to %s" % (figure.duration(cost.low),
                                                         figure.duration(cost.high))]
             for cost, impl in costs]
    headline = "From %s (%s) to %s (%s)." % (table[0][1], table[0][0], table[-1][1], table[-1][0])
    return Answer(headline, [], ["operation", "median", "95 % interval"], table)


if __name__ == "__main__":
    figure.main(draw, "single_operation")
