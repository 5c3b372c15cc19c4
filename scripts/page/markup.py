"""HTML of a report: tables that sort and filter, figures in both themes, and the page around its sections.

    text = table_text(table, "Which should I use?")
    text = document("Pipe or queue?", "Debian, 2 CPUs", notes, [("which", "Which should I use?", text), ...])

A page is self-contained: report.css, report.js and the figures are put into it, and nothing is fetched.
"""

import html
import os
import re
import urllib.parse

from data import words
from page import colours
from page.glossary import TERMS

SHOWN = 8        # figures of a section that are shown at once
ROWS = 40        # of a table; a longer one is folded
BROAD = 520      # px from which a figure keeps its size on a phone and scrolls
HERE = os.path.dirname(os.path.abspath(__file__))
escape = html.escape

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{css}
</style></head><body>
<header id="top">
<h1>{title}</h1>
<p class="small">{line}</p>
{notes}
{contents}
</header>
<main>
{sections}
<a class="up" href="#top">Contents</a>
</main>
<script>
{js}
</script></body></html>
"""


def source(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def notes_text(cell):
    return "".join('<sup title="note %d under the table">[%d]</sup>' % (note, note) for note in getattr(cell, "notes", ()))


def cell_text(cell, numeric, heading=""):
    """Returns a cell; with a heading for tables that a phone shows as cards."""
    value, link = getattr(cell, "value", None), getattr(cell, "link", None)
    text = escape(str(cell))
    return "<td%s%s%s>%s%s</td>" % (
        ' class="num"' if numeric else "", "" if value is None else ' data-value="%r"' % value,
        ' data-heading="%s"' % escape(heading) if heading else "",
        '<a href="#%s">%s</a>' % (escape(link), text) if link else text, notes_text(cell))


def hint_of(heading):
    """Returns what a heading means, as the tooltip that a pointer sees; '' if it is no term."""
    text = TERMS.get(heading) or TERMS.get(heading.rpartition(", ")[2])
    return ' title="%s"' % escape(text) if text else ""


def numeric_columns(found):
    """Returns whether each column holds numbers, which stand to the right; words beside a number stand to the left."""
    def is_number(cell):
        return getattr(cell, "value", None) is not None and ": " not in cell
    return [any(map(is_number, column)) for column in zip(*found.rows)] or [False] * len(found.header)


def table_text(found, name, kind="sortable"):
    """Returns a Table as HTML. name: the label that a screen reader reads; kind: sortable, cards (on a phone), or both."""
    numeric = numeric_columns(found)
    head = "".join('<th scope="col" class="%s"%s>%s</th>' % (
        "num" if right else "text" if place == 0 else "", hint_of(text), escape(text))
        for place, (text, right) in enumerate(zip(found.header, numeric)))
    headings = found.header if "cards" in kind else [""] * len(found.header)
    lines = ["<tr%s>%s</tr>" % (' class="ours"' if getattr(row[0], "ours", False) else "",
                                "".join(map(cell_text, row, numeric, headings))) for row in found.rows]
    notes = "" if not found.notes else '<div class="small"><ol>%s</ol></div>' % "".join(
        "<li>%s</li>" % escape(note) for note in found.notes)
    caption = '<p class="small">%s</p>' % escape(found.caption) if found.caption else ""
    return '%s<div class="wide" role="region" tabindex="0" aria-label="%s"><table class="%s"><thead><tr>%s</tr>' \
           "</thead><tbody>%s</tbody></table></div>%s" % (caption, escape(name), kind, head, "\n".join(lines), notes)


def folded_table(found, name):
    """Returns a table, behind a line that opens it if it is long."""
    text = table_text(found, name)
    return text if len(found.rows) <= ROWS else "<details><summary>%s</summary>%s</details>" % (
        escape("%s of %s" % (words.counted(len(found.rows), "row"), ", ".join(found.header[1:4]))), text)


def facts_text(facts):
    return '<div class="wide" role="region" tabindex="0" aria-label="Facts"><table>%s</table></div>' % "".join(
        '<tr><th scope="row">%s</th><td>%s</td></tr>' % (escape(name), escape(text)) for name, text in facts)


def list_text(points):
    return "<ul>%s</ul>" % "".join("<li>%s</li>" % escape(each) for each in points) if points else ""


def file_link(folder, name, text=None):
    """Returns a link to a file beside the page; its name alone if it is not there."""
    shown = escape(text or name)
    return '<a href="%s">%s</a>' % (escape(urllib.parse.quote(name)), shown) if os.path.exists(os.path.join(folder, name)) else shown


def inline(path):
    """Returns an SVG as part of a page: themed, with ids of its own and an alt text."""
    name = os.path.basename(path)[:-4]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    title = re.search(r"<dc:title>(.*?)</dc:title>", text, re.S)
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg"):], flags=re.S)
    text = re.sub(r'(\bid="|url\(#|xlink:href="#)', lambda found: found[0] + name + "-", text)
    width = float(re.search(r'width="([\d.]+)pt"', text)[1]) * 4 / 3
    head = '<svg role="img" aria-label="%s" style="width: %.0fpx" ' % (title[1] if title else "A figure", width)
    text = re.sub(r'\b(width|height)="[\d.]+pt" ?', "", colours.themed(text), count=2)
    folder = os.path.dirname(os.path.dirname(path))
    numbers, *pictures = (file_link(folder, "plots/%s.%s" % (name, ending), shown)
                          for ending, shown in (("csv", None), ("png", "PNG"), ("svg", "SVG")))
    return '<figure%s>%s<figcaption>Its numbers: %s; the figure: %s</figcaption></figure>' % (
        ' class="broad"' if width > BROAD else "", head + text[len("<svg "):], numbers, ", ".join(pictures))


def figures_text(paths):
    """Returns the figures side by side; those beyond SHOWN are folded."""
    texts = [inline(path) for path in paths]
    shown, folded = texts[:SHOWN], texts[SHOWN:]
    parts = ['<div class="figures">%s</div>' % "\n".join(shown)] if shown else []
    if folded:
        parts.append('<details><summary>%s</summary><div class="figures">%s</div></details>' % (
            words.counted(len(folded), "more figure"), "\n".join(folded)))
    return "\n".join(parts)


def contents(sections):
    return '<nav aria-label="Contents"><ul>%s</ul></nav>' % "".join(
        '<li><a href="#%s">%s</a></li>' % (escape(name), escape(heading)) for name, heading, _ in sections)


def note_text(text):
    return '<p class="warning">%s</p>' % escape(text if re.search("[._]", text.split()[0]) else words.capital(text))


def terms_text(terms):
    return "<dl>%s</dl>" % "".join("<dt>%s</dt><dd>%s</dd>" % (escape(term), escape(TERMS[term])) for term in terms)


def terms_in(text):
    """Returns the terms of the glossary that the HTML uses, in the glossary's order."""
    plain = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", text, flags=re.S)
    return [term for term in TERMS if any(re.search(r"(?<!\w)%s%s" % (re.escape(word), r"(?!\w)" if word[-1].isalnum() else ""), plain,
                                                    re.IGNORECASE) for word in term.split(", "))]


def with_terms(sections):
    """Returns the sections, and one with the terms that they use unless it is among them."""
    used = terms_in(" ".join("%s %s" % (heading, text) for _, heading, text in sections))
    if not used or any(name == "terms" for name, _, _ in sections):
        return sections
    return [*sections, ("terms", "Terms", terms_text(used))]


def document(title, line, notes, sections):
    """Returns a page. line: what was measured where; notes: what limits all of it; sections: [(id, heading, HTML)].

    The terms that the sections use are explained behind them, unless a section `terms` is given.
    """
    sections = with_terms(sections)
    return PAGE.format(
        title=escape(title), css=source("report.css") + colours.style_sheet(), js=source("report.js"), line=escape(line),
        notes="\n".join(note_text(str(note)) for note in notes if str(note).strip()), contents=contents(sections),
        sections="\n".join('<h2 id="%s">%s</h2>\n%s' % (escape(name), escape(heading), text)
                           for name, heading, text in sections))
