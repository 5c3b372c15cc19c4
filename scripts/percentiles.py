"""Latencies as pictures: the percentile curve, and the distribution with its tail.

    lines = distributions(folder, {case: who, ...})     # in the order given
    table = draw_percentiles(axis, lines)               # percentile against latency
    table = draw_distribution(whole, tail, lines)       # what share took no longer; took longer

who is (impl, interpreter). A line merges all launches of its case; the band around it reaches from the
lowest to the highest launch. Both are cut where a percentile has too few values.
"""

import collections

import figure
from contenders import is_ours, style
from run_folder import read_histogram

CURVE = [1 - 10 ** (-step / 20) for step in range(2, 81)]  # 20 % to 99.99 %
MAXIMUM = 50000  # where on the percentiles' axis the longest value stands


def distributions(folder, key_of):
    """{key: {launch: [(ns, count), ...]}} of the cases given as {case: key}, in that order."""
    found = read_histogram(folder)
    return {key: found[case] for case, key in key_of.items() if case in found}


def merged(launches):
    counts = collections.Counter()
    for launch in launches:
        for value, count in launch:
            counts[value] += count
    return sorted(counts.items())


def quantiles(distribution, wanted):
    """The values at each of the quantiles, None where there are fewer than 3 / (1 - q) values."""
    total = sum(count for _, count in distribution)
    values, seen, at = [], 0, iter(distribution)
    value = None
    for q in wanted:
        while seen < q * total:
            value, count = next(at)
            seen += count
        values.append(value if value is not None and total >= 3 / (1 - q) else None)
    return values


def band_of(launches):
    """[(x, lowest launch, highest launch)], cut where a launch has too few values."""
    each = [quantiles(merged([launch]), CURVE) for launch in launches.values()]
    return [(1 / (1 - q), min(column), max(column))
            for q, column in zip(CURVE, zip(*each)) if None not in column]


def draw_percentiles(axis, lines):
    """Latency over the percentile, on an axis that gives each further nine the same room.

    The last column is the longest seen, a dot each; bands are drawn for ours, and all are returned.
    """
    axis.set_xscale("log")
    axis.set_yscale("log")
    ends, table = [], []
    for who, launches in lines.items():
        whole, band = merged(launches.values()), band_of(launches)
        shown = [(1 / (1 - q), value) for q, value in zip(CURVE, quantiles(whole, CURVE))
                 if value is not None]
        if shown:
            axis.plot(*zip(*shown), **style(*who))
        if band and is_ours(who[0]):
            axis.fill_between(*zip(*band), color=style(*who)["color"], alpha=0.13, linewidth=0)
        longest = whole[-1][0]
        axis.plot(MAXIMUM, longest, "o", markersize=4, color=style(*who)["color"],
                  zorder=style(*who)["zorder"])
        ends.append((MAXIMUM, longest, who))
        bounds = {x: (low, high) for x, low, high in band}
        table += [[*who, 1 - 1 / x, value, *bounds.get(x, ("", ""))] for x, value in shown]
        table.append([*who, 1, longest, "", ""])
    ticks = {2: "50 %", 10: "90 %", 100: "99 %", 1000: "99.9 %", 10000: "99.99 %", MAXIMUM: "max"}
    axis.set_xticks(list(ticks), list(ticks.values()))
    axis.set_xlim(1.25, 1.4 * MAXIMUM)
    axis.minorticks_off()
    axis.yaxis.set_major_formatter(figure.formatter(figure.duration))
    axis.set_xlabel("percentile")
    figure.label_ends(axis, ends)
    return table


def draw_distribution(whole, tail, lines):
    """Left: the share that took no longer. Right: the share that took longer, on a log scale."""
    table, medians = [], []
    for who, launches in lines.items():
        distribution = merged(launches.values())
        total = sum(count for _, count in distribution)
        seen, points = 0, []
        for value, count in distribution:
            points.append((value, seen / total, 1 - seen / total))
            seen += count
        points.append((distribution[-1][0], 1.0, 1 / total))
        values, below, beyond = zip(*points)
        whole.step(values, below, where="post", **style(*who))
        tail.step(values, beyond, where="post", **style(*who))
        medians.append((quantiles(distribution, [0.5])[0] or distribution[-1][0], who))
        table += [[*who, *point] for point in points]
    tail.set_yscale("log")
    for axis in (whole, tail):
        axis.set_xscale("log")
        axis.minorticks_off()
        axis.xaxis.set_major_formatter(figure.formatter(figure.duration))
        axis.yaxis.set_major_formatter(figure.formatter(figure.share))
    figure.list_beside(tail, medians)
    return table
