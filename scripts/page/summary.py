"""summary.csv, summary.json and summary.md: a run for programs, and in a page for people and for CI.

What summary.md does not fold fits a pull request: at most 60 lines.
"""

import collections
import json
import os

from data import words
from data.estimate import NOISY, estimate_of, outliers, per_launch, steadiness
from data.files import write_csv, write_text
from answers import answer as answering, claims, needs
from answers.answer import by_case

# What is said of the run as a whole: two Tables, the needs that were not measured, the rows of where gilfree is slower.
Findings = collections.namedtuple("Findings", "decisions unmeasured claims losses")
METRICS = (("ops_per_s", "1/s", "higher"), ("bytes_per_s", "B/s", "higher"),
           ("lat_p50_ns", "ns", "lower"), ("lat_p99_ns", "ns", "lower"),
           ("lat_mean_ns", "ns", "lower"), ("cpu_ns_per_op", "ns", "lower"))
FACTORS = ("scenario", "impl", "interpreter", "mode", "wait", "msg_bytes", "placement")
COLUMNS = ("run_id", "case", *FACTORS, "metric", "unit", "better", "n_launches", "n_reps",
           "estimate", "ci_lo", "ci_hi", "ci_level", "robust_cv", "min", "max", "outliers_mild",
           "outliers_severe", "stability")
LOSSES, NOTES = 10, 5  # that summary.md lists; report.html has all

RULE = ("Medians over launches, each a fresh process; in brackets the 95 %% interval by order statistics, of a ratio "
        "too. A ratio is the median of those launch by launch, which ran back to back, so it may be below 1 for the one with the "
        "best median; with fewer than six launches it is that of the two medians. Variants of gilfree that only spin (\"spinning\" "
        "behind the name) have rows, but are not compared: the fastest is that of the others. Payloads are copied in and out and "
        "their numbers checked, but for what is called unverified. "
        "Noisy: the launches vary by more than %.0f %% (robust coefficient of variation)." % (100 * NOISY))


def memory(host):
    size = host.get("mem_bytes")
    return ", %.1f GiB of memory" % (size / 2**30) if isinstance(size, (int, float)) else ""


def known(facts):
    """Returns those that the machine reported: the others are null."""
    return {name: value for name, value in facts.items() if value is not None}


def machine(run):
    """Returns [(what, text)] of the machine, the build and the run."""
    host, build, tool = (known(run.get(part) or {}) for part in ("host", "build", "tool"))
    cpus = len((run.get("limits") or {}).get("affinity") or []) or host.get("cpus", "?")
    launches = run.get("launches", "?")
    fewest = run.get("launches_fewest", launches)
    left_out = run.get("launches_left_out")
    return [
        ("Machine", "%s, %s CPUs%s, %s" % (host.get("cpu_model", "unknown CPU"), cpus, memory(host),
                                           host.get("virt", "?"))),
        ("System", "%s, Linux %s" % (host.get("os", "?"), host.get("kernel", "?"))),
        ("Clock", "%s; a reading takes %s; the CPU's frequency is not recorded" % (
            host.get("clocksource", "?"), words.duration(host["timer_cost_ns"])
            if isinstance(host.get("timer_cost_ns"), (int, float)) else "an unknown time")),
        ("Build", "%s %s %s, commit %s%s" % (
            build.get("compiler", "?"), build.get("compiler_version", ""), build.get("type", ""),
            str(tool.get("git_sha", "?"))[:10], " with changes" if tool.get("git_dirty") else "")),
        ("Run", "%s of %s, profile %s%s, %s %s a case%s, seed %s" % (
            str(run.get("run_id", "?"))[:8], str(run.get("started_utc", "?"))[:16],
            run.get("profile", "?"), budget_text(run), launches if fewest == launches else
            "%s to %s" % (fewest, launches), "launch" if launches == 1 else "launches",
            " (%s left out to keep to the budget)" % words.launches(left_out) if isinstance(left_out, int) and left_out else "",
            run.get("seed", "?"))),
    ]


def budget_text(run):
    """Returns ', time budget 140 s', or nothing."""
    budget = run.get("budget_s")
    return ", time budget %s s" % words.three(budget) if isinstance(budget, (int, float)) and budget > 0 else ""


def windows_text(run):
    """Returns how long a launch measures: 'Each launch measures one window of 55 ms, after 35 ms of warm-up.'"""
    settings = known(run.get("settings") or {})
    try:
        count, window, warmup = (settings[name] for name in ("windows", "window_ns", "warmup_ns"))
        return "Each launch measures %s of %s, after %s of warm-up." % (
            "one window" if count == 1 else "%d windows" % count, words.duration(window), words.duration(warmup))
    except (KeyError, TypeError):
        return ""


def gaps(rows):
    """Returns [(case, status, reason)] of what was not measured, each once."""
    return sorted({(row["case"], row["status"], row["error"]) for row in rows
                   if row["status"] != "ok"})


def gaps_text(missing):
    """Returns 'Not measured: 9 cases (8 skipped, 1 failed).'"""
    counts = {}
    for _, status, _ in missing:
        counts[status] = counts.get(status, 0) + 1
    return "Not measured: %s (%s)." % (
        words.counted(len(missing), "case"),
        ", ".join("%d %s" % (counts[status], status) for status in sorted(counts)))


def markdown_text(text):
    return " ".join(str(text).replace("|", "\\|").split())


def markdown_table(header, rows):
    """Returns the lines of a table; pipes in a cell are escaped, columns of numbers stand to the right."""
    right = [place > 0 and any(getattr(row[place], "value", None) is not None for row in rows)
             for place in range(len(header))]
    lines = ["| " + " | ".join(map(markdown_text, header)) + " |",
             "|" + "|".join("--:" if each else ":--" for each in right) + "|"]
    return lines + ["| " + " | ".join(map(markdown_text, row)) + " |" for row in rows]


def folded(summary, lines):
    return ["<details><summary>%s</summary>" % summary, "", *lines, "", "</details>", ""]


def table_lines(table):
    lines = [table.caption, ""] * bool(table.caption)
    rows = [[str(cell) + "".join("[%d]" % note for note in getattr(cell, "notes", ())) for cell in row]
            for row in table.rows]
    marked = [[cell if not hasattr(old, "value") else type(old)(cell, old.value) for cell, old in zip(new, row)]
              for new, row in zip(rows, table.rows)]
    return lines + markdown_table(table.header, marked) + [""] + [
        "%d. %s" % (number, markdown_text(note)) for number, note in enumerate(table.notes, start=1)]


def findings_of(run, answers, rows):
    return Findings(*needs.decisions(run, rows), claims.claims_of(run, rows), needs.loss_rows(answers))


def loss_lines(answers, lines):
    """Returns where gilfree is slower, in a table; the first LOSSES."""
    text = [needs.losses_text(answers), ""]
    if not lines:
        return text
    more = ["%d more are in report.html." % (len(lines) - LOSSES), ""] if len(lines) > LOSSES else []
    return [*text, *markdown_table(needs.LOSS_HEADER, lines[:LOSSES]), "", *more]


def notes_of(run, rows):
    """Returns what limits all of the run."""
    return [each for each in (answering.preliminary(rows), answering.noisy(rows), *map(str, run["warnings"])) if each.strip()]


def note_lines(notes):
    """Returns the first NOTES, and how many more there are."""
    shown = notes if len(notes) <= NOTES else notes[:NOTES - 1] + ["%d more notes are in report.html." % (len(notes) - NOTES + 1)]
    return [line for each in shown for line in ("> **Note:** " + markdown_text(each), "")]


def decision_lines(run, findings):
    missing = needs.unmeasured_text(run, findings.unmeasured)
    return (table_lines(findings.decisions) if findings.decisions.rows else []) + ["", *([missing, ""] if missing else [])]


def write_markdown(folder, run, answers, rows, findings):
    """Writes summary.md. answers: {scenario: Answer}, the first of which heads the page."""
    questions = {name: str(text) for name, text in (run.get("questions") or {}).items()}
    lines = ["## " + next(iter(answers.values())).headline, "", *note_lines(notes_of(run, rows)),
             *decision_lines(run, findings), *loss_lines(answers, findings.losses)]
    lines += ["- %s: %s" % fact for fact in machine(run)] + ["", RULE, ""]
    reported = findings.claims
    lines += folded(claims.TITLE, table_lines(reported)) if reported.rows else []
    for scenario, found in answers.items():
        body = ["**%s**" % found.headline, ""] + ["- " + point for point in found.points] + [""]
        for table in found.tables:
            body += [*table_lines(table), ""]
        lines += folded(questions.get(scenario, scenario), body)
    missing = gaps(rows)
    if missing:
        lines += folded(gaps_text(missing), markdown_table(["case", "status", "reason"], missing))
    write_text(os.path.join(folder, "summary.md"), "\n".join(lines) + "\n")


def records(header, rows):
    """Returns rows as objects by heading; a cell that has a number has both."""
    return [{heading: {"text": str(cell), "value": cell.value} if getattr(cell, "value", None) is not None else str(cell)
             for heading, cell in zip(header, row)} for row in rows]


def summary_of(run, answers, rows, findings):
    """Returns what summary.md says, for programs."""
    found, unmeasured, reported, losses = findings
    return {
        "schema_version": 1, "run_id": str(run.get("run_id", "")), "machine": dict(machine(run)),
        "headline": next(iter(answers.values())).headline, "notes": notes_of(run, rows),
        "decisions": records(found.header, found.rows), "needs_not_measured": [need.text for need in unmeasured],
        "slower": records(needs.LOSS_HEADER, losses), "claims": records(reported.header, reported.rows),
        "scenarios": {scenario: {"headline": each.headline, "points": each.points, "tables": [
            {"caption": table.caption, "rows": records(table.header, table.rows), "notes": table.notes}
            for table in each.tables]} for scenario, each in answers.items()},
        "not_measured": [dict(zip(("case", "status", "reason"), gap)) for gap in gaps(rows)]}


def write_json(folder, run, answers, rows, findings):
    write_text(os.path.join(folder, "summary.json"), json.dumps(
        summary_of(run, answers, rows, findings), indent=1, allow_nan=False, ensure_ascii=False) + "\n")


def write_rows(folder, rows):
    """Writes summary.csv, a row per case and metric."""
    lines = []
    for case, group in by_case(rows).items():
        for column, unit, better in METRICS:
            values = list(per_launch(group, column).values())
            if not values or max(values) == 0:
                continue
            found = estimate_of(group, column)
            noise, stability = steadiness(values)
            lines.append([group[0]["run_id"], case, *(group[0][name] for name in FACTORS),
                          column, unit, better, found.n, len(group), found.median,
                          found.low, found.high, 0.95 if found.low is not None else None,
                          noise, min(values), max(values), *outliers(values), stability])
    write_csv(os.path.join(folder, "summary.csv"), COLUMNS, lines)
