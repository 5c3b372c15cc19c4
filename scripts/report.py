#!/usr/bin/env -S python3 -I
"""The report of a run, of several runs, or of a comparison: report.html, summary.md, summary.json, plots/.

    report.py DIR                        writes the report into DIR and prints the answers
    report.py DIR SCENARIO...            draws the figures of these scenarios alone
    report.py DIR DIR... --out OUT       several runs side by side, into OUT
    report.py FLEET                      the machines of a fleet, grouped by their hardware
    report.py ... --format md|json|html  prints this file instead of the answers
    report.py --help                     prints this

DIR is what `bench-all run`, `ab` or `stress` wrote. Each scenario found in samples.csv is drawn and answered by
the module of its name, which is found, not listed: scripts/README.md, "Adding a figure". A scenario without a
module gets a default section.

Exit codes: 0 written; 2 wrong usage, or DIR is not a run that can be read; 3 written, but a figure could not be drawn or
damaged rows are left out; 5 this python cannot import matplotlib; 7 cannot write. Each but 0 with a line that says why.
"""

import argparse
import functools
import importlib
import importlib.util
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # python3 -I leaves it out

from data.console import CANNOT_WRITE, fail, help_first, leave, reason, say  # noqa: E402

if __name__ == "__main__":
    help_first("report", __doc__)

from figures import plotting  # noqa: E402, F401, first: it ends here if there is no matplotlib
from data import contenders, side_by_side  # noqa: E402
from data.axes import plain  # noqa: E402
from data.run_folder import CUT_SHORT, BadRun, measured, read_run  # noqa: E402
from answers import survival  # noqa: E402
from answers.answer import nothing  # noqa: E402
from figures import drift, heat_map, scatter  # noqa: E402
from scenarios import sections  # noqa: E402
from page import fleet_page, outcomes, page, runs_page, self_test, summary, verdicts  # noqa: E402

FIRST = "pipe_vs_queue"  # the question that heads the page
BAD_RUN, INCOMPLETE = 2, 3
FORMATS = {"md": "summary.md", "json": "summary.json", "html": "report.html"}


def scenarios(rows):
    return sorted({row["scenario"] for row in rows}, key=lambda name: (name != FIRST, name))


def module_of(scenario):
    """Returns scenarios.plot_<scenario>, or None if there is none."""
    name = "scenarios.plot_" + scenario
    if not scenario.isidentifier() or importlib.util.find_spec(name) is None:
        return None
    return importlib.import_module(name)


def usable(module, rows):
    """Returns (the rows that have all that the module needs, why others are left out, in words)."""
    needed = getattr(module, "COLUMNS", ())
    whole = [row for row in rows if row["status"] != "ok" or all(row[column] for column in needed)]
    lost = len(rows) - len(whole)
    return whole, [] if lost == 0 else ["%s: left out %d row%s without %s" % (
        rows[0]["scenario"], lost, "" if lost == 1 else "s", " or ".join(needed))]


def answer_with(module, section, run, rows):
    return module.answer(run, rows) if hasattr(module, "answer") else sections.answer(section, rows)


def draw_with(module, section, folder, run, rows):
    """Returns the functions that draw a scenario; each returns or yields the paths of its figures."""
    own = module.draw if hasattr(module, "draw") else functools.partial(sections.draw, section)
    return [functools.partial(draw, folder, run, rows) for draw in ((own, scatter.draw_needs, heat_map.draw_needs) if rows else (own,))]


def not_drawn(scenario, why):
    return "%s is not all drawn: %s%s" % (scenario, "" if isinstance(why, BadRun) else type(why).__name__ + ": ", why)


def draw_all(drawers, scenario):
    """Returns (paths of the figures, what could not be drawn, each once): a mistake costs the figures after it of one function."""
    drawn, mistakes = [], []
    for draw in drawers:
        try:
            for path in draw():
                drawn.append(path)
        except OSError:
            raise
        except Exception as why:  # of one function: the others still draw
            mistakes.append(not_drawn(scenario, why))
    return drawn, list(dict.fromkeys(mistakes))


def prepare(scenario, folder, run, rows):
    """Returns (Answer, how it was measured, mistakes in words, the functions that draw it) of one scenario."""
    found, mistakes, drawers = nothing("This could not be told."), [], []
    section = sections.default(str(run["questions"].get(scenario, "")))
    try:
        module = module_of(scenario)
        section = getattr(module, "SECTION", section)
        rows, mistakes = usable(module, rows)
        found = answer_with(module, section, run, rows)
        drawers = draw_with(module, section, folder, run, rows)
    except OSError:
        raise
    except Exception as why:  # of one scenario: the others are still reported
        mistakes.append(not_drawn(scenario, why))
    return found, section.about, mistakes, drawers


def present(scenario, folder, run, rows):
    """Returns (Answer, paths of the figures, how it was measured, mistakes in words) of one scenario."""
    found, about, mistakes, drawers = prepare(scenario, folder, run, rows)
    drawn, undrawn = draw_all(drawers, scenario)
    return found, drawn, about, mistakes + undrawn


def steadiness(folder, run, rows):
    """Returns (what the launches say of the machine, paths of the figures, mistakes in words)."""
    try:
        return (*drift.drift(folder, run, measured(rows)), [])
    except OSError:
        raise
    except Exception as why:  # the rest is still reported
        return "", [], ["the order of the launches is not drawn: %s: %s" % (type(why).__name__, why)]


def stress_section(folder):
    """Returns ([(id, heading, HTML)] of stress.csv, damage in words); nothing if the folder has none."""
    survival.learn([])
    if not os.path.exists(os.path.join(folder, "stress.csv")):
        return [], []
    rows, damage = outcomes.read(folder)
    survival.learn(outcomes.tests_of(rows))
    return [("stress", "What did the stress tests see?", outcomes.section_text(rows))], damage


def report_run(folder):
    """Writes everything; returns the answers and what could not be shown, in words."""
    run, rows = read_run(folder)
    contenders.learn(run)
    answers, drawn, abouts = {}, {}, {}
    others, damage = stress_section(folder)
    tested, more = self_test.section(folder)
    others, mistakes = others + tested, run["damage"] + damage + more
    drawers = []
    for scenario in scenarios(rows):
        mine = [row for row in rows if row["scenario"] == scenario]
        answers[scenario], abouts[scenario], found, own = prepare(scenario, folder, run, mine)
        mistakes += found
        drawn[scenario] = []
        drawers += [(scenario, functools.partial(draw_all, [each], scenario)) for each in own]
    *pictures, (*steady, found) = side_by_side.called(
        [draw for _, draw in drawers] + [functools.partial(steadiness, folder, run, rows)])
    for (scenario, _), (paths, undrawn) in zip(drawers, pictures):
        drawn[scenario] += paths
        mistakes += [each for each in undrawn if each not in mistakes]
    mistakes += found
    run["warnings"] += mistakes
    if not answers:
        answers[FIRST] = nothing("This run measured nothing.")
    findings = summary.findings_of(run, answers, rows)
    summary.write_rows(folder, rows)
    summary.write_markdown(folder, run, answers, rows, findings)
    summary.write_json(folder, run, answers, rows, findings)
    page.write_page(folder, run, answers, drawn, abouts, rows, findings, steady, others)
    lines = [found.headline if scenario == FIRST else "%s: %s" % (plain(scenario), found.headline)
             for scenario, found in answers.items()]
    return [*(each for each in run["warnings"] if each == CUT_SHORT), *lines], mistakes


def report_of(folder):
    """Returns the function that reports this kind of folder."""
    def holds(name):
        return os.path.exists(os.path.join(folder, name))
    if not holds("samples.csv") and holds("fleet.json"):
        return fleet_page.report
    if not holds("samples.csv") and holds("compare.json"):
        return verdicts.report
    return outcomes.report if not holds("samples.csv") and holds("stress.csv") else report_run


def draw_alone(folder, wanted):
    """Draws the figures of some scenarios; returns their paths and what could not be drawn, in words."""
    run, rows = read_run(folder)
    contenders.learn(run)
    lines, mistakes = [], run["damage"]
    for scenario in wanted:
        mine = [row for row in rows if row["scenario"] == scenario]
        if not mine:
            raise BadRun("%s has no rows of %s; it has %s"
                         % (folder, scenario, ", ".join(scenarios(rows)) or "none"))
        _, drawn, _, found = present(scenario, folder, run, mine)
        lines += drawn or ["nothing to draw: no measured rows of %s" % scenario]
        mistakes += found
    return lines, mistakes


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise BadRun("usage: report.py DIR [SCENARIO...], DIR the folder of a run, or report.py DIR DIR... --out OUT (%s); "
                     "more by --help" % message)


def parse(arguments):
    """Returns (folders, scenarios, where several runs are written, format or None)."""
    parser = Parser(prog="report.py", add_help=False, allow_abbrev=False)
    parser.add_argument("words", nargs="+")
    parser.add_argument("--out", default="runs")
    parser.add_argument("--format", choices=FORMATS)
    found = parser.parse_args(arguments)
    first, *rest = found.words
    folders = [first] + [word for word in rest if os.path.isdir(word)]
    wanted = [word for word in rest if word not in folders]
    if wanted and (len(folders) > 1 or os.sep in wanted[0]):
        raise BadRun("%s: there is no such folder; name folders that bench-all wrote" % wanted[0])
    if len(folders) > 1 and os.path.exists(os.path.join(found.out, "samples.csv")):
        raise BadRun("--out: %s holds a run; name another folder" % found.out)
    return folders, wanted, found.out, found.format


def written(folders, wanted, out):
    """Writes what was asked for; returns (lines to print, mistakes, folder of the report)."""
    if len(folders) > 1:
        return (*runs_page.report(folders, out), out)
    if wanted:
        return (*draw_alone(folders[0], wanted), folders[0])
    return (*report_of(folders[0])(folders[0]), folders[0])


def shown(lines, folder, form):
    """Returns what is printed: the answers, or the file of the format."""
    if form is None:
        return "\n".join(lines)
    name = "compare.json" if form == "json" and report_of(folder) is verdicts.report else FORMATS[form]
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read().rstrip("\n")


def main(arguments):
    try:
        folders, wanted, out, form = parse(arguments)
        lines, mistakes, folder = written(folders, wanted, out)
        text = shown(lines, folder, form)
    except BadRun as why:
        return fail("report", BAD_RUN, why)
    except OSError as why:
        return fail("report", CANNOT_WRITE, "cannot write: %s" % reason(why))
    try:
        say(text)
    except OSError as why:
        return fail("report", CANNOT_WRITE, "written, but standard output is not: %s" % reason(why))
    for mistake in mistakes:
        fail("report", INCOMPLETE, mistake)
    return INCOMPLETE if mistakes else 0


if __name__ == "__main__":
    leave("report", main)
