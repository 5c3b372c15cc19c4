"""Runs over time: what gilfree and the best of the others reach, run after run, with the steps between them.

    paths = draw(folder, runs)          # a figure for each need that three runs or more measured
    write_table(folder, runs, cases)    # history.csv: a column for each case; otava.yaml: its description for Apache Otava

A step is marked where the 95 % intervals of two neighbouring runs do not overlap and the medians are 5 % apart.
"""

import calendar
import collections
import json
import os
import re
import time

from data import words
from data.estimate import NOTICED, Estimate, estimate_of
from data.files import write_csv, write_text
from data.run_folder import broken_launches, measured
from answers import needs
from figures import figure, lines, names

FEWEST = 3  # runs


def in_order(runs):
    """Returns the runs by the time at which they began."""
    return sorted(runs, key=lambda each: str(each.run.get("started_utc", "")))


def lines_of(need, runs):
    """Returns ({contender: {place of the run: Estimate}}, metric) of the best of gilfree and of the others, last time."""
    races = {}
    for at, each in enumerate(runs, start=1):
        race = needs.race_of(need, measured(each.rows), (each.run.get("host") or {}).get("cpus") or 1)
        if race:
            races[at] = race
    if len(races) < FEWEST:
        return {}, None
    last = races[max(races)]
    alike = {at: race for at, race in races.items() if race.metric == last.metric and race.setting == last.setting}
    pick = needs.pick_of(last)
    chosen = [entry.contender for entry in (pick, needs.racing.ours_of(last), needs.next_of(last, pick)) if entry]
    found = {contender: {at: entry.estimate for at, race in alike.items() for entry in race.entries
                         if entry.contender == contender} for contender in dict.fromkeys(chosen)}
    return {contender: points for contender, points in found.items() if len(points) >= FEWEST}, last.metric


def steps(points):
    """Returns the places at which a line takes a step from the one before."""
    places = sorted(points)
    return [there for here, there in zip(places, places[1:]) if points[here].low is not None and points[there].low is not None and
            (points[there].low > points[here].high or points[there].high < points[here].low) and
            not 1 / NOTICED < points[there].median / points[here].median < NOTICED]


def when(run):
    """Returns '11-29 c4654a1': the day and the commit of a run, for the axis."""
    started = re.match(r"\d{4}-(\d\d-\d\d)", str(run.get("started_utc", "")))
    return " ".join(filter(None, (started[1] if started else "", str((run.get("tool") or {}).get("git_sha") or "")[:7]))) or "?"


def draw_need(folder, need, runs, found, metric, beside):
    """Draws the lines that were found; beside: those of all figures of the group."""
    width = max(2.55, 0.5 * len(runs))
    picture, axis = figure.start("How has it changed?", need.text, width=width, right=names.room_for(found))
    ends, table, marked, lanes = [], [], False, lines.lanes_of(found)
    for contender, points in found.items():
        ends.append(lines.draw_line(axis, contender, points, lanes[contender]))
        for at in steps(points):
            marked = True
            axis.axvline(at - 0.5, color=figure.PALE, linewidth=0.9, linestyle=(0, (2, 3)), zorder=1)
        table += [[*contender, str(runs[at - 1].run.get("started_utc", "")), when(runs[at - 1].run), *value, int(at in steps(points))]
                  for at, value in sorted(points.items())]
    axis.set_title("%s; %s is better" % (metric.heading, metric.better))
    figure.hold(axis, lines.extent_of(beside)[1])
    axis.set_ylim(0)
    axis.set_xlim(0.7, len(runs) + 0.3)
    axis.set_xticks(range(1, 1 + len(runs)), [when(each.run) for each in runs], rotation=40, ha="right", fontsize=7.5)
    axis.yaxis.set_major_formatter(figure.formatter(metric.text_of))
    names.name_lines(axis, ends)
    rule = figure.rule_of(value[-1] for points in found.values() for value in points.values())
    rule += lines.lanes_text(lanes) + figure.group_rule(beside)
    return figure.save(picture, folder, figure.slug("history", need.text), "%s%s." % (
        rule, "; dotted: a step" if marked else "; no step"),
        "Line plot. %s over %s; %s." % (need.text, words.counted(len(runs), "run"), "a step is marked" if marked else "no step"),
        ["impl", "interpreter", "started_utc", "run", *Estimate._fields, "step"], table)


def draw(folder, runs):
    """Returns the paths of the figures: none for fewer than three runs."""
    runs, groups = in_order(runs), collections.defaultdict(list)
    for need in needs.NEEDS if len(runs) >= FEWEST else ():
        found, metric = lines_of(need, runs)
        if found:
            groups[needs.group_of(need), metric].append((need, found))
    return [draw_need(folder, need, runs, found, metric, [other for _, other in mine])
            for (_, metric), mine in groups.items() for need, found in mine]


def seconds(run):
    """Returns the Unix time at which a run began; 0 if it does not say."""
    try:
        return calendar.timegm(time.strptime(str(run.get("started_utc", ""))[:19], "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return 0


def otava_tests(header, rows, cases):
    """Returns Otava's configuration (otava/test_config.py): a test for each scenario, a metric for each case.

    Otava takes a higher number for the better one unless it is told, and reads no table in which a cell of a
    metric is empty: a case that a run lacks is left out.
    """
    tests = {}
    for place, case in enumerate(cases, start=len(header) - len(cases)):
        if all(row[place] not in ("", None) for row in rows):
            test = tests.setdefault(case.name.split("/")[0], {
                "type": "csv", "file": "history.csv", "time_column": "time", "attributes": ["commit"], "metrics": {}})
            test["metrics"][case.name] = {"column": case.name, "direction": 1 if case.metric.better == "higher" else -1}
    return {"tests": tests}


def write_table(folder, runs, cases):
    """Writes a row for each run (when, which commit, and the median of each case), and what Otava asks about it."""
    header = ["time", "commit", *(case.name for case in cases)]
    rows = []
    for each in in_order(runs):
        at = runs.index(each)
        broken = broken_launches(each.rows)  # what the launches say that did not fail is no number of the case
        medians = [estimate_of(case.rows[at], case.metric.column).median if at in case.rows and case.name not in broken else ""
                   for case in cases]
        rows.append([seconds(each.run), str((each.run.get("tool") or {}).get("git_sha") or ""), *medians])
    write_csv(os.path.join(folder, "history.csv"), header, rows)
    # JSON is YAML, and quotes names with any character.
    write_text(os.path.join(folder, "otava.yaml"), json.dumps(otava_tests(header, rows, cases), indent=1) + "\n")
