"""Latencies as pictures: the percentile curve, and the distribution with its tail.

    lines = distributions(folder, {case: contender, ...})     # in the order given
    table = draw_percentiles(axis, lines)               # percentile against latency
    table = draw_distribution(axis, lines, tail)        # what share took no longer; took longer

contender is (impl, interpreter). A line merges all launches of its case; the band around it reaches from the
lowest to the highest launch. Both are cut where a percentile has too few values.
"""

import collections

import numpy

from data import words
from data.contenders import is_ours, label, style
from data.run_folder import read_histogram
from figures import figure, names

CURVE = sorted([0.5] + [1 - 10 ** (-step / 20) for step in range(2, 81)])  # 20 % to 99.99 %
MEDIAN = 0.5
MAXIMUM = 150000  # where on the percentiles' axis the longest value stands


def distributions(folder, key_of):
    """Returns {key: {launch: [(ns, count), ...]}} of the cases given as {case: key}, in that order."""
    found = read_histogram(folder)
    return {key: found[case] for case, key in key_of.items() if case in found}


def merged(launches):
    """Returns the launches' buckets added up: (values, counts), sorted by value."""
    counts = collections.Counter()
    for launch in launches:
        for value, count in launch:
            counts[value] += count
    values = sorted(counts)
    return numpy.array(values, float), numpy.array([counts[value] for value in values])


def quantiles(distribution, wanted):
    """Returns the values at each of the quantiles, None where there are fewer than 3 / (1 - q) values."""
    values, counts = distribution
    total = int(counts.sum())
    if total == 0:
        return [None] * len(wanted)
    places = numpy.searchsorted(numpy.cumsum(counts), numpy.asarray(wanted) * total)
    return [float(values[min(place, len(values) - 1)]) if total >= 3 / (1 - q) else None
            for place, q in zip(places, wanted)]


def band_of(launches):
    """Returns [(x, lowest launch, highest launch)], cut where a launch has too few values."""
    each = [quantiles(merged([launch]), CURVE) for launch in launches.values()]
    return [(1 / (1 - q), min(column), max(column))
            for q, column in zip(CURVE, zip(*each)) if None not in column]


def draw_percentiles(axis, lines):
    """Draws latency over the percentile, on an axis that gives each further nine the same room.

    The last column is the longest seen, a dot each; bands are drawn for ours, and all are returned.
    """
    axis.set_xscale("log")
    axis.set_yscale("log")
    ends, medians, table = [], [], []
    for contender, launches in lines.items():
        whole, band = merged(launches.values()), band_of(launches)
        shown = [(1 / (1 - q), value) for q, value in zip(CURVE, quantiles(whole, CURVE))
                 if value is not None]
        if shown:
            axis.plot(*zip(*shown), **style(*contender))
        if band and is_ours(contender[0]):
            axis.fill_between(*zip(*band), color=style(*contender)["color"], alpha=0.13, linewidth=0)
        longest = whole[0][-1]
        axis.plot(MAXIMUM, longest, "o", markersize=4, color=style(*contender)["color"],
                  zorder=style(*contender)["zorder"])
        ends.append((MAXIMUM, longest, contender))
        medians.append((quantiles(whole, [MEDIAN])[0] or float(longest), contender))
        bounds = {x: (low, high) for x, low, high in band}
        table += [[*contender, round(1 - 1 / x, 12), value, *bounds.get(x, ("", ""))] for x, value in shown]
        table.append([*contender, 1, longest, "", ""])
    ticks = {2: "50 %", 10: "90 %", 100: "99 %", 1000: "99.9 %", 10000: "99.99 %", MAXIMUM: "max"}
    axis.set_xticks(list(ticks), list(ticks.values()), fontsize=7.5)
    axis.set_xlim(1.25, 1.4 * MAXIMUM)
    axis.minorticks_off()
    axis.yaxis.set_major_formatter(figure.formatter(words.duration))
    axis.set_xlabel("percentile")
    names.name_lines(axis, ends, marked=False, medians=medians)
    return table


def rule_of(lines):
    """Returns what a caption says of the curves."""
    counts = words.from_to([len(launches) for launches in lines.values()])
    return "Service time in a closed loop; lines: all launches merged (%s a case), cut where samples are few; bands " \
           "(ours): lowest to highest launch; dots: the longest seen" % counts


def alt_of(setting, table):
    """Returns the alt text, which names the lowest and the highest median."""
    medians = sorted((row[3], label(*row[:2])) for row in table if row[2] == MEDIAN)
    if not medians:
        return "Percentile curves. %s: too few values." % setting
    return "Percentile curves. %s: lowest median %s (%s), highest %s (%s)." % (
        setting, words.duration(medians[0][0]), medians[0][1], words.duration(medians[-1][0]), medians[-1][1])


def thinned(points, spacing=1.01):
    """Returns the points of a curve without those that are within 1 % of the one before."""
    kept = points[:1]
    for point in points[1:]:
        if point[0] >= kept[-1][0] * spacing:
            kept.append(point)
    return kept if kept[-1] == points[-1] else [*kept, points[-1]]


def draw_distribution(axis, lines, tail):
    """Draws the share that took no longer; with `tail` the share that took longer, on a log scale."""
    table, medians = [], []
    for contender, launches in lines.items():
        values, counts = distribution = merged(launches.values())
        total = counts.sum()
        before = numpy.concatenate(([0], numpy.cumsum(counts)[:-1])) / total
        shares = 1 - before if tail else before
        points = [*zip(values.tolist(), shares.tolist()), (float(values[-1]), 1 / total if tail else 1.0)]
        axis.step(*zip(*thinned(points)), where="post", **style(*contender))
        medians.append((quantiles(distribution, [0.5])[0] or float(values[-1]), contender))
        table += [[*contender, *point] for point in points]
    if tail:
        axis.set_yscale("log")
    axis.set_xscale("log")
    axis.minorticks_off()
    axis.xaxis.set_major_formatter(figure.formatter(words.duration))
    axis.yaxis.set_major_formatter(figure.formatter(words.share))
    names.list_beside(axis, medians)
    return table
