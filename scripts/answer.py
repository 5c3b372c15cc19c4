"""What a scenario's rows answer, for summary.md and report.html.

    Answer(headline, points, header, table)

headline: one sentence; points: further sentences; header and table: texts, row by row. A scenario
says its own in plot_<scenario>.py; for one that does not, plain_answer() tables its cases.
"""

import collections
import statistics

import figure
from estimate import FEWEST, estimate_of
from run_folder import measured

Answer = collections.namedtuple("Answer", "headline points header table")

UNANSWERED = "Too little was measured to answer; the table has what was."
# A reading of the clock is part of a latency that it measures: from here on less than a twentieth.
READINGS = 20


def by_case(rows):
    """{case: its measured rows}, in the order of the case's name."""
    cases = collections.defaultdict(list)
    for row in measured(rows):
        cases[row["case"]].append(row)
    return dict(sorted(cases.items()))


def cell(value, text_of, absent="-"):
    """An Estimate as a cell of a table."""
    return absent if value is None else text_of(value.median)


def first_look(rows):
    """What to say if no case has launches enough for an interval; else nothing."""
    launches = max((len({row["launch"] for row in group}) for group in by_case(rows).values()),
                   default=FEWEST)
    if launches >= FEWEST:
        return ""
    return "A first look: %s a case, too few for an interval." % (
        "one launch" if launches == 1 else "at most %d launches" % launches)


def clock_point(rows):
    """[what the clock adds to the shortest latencies], if it is worth a word."""
    rows = [row for row in measured(rows) if row["lat_n"] and row["lat_p50_ns"]]
    readings = [float(row["timer_cost_ns"]) for row in rows if row["timer_cost_ns"]]
    reading = statistics.median(readings) if readings else 0
    if not any(float(row["lat_p50_ns"]) < READINGS * reading for row in rows):
        return []
    return ["A reading of the clock takes %s, which is part of every latency: of those below %s more "
            "than a twentieth." % (figure.duration(reading),
                                   figure.duration(READINGS * reading))]


def qualified(answer, rows):
    """The answer with what limits it."""
    limits = [first_look(rows)] if answer.table and first_look(rows) else []
    return answer._replace(headline=" ".join([answer.headline, *limits]),
                           points=answer.points + clock_point(rows))


def plain_answer(scenario, rows):
    """A table of the cases, for a scenario that has no words of its own."""
    table = []
    for case, group in by_case(rows).items():
        table.append([case.removeprefix(scenario + "/"),
                      cell(estimate_of(group, "ops_per_s"), figure.number),
                      cell(estimate_of(group, "lat_p50_ns"), figure.duration),
                      cell(estimate_of(group, "cpu_ns_per_op"), figure.duration)])
    headline = "This run measured none of it." if not table else "%d case%s measured." % (
        len(table), "" if len(table) == 1 else "s")
    return Answer(headline, [], ["case", "operations/s", "p50", "CPU time per operation"], table)
