"""Latencies as pictures: the percentile curve, and the distribution with its tail.

    lines = distributions(folder, {case: contender, ...})     # in the order given
    table = draw_percentiles(axis, curves_of(lines))    # percentile against latency
    table = draw_distribution(axis, lines, tail)        # what share took no longer; took longer

contender is (impl, interpreter). A line merges all launches of its case; the pale band behind it reaches from the
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
FEW = 3           # values that took longer, without which the band of a launch is cut
COARSE = 1.03     # spacing of a band's points
STRONG, PALE = 0.16, 0.08  # of bands, ours and others

# points: [(x, ns)] of all launches merged; band: [(x, lowest, highest launch)]; longest: ns; launches: how many
Curve = collections.namedtuple("Curve", "points band longest launches")


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
    """Returns [(x, lowest launch, highest launch)], cut where a launch has too few values; [] of a single launch."""
    each = [quantiles(merged([launch]), CURVE) for launch in launches.values()]
    return [(1 / (1 - q), min(column), max(column))
            for q, column in zip(CURVE, zip(*each)) if None not in column] if len(each) > 1 else []


def curves_of(lines):
    """Returns {contender: its Curve} of {contender: {launch: buckets}}."""
    found = {}
    for contender, launches in lines.items():
        whole = merged(launches.values())
        points = [(1 / (1 - q), value) for q, value in zip(CURVE, quantiles(whole, CURVE)) if value is not None]
        found[contender] = Curve(points, band_of(launches), float(whole[0][-1]), len(launches))
    return found


def extent_of(beside):
    """Returns [(x, ns)] of all that the figures of a group show."""
    return [(x, ns) for curves in beside for curve in curves.values()
            for x, *values in (*curve.points, *curve.band, (MAXIMUM, curve.longest)) for ns in values]


def table_of(curves):
    """Returns the rows of the figure's numbers: quantile 1 is the longest seen."""
    table = []
    for contender, curve in curves.items():
        bounds = {x: (low, high) for x, low, high in curve.band}
        table += [[*contender, round(1 - 1 / x, 12), value, *bounds.get(x, ("", ""))] for x, value in curve.points]
        table.append([*contender, 1, curve.longest, "", ""])
    return table


def shade(axis, contender, band, **more):
    """Draws [(x, low, high)] behind the curves, pale."""
    if band:
        axis.fill_between(*zip(*band), color=style(*contender)["color"], alpha=STRONG if is_ours(contender[0]) else PALE, linewidth=0,
                          zorder=1, **more)


def draw_percentiles(axis, curves, beside=()):
    """Draws latency over the percentile, on an axis that gives each further nine the same room; returns the table.

    The last column is the longest seen, a dot each. beside: the curves of all figures of the group, these too.
    """
    axis.set_xscale("log")
    axis.set_yscale("log")
    ends = []
    for contender, curve in curves.items():
        look = style(*contender)
        if curve.points:
            axis.plot(*zip(*curve.points), **look)
        shade(axis, contender, curve.band)
        axis.plot(MAXIMUM, curve.longest, "o", markersize=4, color=look["color"], zorder=look["zorder"])
        ends.append((MAXIMUM, curve.longest, contender))
    figure.hold(axis, extent_of(beside or [curves]))
    ticks = {2: "50 %", 10: "90 %", 100: "99 %", 1000: "99.9 %", 10000: "99.99 %", MAXIMUM: "max"}
    axis.set_xticks(list(ticks), list(ticks.values()), fontsize=7.5)
    axis.set_xlim(1.25, 1.4 * MAXIMUM)
    axis.minorticks_off()
    axis.yaxis.set_major_formatter(figure.formatter(words.duration))
    axis.set_xlabel("percentile")
    medians = [(dict(curve.points).get(1 / (1 - MEDIAN), curve.longest), contender) for contender, curve in curves.items()]
    names.name_lines(axis, ends, marked=False, medians=medians)
    return table_of(curves)


def rule_of(curves, beside=()):
    """Returns what a caption says of the curves."""
    counts = [curve.launches for curve in curves.values()]
    return "Service time in a closed loop; lines: all launches merged (%s a case), cut where samples are few; %s; " \
           "dots: the longest seen%s" % (words.from_to(counts), bands_rule(counts), figure.group_rule(beside))


def bands_rule(counts):
    """Returns what a caption says of the bands, of the numbers of launches behind the lines."""
    counts = list(counts)
    several = sum(count > 1 for count in counts)
    if several == 0:
        return "one launch each: how much launches differ was not measured"
    return "bands: lowest to highest launch" + (
        "" if several == len(counts) else ", where there are two or more (%d of %d)" % (several, len(counts)))


def alt_of(setting, table):
    """Returns the alt text, which names the lowest and the highest median."""
    medians = sorted((row[3], label(*row[:2])) for row in table if row[2] == MEDIAN)
    if not medians:
        return "Percentile curves. %s: too few values." % setting
    return "Percentile curves. %s: lowest median %s (%s), highest %s (%s)." % (
        setting, words.duration(medians[0][0]), medians[0][1], words.duration(medians[-1][0]), medians[-1][1])


def thinned(points, spacing=1.01):
    """Returns the points of a curve without those that are within 1 % of the one before; or another spacing."""
    kept = points[:1]
    for point in points[1:]:
        if point[0] >= kept[-1][0] * spacing:
            kept.append(point)
    return kept if kept[-1:] == points[-1:] else [*kept, points[-1]]


def shares_of(distribution, values, tail):
    """Returns the shares of the latencies that are below each of the values; with `tail` of those that are not."""
    found, counts = distribution
    below = numpy.concatenate(([0], numpy.cumsum(counts)))[numpy.searchsorted(found, values)] / counts.sum()
    return 1 - below if tail else below


def bounds_of(launches, values, tail):
    """Returns [(lowest launch, highest launch)] of the shares; ("", "") where a launch has fewer than FEW that took longer, or is alone."""
    each = [merged([launch]) for launch in launches.values()]
    shares = numpy.array([shares_of(one, values, tail) for one in each])
    seen = (shares * numpy.array([[one[1].sum()] for one in each]) >= FEW).all(axis=0) if tail else numpy.full(len(values), True)
    return [(low, high) if enough and len(each) > 1 else ("", "")
            for low, high, enough in zip(shares.min(axis=0).tolist(), shares.max(axis=0).tolist(), seen)]


def draw_distribution(axis, lines, tail):
    """Draws the share that took no longer; with `tail` the share that took longer, on a log scale. Returns the table."""
    table, medians = [], []
    for contender, launches in lines.items():
        values, counts = distribution = merged(launches.values())
        shares, bounds = shares_of(distribution, values, tail).tolist(), bounds_of(launches, values, tail)
        points = [*zip(values.tolist(), shares), (float(values[-1]), 1 / counts.sum() if tail else 1.0)]
        axis.step(*zip(*thinned(points)), where="post", **style(*contender))
        shade(axis, contender, thinned([(ns, *each) for ns, each in zip(values.tolist(), bounds) if "" not in each], COARSE), step="post")
        medians.append((quantiles(distribution, [MEDIAN])[0] or float(values[-1]), contender))
        table += [[*contender, *point, *each] for point, each in zip(points, [*bounds, ("", "")])]
    if tail:
        axis.set_yscale("log")
    axis.set_xscale("log")
    axis.minorticks_off()
    axis.xaxis.set_major_formatter(figure.formatter(words.duration))
    axis.yaxis.set_major_formatter(figure.formatter(words.share))
    names.list_beside(axis, medians)
    return table
