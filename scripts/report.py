#!/usr/bin/env python3
"""The report of a run: plots/, summary.csv, summary.md and report.html, from its CSV and run.json.

    report.py DIR        prints the answers

Each scenario found in samples.csv is drawn and answered by the module of its name, which is found,
not listed. A new scenario is a new file, plot_<scenario>.py, with

    def draw(folder, run, rows):     # rows: the scenario's, all statuses, as dicts of text; run:
        ...                          # run.json. Returns the SVGs' paths, each from figure.save()
    def answer(run, rows):           # may be left out: then a plain table of the cases is shown
        return Answer(headline, points, header, table)      # answer.py

and a line per new contender in contenders.py. plot_single_operation.py is the example to start from;
percentiles.py has the latency curves. Without a module a scenario gets its table.

Exit codes: 0 written; 2 DIR is no run that can be read; 3 a figure could not be drawn (the others
and the tables are written); 5 no matplotlib; 7 cannot write. Each but 0 with one line that says why.
"""

import importlib
import importlib.util
import sys

import figure  # noqa: F401, says so if there is no matplotlib
import page
import summary
from answer import Answer, plain_answer, qualified
from run_folder import BadRun, read_run

FIRST = "pipe_vs_queue"  # the question that heads the page


def scenarios(rows):
    return sorted({row["scenario"] for row in rows}, key=lambda name: (name != FIRST, name))


def module_of(scenario):
    """plot_<scenario>, or None if there is none."""
    name = "plot_" + scenario
    if not scenario.isidentifier() or importlib.util.find_spec(name) is None:
        return None
    return importlib.import_module(name)


def report(folder):
    """Writes everything; returns the answers and what could not be drawn, in words."""
    run, rows = read_run(folder)
    answers, drawn, mistakes = {}, {}, []
    for scenario in scenarios(rows):
        mine = [row for row in rows if row["scenario"] == scenario]
        answers[scenario] = qualified(plain_answer(scenario, mine), mine)
        try:
            module = module_of(scenario)
            if module is not None:
                drawn[scenario] = module.draw(folder, run, mine)
            if hasattr(module, "answer"):
                answers[scenario] = qualified(module.answer(run, mine), mine)
        except (BadRun, OSError):
            raise
        except Exception as why:  # of one scenario: the others are still reported
            mistakes.append("%s is not all drawn: %s: %s; see plot_%s.py %s"
                            % (scenario, type(why).__name__, why, scenario, folder))
    run["warnings"] += mistakes
    if not answers:
        answers[FIRST] = Answer("This run measured nothing.", [], [], [])
    summary.write_rows(folder, rows)
    summary.write_markdown(folder, run, answers, rows)
    page.write_page(folder, run, answers, drawn, rows)
    return answers, mistakes


def fail(code, why):
    print("report: " + str(why).replace("\n", " "), file=sys.stderr)
    return code


def main(arguments):
    if len(arguments) != 1 or arguments[0].startswith("-"):
        return fail(2, "usage: report.py DIR, the folder of a run")
    try:
        answers, mistakes = report(arguments[0])
    except BadRun as why:
        return fail(2, why)
    except OSError as why:
        return fail(7, "cannot write: %s" % why)
    print("\n".join(answer.headline for answer in answers.values()))
    for mistake in mistakes:
        fail(3, mistake)
    return 3 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
