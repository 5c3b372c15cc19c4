"""Latencies as pictures: the percentile curve, and the distribution with its tail.

    lines = distributions(folder, {case: who, ...})     # in the order given
    table = draw_percentiles(axis, lines)               # percentile against latency
    table = draw_distribution(whole, tail, lines)       # what share took no longer; took longer

who is (impl, interpreter). A line merges all launches of its cases; the band around it reaches from
the lowest to the highest launch, and is cut where a percentile has too few values.
"""

import collections

import figure
from contenders import style
from run_folder import HISTOGRAM, read_table

CURVE = [1 - 10 ** (-step / 20) for step in range(2, 81)]  # 20 % to 99.99 %


def distributions(folder, key_of):
    """{key: {launch: [(ns, count), ...]}} of the cases given as {case: key}, in that order."""
    found = {key: collections.defaultdict(list) for key in key_of.values()}
    for row in read_table(folder, "hist.csv", HISTOGRAM):
        if row["case"] in key_of:
            middle = (int(row["bucket_lo_ns"]) + int(row["bucket_hi_ns"]) - 1) / 2
            found[key_of[row["case"]]][int(row["launch"])].append((middle, int(row["count"])))
    return {key: launches for key, launches in found.items() if launches}


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


def draw_percentiles(axis, lines):
    """Latency over the percentile, on an axis that gives each further nine the same room."""
    axis.set_xscale("log")
    axis.set_yscale("log")
    ends, table = [], []
    for who, launches in lines.items():
        whole = quantiles(merged(launches.values()), CURVE)
        shown = [(1 / (1 - q), value) for q, value in zip(CURVE, whole) if value is not None]
        if not shown:
            continue
        axis.plot(*zip(*shown), **style(*who))
        each = [quantiles(merged([launch]), CURVE) for launch in launches.values()]
        band = [(1 / (1 - q), min(column), max(column))
                for q, column in zip(CURVE, zip(*each)) if None not in column]
        if band:
            axis.fill_between(*zip(*band), color=style(*who)["color"], alpha=0.12,
                              linewidth=0)
        ends.append((*shown[-1], who))
        table += [[*who, 1 - 1 / x, value] for x, value in shown]
    axis.set_xticks([2, 10, 100, 1000, 10000])
    axis.set_xticklabels(["50 %", "90 %", "99 %", "99.9 %", "99.99 %"])
    axis.set_xlim(1.25, 10000)
    axis.minorticks_off()
    figure.duration_axis(axis.yaxis)
    axis.set_xlabel("percentile")
    figure.label_ends(axis, ends)
    return table


def draw_distribution(whole, tail, lines):
    """Left: the share that took no longer. Right: the share that took longer, on a log scale."""
    table, ends = [], []
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
        ends.append((quantiles(distribution, [0.5])[0] or 0, who))
        table += [[*who, *point] for point in points]
    for axis in (whole, tail):
        axis.set_xscale("log")
        axis.minorticks_off()
        figure.duration_axis(axis.xaxis)
    tail.set_yscale("log")
    figure.list_beside(tail, ends)
    return table
