"""What a scenario's rows answer, for summary.md and report.html.

    Answer(headline, points, header, table)

headline: one sentence; points: further sentences; header and table: texts, row by row. A scenario
says its own in plot_<scenario>.py; for one that does not, plain_answer() tables its cases.
"""

import collections

import figure
from estimate import estimate_of
from run_folder import measured

Answer = collections.namedtuple("Answer", "headline points header table")


def by_case(rows):
    """{case: its measured rows}, in the order of the case's name."""
    cases = collections.defaultdict(list)
    for row in measured(rows):
        cases[row["case"]].append(row)
    return dict(sorted(cases.items()))


def cell(value, text_of, absent="-"):
    """An Estimate as a cell of a table."""
    return absent if value is None else text_of(value.median)


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
