"""report.html: one self-contained page, figures inside, nothing fetched.

Contents, the decision table, where gilfree is slower, a section for each scenario, the machine, the terms.
report.css and report.js are put into the page; themed figures follow the reader's light or dark setting.
"""

import html
import os
import re

import answer as answering
import colours
import needs
import words
from commands import command_of
from files import write_text
from glossary import TERMS
from summary import RULE, gaps, gaps_text, machine
from tables import Table

SHOWN = 8        # figures of a section that are shown at once
ROWS = 40        # of a table; a longer one is folded
BROAD = 520      # px from which a figure keeps its size on a phone and scrolls
HERE = os.path.dirname(os.path.abspath(__file__))
escape = html.escape


def source(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def notes_text(cell):
    return "".join("<sup>%d</sup>" % note for note in getattr(cell, "notes", ()))


def cell_text(cell, numeric):
    value = getattr(cell, "value", None)
    return '<td%s%s>%s%s</td>' % (' class="num"' if numeric else "", "" if value is None else ' data-value="%r"' % value,
                                  escape(str(cell)), notes_text(cell))


def numeric_columns(header, rows):
    """Returns whether each column holds numbers, which stand to the right."""
    return [any(getattr(row[place], "value", None) is not None for row in rows) for place in range(len(header))]


def table_text(found, name, kind="sortable"):
    """Returns a Table as HTML. name: the label that a screen reader reads."""
    numeric = numeric_columns(found.header, found.rows)
    head = "".join('<th scope="col" class="%s">%s</th>' % (
        "num" if right else "text" if place == 0 else "", escape(text))
        for place, (text, right) in enumerate(zip(found.header, numeric)))
    lines = ["<tr%s>%s</tr>" % (' class="ours"' if getattr(row[0], "ours", False) else "", "".join(map(cell_text, row, numeric)))
             for row in found.rows]
    notes = "" if not found.notes else '<div class="small"><ol>%s</ol></div>' % "".join(
        "<li>%s</li>" % escape(note) for note in found.notes)
    caption = '<p class="small">%s</p>' % escape(found.caption) if found.caption else ""
    return '%s<div class="wide" role="region" tabindex="0" aria-label="%s"><table class="%s"><thead><tr>%s</tr>' \
           "</thead><tbody>%s</tbody></table></div>%s" % (caption, escape(name), kind, head, "\n".join(lines), notes)


def facts_text(facts):
    return '<div class="wide"><table>%s</table></div>' % "".join(
        '<tr><th scope="row">%s</th><td>%s</td></tr>' % (escape(name), escape(text)) for name, text in facts)


def inline(path, rank):
    """Returns an SVG as part of a page: themed, with unique ids and an alt text."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    title = re.search(r"<dc:title>(.*?)</dc:title>", text, re.S)
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg"):], flags=re.S)
    text = re.sub(r'(\bid="|url\(#|xlink:href="#)', lambda found: "%sf%d-" % (found[0], rank), text)
    width = float(re.search(r'width="([\d.]+)pt"', text)[1]) * 4 / 3
    head = '<svg role="img" aria-label="%s" style="width: %.0fpx" ' % (title[1] if title else "A figure", width)
    text = re.sub(r'\b(width|height)="[\d.]+pt" ?', "", colours.themed(text), count=2)
    return '<figure%s>%s</figure>' % (' class="broad"' if width > BROAD else "", head + text[len("<svg "):])


def figures_text(paths, rank):
    """Returns the figures side by side; those beyond SHOWN are folded."""
    texts = [inline(path, rank + at) for at, path in enumerate(paths)]
    shown, folded = texts[:SHOWN], texts[SHOWN:]
    parts = ['<div class="figures">%s</div>' % "\n".join(shown)] if shown else []
    if folded:
        parts.append('<details><summary>%s</summary><div class="figures">%s</div></details>' % (
            words.counted(len(folded), "more figure"), "\n".join(folded)))
    return "\n".join(parts)


def section_text(scenario, question, found, drawn, about, command, rank):
    parts = ['<h2 id="%s">%s</h2>' % (escape(scenario), escape(question)),
             '<p class="answer">%s</p>' % escape(found.headline)]
    if found.points:
        parts.append("<ul>%s</ul>" % "".join("<li>%s</li>" % escape(each) for each in found.points))
    parts.append(figures_text(drawn, rank))
    parts += ["<h3>Numbers</h3>"] if found.tables else []
    for table in found.tables:
        text = table_text(table, question)
        parts.append(text if len(table.rows) <= ROWS else "<details><summary>%s</summary>%s</details>" % (
            escape("%s of %s" % (words.counted(len(table.rows), "row"), ", ".join(table.header[1:4]))), text))
    parts.append('<h3>How it was measured, and again</h3><p class="small">%s Raw data: the rows of %s in samples.csv; '
                 "of each figure, the CSV of its name in plots/.</p><pre>%s</pre>" % (
                     escape(about), escape(scenario), escape(command)))
    return "\n".join(parts)


def contents(sections):
    return '<nav aria-label="Contents"><ul>%s</ul></nav>' % "".join(
        '<li><a href="#%s">%s</a></li>' % (escape(name), escape(text)) for name, text in sections)


def top(run, answers, rows):
    """Returns what limits the whole page, once: warnings, launches, noise."""
    texts = [answering.preliminary(rows), answering.noisy(rows), *map(str, run["warnings"])]
    return "\n".join('<p class="warning">%s</p>' % escape(text if "." in text.split()[0] else words.capital(text)) for text in texts if text.strip())


def slower_text(answers):
    races, behind, real = needs.compared(answers)
    lines = needs.loss_rows(answers)
    if not races:
        return "<p>Nothing of gilfree was measured beside anything else.</p>"
    text = "<p>gilfree was compared with others in %s; in %d another is ahead" % (
        words.counted(races, "race"), behind)
    text += ", in %d of them one that is more than a baseline" % real if behind else ""
    text += ". Where gilfree wins but its 99th percentile is longer, that is listed too.</p>"
    return text + (table_text(Table("", needs.LOSS_HEADER, lines, []), "Where gilfree is slower") if lines else "")


def terms_text():
    return "<dl>%s</dl>" % "".join("<dt>%s</dt><dd>%s</dd>" % (escape(term), escape(text))
                                   for term, text in TERMS.items())


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{css}
</style></head><body>
<header>
<h1>{title}</h1>
<p class="small">{machine_line}</p>
{top}
{contents}
</header>
<main>
<h2 id="which">Which should I use?</h2>
<p class="small">What this machine says, need by need. "Times as fast": what gilfree does beside the best other that is
not a baseline, and beside the best of what is usual; below 1 gilfree is slower. In brackets the 95 % interval.</p>
{decisions}
<h2 id="slower">Where gilfree is slower</h2>
{slower}
{sections}
<h2 id="machine">The machine</h2>
{machine}
<p class="small">{rule}</p>
<h2 id="gaps">What was not measured</h2>
{missing}
<h2 id="terms">Terms</h2>
{terms}
<h2 id="again">Measure it yourself</h2>
<pre>{command}</pre>
<p class="small">Beside this page: samples.csv, every measured row; hist.csv, the latencies;
summary.csv, what the tables show; run.json, the machine in full; plots/, each figure and its
numbers. What each column means: results/README.md.</p>
</main>
<script>
{js}
</script></body></html>
"""


def gaps_section(rows):
    missing = gaps(rows)
    if not missing:
        return "<p>Every case of this run's profile was measured.</p>"
    lines = [list(gap) for gap in missing]
    return "<details><summary>%s</summary>%s</details>" % (gaps_text(missing), table_text(
        Table("", ["case", "status", "reason"], lines, []), "What was not measured"))


def write_page(folder, run, answers, drawn, abouts, rows):
    """Writes report.html. answers: {scenario: Answer}; drawn: {scenario: [paths of SVGs]}; abouts: {scenario: how it was measured}."""
    questions = {name: str(text) for name, text in (run.get("questions") or {}).items()}
    header, lines = needs.decisions(rows)
    sections, rank = [], 0
    for scenario, found in answers.items():
        sections.append(section_text(scenario, questions.get(scenario, scenario), found, drawn.get(scenario, []),
                                     abouts.get(scenario, ""), command_of(run, scenario), rank))
        rank += len(drawn.get(scenario, []))
    named = [("which", "Which should I use?"), ("slower", "Where gilfree is slower"),
             *((scenario, questions.get(scenario, scenario)) for scenario in answers), ("machine", "The machine"),
             ("gaps", "What was not measured"), ("terms", "Terms"), ("again", "Measure it yourself")]
    facts = machine(run)
    write_text(os.path.join(folder, "report.html"), PAGE.format(
        title=escape(next(iter(answers.values())).headline), css=source("report.css") + colours.style_sheet(),
        machine_line=escape(". ".join(text for _, text in facts[:2]) + "."), top=top(run, answers, rows),
        contents=contents(named), decisions=table_text(Table("", header, lines, []), "Which should I use?", "plain"),
        slower=slower_text(answers), sections="\n".join(sections), machine=facts_text(facts),
        rule=escape(RULE), missing=gaps_section(rows), terms=terms_text(), command=escape(command_of(run)),
        js=source("report.js")))
