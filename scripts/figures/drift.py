"""Was the machine steady? The launches of a run in the order in which they were made.

    text, paths = drift(folder, run, rows)      # in sentences; the figure, if there are enough launches

Each launch is divided by the median of its case, so that all cases speak of one thing: how fast the machine was.
"""

import collections

import numpy

from data import words
from data.estimate import per_launch
from data.races import metric_of
from figures import figure

BINS = 60
FEWEST = 20     # launches of cases with several
STOLEN = 0.01   # of a launch's time, given to others by the hypervisor


def speeds_of(rows):
    """Returns sorted [(order, speed by the median of its case, stolen share)] of the launches of cases with several."""
    cases, found = collections.defaultdict(list), []
    for row in rows:
        if row["order_index"].isdigit():
            cases[row["case"]].append(row)
    for group in cases.values():
        metric = metric_of(group)
        launches = per_launch(group, metric.column)
        middle = float(numpy.median(list(launches.values()))) if launches else 0
        if len(launches) < 2 or not middle:
            continue
        facts = {int(row["launch"]): (int(row["order_index"]), float(row["steal_frac"] or 0)) for row in group}
        for launch, value in launches.items():
            if value > 0:
                found.append((facts[launch][0], value / middle if metric.better == "higher" else middle / value, facts[launch][1]))
    return sorted(found)


def binned(found):
    """Returns [(order, first quartile, median, third quartile, stolen share, launches)] of stretches of the run."""
    rows = []
    for part in numpy.array_split(numpy.array(found, float), min(BINS, max(1, len(found) // 5))):
        low, middle, high = numpy.quantile(part[:, 1], (0.25, 0.5, 0.75))
        rows.append((float(numpy.median(part[:, 0])), float(low), float(middle), float(high), float(part[:, 2].max()), len(part)))
    return rows


def stolen_from(rows):
    """Returns (in how many launches of the run others were given a share of the time, how many launches there are)."""
    shares = {}
    for row in rows:
        key = row["case"], row["launch"]
        shares[key] = max(shares.get(key, 0.0), float(row["steal_frac"] or 0))
    return sum(share >= STOLEN for share in shares.values()), len(shares)


def sentence(found, rows, stolen, launches):
    medians = [row[2] for row in rows]
    fifth = max(1, len(found) // 5)
    first, last = (float(numpy.median([each[1] for each in part])) for part in (found[:fifth], found[-fifth:]))
    text = "The run was cut into %s, in order: in the slowest of them a launch reached %.0f %% of its case's median speed, in the " \
           "fastest %.0f %% (medians). The last fifth of the launches was %.2f times as fast as the first." % (
               words.counted(len(rows), "stretch", "stretches"), 100 * min(medians), 100 * max(medians), last / first)
    return text + (" In %d of %s the hypervisor gave time to others." % (stolen, words.launches(launches)) if stolen else "")


def draw(folder, run, rows):
    picture, axis = figure.start("Was the machine steady?", "Each launch beside the median of its case, in the order of the run",
                                 width=6.2, height=2.2, left=0.6)
    order, low, middle, high, stolen, _ = zip(*rows)
    axis.fill_between(order, low, high, color=figure.PALE, alpha=0.25, linewidth=0)
    axis.plot(order, middle, color=figure.INK, linewidth=1.3)
    axis.axhline(1, color=figure.PALE, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    floor = min(0.8, 0.95 * min(low))
    marks = [at for at, share in zip(order, stolen) if share >= STOLEN]
    axis.plot(marks, [floor] * len(marks), "|", color=figure.INK, markersize=8)
    axis.set_ylim(floor - 0.03, max(1.2, 1.05 * max(high)))
    axis.set_xlabel("launches of the run, in order")
    axis.set_title("speed; 1 is the median of the case")
    reported = "; strokes at the bottom: 1 % or more of the time went to other machines" if marks else ""
    return figure.save(
        picture, folder, "run_drift", figure.caption(run, "Line: median of %s launches; band: the middle half of them%s" % (
            words.from_to([row[5] for row in rows]), reported)),
        "Line plot. Speed of the launches in the order of the run: the median stretch lies between %.2f and %.2f of the cases' medians." % (
            min(middle), max(middle)), ["order_index", "first_quartile", "median", "third_quartile", "most_stolen", "launches"], rows)


def drift(folder, run, rows):
    """Returns (what the launches say of the machine, paths of the figures)."""
    found = speeds_of(rows)
    if len(found) < FEWEST:
        return "Too few cases have several launches to see whether the machine was steady.", []
    stretches = binned(found)
    return sentence(found, stretches, *stolen_from(rows)), [draw(folder, run, stretches)]
