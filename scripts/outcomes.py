"""What `bench-all stress` saw: the outcomes of each test, forbidden ones first, from stress.csv.

    found = read(folder)                 # [(test, config, [Row])], or BadRun
    sections = sections_of(found)        # [(id, heading, HTML)] for a page
    lines, mistakes = report(folder)     # a page of its own, for a folder without samples.csv
"""

import collections
import csv
import json
import os

import markup
import words
from files import write_text
from run_folder import BadRun, Row, damage_of, open_table
from summary import records, table_lines
from tables import Cell, Table

COLUMNS = ("test", "outcome", "samples", "expect")  # that each row needs
HEADER = ["test", "configuration", "outcome", "samples", "frequency", "expected", "why", "to repeat it"]
RANKS = ("forbidden", "unknown", "interesting", "acceptable")  # in this order; an outcome that no test declares is forbidden


def is_count(text):
    return text.isascii() and text.isdigit()


def read(folder):
    """Returns (rows of stress.csv, damage in words)."""
    try:
        header, reader = open_table(folder, "stress.csv", COLUMNS)
        rows, faults = [], []
        for cells in reader:
            row = Row(zip(header, cells))
            whole = len(cells) == len(header) and is_count(row["samples"]) and row["test"] and row["expect"] in RANKS
            if whole:
                rows.append(row)
            elif cells:
                faults.append((reader.line_num, "is no outcome"))
    except csv.Error as why:
        raise BadRun("%s/stress.csv: cannot be read (%s)" % (folder, why)) from None
    return rows, damage_of("stress.csv", faults)


def rank_of(row):
    return RANKS.index(row["expect"]), row["test"], row["config"], -int(row["samples"])


def share_cell(row, total):
    share = int(row["samples"]) / total if total else 0
    return Cell("%.3g %%" % (100 * share) if share == 0 or share >= 1e-6 else "1 in %s" % words.number(1 / share), share)


def table_of(rows):
    """Returns a row for each outcome of each test, what is forbidden first."""
    totals = collections.Counter()
    for row in rows:
        totals[row["test"], row["config"]] += int(row["samples"])
    lines = [[Cell(row["test"]), Cell(row["config"] or "-"), Cell(row["outcome"] or "-"),
              Cell("{:,}".format(int(row["samples"])), int(row["samples"])), share_cell(row, totals[row["test"], row["config"]]),
              Cell(row["expect"]), Cell(row["description"] or "no reason was given"),
              Cell(row["replay_cmd"] or "-")] for row in sorted(rows, key=rank_of)]
    return Table("", HEADER, lines, [])


def seen(rows, expect):
    """Returns the rows of an expectation that happened at least once."""
    return [row for row in rows if row["expect"] == expect and int(row["samples"])]


def headline(rows):
    """Returns whether anything forbidden was seen, in a sentence."""
    tests = len({row["test"] for row in rows})
    if not tests:
        return "No stress test was run."
    samples = words.number(sum(int(row["samples"]) for row in rows))
    bad = {row["test"] for row in seen(rows, "forbidden")}
    if bad:
        return "%s of %s saw a forbidden outcome: %s." % (words.counted(len(bad), "stress test"), tests, words.listed(sorted(bad)))
    return "%s, %s samples: no forbidden outcome." % (words.counted(tests, "stress test"), samples)


def section_text(rows):
    table = table_of(rows)
    shown = [line for line in table.rows if str(line[HEADER.index("expected")]) == "forbidden"]
    first = markup.table_text(table._replace(rows=shown), "Forbidden outcomes") if shown else ""
    return '<p class="answer">%s</p>' % markup.escape(headline(rows)) + first + markup.folded_table(table, "Outcomes of the stress tests")


def report(folder):
    """Writes report.html, summary.md and summary.json of a folder that holds stress.csv alone."""
    rows, damage = read(folder)
    table, line = table_of(rows), headline(rows)
    write_text(os.path.join(folder, "summary.md"), "\n".join(["## " + line, "", *table_lines(table)]) + "\n")
    write_text(os.path.join(folder, "summary.json"), json.dumps(
        {"schema_version": 1, "headline": line, "outcomes": records(table.header, table.rows)}, indent=1, ensure_ascii=False) + "\n")
    write_text(os.path.join(folder, "report.html"), markup.document(
        line, "Outcomes that the stress tests declare, and how often each was seen.", damage,
        [("stress", "What did the stress tests see?", section_text(rows))]))
    return [line], damage
