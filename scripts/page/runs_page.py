"""The page of several runs: report.html, summary.md, summary.json, changes.csv and history.csv in a folder of their own.

    lines, mistakes = report(["old", "new"], "beside")
"""

import json
import math
import os

from data import contenders, words
from data.estimate import NOTICED, estimate_of
from data.files import write_csv, write_text
from data.run_folder import CUT_SHORT
from answers import runs as several
from figures import figure, forest, history
from page import markup
from page.summary import folded, records, table_lines

ABOUT = "A change is the speed of a case in a run by that in the first run: Hodges and Lehmann's estimate with the 95 % interval of " \
        "the rank-sum test; five launches a side are the fewest. Not told apart: the interval holds 1, or the change is below 5 %. It " \
        "does not mean equal."
CHANGES = 15  # that summary.md lists unfolded
VERDICTS = {"slower": "worse", "faster": "better"}  # in a forest plot


def learn(runs):
    """Takes the names of contenders from all runs; the last that names one has its say."""
    merged = {}
    for each in runs:
        reported = each.run.get("contenders")
        merged.update(reported if isinstance(reported, dict) else {})
    contenders.learn({"contenders": merged})


def warnings_of(runs):
    """Returns what limits the whole comparison."""
    differ = several.unlike(runs)
    unlike = ["Unlike runs: they differ in %s, so a change may be one of the machines or builds." % words.listed(differ)] if differ else []
    return [*unlike, several.UNPAIRED, *("Run %s: %s" % (each.name, text) for each in runs for text in each.run["warnings"])]


def damage_of(runs):
    return ["Run %s: %s" % (each.name, text) for each in runs for text in each.run["damage"]]


def logarithm(value):
    return None if value is None else math.log(value)


def draw_changes(folder, runs, cases):
    """Draws how the last run differs from the first; returns the paths of the figures."""
    last, where, rows, counts = len(runs) - 1, several.places_of(cases), [], []
    for case in cases:
        ratio = case.ratios.get(last)
        if ratio and ratio.value > 0:
            verdict = several.verdict_of(ratio)
            rows.append(forest.Change("%s, %s" % (contenders.label(*case.contender), where[case.name]),
                                      *map(logarithm, ratio[:3]), VERDICTS.get(verdict, verdict),
                                      math.log(NOTICED)))
            counts += [estimate_of(group, case.metric.column).n for group in case.rows.values()]
    path = forest.draw_forest(folder, rows, "changes", "What changed?", "Speed of %s by that of %s" % (runs[last].name, runs[0].name),
                              figure.rule_of(counts)) if rows else None
    return [path] if path else []


def changed(runs, cases):
    """Returns the cases that are slower or faster in the last run, the largest change first."""
    last = len(runs) - 1
    found = [case for case in cases if case.ratios.get(last) and several.verdict_of(case.ratios[last]) in VERDICTS]
    return sorted(found, key=lambda case: -abs(math.log(case.ratios[last].value)))


def alone_text(alone):
    return "%s only one of the runs measured and %s not compared." % (
        words.counted(alone, "case"), "is" if alone == 1 else "are") if alone else "Each case is in at least two of the runs."


def sections_of(folder, runs, cases, alone):
    """Returns [(id, heading, HTML)]."""
    picks, changes = several.picks_table(runs), several.changes_table(runs, cases)
    figures = history.draw(folder, runs)
    found = [("runs", "The runs", markup.table_text(several.facts_table(runs), "The runs", "plain")),
             ("which", "Which should I use?", markup.table_text(picks, "Which should I use?", "cards") if picks.rows else
              "<p>None of the runs measured what a need asks for.</p>"),
             ("changes", "What differs?", markup.figures_text(draw_changes(folder, runs, cases)) +
              (markup.table_text(changes, "What differs?") if cases else "") + "<p>%s</p>" % markup.escape(alone_text(alone)))]
    if figures:
        found.append(("history", "Over time", markup.figures_text(figures)))
    return [*found, ("how", "How they are compared", '<p class="small">%s</p>' % markup.escape(ABOUT))]


def markdown_of(runs, cases, alone, lines):
    """Returns summary.md: the runs and the changes, everything else folded."""
    some, picks = changed(runs, cases), several.picks_table(runs)
    text = ["## " + lines[0], ""] + [line for each in warnings_of(runs)[:4] for line in ("> **Note:** " + each, "")]
    if some:
        text += table_lines(several.changes_table(runs, some[:CHANGES])) + [""]
        text += ["%d more are in report.html." % (len(some) - CHANGES), ""] if len(some) > CHANGES else []
    text += [alone_text(alone), ""] + folded("The runs", table_lines(several.facts_table(runs)))
    text += folded("Which should I use?", table_lines(picks)) if picks.rows else []
    return "\n".join(text + folded("Every case", table_lines(several.changes_table(runs, cases))) if cases else text) + "\n"


def write_changes(folder, runs, cases):
    """Writes changes.csv: a row for each case and each run after the first that has it."""
    rows = [[case.name, case.metric.column, case.metric.better, runs[at].name, estimate_of(case.rows[at], case.metric.column).median,
             *(ratio or (None,) * 4), several.verdict_of(ratio)] for case in cases for at, ratio in case.ratios.items()]
    write_csv(os.path.join(folder, "changes.csv"),
              ["case", "metric", "better", "run", "estimate", "speed_ratio", "ci_lo", "ci_hi", "launches", "verdict"], rows)


def summary_of(runs, cases, lines):
    tables = {"runs": several.facts_table(runs), "picks": several.picks_table(runs), "changes": several.changes_table(runs, cases)}
    return {"schema_version": 1, "headline": lines[0], "notes": warnings_of(runs), "unlike": several.unlike(runs),
            **{name: records(table.header, table.rows) for name, table in tables.items()}}


def report(folders, out):
    """Writes everything into `out`; returns the headline and what could not be shown, in words."""
    runs = several.load(folders)
    learn(runs)
    os.makedirs(out, exist_ok=True)
    cases, alone = several.cases_of(runs)
    lines = [several.headline(runs, cases)]
    write_changes(out, runs, cases)
    history.write_table(out, runs, cases)
    write_text(os.path.join(out, "summary.md"), markdown_of(runs, cases, alone, lines))
    write_text(os.path.join(out, "summary.json"), json.dumps(summary_of(runs, cases, lines), indent=1, ensure_ascii=False) + "\n")
    write_text(os.path.join(out, "report.html"), markup.document(
        lines[0], "%s; the first is what the others are compared with." % words.counted(len(runs), "run"),
        [*warnings_of(runs), *damage_of(runs)], sections_of(out, runs, cases, alone)))
    return [*("Run %s: %s" % (each.name, CUT_SHORT) for each in runs if CUT_SHORT in each.run["warnings"]), *lines], damage_of(runs)
