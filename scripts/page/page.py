"""report.html: one self-contained page, figures inside, nothing fetched.

Contents, the decision table, where gilfree is slower, what tutorials claim, a section for each scenario, the
machine, the terms.
"""

import os

from data import words
from data.commands import command_of
from data.contenders import is_baseline, order
from data.files import write_text
from data.races import contender_of
from data.run_folder import measured
from answers import claims, needs, survival
from answers.answer import capacity_text
from answers.tables import Table
from page.glossary import TERMS
from page.markup import (document, escape, facts_text, figures_text, file_link, folded_table, list_text, table_text,
                         terms_text)
from page.summary import RULE, gaps, gaps_text, machine, notes_of, windows_text

WHICH = """<p class="small">What this machine says, need by need. A pick is the fastest that is neither a baseline nor
only spins or yields while it waits (it may spin for a moment before it sleeps); where another is faster, it is named first.
Ratios are speeds: above 1 the pick is faster. In brackets the 95 % interval. <a href="#terms">Terms</a> explains the words.</p>
"""
KILLED = """<p class="small">One process is killed in the middle of an operation: what becomes of the others that use the same object.
A kill -9 ends all threads of a process together, so of threads there is nothing to say. Files are named by their place in the sources.</p>
"""
CLAIMS = """<p class="small">What tutorials of Python's concurrency claim, and whether it holds on this machine: in CPython, and in
gilfree.</p>
"""
BESIDE = (("samples.csv", "every measured row"), ("hist.csv", "the latencies"), ("summary.csv", "what the tables show"),
          ("summary.json", "this page for programs"), ("run.json", "the machine in full"))


def lead_of(run, rows):
    """Returns the first sentences of the page: what gilfree is, and which run and machine this report is about."""
    cases = len({row["case"] for row in measured(rows)})
    return "gilfree (Python's multiprocessing, threading and queue in C++20) beside what else does the same jobs: %s, measured " \
           "on %s with the profile %s. The machine: %s." % (
               words.counted(cases, "case"), str(run.get("started_utc", "?"))[:10], run.get("profile", "?"),
               ". ".join(text for _, text in machine(run)[:2]))


def beside_text(folder):
    return '<p class="small">Beside this page: %s; plots/, each figure as SVG and PNG, and its numbers. What each column means: ' \
           "results/README.md.</p>" % "; ".join("%s, %s" % (file_link(folder, name), what) for name, what in BESIDE)


def section_text(question, scenario, found, drawn, about, command, samples):
    parts = ['<p class="answer">%s</p>' % escape(found.headline), list_text(found.points), figures_text(drawn)]
    parts += ["<h3>Numbers</h3>"] if found.tables else []
    parts += [folded_table(table, "%s Table %d" % (question, at)) for at, table in enumerate(found.tables, start=1)]
    parts.append('<h3>How it was measured, and how to repeat it</h3><p class="small">%s Raw data: the rows of %s in %s.</p>'
                 "<pre>%s</pre>" % (escape(about), escape(scenario), samples, escape(command)))
    return "\n".join(parts)


def which_text(run, found, unmeasured):
    table = table_text(found, "Which should I use?", "cards") if found.rows else "<p>Nothing that a need asks for.</p>"
    missing = needs.unmeasured_text(run, unmeasured)
    return WHICH + table + ('<p class="small">%s</p>' % escape(missing) if missing else "")


def slower_text(answers, lines):
    return "<p>%s</p>" % escape(needs.losses_text(answers)) + (
        table_text(Table("", needs.LOSS_HEADER, lines, []), "Where gilfree is slower", "sortable cards") if lines else "")


def killed_text(rows):
    """Returns what is known of each contender between processes, what it rests on, and how to test the others."""
    asked = {need.scenario for need in needs.NEEDS}
    mine = {contender_of(row) for row in measured(rows)
            if row["scope"] == "process" and row["scenario"] in asked and not is_baseline(row["impl"])}
    found, unknown = survival.table_of(sorted(mine, key=lambda contender: order(*contender)))
    table = folded_table(found, "After kill -9") if found.rows else ""
    return KILLED + table + ("<p>Not tested: %s. %s</p>" % (escape(words.listed(unknown)), escape(survival.HOW)) if unknown else "")


def claims_text(found):
    return CLAIMS + table_text(found, claims.TITLE, "cards") if found.rows else \
        "<p>This run measured none of the claims that tutorials make.</p>"


def gaps_section(rows):
    missing = gaps(rows)
    if not missing:
        return "<p>Every case of this run's profile was measured.</p>"
    lines = [list(gap) for gap in missing]
    return "<details><summary>%s</summary>%s</details>" % (gaps_text(missing), table_text(
        Table("", ["case", "status", "reason"], lines, []), "What was not measured"))


def write_page(folder, run, answers, drawn, abouts, rows, findings, steady, others=()):
    """Writes report.html.

    answers: {scenario: Answer}; drawn: {scenario: [paths of SVGs]}; abouts: {scenario: how it was measured};
    findings: of summary.py; steady: (whether the machine was steady, paths of figures); others: [(id, heading, HTML)] of what is
    not about a scenario.
    """
    questions = {name: str(text) for name, text in (run.get("questions") or {}).items()}
    samples = file_link(folder, "samples.csv")
    sections = [("which", "Which should I use?", which_text(run, findings.decisions, findings.unmeasured)),
                ("slower", "Where gilfree is slower", slower_text(answers, findings.losses)),
                ("claims", claims.TITLE, claims_text(findings.claims)),
                ("killed", "What does a kill -9 leave behind?", killed_text(rows))]
    sections += [(scenario, questions.get(scenario, scenario), section_text(
        questions.get(scenario, scenario), scenario, found, drawn.get(scenario, []), " ".join(filter(None, (
            abouts.get(scenario, ""), windows_text(run), capacity_text(row for row in rows if row["scenario"] == scenario)))),
        command_of(run, scenario), samples)) for scenario, found in answers.items()]
    sections += [*others,
                 ("machine", "The machine", facts_text(machine(run)) + "<p>%s</p>%s" % (
                     escape(steady[0]), figures_text(steady[1])) + '<p class="small">%s</p>' % escape(RULE)),
                 ("gaps", "What was not measured", gaps_section(rows)),
                 ("terms", "Terms", terms_text(TERMS)),
                 ("again", "Measure it yourself", "<pre>%s</pre>\n%s" % (escape(command_of(run)), beside_text(folder)))]
    write_text(os.path.join(folder, "report.html"), document(
        next(iter(answers.values())).headline, lead_of(run, rows), notes_of(run, rows), sections))
