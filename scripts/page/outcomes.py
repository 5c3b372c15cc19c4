"""What `bench-all stress` saw: which tests passed, and each outcome with how often it came, from stress.csv.

    rows, damage = read(folder)          # rows of stress.csv, or BadRun
    text = section_text(rows)            # HTML for a page
    lines, mistakes = report(folder)     # a page of its own, for a folder without samples.csv

A test's name has its contender and its scope: queue_delivery/contender:queue/scope:processes. What a test of another
library found does not count as a failure of gilfree, and is told apart from it.
"""

import collections
import csv
import json
import os

from data import words
from data.contenders import is_ours, label
from data.files import write_text
from data.run_folder import BadRun, Row, damage_of, open_table
from answers.tables import Cell, Notes, Table
from page import markup
from page.summary import folded, records, table_lines

COLUMNS = ("test", "outcome", "samples", "expect")  # that each row needs
RANKS = ("forbidden", "undecided", "interesting", "acceptable")
VERDICTS = ("FAILED", "HUNG", "undecided", "not run", "skipped", "passed")  # the first that a test has counts
DECIDED = ("FAILED", "HUNG", "passed")
REASONED = ("skipped", "not run")  # one row without an outcome, whose description is the reason
TESTS = ["property", "contender", "between", "verdict", "trials", "samples", "forbidden that came"]
OUTCOMES = ["test", "outcome", "samples", "share of them", "expected", "why", "to repeat it"]

Found = collections.namedtuple("Found", "test contender scope verdict trials rows")


def is_count(text):
    return text.isascii() and text.isdigit() and len(text) < 20


def read(folder):
    """Returns (rows of stress.csv, damage in words)."""
    try:
        header, reader = open_table(folder, "stress.csv", COLUMNS)
        rows, faults = [], []
        for cells in reader:
            row = Row(zip(header, cells))
            known = row["expect"] in RANKS or row["verdict"] in REASONED
            if len(cells) == len(header) and is_count(row["samples"]) and row["test"] and known:
                rows.append(row)
            elif cells:
                faults.append((reader.line_num, "is no outcome"))
    except csv.Error as why:
        raise BadRun("%s/stress.csv: cannot be read (%s)" % (folder, why)) from None
    return rows, damage_of("stress.csv", faults)


def part_of(name, key):
    """Returns 'queue' of 'queue_delivery/contender:queue/scope:processes' and 'contender'; '' if it has no such part."""
    return next((part[len(key) + 1:] for part in name.split("/") if part.startswith(key + ":")), "")


def samples_of(rows):
    return sum(int(row["samples"]) for row in rows)


def seen(rows, expect):
    """Returns the rows of an expectation that came at least once."""
    return [row for row in rows if row["expect"] == expect and int(row["samples"])]


def verdict_of(rows):
    """Returns the verdict that the engine gave; what it saw where the table does not say."""
    if seen(rows, "forbidden"):
        return "HUNG" if rows[0]["verdict"] == "HUNG" else "FAILED"
    return rows[0]["verdict"] or ("undecided" if seen(rows, "undecided") else "passed")


def tests_of(rows):
    """Returns a Found for each test, the failed first, gilfree before others."""
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row["test"]].append(row)
    found = [Found(name, part_of(name, "contender"), part_of(name, "scope"), verdict_of(group), group[0]["iterations"], group)
             for name, group in groups.items()]
    return sorted(found, key=lambda each: (VERDICTS.index(each.verdict) if each.verdict in VERDICTS else 0,
                                           not is_of_ours(each), each.test))


def is_of_ours(found):
    return not found.contender or is_ours(found.contender)


def finding_of(mine):
    """Returns what some stress tests found: that none decided, which saw something forbidden, or that none did."""
    bad = [each.test for each in mine if each.verdict in ("FAILED", "HUNG")]
    if all(each.verdict not in DECIDED for each in mine):
        return "none came to a verdict"
    if bad:
        return "%d saw a forbidden outcome or hung (%s)" % (len(bad), words.listed(bad))
    return "no forbidden outcome in %s samples" % words.number(sum(samples_of(each.rows) for each in mine))


def headline(found):
    """Returns whether anything forbidden came, in gilfree and in the others, in a sentence or two."""
    parts = []
    for whose in ("gilfree", "other libraries"):
        mine = [each for each in found if is_of_ours(each) == (whose == "gilfree")]
        doubtful = sum(each.verdict not in DECIDED for each in mine)
        if mine:
            more = "; %d did not come to a verdict" % doubtful if 0 < doubtful < len(mine) else ""
            parts.append("%s of %s: %s%s." % (words.counted(len(mine), "stress test"), whose, finding_of(mine), more))
    return " ".join(parts) or "No stress test was run."


def tests_table(found):
    notes, lines = Notes(), []
    for each in found:
        bad = seen(each.rows, "forbidden")
        name = Cell(each.test.split("/")[0].replace("_", " "))
        name.ours = is_of_ours(each)
        reason = each.rows[0]["description"] if each.verdict in REASONED else ""
        lines.append([name, Cell(label(each.contender) if each.contender else "-"), Cell(each.scope or "-"),
                      Cell(each.verdict, None, [notes.number("%s: %s" % (each.verdict, reason))] if reason else ()),
                      Cell("{:,}".format(int(each.trials)), int(each.trials)) if is_count(each.trials) else Cell("not reported"),
                      Cell("{:,}".format(samples_of(each.rows)), samples_of(each.rows)),
                      Cell(", ".join(row["outcome"] for row in bad) or "none")])
    return Table("", TESTS, lines, notes.texts)


def share_cell(row, total):
    share = int(row["samples"]) / total if total else 0
    return Cell("%.3g %%" % (100 * share) if share == 0 or share >= 1e-6 else "1 in %s" % words.number(1 / share), share)


def outcomes_table(found):
    """Returns a row for each outcome that came, and for each forbidden one that did not; the forbidden first."""
    rows = sorted((RANKS.index(row["expect"]), not int(row["samples"]), row["test"], -int(row["samples"]), at, row)
                  for each in found for at, row in enumerate(each.rows) if row["expect"])
    totals = {each.test: samples_of(each.rows) for each in found}
    return Table("", OUTCOMES, [
        [Cell(row["test"]), Cell(row["outcome"] or "-"), Cell("{:,}".format(int(row["samples"])), int(row["samples"])),
         share_cell(row, totals[row["test"]]), Cell(row["expect"]), Cell(row["description"] or "no reason was given"),
         Cell(row["replay_cmd"] or "-")] for *_, row in rows], [])


def section_text(rows):
    found = tests_of(rows)
    parts = ['<p class="answer">%s</p>' % markup.escape(headline(found))]
    if found:
        parts += [markup.table_text(tests_table(found), "Stress tests"), markup.folded_table(outcomes_table(found), "Outcomes")]
    return "\n".join(parts)


def report(folder):
    """Writes report.html, summary.md and summary.json of a folder that holds stress.csv alone."""
    rows, damage = read(folder)
    found = tests_of(rows)
    line, tests, outcomes = headline(found), tests_table(found), outcomes_table(found)
    write_text(os.path.join(folder, "summary.md"), "\n".join(
        ["## " + line, "", *(table_lines(tests) + [""] if len(tests.rows) <= 40 else folded("The tests", table_lines(tests))),
         *folded("The outcomes", table_lines(outcomes))]) + "\n")
    write_text(os.path.join(folder, "summary.json"), json.dumps(
        {"schema_version": 1, "headline": line, "tests": records(tests.header, tests.rows),
         "outcomes": records(outcomes.header, outcomes.rows)}, indent=1, ensure_ascii=False) + "\n")
    write_text(os.path.join(folder, "report.html"), markup.document(
        line, "Which outcomes came, and how often. A test declares what may come; anything else is forbidden.", damage,
        [("stress", "What did the stress tests see?", section_text(rows))]))
    return [line], damage
