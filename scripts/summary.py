"""summary.csv and summary.md: a run in rows for programs, and in a page for people and for CI."""

import csv
import os

from answer import by_case
from estimate import FEWEST, estimate_of, outliers, per_launch, spread

METRICS = (("ops_per_s", "1/s", "higher"), ("bytes_per_s", "B/s", "higher"),
           ("lat_p50_ns", "ns", "lower"), ("lat_p99_ns", "ns", "lower"),
           ("lat_mean_ns", "ns", "lower"), ("cpu_ns_per_op", "ns", "lower"))
FACTORS = ("scenario", "impl", "interpreter", "mode", "wait", "msg_bytes", "placement")
COLUMNS = ("run_id", "case", *FACTORS, "metric", "unit", "better", "n_launches", "n_reps",
           "estimate", "ci_lo", "ci_hi", "ci_level", "robust_cv", "min", "max", "outliers_mild",
           "outliers_severe", "stability")
NOISY = 0.1  # robust coefficient of variation from which a case is called noisy

RULE = ("Medians over launches, each a fresh process; in brackets the 95 % interval of the median by "
        "order statistics, of a ratio launch by launch. Payloads are copied in and out and their "
        "numbers checked.")


def machine(run):
    """[(what, text)] of the machine, the build and the run."""
    host, build, tool = (run.get(part) or {} for part in ("host", "build", "tool"))
    cpus = len((run.get("limits") or {}).get("affinity") or []) or host.get("cpus", "?")
    launches = run.get("launches", "?")
    fewest = run.get("launches_fewest", launches)
    return [
        ("Machine", "%s, %s CPUs, %s" % (host.get("cpu_model", "unknown CPU"), cpus,
                                         host.get("virt", "?"))),
        ("System", "%s, Linux %s" % (host.get("os", "?"), host.get("kernel", "?"))),
        ("Build", "%s %s %s, commit %s%s" % (
            build.get("compiler", "?"), build.get("compiler_version", ""), build.get("type", ""),
            str(tool.get("git_sha", "?"))[:10], " with changes" if tool.get("git_dirty") else "")),
        ("Run", "%s of %s, %s, %s %s a case, seed %s" % (
            str(run.get("run_id", "?"))[:8], str(run.get("started_utc", "?"))[:16],
            run.get("profile", "?"), launches if fewest == launches else
            "%s to %s" % (fewest, launches), "launch" if launches == 1 else "launches",
            run.get("seed", "?"))),
    ]


def gaps(rows):
    """[(case, status, reason)] of what was not measured, each once."""
    return sorted({(row["case"], row["status"], row["error"]) for row in rows
                   if row["status"] != "ok"})


def gaps_text(missing):
    """'Not measured: 9 cases (8 skipped, 1 failed).'"""
    counts = {}
    for _, status, _ in missing:
        counts[status] = counts.get(status, 0) + 1
    return "Not measured: %d case%s (%s)." % (
        len(missing), "" if len(missing) == 1 else "s",
        ", ".join("%d %s" % (counts[status], status) for status in sorted(counts)))


def markdown_text(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def markdown_table(header, rows):
    """Pipes in a cell are escaped; numbers stand to the right."""
    lines = ["| " + " | ".join(map(markdown_text, header)) + " |",
             "|" + "|".join([":--"] + ["--:"] * (len(header) - 1)) + "|"]
    return lines + ["| " + " | ".join(map(markdown_text, row)) + " |" for row in rows]


def write_markdown(folder, run, answers, rows):
    """answers: {scenario: Answer}, the first of which heads the page."""
    lines = []
    for rank, (scenario, answer) in enumerate(answers.items()):
        lines += [("## " if rank == 0 else "### %s: " % scenario) + answer.headline, ""]
        if rank == 0:
            lines += ["> **Note:** " + markdown_text(each) + "\n" for each in run["warnings"]]
        lines += ["- " + point for point in answer.points] + [""] * bool(answer.points)
        if answer.table:
            lines += [*markdown_table(answer.header, answer.table), ""]
    lines += ["- %s: %s" % fact for fact in machine(run)] + ["", RULE]
    missing = gaps(rows)
    if missing:
        lines += ["", "<details><summary>%s</summary>" % gaps_text(missing), "",
                  *markdown_table(["case", "status", "reason"], missing), "", "</details>"]
    with open(os.path.join(folder, "summary.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def steadiness(values):
    """(robust coefficient of variation, stable or noisy); (None, None) of too few launches to say."""
    if len(values) < FEWEST:
        return None, None
    noise = spread(values)
    return noise, "noisy" if noise is None or noise > NOISY else "stable"


def write_rows(folder, rows):
    """summary.csv: a row per case and metric."""
    with open(os.path.join(folder, "summary.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for case, group in by_case(rows).items():
            for column, unit, better in METRICS:
                values = list(per_launch(group, column).values())
                if not values or max(values) == 0:
                    continue
                found = estimate_of(group, column)
                noise, stability = steadiness(values)
                writer.writerow([group[0]["run_id"], case, *(group[0][name] for name in FACTORS),
                                 column, unit, better, found.n, len(group), found.median,
                                 found.low, found.high, 0.95 if found.low is not None else None,
                                 noise, min(values), max(values), *outliers(values), stability])
