"""single_operation: what each costs without contention; those that do the same job are compared."""

import collections

from data import contenders, races as racing, words
from data.axes import SCOPES
from data.run_folder import measured, without_load
from answers.answer import Answer, nothing
from answers.tables import Cell, Notes, Table, interval_cell, launches_cell, name_cell, without_empty
from figures import figure
from figures.dots import draw_races
from scenarios.sections import Section, sentences

SECTION = Section(
    title="What does one operation cost?", headings={"lat_mean_ns": "time per operation"},
    about="A loop of many operations in one thread, by the time it takes; no other thread uses the object. No clock is read "
          "inside the loop. What the empty loop costs is part of every number.")
ALONE = ""  # column `primitive` of operations that are not compared with each other
OBJECTS = ("lock", "rlock", "semaphore", "event", "condition", "barrier", "value")  # in this order
EMPTY, NEAR = "nothing", 1.1


def setting_of(row):
    """Returns what is compared: the kind of object, the operation, and the scope."""
    return row["primitive"], contenders.split_operation(row["impl"])[1], row["scope"] if row["primitive"] else ""


def place_of(race):
    """Returns where a race stands: by the object, threads before processes."""
    thing, what, scope = race.setting
    return OBJECTS.index(thing) if thing in OBJECTS else len(OBJECTS), what, scope != "thread"


def reported(rows):
    """Returns [(setting in words, Race)] of those that do the same job."""
    found = sorted((race for race in racing.races_of(rows, setting_of, racing.MEAN) if race.setting[0] != ALONE), key=place_of)
    return [("%s%s, %s" % (race.setting[0].replace("rlock", "recursive lock"),
                           " between " + SCOPES[race.setting[2]] if race.setting[2] in SCOPES else "",
                           race.setting[1] or "one operation"), race) for race in found]


def empty_loop(rows):
    """Returns the race entry of the empty loop, or None."""
    return next(iter(racing.entries_of([row for row in measured(rows) if row["impl"] == EMPTY], racing.MEAN)), None)


def cost_cell(notes, entry, empty):
    """Returns the cost of an operation; one that is as cheap as the empty loop costs nothing that can be measured here."""
    cost = entry.estimate.median
    if empty is not None and entry.contender != empty.contender and cost <= NEAR * empty.estimate.median:
        return Cell("as the empty loop", cost, [notes.number(
            "no more than 1.1 times the empty loop's %s: too little to tell from it" %
            words.duration(empty.estimate.median))])
    return Cell(words.duration(cost), cost)


def table(rows):
    notes, empty = Notes(), empty_loop(rows)
    entries = racing.entries_of(measured(rows), racing.MEAN)
    group = {entry.contender: [row for row in rows if racing.contender_of(row) == entry.contender] for entry in entries}
    lines = [[name_cell(entry.contender), Cell(entry.rows[0]["primitive"] or "no comparison"),
              Cell(contenders.split_operation(entry.contender[0])[1] or "one operation"),
              Cell(SCOPES.get(entry.rows[0]["scope"], "one thread")), cost_cell(notes, entry, empty),
              interval_cell(notes, entry.estimate, words.duration),
              launches_cell(notes, entry.rows, group[entry.contender])] for entry in entries]
    return without_empty(Table("The cheapest first.", ["contender", "object", "what", "between", "time per operation",
                                                       "95 % interval", "launches"], lines, notes.texts))


def answer(_run, rows):
    rows = without_load(rows)
    found = reported(rows)
    if not measured(rows):
        return nothing("This run measured no single operation.")
    texts = sentences(found)
    headline = texts[0] if texts else "%s measured; none do the same job." % words.capital(
        words.counted(len({row["impl"] for row in measured(rows)}), "operation was", "operations were"))
    return Answer(headline, texts[1:], [table(rows)], found)


def draw(folder, run, rows):
    """Draws a dot plot for each job, and one of the operations that are not compared."""
    rows = without_load(rows)
    alone = [race for race in racing.races_of(rows, setting_of, racing.MEAN) if race.setting[0] == ALONE]
    groups = collections.defaultdict(list)  # by the object and the operation: threads and processes have one scale
    for setting, race in reported(rows):
        groups[race.setting[:2]].append((race, words.capital(setting), "what one operation costs, alone"))
    groups.update({race.setting: [(race, SECTION.title, "Not the same job: no comparison")] for race in alone})
    paths = []
    for mine in groups.values():
        paths += draw_races(folder, run, [(race, figure.slug("single_operation", *race.setting), title, text)
                                          for race, title, text in mine])
    return paths
