"""The report of a fleet: report.html, summary.md, summary.json and machines.csv in its folder.

    lines, mistakes = report("spring")

Machines are grouped by hardware first. Of a group it says which contender is faster, and on how many machines; then the
absolute figures, as the median and the spread over the machines; and which machines differ from the others.
"""

import collections
import json
import os
import statistics

from data import axes, contenders, words
from data.files import write_csv, write_text
from answers import machines as fleets
from answers.tables import Cell, Table, name_cell
from page import markup
from page.summary import folded, records, table_lines

SHOWN = 40  # outliers, and machines without a run, that summary.md lists
ABOUT = ("Machines are compared only with machines of the same hardware and the same build. A machine is one number a case, the median "
         "over its launches. An outlier is at least %.0f %% faster or slower than the usual machine of its class, in the median over its "
         "cases, and more than %.1f times the spread (median absolute deviation, scaled to a standard deviation) from it; fewer than %d "
         "machines have none." % (100 * fleets.NOTICED, fleets.DISTANCE, fleets.FEWEST))


def places_of(group, cases):
    """Returns {(scenario, setting, metric): [case]} of what the machines of a class measured, in order."""
    found = collections.defaultdict(list)
    for name in {name for machine in group.machines for name in machine.values}:
        case = cases[name]
        if not contenders.is_baseline(case.contender[0]):
            found[case.scenario, case.setting, case.metric].append(case)
    return dict(sorted(found.items(), key=lambda item: (item[0][0], axes.sortable(item[0][1]))))


def where_of(places):
    """Returns {place: its scenario and setting in words}."""
    by_scenario = collections.defaultdict(list)
    for place in places:
        by_scenario[place[0]].append(dict(zip(axes.BY_COLUMN, place[1])))
    moving = {scenario: axes.varying(rows) for scenario, rows in by_scenario.items()}
    return {place: ": ".join(filter(None, (axes.plain(place[0]), axes.words_of(place[1], moving[place[0]])))) for place in places}


def race_of(cases, machines):
    """Returns (the contender that wins on most machines, on how many of how many, [its lead over the next best])."""
    wins, leads = collections.Counter(), collections.defaultdict(list)
    for machine in machines:
        mine = [case for case in cases if case.name in machine.values]
        if len(mine) < 2:
            continue
        mine.sort(key=lambda case: machine.values[case.name], reverse=mine[0].metric.better == "higher")
        first, second = mine[0], mine[1]
        wins[first.contender] += 1
        leads[first.contender].append(fleets.speed_of(first, machine.values[first.name], machine.values[second.name]))
    if not wins:
        return None
    winner, count = wins.most_common(1)[0]
    return winner, count, sum(wins.values()), leads[winner]


def winners_table(group, places, where):
    lines = []
    for place, cases in places.items():
        race = race_of(cases, group.machines)
        if race:
            winner, count, of, leads = race
            lines.append([Cell(where[place]), name_cell(winner), Cell("%d of %d" % (count, of), count / of),
                          Cell(words.factor(statistics.median(leads)), statistics.median(leads)),
                          Cell("%s to %s" % (words.factor(min(leads)), words.factor(max(leads))))])
    return Table("", ["where", "fastest on most machines", "on how many", "times as fast as the next there", "from, to"], lines, [])


def figures_table(group, places, where):
    lines = []
    for place, cases in places.items():
        for case in sorted(cases, key=lambda case: contenders.order(*case.contender)):
            values = [machine.values[case.name] for machine in group.machines if case.name in machine.values]
            middle = statistics.median(values)
            lines.append([name_cell(case.contender), Cell(where[place]), Cell(case.metric.text_of(middle) + case.metric.unit, middle),
                          Cell("%.1f %%" % (100 * fleets.deviation(values, middle) / middle), fleets.deviation(values, middle) / middle),
                          Cell(str(len(values)), len(values))])
    return Table("", ["contender", "where", "median machine", "spread (MAD)", "machines"], lines, [])


def outlier_rows(group, found):
    return [[Cell(each.machine.name), Cell("everywhere" if each.where == [""] else words.listed(list(map(axes.plain, each.where)))),
             Cell("%s times as fast as usual" % words.factor(each.speed), each.speed), Cell("%+.1f" % each.distance, each.distance),
             Cell("; ".join(each.reasons) or "nothing that it reports"), Cell(group.hardware)] for each in found]


def outliers_table(rows):
    return Table("", ["machine", "where", "speed", "spreads from the median", "likely reason", "class"], rows, [])


def classes_table(groups, outliers):
    return Table("", ["class", "machines", "outliers", "other builds, not compared", "build"], [
        [Cell(group.hardware), Cell(str(len(group.machines)), len(group.machines)),
         Cell(str(len(found)) if len(group.machines) >= fleets.FEWEST else "too few to tell", len(found)),
         Cell(str(len(group.others)), len(group.others)), Cell(group.build)] for group, found in zip(groups, outliers)], [])


def mixed_of(groups):
    """Returns what differs between machines that are compared, and which are not compared, in words."""
    texts = []
    for group in groups:
        for fact in ("kernel", "system", "governor", "profile", "settings", "seed"):
            values = collections.Counter(machine.settings[fact] for machine in group.machines)
            if fact == "seed" and len(values) == len(group.machines):
                continue  # each chose its own
            if len(values) > 1:
                usual = values.most_common(1)[0][0]
                unlike = [machine.name for machine in group.machines if machine.settings[fact] != usual]
                texts.append("%s: %s of %s differs from %s of the others (%s)" % (
                    group.hardware, fact, words.counted(len(unlike), "machine"), fact, ", ".join(unlike[:5])))
        if group.others:
            texts.append("%s: %s another build and %s not compared (%s)" % (
                group.hardware, words.counted(len(group.others), "machine has", "machines have"),
                "is" if len(group.others) == 1 else "are", ", ".join(each.name for each in group.others[:5])))
    return texts


def headline_of(fleet, groups, outliers):
    nodes = len(fleet.machines) + len(fleet.missing)
    parts = ["{:,} of {} measured".format(len(fleet.machines), words.counted(nodes, "machine")),
             words.counted(len(groups), "class of hardware", "classes of hardware"),
             words.counted(sum(map(len, outliers)), "outlier")]
    return ", ".join(parts)


def write_machines(folder, groups, outliers):
    """Writes machines.csv: a row for each machine, with its speed beside the usual machine of its class."""
    odd_ones = {each.machine.name: each for found in outliers for each in found}
    rows = []
    for group in groups:
        for machine in (*group.machines, *group.others):
            odd_one = odd_ones.get(machine.name)
            rows.append([machine.name, group.hardware, machine.build, "yes" if machine in group.machines else "no", len(machine.values),
                         machine.failed, *(machine.watched[column] for column in fleets.WATCHED), "outlier" if odd_one else "",
                         odd_one.speed if odd_one else None, "; ".join(odd_one.reasons) if odd_one else ""])
    write_csv(os.path.join(folder, "machines.csv"), ["machine", "class", "build", "compared", "cases", "failed_cases", *fleets.WATCHED,
                                                     "outlier", "speed", "reasons"], rows)


def sections_of(fleet, groups, outliers, tables):
    """Returns [(id, heading, HTML)]."""
    found = [("classes", "Which machines are alike?", markup.table_text(classes_table(groups, outliers), "Which machines are alike?")),
             ("outliers", "Which machines differ from the others?", markup.table_text(tables["outliers"], "Outliers") if
              tables["outliers"].rows else "<p>None of a class with enough machines.</p>")]
    if fleet.missing:
        found.append(("missing", "Which machines have no run?", markup.folded_table(missing_table(fleet), "Machines without a run")))
    for at, (group, winners, figures) in enumerate(tables["classes"], start=1):
        name = "%s (%s)" % (group.hardware, words.counted(len(group.machines), "machine"))
        found.append(("class-%d" % at, name, "<h3>What is faster?</h3>%s<h3>How fast?</h3>%s" % (
            markup.folded_table(winners, "What is faster on " + name), markup.folded_table(figures, "How fast on " + name))))
    return [*found, ("how", "How they are compared", '<p class="small">%s</p>' % markup.escape(ABOUT))]


def missing_table(fleet):
    return Table("", ["machine", "why"], [[Cell(name), Cell(why)] for name, why in fleet.missing], [])


def markdown_of(fleet, groups, outliers, tables, lines, notes):
    text = ["## " + lines[0], ""] + [line for each in notes for line in ("> **Note:** " + each, "")]
    text += table_lines(classes_table(groups, outliers)) + [""]
    if tables["outliers"].rows:
        text += table_lines(tables["outliers"]._replace(rows=tables["outliers"].rows[:SHOWN])) + [""]
    if fleet.missing:
        few = missing_table(fleet)
        text += folded(words.counted(len(fleet.missing), "machine has no run", "machines have no run"),
                       table_lines(few._replace(rows=few.rows[:SHOWN])))
    for group, winners, _ in tables["classes"]:
        text += folded("What is faster on " + group.hardware, table_lines(winners))
    return "\n".join([*text, ABOUT]) + "\n"


def summary_of(fleet, groups, outliers, tables, lines, notes):
    def rows(table):
        return records(table.header, table.rows)
    return {"schema_version": 1, "headline": lines[0], "notes": notes, "classes": rows(classes_table(groups, outliers)),
            "outliers": rows(tables["outliers"]), "missing": rows(missing_table(fleet)),
            "by_class": [{"class": group.hardware, "faster": rows(winners), "figures": rows(figures)}
                         for group, winners, figures in tables["classes"]]}


def report(folder):
    """Writes everything into the folder; returns the headline and what could not be read, in words."""
    fleet = fleets.read(folder)
    groups = fleets.classes_of(fleet)
    outliers = [fleets.outliers_of(group, fleet.cases) for group in groups]
    tables = {"outliers": outliers_table([row for group, found in zip(groups, outliers) for row in outlier_rows(group, found)]),
              "classes": []}
    for group in groups:
        places = places_of(group, fleet.cases)
        where = where_of(places)
        tables["classes"].append((group, winners_table(group, places, where), figures_table(group, places, where)))
    notes = mixed_of(groups)
    lines = [headline_of(fleet, groups, outliers)]
    lines += ["%s: %s, %s%s" % (row[0], row[1], row[2], "; " + row[4]) for row in tables["outliers"].rows[:SHOWN]]
    write_machines(folder, groups, outliers)
    write_text(os.path.join(folder, "summary.md"), markdown_of(fleet, groups, outliers, tables, lines, notes))
    write_text(os.path.join(folder, "summary.json"), json.dumps(
        summary_of(fleet, groups, outliers, tables, lines, notes), indent=1, ensure_ascii=False) + "\n")
    write_text(os.path.join(folder, "report.html"), markup.document(
        lines[0], "Each machine was measured by a run of its own, DIR/MACHINE/ATTEMPT.", notes,
        sections_of(fleet, groups, outliers, tables)))
    return lines, []
