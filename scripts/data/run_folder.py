"""A run's folder: reads its tables, and says in one line what is wrong with a folder that holds no run.

    run, rows = read_run(folder)            # run.json; the rows of samples.csv as dicts of text
    rows = measured(rows)                   # those with a number: status ok
    rows = without_load(rows)               # and beside no other load, where numbers are picked out by hand
    launches = read_histogram(folder)       # {case: {launch: [(ns, count), ...]}} of hist.csv
    windows = read_windows(folder)          # {case: {(launch, repetition): [(ns, count), ...]}}

A row that is damaged (cut, doubled, a cell that is not a number) is left out, and run["damage"] says where.
A column that an older bench-all did not write reads as empty. Byte order marks and CRLF do no harm.
"""

import collections
import csv
import functools
import io
import json
import math
import os
import sys

SCHEMA = "1"
# What the report needs of samples.csv; it may have more (results/README.md).
SAMPLES = ("schema_version", "run_id", "case", "scenario", "impl", "interpreter", "mode", "wait",
           "msg_bytes", "placement", "launch", "ops_per_s", "bytes_per_s", "lat_p50_ns",
           "lat_p99_ns", "lat_mean_ns", "cpu_ns_per_op", "status", "error")
HISTOGRAM = ("case", "launch", "bucket_lo_ns", "bucket_hi_ns", "count")
COUNTS = {"launch", "repetition", "msg_bytes", "queue_depth", "producers", "consumers", "parties", "permits",
          "parent_bytes", "work_in_ns", "work_out_ns", "batch", "sample_every", "max_inside"}
QUANTITIES = {"window_s", "ops_per_s", "bytes_per_s", "lat_p50_ns", "lat_p99_ns", "lat_max_ns", "lat_mean_ns",
              "lat_n", "ops", "bytes", "cpu_ns_per_op", "fair_jain", "max_wait_ns", "timer_cost_ns"}
NEEDED = ("case", "scenario", "impl", "launch", "status")  # of every row
IDENTITY = ("run_id", "case", "side", "round", "launch", "repetition")
LEAST, MOST_IN_BUCKET = 1e-100, 2**63  # what is measured is neither smaller nor more
CUT_SHORT = "The run was cut short: this is what it had measured until then."
SIGNALLED = 128  # exit codes from here on are of signals
NAMED = 3  # damaged rows that are named one by one
FACTS = {"warnings": list, "command": list, "cases": list, "questions": dict, "tool": dict, "build": dict,
         "host": dict, "limits": dict, "environment": dict, "interpreters": dict}

csv.field_size_limit(sys.maxsize)


class BadRun(Exception):
    """The folder holds no run that can be reported; the message names file and remedy."""


class Row(dict):
    """A row by column; a column that the table does not have is empty."""

    def __missing__(self, column):
        return ""


def measured(rows):
    return [row for row in rows if row["status"] == "ok"]


def broken_launches(rows):
    """Returns {case: {launch: "failed: why"}} of the launches with a window that was measured and did not end well."""
    broken = collections.OrderedDict()
    for row in rows:
        if row["status"] not in ("ok", "skipped"):
            broken.setdefault(row["case"], {}).setdefault(row["launch"], row["status"] + ": " + row["error"])
    return broken


def whole(rows):
    """Returns the measured rows of the cases of which no launch failed."""
    broken = broken_launches(rows)
    return [row for row in measured(rows) if row["case"] not in broken]


def without_load(rows):
    """Returns the rows that were measured beside no other load; all of them if there are none."""
    return [row for row in rows if not row["load"]] or rows


def wrong_number(column, text):
    """Returns whether a cell holds something else than nothing or a number of its column's kind."""
    try:
        value = int(text) if column in COUNTS else float(text)
        return not math.isfinite(value) or value < 0 or 0 < value < LEAST
    except ValueError:
        return bool(text)
    except OverflowError:  # a whole number beyond what a float can hold
        return True


def fault_of(row, numbers):
    """Returns what is wrong with a row, in words; None if nothing is."""
    if None in row or None in row.values():
        return "has not as many cells as the header"
    if any("\ufffd" in text for text in row.values()):
        return "is not UTF-8"
    lacking = [column for column in NEEDED if column in row and not row[column]]
    if lacking:
        return "%s is empty" % lacking[0]
    for column in numbers:
        if wrong_number(column, row[column]):
            return "%s is %r, not a number" % (column, row[column][:40])
    return None


def damage_of(name, faults):
    """Returns the faults [(line, what)] of a table in a few sentences."""
    texts = ["%s, line %d: %s; the row is left out" % (name, line, what) for line, what in faults[:NAMED]]
    if len(faults) > NAMED:
        texts.append("%s: %d more damaged rows are left out" % (name, len(faults) - NAMED))
    return texts


def remedy(folder):
    """Returns how a file that is missing may be had, as the end of a sentence."""
    if os.path.exists(os.path.join(folder, "events.jsonl")):
        return "bench-all report %s makes it from events.jsonl" % folder
    return "nor events.jsonl, of which bench-all report makes it: copy one of them from where the run was made"


def open_table(folder, name, columns):
    """Returns (header, reader) of a CSV; BadRun unless it has the columns."""
    path = os.path.join(folder, name)
    try:
        with open(path, newline="", encoding="utf-8-sig", errors="replace") as file:
            reader = csv.reader(io.StringIO(file.read(), newline=""))
        header = next(reader, [])
    except FileNotFoundError:
        raise BadRun("%s: there is no %s; %s" % (folder, name, remedy(folder))) from None
    except (OSError, csv.Error) as why:
        raise BadRun("%s: cannot be read (%s)" % (path, why)) from None
    if not header:
        raise BadRun("%s is empty: not even a header; %s" % (path, remedy(folder)))
    lacking = [column for column in columns if column not in header]
    if lacking:
        raise BadRun("%s lacks the column%s %s; name a folder that bench-all wrote"
                     % (path, "s" * (len(lacking) > 1), ", ".join(lacking)))
    return header, reader


def read_samples(folder):
    """Returns (whole rows of samples.csv, damage in words)."""
    header, reader = open_table(folder, "samples.csv", SAMPLES)
    numbers = [column for column in header if column in COUNTS or column in QUANTITIES]
    rows, faults, seen = [], [], {}
    for cells in reader:
        if not cells:
            continue
        row = Row(zip(header, cells)) if len(cells) == len(header) else {None: cells}
        fault = fault_of(row, numbers)
        if fault is None:
            check_schema(folder, reader.line_num, row)
            key = tuple(row[column] for column in IDENTITY)
            first = seen.setdefault(key, reader.line_num)
            fault = None if first == reader.line_num else "is line %d again" % first
        if fault is None:
            row["load"] = "" if row["load"] == "none" else row["load"]  # as of a bench-all that knew no load
            rows.append(row)
        else:
            faults.append((reader.line_num, fault))
    return rows, damage_of("samples.csv", faults)


def check_schema(folder, line, row):
    if row["schema_version"] != SCHEMA:
        raise BadRun("%s, line %d: schema %r; this reads schema %s: use the report.py of the "
                     "bench-all that wrote it"
                     % (os.path.join(folder, "samples.csv"), line, row["schema_version"], SCHEMA))


@functools.lru_cache(maxsize=1)
def histogram_of(folder, _changed):
    """Returns (buckets by case and window, by case and launch, damage in words)."""
    header, reader = open_table(folder, "hist.csv", HISTOGRAM)
    places = [header.index(column) for column in HISTOGRAM]
    window = header.index("repetition") if "repetition" in header else None
    found, faults = collections.defaultdict(lambda: collections.defaultdict(list)), []
    for cells in reader:
        try:
            case, launch, low, high, count = (cells[place] for place in places)
            low, high, count = int(low), int(high), int(count)
            if low < 0 or high < low or not 0 < count < MOST_IN_BUCKET:
                raise ValueError
            found[case][int(launch), int(cells[window]) if window is not None else 1].append(((low + high - 1) / 2, count))
        except (IndexError, OverflowError, ValueError):
            if cells:
                faults.append((reader.line_num, "is not a bucket"))
    return found, launches_of(found), damage_of("hist.csv", faults)


def launches_of(windows):
    """Returns {case: {launch: buckets}} of {case: {(launch, repetition): buckets}}."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for case, mine in windows.items():
        for (launch, _), buckets in mine.items():
            found[case][launch] += buckets
    return found


def histogram_in(folder):
    try:
        changed = os.stat(os.path.join(folder, "hist.csv")).st_mtime_ns
    except OSError:
        changed = None
    return histogram_of(folder, changed)


def read_histogram(folder, damage=None):
    """Returns {case: {launch: [(middle of the bucket in ns, count), ...]}}; adds to `damage` what was left out."""
    _, found, faults = histogram_in(folder)
    if damage is not None:
        damage += [each for each in faults if each not in damage]
    return found


def read_windows(folder):
    """Returns {case: {(launch, repetition): [(middle of the bucket in ns, count), ...]}}."""
    return histogram_in(folder)[0]


def read_facts(folder):
    """Returns run.json, without the facts that are not of the kind that they should be."""
    path = os.path.join(folder, "run.json")
    try:
        with open(path, encoding="utf-8-sig") as file:
            facts = json.load(file)
    except FileNotFoundError:
        raise BadRun("%s: there is no run.json; %s" % (folder, remedy(folder))) from None
    except (OSError, ValueError, RecursionError) as why:
        raise BadRun("%s: cannot be read (%s); bench-all report %s makes it again"
                     % (path, why, folder)) from None
    if not isinstance(facts, dict):
        raise BadRun("%s: holds no object; bench-all report %s makes it again" % (path, folder))
    damage = ["run.json: %s is not %s and is ignored" % (name, "a list" if kind is list else "an object")
              for name, kind in FACTS.items() if facts.get(name) is not None and
              not isinstance(facts[name], kind)]
    facts.update({name: kind() for name, kind in FACTS.items() if not isinstance(facts.get(name), kind)})
    if not isinstance(facts["host"].get("cpus"), int):
        facts["host"].pop("cpus", None)
    facts["damage"] = damage
    return facts


def is_cut_short(facts):
    """Returns whether a run was killed, or interrupted: then it has an end with the exit code of the signal."""
    code = facts.get("exit_code")
    return "finished_utc" not in facts or isinstance(code, int) and code >= SIGNALLED


def read_run(folder):
    """Returns (run.json, rows of samples.csv), checked."""
    if not os.path.isdir(folder):
        raise BadRun("%s: there is no such folder; name one that bench-all wrote" % folder)
    rows, damage = read_samples(folder)
    run = read_facts(folder)
    run["damage"] += damage
    if is_cut_short(run):
        run["warnings"].append(CUT_SHORT)
    return run, rows
