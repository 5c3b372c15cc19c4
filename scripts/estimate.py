"""Estimates: what a report may say of repeated measurements.

    speeds = per_launch(rows, "ops_per_s")          # {launch: median of its repetitions}
    value = estimate(speeds.values())               # Estimate(median, low, high, n)
    ratio = ratio_of(ours, theirs)                  # of two per_launch(), paired by launch

The unit is the launch: one number per fresh process, the median of its repetitions (Kalibera and
Jones, ISMM 2013). Intervals are exact and distribution free, by order statistics: with sorted
x(1..n) and the largest k for which P(Binomial(n, 1/2) <= k - 1) <= 2.5 %, the median lies in
[x(k), x(n + 1 - k)] with at least 95 %. That needs six launches; with fewer there is no interval.
"""

import collections
import math
import statistics

Estimate = collections.namedtuple("Estimate", "median low high n")

FEWEST = 6


def per_launch(rows, column):
    """{launch: median over its repetitions} of a column, leaving out what was not measured."""
    by_launch = collections.defaultdict(list)
    for row in rows:
        if row[column]:
            by_launch[int(row["launch"])].append(float(row[column]))
    return {launch: statistics.median(values) for launch, values in by_launch.items()}


def interval_rank(n):
    """k of the interval [x(k), x(n + 1 - k)]; 0 if n is too small for 95 %."""
    rank, tail = 0, 0.0
    while True:
        tail += math.comb(n, rank) / 2**n
        if tail > 0.025:
            return rank
        rank += 1


def estimate(values):
    """Median and its 95 % interval; the interval is None with fewer than six values."""
    ordered = sorted(values)
    if not ordered:
        return None
    rank = interval_rank(len(ordered)) if len(ordered) >= FEWEST else 0
    low = ordered[rank - 1] if rank else None
    high = ordered[-rank] if rank else None
    return Estimate(statistics.median(ordered), low, high, len(ordered))


def estimate_of(rows, column):
    return estimate(per_launch(rows, column).values())


def ratio_of(ours, theirs):
    """Of two {launch: value}, the ratio launch by launch: a drift of the machine cancels out."""
    common = sorted(set(ours) & set(theirs))
    return estimate([ours[launch] / theirs[launch] for launch in common if theirs[launch]])


def spread(values):
    """Robust coefficient of variation: 1.4826 MAD / median."""
    middle = statistics.median(values)
    if not middle:
        return None
    return 1.4826 * statistics.median(abs(value - middle) for value in values) / middle


def outliers(values):
    """How many lie beyond 1.5 and beyond 3 interquartile ranges (Tukey). Labelled, never left out."""
    if len(values) < 4:
        return 0, 0
    first, _, third = statistics.quantiles(values, n=4)
    width = third - first
    beyond = [max(first - value, value - third) for value in values]
    return (
        sum(1.5 * width < each <= 3 * width for each in beyond),
        sum(each > 3 * width for each in beyond),
    )
