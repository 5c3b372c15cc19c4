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

import numpy

Estimate = collections.namedtuple("Estimate", "median low high n")
# How many times as much one is as the other, and its 95 % interval, over n launches that both have.
Ratio = collections.namedtuple("Ratio", "value low high n")

FEWEST = 6
FEWEST_UNPAIRED = 5  # launches a side
NOTICED = 1.05  # a smaller lead is none, however certain
NOISY = 0.1     # robust coefficient of variation from which a case is called noisy


def per_launch(rows, column):
    """Returns {launch: median over its repetitions} of a column, leaving out what was not measured."""
    by_launch = collections.defaultdict(list)
    for row in rows:
        if row[column]:
            by_launch[int(row["launch"])].append(float(row[column]))
    return {launch: values[0] if len(values) == 1 else float(numpy.median(values))
            for launch, values in by_launch.items()}


def interval_rank(n):
    """Returns k of the interval [x(k), x(n + 1 - k)]; 0 if n is too small for 95 %."""
    rank, tail = 0, 0.0
    while True:
        tail += math.comb(n, rank) / 2**n
        if tail > 0.025:
            return rank
        rank += 1


def estimate(values):
    """Returns the median and its 95 % interval; the interval is None with fewer than six values."""
    ordered = numpy.sort(numpy.fromiter(values, float))
    if not len(ordered):
        return None
    rank = interval_rank(len(ordered)) if len(ordered) >= FEWEST else 0
    low = float(ordered[rank - 1]) if rank else None
    high = float(ordered[-rank]) if rank else None
    return Estimate(float(numpy.median(ordered)), low, high, len(ordered))


def estimate_of(rows, column):
    return estimate(per_launch(rows, column).values())


def ratio_of(ours, theirs):
    """Returns the Ratio of two {launch: value}; None if there is nothing to divide.

    It pairs the launches of one round, so that a drift of the machine cancels out: the median of their ratios and
    its interval. That need not be the quotient of the two medians, which a table gives, if launches differ much.
    With too few pairs for an interval it is that quotient.
    """
    common = [launch for launch in sorted(set(ours) & set(theirs)) if theirs[launch]]
    medians = estimate(ours.values()), estimate(theirs.values())
    if None in medians or not medians[1].median:
        return None
    paired = estimate(ours[launch] / theirs[launch] for launch in common)
    if paired and paired.low is not None:
        return Ratio(*paired)
    return Ratio(medians[0].median / medians[1].median, None, None, paired.n if paired else 0)


def shift(ours, theirs):
    """Returns the Ratio of two lists of launches that do not belong to the same rounds; None if there is nothing to divide.

    Hodges and Lehmann's estimate, the median of all quotients, with the 95 % interval that belongs to the rank-sum test.
    """
    ours, theirs = (numpy.asarray([value for value in values if value > 0], float) for values in (ours, theirs))
    if not len(ours) or not len(theirs):
        return None
    quotients = numpy.sort(numpy.divide.outer(ours, theirs).ravel())
    n, m = len(ours), len(theirs)
    rank = int(n * m / 2 - 1.96 * math.sqrt(n * m * (n + m + 1) / 12))
    few = min(n, m) < FEWEST_UNPAIRED or rank < 1
    ends = (None, None) if few else (float(quotients[rank - 1]), float(quotients[-rank]))
    return Ratio(float(numpy.median(quotients)), *ends, min(n, m))


def told_apart(ratio):
    """Returns 1 or -1 if it is certain that the first or the second is larger, 0 if the run cannot tell.

    None if there are too few launches for an interval.
    """
    if ratio is None or ratio.low is None:
        return None
    if ratio.low <= 1 <= ratio.high or 1 / NOTICED < ratio.value < NOTICED:
        return 0
    return 1 if ratio.low > 1 else -1


def too_close(ratio):
    """Returns True if this run shows no difference: the interval has none, or without one the lead is too small."""
    if told_apart(ratio) is None:
        return ratio is not None and 1 / NOTICED < ratio.value < NOTICED
    return told_apart(ratio) == 0


def spread(values):
    """Returns the robust coefficient of variation, 1.4826 MAD / median."""
    values = numpy.fromiter(values, float)
    middle = numpy.median(values)
    return float(1.4826 * numpy.median(numpy.abs(values - middle)) / middle) if middle else None


def steadiness(values):
    """Returns (robust coefficient of variation, stable or noisy); (None, None) of too few launches to say."""
    values = list(values)
    if len(values) < FEWEST:
        return None, None
    noise = spread(values)
    return noise, "noisy" if noise is None or noise > NOISY else "stable"


def outliers(values):
    """Returns how many lie beyond 1.5 and beyond 3 interquartile ranges (Tukey). Labelled, never left out."""
    if len(values) < 4:
        return 0, 0
    values = numpy.asarray(values, float)
    first, third = numpy.quantile(values, (0.25, 0.75), method="weibull")
    width = third - first
    beyond = numpy.maximum(first - values, values - third)
    return int(((1.5 * width < beyond) & (beyond <= 3 * width)).sum()), int((beyond > 3 * width).sum())
