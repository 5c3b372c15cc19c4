"""The report of a comparison: report.html from the compare.json that `bench-all ab` or `compare --format json` wrote.

    lines, mistakes = report(folder)

The verdicts are those of compare.json; nothing is judged here.
"""

import collections
import json
import math
import os

from data import words
from data.files import write_text
from data.run_folder import BadRun
from answers.tables import Cell, Table
from figures import figure, forest
from page import markup
from page.summary import markdown_table

ORDER = ("worse", "better", "incomparable", "undecided", "same")
HEADER = ["verdict", "case", "metric", "worse by", "95 % interval", "rounds", "p", "what to do"]
RULE = ("Each build ran in fresh processes, round by round in turn; worse by is the median over the rounds, its interval that of "
        "order statistics. Worse: beyond what matters, told apart from none in all comparisons together, and again in fresh rounds.")
UNPAIRED = ("The runs were measured one after the other: a machine that changed its speed in between looks like a change of the "
            "build. Mann-Whitney U; worse by is the estimate of Hodges and Lehmann.")
SIGN = "Worse by: + is worse and - is better, whatever the metric; of a rate it is the time that an operation takes."
SHARE = "fairness"  # compared by its difference, not by its ratio
Verdicts = collections.namedtuple("Verdicts", "a b about warnings paired rows")


def number(value):
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def row_of(each):
    """Returns a row of compare.json whose cells are of the kind that they should be."""
    ends = each.get("interval")
    whole = isinstance(ends, list) and len(ends) == 2 and None not in map(number, ends)
    return {"case": str(each.get("case", "?")), "metric": str(each.get("metric", "?")), "verdict": str(each.get("verdict", "?")),
            "worsening": number(each.get("worsening")) or 0.0, "interval": tuple(ends) if whole else None,
            "delta": number(each.get("delta")), "rounds": number(each.get("rounds")),
            "p": number(each.get("p")), "next_step": str(each.get("next_step", ""))}


def texts_of(each, name):
    found = each.get(name)
    return [str(text) for text in found] if isinstance(found, list) else []


def read(folder):
    """Returns [Verdicts] of compare.json; BadRun with file and remedy if there are none."""
    path = os.path.join(folder, "compare.json")
    try:
        with open(path, encoding="utf-8-sig") as file:
            found = json.load(file)
    except (OSError, ValueError, RecursionError) as why:
        raise BadRun("%s: cannot be read (%s); name a folder that bench-all ab wrote" % (path, why)) from None
    if not isinstance(found, list) or not all(isinstance(each, dict) and isinstance(each.get("rows"), list) for each in found):
        raise BadRun("%s: is no list of comparisons; name a folder that bench-all ab wrote" % path)
    if not found:
        raise BadRun("%s: has no comparison; name a folder that bench-all ab wrote" % path)
    unknown = [row.get("verdict") for each in found for row in each["rows"] if isinstance(row, dict) and row.get("verdict") not in ORDER]
    if unknown:
        raise BadRun("%s: %r is no verdict (%s); name a folder that bench-all ab wrote" % (path, unknown[0], ", ".join(ORDER)))
    return [Verdicts(str(each.get("a", "A")), str(each.get("b", "B")), texts_of(each, "about"), texts_of(each, "warnings"),
                     each.get("test") == "sign", [row_of(row) for row in each["rows"] if isinstance(row, dict)]) for each in found]


def headline(found):
    counts = collections.Counter(row["verdict"] for row in found.rows)
    parts = ["%d %s" % (counts[verdict], verdict) for verdict in ORDER if counts[verdict]]
    return "%s against %s: %s" % (found.b, found.a, ", ".join(parts) or "nothing was compared")


def worsening_text(row, worsening):
    """Returns '+28.2 %' of a rate that fell by 22 %, as bench-all prints it: by how much longer an operation takes."""
    return "%+.3f" % worsening if row["metric"] == SHARE else "%+.1f %%" % (100 * math.expm1(worsening))


def line_of(row):
    judged = row["verdict"] != "incomparable"
    ends = row["interval"]
    return [Cell(row["verdict"]), Cell(row["case"]), Cell(row["metric"]),
            Cell(worsening_text(row, row["worsening"]), row["worsening"]) if judged else Cell("-"),
            Cell("%s to %s" % tuple(worsening_text(row, end) for end in ends)) if ends else
            Cell("too few rounds" if judged else "not measured"),
            Cell(words.three(row["rounds"]), row["rounds"]) if row["rounds"] else Cell("not measured"),
            Cell("%.2g" % row["p"], row["p"]) if row["p"] is not None and judged else Cell("not measured"),
            Cell(row["next_step"] or "nothing")]


def table_of(found):
    lines = [line_of(row) for verdict in (*ORDER, None) for row in found.rows
             if (row["verdict"] == verdict if verdict else row["verdict"] not in ORDER)]
    return Table("", HEADER, lines, [])


def rule_of(rows):
    """Returns what a caption says of the bars, which not each row has."""
    count = sum(row.low is not None for row in rows)
    return "No case has the six rounds that an interval needs" if not count else "Bars: 95 % interval" + (
        "" if count == len(rows) else " (%d of %d)" % (count, len(rows)))


def machine_of(folder):
    """Returns the machine of an `ab` as ab.jsonl has it in its first line; '' if it does not say, as of a `compare`."""
    try:
        with open(os.path.join(folder, "ab.jsonl"), encoding="utf-8", errors="replace") as file:
            return figure.machine_text(json.loads(file.readline())["measured_on"]["host"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""


def not_drawn(rows):
    """Returns which rows the plot leaves out, in a line; '' if it has all."""
    judged = [row for row in rows if row["verdict"] != "incomparable"]
    shares, others = sum(row["metric"] == SHARE for row in judged), len(rows) - len(judged)
    parts = ["%s of %s, which changes by a difference and not by a ratio" % (words.counted(shares, "row"), SHARE)] * bool(shares)
    parts += [words.counted(others, "incomparable row")] * bool(others)
    return "Not drawn: %s." % "; ".join(parts) if parts else ""


def draw(folder, found, rank):
    cases = {row["case"] for row in found.rows}
    names, shared = forest.shortened(cases), " ".join(forest.shared_of(cases))
    rows = [forest.Change("%s, %s" % (names[row["case"]], row["metric"]), row["worsening"],
                          *(row["interval"] or (None, None)), row["verdict"], row["delta"])
            for row in found.rows if row["verdict"] != "incomparable" and row["metric"] != SHARE]
    return forest.draw_forest(folder, rows, "compare_forest" + ("_%d" % rank if rank else ""), "What changed?",
                              "%s against %s%s" % (found.b, found.a, ": " + shared if shared else ""),
                              "\n".join(filter(None, (rule_of(rows), not_drawn(found.rows), machine_of(folder)))), worse_right=True)


def section_of(folder, found, rank):
    """Returns (heading, HTML) of one comparison."""
    path = draw(folder, found, rank)
    table = table_of(found)
    about = "".join("<p>%s</p>" % markup.escape(line) for line in found.about)
    text = about + "<p>%s</p>" % SIGN + markup.table_text(table, headline(found)) if table.rows else "<p>Nothing was compared.</p>"
    return headline(found), (markup.figures_text([path]) if path else "") + text


def markdown_of(found):
    return "\n\n".join(["## " + headline(found), *found.about, *("> " + text for text in found.warnings), SIGN,
                        "\n".join(markdown_table(HEADER, table_of(found).rows))])


def report(folder):
    """Writes report.html; returns its headlines and what could not be shown, in words."""
    all_found = read(folder)
    sections = [("comparison-%d" % rank, *section_of(folder, found, rank)) for rank, found in enumerate(all_found)]
    rules = {RULE if found.paired else UNPAIRED for found in all_found} | {SIGN}
    sections.append(("how", "How it was judged", "".join("<p>%s</p>" % markup.escape(rule) for rule in sorted(rules))))
    lines = [headline(found) for found in all_found] or ["Nothing was compared."]
    write_text(os.path.join(folder, "report.html"), markup.document(
        lines[0], "Each case of two builds, one beside the other.", [text for found in all_found for text in found.warnings], sections))
    write_text(os.path.join(folder, "summary.md"), "\n\n".join(map(markdown_of, all_found)) + "\n")
    return lines, []
