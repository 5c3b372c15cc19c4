#!/usr/bin/env python3
"""The report of a run: figures, report.html, summary.md and summary.csv, from its CSV and run.json.

    report.py DIR        prints the verdict
"""

import collections
import csv
import html
import json
import os
import sys

import figure
import plot_latency
import plot_operations
import plot_throughput
from estimate import (estimate, estimate_of, measured, outliers, per_launch, ratio_of, read_rows,
                      spread)

SIZES = (8, 64, 1024, 65536, 1048576)


class Results:
    """The rows of pipe_vs_queue by who, how large, which mode and where; own way of waiting only."""

    def __init__(self, rows):
        self._groups = collections.defaultdict(list)
        for row in measured(rows):
            spins_besides = row["impl"] in figure.OURS and row["wait"] == "spin"
            if row["scenario"] == "pipe_vs_queue" and not spins_besides:
                key = (row["impl"], row["interpreter"], int(row["msg_bytes"]), row["mode"],
                       row["placement"])
                self._groups[key].append(row)

    def contenders(self):
        found = {key[:2] for key in self._groups}
        return sorted(found, key=lambda who: (figure.order(who[0]), who))

    def launches(self, who, size, mode, column, placement="core"):
        return per_launch(self._groups.get((*who, size, mode, placement), []), column)

    def rate(self, who, size):
        return estimate(self.launches(who, size, "throughput", "ops_per_s").values())

    def round_trip(self, who, placement="core", column="lat_p50_ns"):
        return estimate(self.launches(who, 64, "ping_pong", column, placement).values())


def ratio_text(ratio):
    if ratio.low is None:
        return "%.3g times" % ratio.median
    return "%.3g times (%.3g to %.3g)" % ratio[:3]


def compare(results, size):
    """One clause: which of ours is faster at this size, or that this run does not tell."""
    pipe = results.launches(("pipe", ""), size, "throughput", "ops_per_s")
    queue = results.launches(("queue", ""), size, "throughput", "ops_per_s")
    ratio = ratio_of(pipe, queue)
    if not ratio:
        return None
    figures = "%s messages/s against %s" % (figure.number(estimate(pipe.values()).median),
                                            figure.number(estimate(queue.values()).median))
    if ratio.low is None:
        return "at %s the Pipe moved %s the Queue's messages (%s; %d launches are too few to " \
               "decide)" % (figure.size(size), ratio_text(ratio), figures, ratio.n)
    if ratio.low > 1:
        return "at %s the Pipe is %s as fast as the Queue (%s)" % (
            figure.size(size), ratio_text(ratio), figures)
    if ratio.high < 1:
        inverse = ratio._replace(median=1 / ratio.median, low=1 / ratio.high, high=1 / ratio.low)
        return "at %s the Queue is %s as fast as the Pipe (%s)" % (
            figure.size(size), ratio_text(inverse), figures)
    return "at %s neither is faster (Pipe : Queue = %.3g, %.3g to %.3g)" % (
        figure.size(size), *ratio[:3])


def against_others(results):
    """Clauses that set our Queue and Pipe beside what else one might pick."""
    clauses = []
    for ours, theirs in ((("queue", ""), "boost_message_queue"), (("queue", ""), "cpython_queue"),
                         (("pipe", ""), "pipe2")):
        for who in results.contenders():
            if who[0] != theirs:
                continue
            ratio = ratio_of(results.launches(ours, 64, "throughput", "ops_per_s"),
                             results.launches(who, 64, "throughput", "ops_per_s"))
            if ratio:
                clauses.append("%s moves %s the 64-byte messages of %s" % (
                    figure.label(*ours), ratio_text(ratio), figure.label(*who)))
    return clauses


def verdict(results):
    """The answer to the scenario's question, in words that the data choose."""
    sizes = [clause for clause in (compare(results, size) for size in (8, 64, 65536)) if clause]
    trips = ["%s %s" % (figure.label(*who), figure.duration(results.round_trip(who).median))
             for who in (("pipe", ""), ("queue", ""), ("pipe2", ""))
             if results.round_trip(who)]
    sentences = []
    if sizes:
        sentences.append("Pipe or queue? " + "; ".join(sizes) + ".")
    if trips:
        sentences.append("A 64-byte round trip takes (p50) " + ", ".join(trips) + ".")
    others = against_others(results)
    if others:
        sentences.append("; ".join(others) + ".")
    if not sentences:
        return "Pipe or queue? This run measured neither: nothing to compare."
    return " ".join(sentences)


def cell(value, text_of):
    return text_of(value.median) if value else "-"


def table(results):
    """Header and rows of the table that the report and the summary show."""
    header = (["contender"] + ["%s, messages/s" % figure.size(size) for size in SIZES[:3]] +
              ["%s, B/s" % figure.size(size) for size in SIZES[3:]] +
              ["round trip p50", "p99", "p50 on one core"])
    rows = []
    for who in results.contenders():
        rates = [results.rate(who, size) for size in SIZES]
        rows.append([figure.label(*who)] +
                    [cell(rate, figure.number) for rate in rates[:3]] +
                    [cell(rate, lambda value, size=size: figure.number(value * size))
                     for rate, size in zip(rates[3:], SIZES[3:])] +
                    [cell(results.round_trip(who), figure.duration),
                     cell(results.round_trip(who, column="lat_p99_ns"), figure.duration),
                     cell(results.round_trip(who, "same core"), figure.duration)])
    return header, rows


def gaps(rows):
    """[(case, status, reason)] of what was not measured, each once."""
    return sorted({(row["case"], row["status"], row["error"]) for row in rows
                   if row["status"] != "ok"})


def machine(run):
    host, build = run.get("host", {}), run.get("build", {})
    return "%s, %s CPUs allowed, %s, Linux %s, %s; %s %s %s; commit %s%s; %s launches a case" % (
        host.get("cpu_model"), len(run.get("limits", {}).get("affinity", [])), host.get("virt"),
        host.get("kernel"), host.get("os"), build.get("compiler"), build.get("compiler_version"),
        build.get("type"), run.get("tool", {}).get("git_sha", "?")[:10],
        " (with changes)" if run.get("tool", {}).get("git_dirty") else "", run.get("launches"))


RULE = ("Medians over launches, each a fresh process; in brackets the 95 % interval of the median by "
        "order statistics, of a ratio launch by launch. Payloads are copied in and out and their "
        "numbers checked.")


def write_markdown(folder, run, answer, header, rows, missing):
    lines = ["## " + answer, ""]
    lines += ["> **Note:** " + warning for warning in run.get("warnings", [])]
    if rows:
        lines += ["", "| " + " | ".join(header) + " |", "|---" * len(header) + "|"]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
    lines += ["", machine(run), "", RULE]
    if missing:
        lines += ["", "Not measured: %d cases, the first: %s (%s: %s)." % (len(missing), *missing[0])]
    with open(os.path.join(folder, "summary.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Pipe or queue?</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 1200px; margin: 2em auto; padding: 0 1em; }}
h1 {{ font-size: 1.35em; line-height: 1.4; }}
table {{ border-collapse: collapse; font-size: 0.9em; }}
td, th {{ padding: 0.25em 0.8em; text-align: right; border-bottom: 1px solid #ddd; }}
td:first-child, th:first-child {{ text-align: left; }}
figure {{ margin: 2em 0; overflow-x: auto; }} svg {{ max-width: 100%; height: auto; }}
.note {{ background: #fff4d6; padding: 0.4em 0.8em; }} .small {{ color: #555; font-size: 0.9em; }}
</style></head><body>
<h1>{verdict}</h1>
{warnings}
<p class="small">{rule}</p>
{table}
{figures}
<h2>Not measured</h2>
{missing}
<h2>The machine</h2>
<p>{machine}</p>
<h2>How to reproduce</h2>
<pre>{command}</pre>
<p class="small">Run {run_id}, started {started}, seed {seed}. Raw rows: samples.csv; latencies:
hist.csv; the machine in full: run.json; what each column means: results/README.md.</p>
</body></html>
"""


def html_table(header, rows):
    if not rows:
        return "<p>none</p>"
    lines = ["<tr>" + "".join("<th>%s</th>" % html.escape(text) for text in header) + "</tr>"]
    for row in rows:
        lines.append("<tr>" + "".join("<td>%s</td>" % html.escape(text) for text in row) + "</tr>")
    return "<table>" + "\n".join(lines) + "</table>"


def inline(path):
    """An SVG as part of a page: without its XML prologue."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return "<figure>" + text[text.index("<svg"):] + "</figure>"


def write_page(folder, run, answer, header, rows, missing, figures):
    command = " ".join(["./scripts/bench-all"] + run.get("command", [])[1:])
    with open(os.path.join(folder, "report.html"), "w", encoding="utf-8") as file:
        file.write(PAGE.format(
            verdict=html.escape(answer), rule=html.escape(RULE),
            warnings="".join('<p class="note">%s</p>' % html.escape(each)
                             for each in run.get("warnings", [])),
            table=html_table(header, rows), figures="\n".join(inline(path) for path in figures),
            missing=html_table(["case", "status", "reason"], missing),
            machine=html.escape(machine(run)), command=html.escape(command),
            run_id=run.get("run_id"), started=run.get("started_utc"), seed=run.get("seed")))


METRICS = (("ops_per_s", "1/s", "higher"), ("bytes_per_s", "B/s", "higher"),
           ("lat_p50_ns", "ns", "lower"), ("lat_p99_ns", "ns", "lower"),
           ("lat_mean_ns", "ns", "lower"), ("cpu_ns_per_op", "ns", "lower"))
FACTORS = ("scenario", "impl", "interpreter", "mode", "wait", "msg_bytes", "placement")
NOISY = 0.1


def write_summary(folder, rows):
    """summary.csv: a row per case and metric."""
    groups = collections.defaultdict(list)
    for row in measured(rows):
        groups[row["case"]].append(row)
    with open(os.path.join(folder, "summary.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["run_id", "case", *FACTORS, "metric", "unit", "better", "n_launches",
                         "n_reps", "estimate", "ci_lo", "ci_hi", "ci_level", "robust_cv", "min",
                         "max", "outliers_mild", "outliers_severe", "stability"])
        for case, group in sorted(groups.items()):
            for column, unit, better in METRICS:
                values = list(per_launch(group, column).values())
                if not values or max(values) == 0:
                    continue
                found, noise = estimate_of(group, column), spread(values)
                writer.writerow([group[0]["run_id"], case, *(group[0][name] for name in FACTORS),
                                 column, unit, better, found.n, len(group), found.median,
                                 found.low, found.high, 0.95 if found.low is not None else None,
                                 noise, min(values), max(values), *outliers(values),
                                 "noisy" if noise is None or noise > NOISY else "stable"])


def main():
    if len(sys.argv) != 2 or not os.path.exists(os.path.join(sys.argv[1], "samples.csv")):
        sys.exit("usage: report.py DIR, a folder with the samples.csv and run.json of a run")
    folder = sys.argv[1]
    rows = read_rows(folder)
    with open(os.path.join(folder, "run.json"), encoding="utf-8") as file:
        run = json.load(file)
    drawn = [plot_throughput.draw(folder, run, rows), *plot_latency.draw(folder, run, rows),
             plot_operations.draw(folder, run, rows)]
    results = Results(rows)
    answer, missing = verdict(results), gaps(rows)
    header, lines = table(results)
    write_summary(folder, rows)
    write_markdown(folder, run, answer, header, lines, missing)
    write_page(folder, run, answer, header, lines, missing, [path for path in drawn if path])
    print(answer)


if __name__ == "__main__":
    main()
