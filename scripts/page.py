"""report.html: one self-contained page, figures inside, nothing fetched."""

import html
import os
import shlex

from summary import RULE, gaps, gaps_text, machine

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>
body {{ font: 15px/1.55 system-ui, sans-serif; max-width: 1180px; margin: 2.5em auto;
  padding: 0 1.2em; color: #222; }}
h1 {{ font-size: 1.6em; line-height: 1.3; max-width: 44em; }}
h2 {{ font-size: 1.2em; margin-top: 2.5em; }} .answer {{ font-weight: 600; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: 0.9em; font-variant-numeric: tabular-nums; }}
td, th {{ padding: 0.28em 0.7em; text-align: right; border-bottom: 1px solid #e2e2e2; }}
td {{ white-space: nowrap; }}
th {{ border-bottom: 2px solid #bbb; vertical-align: bottom; }}
td:first-child, th:first-child {{ text-align: left; }} .facts td, .facts th {{ text-align: left; }}
.gaps td, .gaps th {{ text-align: left; white-space: normal; overflow-wrap: anywhere; }}
tr.ours td {{ font-weight: 600; background: #f2f7fb; }}
figure {{ margin: 2em 0; overflow-x: auto; }} svg {{ max-width: 100%; height: auto; }}
.note {{ background: #fff4d6; padding: 0.5em 0.9em; border-left: 4px solid #e6b800; }}
.small {{ color: #555; font-size: 0.9em; }} pre {{ background: #f5f5f5; padding: 0.7em 1em;
  overflow-x: auto; }}
</style></head><body>
{warnings}
{sections}
<h2>The machine</h2>
{machine}
<p class="small">{rule}</p>
{missing}
<h2>Measure it yourself</h2>
<pre>{command}</pre>
<p class="small">Beside this page: samples.csv, every measured row; hist.csv, the latencies;
summary.csv, what the tables show; run.json, the machine in full; plots/, each figure and its
numbers. What each column means: results/README.md.</p>
</body></html>
"""


def table(header, rows, kind=""):
    escape = html.escape
    lines = ["<tr>" + "".join("<th>%s</th>" % escape(text) for text in header) + "</tr>"] * bool(
        header)
    for row in rows:
        ours = ' class="ours"' if row[0].startswith("gilfree ") else ""
        lines.append("<tr%s>%s</tr>" % (ours, "".join("<td>%s</td>" % escape(str(text))
                                                      for text in row)))
    return '<div class="wide"><table class="%s">%s</table></div>' % (kind, "\n".join(lines))


def inline(path):
    """An SVG as part of a page: without its XML prologue."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return "<figure>" + text[text.index("<svg"):] + "</figure>"


def section(rank, question, answer, drawn):
    escape = html.escape
    if rank == 0:
        parts = ["<h1>%s</h1>" % escape(answer.headline)]
    else:
        parts = ["<h2>%s</h2>" % escape(question),
                 '<p class="answer">%s</p>' % escape(answer.headline)]
    if answer.points:
        parts.append("<ul>%s</ul>" % "".join("<li>%s</li>" % escape(each)
                                             for each in answer.points))
    if drawn:
        parts.append(inline(drawn[0]))
    if answer.table:
        parts.append(table(answer.header, answer.table))
    return "\n".join(parts + [inline(path) for path in drawn[1:]])


def command_of(run):
    """How the run was asked for, by the command that a reader has."""
    words, wanted = list(run.get("command") or [])[1:], []
    while words:
        word = words.pop(0)
        if word in ("--out", "-o"):  # a folder of the machine that measured
            words[:1] = []
        elif not word.startswith("--out="):
            wanted.append(word)
    if "--seed" not in wanted and "seed" in run:
        wanted += ["--seed", str(run["seed"])]
    return shlex.join(["./scripts/bench-all"] + wanted)


def write_page(folder, run, answers, drawn, rows):
    """answers: {scenario: Answer}; drawn: {scenario: [paths of SVGs]}."""
    questions, missing = run.get("questions") or {}, gaps(rows)
    sections = [section(rank, questions.get(scenario, scenario), answer, drawn.get(scenario, []))
                for rank, (scenario, answer) in enumerate(answers.items())]
    first = next(iter(answers.values()))
    gap_list = "" if not missing else "<details><summary>%s</summary>%s</details>" % (
        gaps_text(missing), table(["case", "status", "reason"], missing, "gaps"))
    with open(os.path.join(folder, "report.html"), "w", encoding="utf-8") as file:
        file.write(PAGE.format(
            title=html.escape(first.headline), sections="\n".join(sections),
            warnings="\n".join('<p class="note">%s</p>' % html.escape(str(each))
                               for each in run["warnings"]),
            machine=table([], machine(run), "facts"), rule=html.escape(RULE), missing=gap_list,
            command=html.escape(command_of(run))))
