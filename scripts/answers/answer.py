"""What a scenario's rows answer, for summary.md and report.html.

    Answer(headline, points, tables, races)

headline: one sentence; points: further sentences; tables: of tables.py; races: [(setting in words, Race)],
from which the page tells where gilfree is slower. Most scenarios get theirs from sections.py.
"""

import collections
import statistics

from data import words
from data.contenders import label
from data.estimate import FEWEST, NOISY, per_launch, steadiness
from data.races import metric_of
from data.run_folder import measured

Answer = collections.namedtuple("Answer", "headline points tables races")

UNANSWERED = "Too little was measured to answer; the table has what was."
# A reading of the clock is part of a latency that it measures: from here on less than a twentieth.
READINGS = 20


def nothing(why):
    """Returns the answer of a scenario in which nothing was measured."""
    return Answer(why, [], [], [])


def by_case(rows):
    """Returns {case: its measured rows}, in the order of the case's name."""
    cases = collections.defaultdict(list)
    for row in measured(rows):
        cases[row["case"]].append(row)
    return dict(sorted(cases.items()))


def launches_of(rows):
    return len({row["launch"] for row in rows})


def preliminary(rows):
    """Returns what to say once, at the top, of the cases with too few launches for an interval; '' if there are none."""
    counts = [launches_of(group) for group in by_case(rows).values()]
    few = [count for count in counts if count < FEWEST]
    if not few:
        return ""
    contender = "All %s have" % words.counted(len(counts), "case") if len(few) == len(counts) and len(few) > 1 else \
        "%s of %s %s" % (len(few), words.counted(len(counts), "case"), "has" if len(few) == 1 else "have")
    return "Preliminary: %s %s launches, fewer than the %d that a 95 %% interval needs. Their differences may " \
           "be chance; each table says how many launches a case has." % (
               contender, words.from_to(few), FEWEST) if max(few) > 1 else \
        "Preliminary: %s one launch, and a 95 %% interval needs %d. Their differences may be chance; each table " \
        "says how many launches a case has." % (contender, FEWEST)


def noisy(rows):
    """Returns how many cases vary much from launch to launch; '' if none does."""
    judged = [steadiness(per_launch(group, metric_of(group).column).values())[1] for group in by_case(rows).values()]
    judged = [verdict for verdict in judged if verdict]
    count = judged.count("noisy")
    if not count:
        return ""
    return "Noise: %d of the %s with six launches or more %s by more than %.0f %% between launches; the tables " \
           "mark them." % (count, words.counted(len(judged), "case"), "varies" if count == 1 else "vary",
                           100 * NOISY)


def capacity_text(rows):
    """Returns how many items the queues of a scenario hold, first what holds for most contenders; '' if no row says."""
    by_contender = collections.defaultdict(lambda: collections.defaultdict(set))
    for row in measured(rows):
        if row["queue_depth"] not in ("", "0") and row["msg_bytes"]:
            by_contender[label(row["impl"], row["interpreter"])][int(row["queue_depth"])].add(int(row["msg_bytes"]))
    groups = collections.defaultdict(list)
    for name, depths in by_contender.items():
        groups["; ".join("{:,}".format(depth) + (" of " + words.listed(map(words.size, sorted(sizes))) if len(depths) > 1 else "")
                         for depth, sizes in sorted(depths.items(), reverse=True))].append(name)
    if not groups:
        return ""
    most, *others = sorted(groups, key=lambda text: -len(groups[text]))
    return ". ".join(["Capacity, in items: " + most] + ["%s: %s" % (words.listed(groups[text]), text) for text in others]) + "."


def clock_point(rows):
    """Returns [what the clock adds to the shortest latencies], if it is worth a word."""
    rows = [row for row in measured(rows) if float(row["lat_n"] or 0) and row["lat_p50_ns"]]
    readings = [float(row["timer_cost_ns"]) for row in rows if row["timer_cost_ns"]]
    reading = statistics.median(readings) if readings else 0
    if not any(float(row["lat_p50_ns"]) < READINGS * reading for row in rows):
        return []
    return ["A reading of the clock takes %s and is part of every latency: more than 5 %% of those below %s."
            % (words.duration(reading), words.duration(READINGS * reading))]
