#!/usr/bin/env -S python3 -I
"""Writes a run in the formats of other tools, made of its samples.csv, hist.csv and run.json.

    export.py DIR [FORMAT...]        all of them if none is named

| format | file | for |
| :-- | :-- | :-- |
| gbench | bench.json | Google Benchmark's compare.py, bencher's adapter cpp_google |
| gha | gha.json | github-action-benchmark, tool customBiggerIsBetter |
| bmf | bmf.json | bencher: throughput, in operations/s; latency, the median of a launch, in ns |
| junit | junit.xml | CI servers: a test case for each case, a failure for one that failed or hung |
| hgrm | hgrm/CASE.hgrm | HdrHistogram's plotter: the percentiles of a case, all launches together but those that failed |

In bench.json `real_time` is 1 / rate: the wall time by the operations of all parties together. Of round trips it is the mean, not the
median, and of parties at work at once less than one operation takes. `cpu_time` is the CPU time of all parties for an operation, and
may exceed it; where that was not measured it is 1 / rate too. A family is a contender in a scenario; what is not known is left out.

A case of which a launch failed or hung is a failure in junit.xml and has no number in bench.json, gha.json and bmf.json: it is named
on standard error. Files in hgrm/ that an earlier export made are replaced, all of them.

Exit codes: 0 written; 2 wrong usage or no run; 3 written, but the run was cut short or measured nothing, which is an error in junit.xml
too, or damaged rows are left out: standard error says which; 7 cannot be written.
"""

import collections
import json
import os
import re
import statistics
import sys
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # python3 -I leaves it out

from data.console import CANNOT_WRITE, fail, leave, reason, say  # noqa: E402
from data.files import write_text  # noqa: E402
from data.run_folder import CUT_SHORT, BadRun, broken_launches, read_histogram, read_run, whole  # noqa: E402
from data.words import launches as launches_text  # noqa: E402

NAME, BAD_USAGE, INCOMPLETE = "export.py", 2, 3
NAMED = 3  # broken cases that are named
COUNTERS = ("lat_p50_ns", "lat_p99_ns", "cpu_ns_per_op", "fair_jain")


def number(row, column):
    """The cell's number; None if it is empty."""
    return float(row[column]) if row[column] else None


def by_case(rows):
    groups = collections.OrderedDict()
    for row in rows:
        groups.setdefault(row["case"], []).append(row)
    return groups


def launches_of(rows, column):
    """One number for each launch: the median of its windows."""
    groups = collections.OrderedDict()
    for row in rows:
        if number(row, column) is not None:
            groups.setdefault(row["launch"], []).append(number(row, column))
    return [statistics.median(values) for values in groups.values()]


def left_out_text(broken, formats):
    """One line: which cases are not in these formats, since the launches that did not fail say nothing of a broken case."""
    names = ["%s (%s)" % (name, next(iter(launches.values()))) for name, launches in broken.items()]
    more = "; %d more" % (len(names) - NAMED) if len(names) > NAMED else ""
    text = "not in %s, since launches failed: %s%s" % (" ".join(formats), "; ".join(names[:NAMED]), more)
    return re.sub("[\x00-\x1f\x7f]", "?", text)


def gbench_entry(name, place, launches, at):
    """One repetition: a launch. All of a case have one name, by which compare.py pools them. place: of its family, and in it."""
    rate = launches["ops_per_s"][at]
    entry = {"name": name, "family_index": place[0], "per_family_instance_index": place[1],
             "run_name": name, "run_type": "iteration", "repetitions": len(launches["ops_per_s"]),
             "repetition_index": at, "threads": 1, "iterations": 1,
             "real_time": 1e9 / rate, "cpu_time": 1e9 / rate, "time_unit": "ns",
             "items_per_second": rate}
    if len(launches["ops"]) == len(launches["ops_per_s"]):
        entry["iterations"] = max(1, int(launches["ops"][at]))
    # Every entry of a case has the same counters; one that a launch lacks is left out of all.
    shared = [column for column in COUNTERS if len(launches[column]) == len(launches["ops_per_s"])]
    entry.update({column: launches[column][at] for column in shared})
    if "cpu_ns_per_op" in shared:
        entry["cpu_time"] = launches["cpu_ns_per_op"][at]
    return entry


def place_of(family, families):
    """Returns (the number of the family, that of its next case in it); both count from 0, as Google Benchmark's do."""
    found = families.setdefault(family, [len(families), -1])
    found[1] += 1
    return tuple(found)


def gbench_context(run):
    """Returns what is known of the run: compare.py reads the version of the schema alone, bencher the caches."""
    host, environment, tool = (run.get(part) or {} for part in ("host", "environment", "tool"))
    context = {"date": str(run.get("started_utc", "")), "executable": "bench-all", "num_cpus": host.get("cpus"), "caches": [],
               "json_schema_version": 1, "run_id": str(run.get("run_id", "")), "git_sha": tool.get("git_sha") and str(tool["git_sha"])}
    if isinstance(environment.get("governor"), str):
        context["cpu_scaling_enabled"] = environment["governor"] != "performance"
    return {name: value for name, value in context.items() if value is not None}


def gbench(run, rows):
    families, entries = {}, []
    for name, group in by_case(rows).items():
        place = place_of(tuple(group[0][column] for column in ("scenario", "impl", "interpreter")), families)
        group = [row for row in group if number(row, "ops_per_s")]
        launches = {column: launches_of(group, column) for column in ("ops_per_s", "ops", *COUNTERS)}
        entries += [gbench_entry(name, place, launches, at) for at in range(len(launches["ops_per_s"]))]
    context = gbench_context(run)
    return {"bench.json": json.dumps({"context": context, "benchmarks": entries}, indent=1,
                                     allow_nan=False) + "\n"}


def gha(_, rows):
    entries = []
    for name, group in by_case(rows).items():
        rates = launches_of(group, "ops_per_s")
        if rates:
            entries.append({"name": name, "unit": "ops/s", "value": statistics.median(rates),
                            "range": "%.6g to %.6g" % (min(rates), max(rates)),
                            "extra": launches_text(len(rates))})
    return {"gha.json": json.dumps(entries, indent=1, allow_nan=False) + "\n"}


def benchmark_of(name, taken):
    """Returns a case's name as bencher takes it, which refuses a report with a name of more than 1,024 bytes."""
    cut, other = name.encode()[:1000].decode(errors="ignore"), 2
    short = name if len(name.encode()) <= 1024 else cut
    while short in taken:
        short, other = "%s-%d" % (cut, other), other + 1
    return short


def bmf(_, rows):
    metrics = {}
    for name, group in by_case(rows).items():
        measures = {}
        for measure, column in (("throughput", "ops_per_s"), ("latency", "lat_p50_ns")):
            values = launches_of(group, column)
            if values:
                measures[measure] = {"value": statistics.median(values),
                                     "lower_value": min(values), "upper_value": max(values)}
        if measures:
            metrics[benchmark_of(name, metrics)] = measures
    return {"bmf.json": json.dumps(metrics, indent=1, allow_nan=False) + "\n"}


def printable(text):
    """Without the characters that XML does not allow."""
    return re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)


def doubt_of(run, rows):
    """Returns why the cases that are there do not stand for all that was wanted; None if they do."""
    return CUT_SHORT if CUT_SHORT in run["warnings"] else None if rows else "The run measured nothing."


def junit(run, rows):
    suites = xml.Element("testsuites")
    suite = xml.SubElement(suites, "testsuite", name="bench-all")
    counts = collections.Counter()
    for name, group in by_case(rows).items():
        seconds = sum(number(row, "window_s") or 0 for row in group)
        test = xml.SubElement(suite, "testcase", classname=printable(group[0]["scenario"]),
                              name=printable(name), time="%.3f" % seconds)
        bad = min((row for row in group if row["status"] != "ok"), default=None,
                  key=lambda row: row["status"] == "skipped")  # a launch that failed counts more
        if bad:
            kind = "skipped" if bad["status"] == "skipped" else "failure"
            counts[kind] += 1
            xml.SubElement(test, kind, message=printable(bad["status"] + ": " + bad["error"]))
    doubt = doubt_of(run, rows)
    if doubt:
        test = xml.SubElement(suite, "testcase", classname="bench-all", name="the run as a whole", time="0")
        xml.SubElement(test, "error", message=doubt)
    suite.attrib.update(tests=str(len(suite)), failures=str(counts["failure"]), errors=str(int(bool(doubt))),
                        skipped=str(counts["skipped"]))
    return {"junit.xml": '<?xml version="1.0" encoding="UTF-8"?>\n' +
            xml.tostring(suites, encoding="unicode") + "\n"}


def percentile_lines(counts):
    """HdrHistogram's table of [(ns, count)], in ascending order: value, percentile, count, 1/(1-p).

    As its writer does, it begins with the least value at the percentile 0: the plotter leaves out the last line,
    which has no 1/(1-p), and would show nothing where all values are one.
    """
    total, seen = sum(count for _, count in counts), 0
    lines = ["%12s %14s %10s %14s" % ("Value", "Percentile", "TotalCount", "1/(1-Percentile)"), "",
             "%12.3f %2.12f %10d %14.2f" % (counts[0][0], 0, counts[0][1], 1)]
    for value, count in counts:
        seen += count
        line = "%12.3f %2.12f %10d" % (value, seen / total, seen)
        lines.append(line + (" %14.2f" % (total / (total - seen)) if seen < total else ""))
    mean = sum(value * count for value, count in counts) / total
    deviation = (sum(count * (value - mean) ** 2 for value, count in counts) / total) ** 0.5
    lines += ["#[Mean    = %12.3f, StdDeviation   = %12.3f]" % (mean, deviation),
              "#[Max     = %12.3f, Total count    = %12d]" % (counts[-1][0], total),
              "#[Buckets = %12d, SubBuckets     = %12d]" % (1, 64)]
    return "\n".join(lines) + "\n"


def file_of(name, taken):
    """Returns a file name for a case: not one of those taken, and no longer than file systems allow."""
    stem = re.sub(r"[^A-Za-z0-9.=_-]", "_", name.replace("/", ".").replace(":", "="))[:240]
    file, other = stem + ".hgrm", 2
    while file in taken:
        file, other = "%s-%d.hgrm" % (stem, other), other + 1
    return file


def hgrm(folder, broken):
    files = {}
    for name, launches in read_histogram(folder).items():
        counts, failed = collections.Counter(), {int(launch) for launch in broken.get(name, ())}
        for launch, buckets in launches.items():
            for value, count in buckets if launch not in failed else ():
                counts[value] += count
        if sum(counts.values()):
            files[file_of(name, files)] = percentile_lines(sorted(counts.items()))
    return {os.path.join("hgrm", file): text for file, text in files.items()}


def clear_folder(folder, ending):
    """Removes the files of that ending, so that those of cases that are no more do not stand beside the new ones."""
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        if name.endswith(ending):
            os.remove(os.path.join(folder, name))


def refuse_comparison(folder):
    """Raises BadRun, with what to give instead, if `ab` or `aa` wrote the folder and `run` did not."""
    log = os.path.join(folder, "events.jsonl")  # of older versions, that of an `ab` is empty
    if os.path.exists(os.path.join(folder, "samples.csv")) or (os.path.exists(log) and os.path.getsize(log)):
        return
    for file, remedy in (("compare.json", "its rows are there and in compare.csv, and `bench-all ab --format junit|github|md` prints them"),
                         ("ab.jsonl", "go on with it by `bench-all ab ... --resume`, which writes compare.json and compare.csv"),
                         ("aa.json", "its rates are there and in aa.md"), ("aa.jsonl", "its trials are there")):
        if os.path.exists(os.path.join(folder, file)):
            raise BadRun("%s: `bench-all %s` wrote it: %s; name a folder that `bench-all run` wrote" % (
                folder, "aa" if file.startswith("aa") else "ab", remedy))


NUMBERS = {"gbench": gbench, "gha": gha, "bmf": bmf}  # a broken case has none
# How to add one: README.md.
FORMATS = {**{name: lambda folder, run, rows, numbers=numbers: numbers(run, whole(rows)) for name, numbers in NUMBERS.items()},
           "junit": lambda folder, run, rows: junit(run, rows),
           "hgrm": lambda folder, run, rows: hgrm(folder, broken_launches(rows))}


def main(words):
    if not words or words[0] in ("-h", "--help"):
        say(__doc__.rstrip())
        return 0 if words else BAD_USAGE
    folder, formats = words[0], words[1:] or list(FORMATS)
    for name in formats:
        if name not in FORMATS:
            return fail(NAME, BAD_USAGE, "there is no format '%s'; choose of %s" % (name, " ".join(FORMATS)))
    try:
        refuse_comparison(folder)
        run, rows = read_run(folder)
        broken, without = broken_launches(rows), [name for name in formats if name in NUMBERS]
        if broken and without:
            fail(NAME, 0, left_out_text(broken, without))
        histogram_damage = []
        if "hgrm" in formats:
            read_histogram(folder, histogram_damage)
            clear_folder(os.path.join(folder, "hgrm"), ".hgrm")
        for name in formats:
            for file, text in FORMATS[name](folder, run, rows).items():
                path = os.path.join(folder, file)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                write_text(path, text)
    except BadRun as why:
        return fail(NAME, BAD_USAGE, why)
    except OSError as why:
        return fail(NAME, CANNOT_WRITE, "cannot write: %s" % reason(why))
    incomplete = [*filter(None, [doubt_of(run, rows)]), *run["damage"], *histogram_damage]
    for text in incomplete:
        fail(NAME, INCOMPLETE, text)
    return INCOMPLETE if incomplete else 0


if __name__ == "__main__":
    leave(NAME, main)
