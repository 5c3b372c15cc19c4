"""A run's folder: reads its tables, and says in one line what is wrong with one that is no run.

    run, rows = read_run(folder)            # run.json; the rows of samples.csv as dicts of text
    rows = measured(rows)                   # those with a number: status ok
    buckets = read_table(folder, "hist.csv", HISTOGRAM)

Byte order marks and CRLF are read as if they were not there. A last row that was cut off (the writer
was killed) is left out; read_run() says so in run["warnings"].
"""

import csv
import json
import os

SCHEMA = "1"
# What the report needs of samples.csv; it may have more (results/README.md).
SAMPLES = ("schema_version", "run_id", "case", "scenario", "impl", "interpreter", "mode", "wait",
           "msg_bytes", "placement", "launch", "ops_per_s", "bytes_per_s", "lat_p50_ns",
           "lat_p99_ns", "lat_mean_ns", "cpu_ns_per_op", "status", "error")
HISTOGRAM = ("case", "launch", "bucket_lo_ns", "bucket_hi_ns", "count")
NUMBERS = {"launch", "msg_bytes", "ops_per_s", "bytes_per_s", "lat_p50_ns", "lat_p99_ns",
           "lat_mean_ns", "cpu_ns_per_op", "bucket_lo_ns", "bucket_hi_ns", "count"}


class BadRun(Exception):
    """The folder holds no run that can be reported; the message names file and remedy."""


def measured(rows):
    return [row for row in rows if row["status"] == "ok"]


def read_table(folder, name, columns, warnings=None):
    """The whole rows of a CSV; BadRun unless it has the columns, and numbers where they are due.

    Adds to `warnings` that a last row was cut off.
    """
    path = os.path.join(folder, name)
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            header, rows = reader.fieldnames or [], list(reader)
    except FileNotFoundError:
        raise BadRun("%s: there is no %s; bench-all report %s makes it from events.jsonl"
                     % (folder, name, folder)) from None
    except (OSError, UnicodeDecodeError, csv.Error) as why:
        raise BadRun("%s: cannot be read (%s)" % (path, why)) from None
    if not header:
        raise BadRun("%s is empty: not even a header; bench-all report %s makes it from "
                     "events.jsonl" % (path, folder))
    lacking = [column for column in columns if column not in header]
    if lacking:
        raise BadRun("%s lacks the column %s; name a folder that this bench-all wrote"
                     % (path, ", ".join(lacking)))
    if rows and None in rows[-1].values():
        rows.pop()
        if warnings is not None:
            warnings.append("%s ends in the middle of a row: that row is left out" % name)
    for line, row in enumerate(rows, start=2):
        check_row(path, line, row, columns)
    return rows


def check_row(path, line, row, columns):
    if None in row or None in row.values():
        raise BadRun("%s, line %d: has not as many cells as the header" % (path, line))
    for column in columns:
        if column in NUMBERS and row[column]:
            try:
                float(row[column])
            except ValueError:
                raise BadRun("%s, line %d: %s is %r, no number"
                             % (path, line, column, row[column])) from None


def read_facts(folder):
    """run.json."""
    path = os.path.join(folder, "run.json")
    try:
        with open(path, encoding="utf-8-sig") as file:
            facts = json.load(file)
    except FileNotFoundError:
        raise BadRun("%s: there is no run.json; bench-all report %s makes it from events.jsonl"
                     % (folder, folder)) from None
    except (OSError, ValueError) as why:
        raise BadRun("%s: cannot be read (%s); bench-all report %s makes it again"
                     % (path, why, folder)) from None
    if not isinstance(facts, dict):
        raise BadRun("%s: holds no object; bench-all report %s makes it again" % (path, folder))
    return facts


def read_run(folder):
    """(run.json, rows of samples.csv), checked."""
    if not os.path.isdir(folder):
        raise BadRun("%s: there is no such folder; name one that bench-all wrote" % folder)
    warnings = []
    rows = read_table(folder, "samples.csv", SAMPLES, warnings)
    for line, row in enumerate(rows, start=2):
        if row["schema_version"] != SCHEMA:
            raise BadRun("%s, line %d: schema %r; this reads schema %s: use the report.py of the "
                         "bench-all that wrote it"
                         % (os.path.join(folder, "samples.csv"), line, row["schema_version"], SCHEMA))
    run = read_facts(folder)
    run["warnings"] = list(run.get("warnings") or []) + warnings
    if "finished_utc" not in run:
        run["warnings"].append("the run was cut short: this is what it had measured until then")
    return run, rows
