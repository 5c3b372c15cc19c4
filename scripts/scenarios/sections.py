"""The section of a scenario: its answer, tables and figures. What a scenario without a module gets, too.

    section = Section(title="Who gets the lock?", about="...", headings={"ops_per_s": "critical sections/s"})
    found = answer(section, rows)
    paths = draw(section, folder, run, rows)

Cases are compared at one setting (axes.py). An axis of numbers with several values gives line plots, a
single value gives dot plots. The first race is the headline: list the axes so that it is the one most asked.
"""

import collections

from data import axes, races as racing, words
from data.run_folder import measured
from answers.answer import Answer, clock_point, nothing
from answers.tables import tables_of
from figures import figure, lines
from figures.dots import P99, draw_races

Section = collections.namedtuple("Section", "title about headings marks x",
                                 defaults=({}, (P99,), None))
# A figure that may be drawn: its setting in words, its races, and the lines through them; {} where dots are drawn.
Panel = collections.namedtuple("Panel", "setting races lines")
NAMED = 6  # races that get a sentence; all are in the table


def default(question):
    """Returns the section of a scenario that has no module."""
    return Section(question or "What was measured?", "The scenario has no words of its own; the cases speak.")


def reported(rows, metric=None):
    """Returns [(setting in words, Race)] of a scenario's rows."""
    found = racing.races_of(rows, metric=metric)
    moving = axes.varying([entry.rows[0] for race in found for entry in race.entries])
    return [(axes.words_of(race.setting, moving), race) for race in found]


def tails(rows, found):
    """Returns [(setting in words, Race)] by the 99th percentile, of settings at which ours does not lose in `found`."""
    kept = {race.setting for _, race in found if not racing.ahead_of_ours(race)}
    return [("%s, p99" % setting if setting else "p99", race) for setting, race in reported(rows, racing.P99)
            if race.setting in kept]


def sentence(setting, race):
    text = racing.verdict(race)
    return words.capital(setting) + ": " + text + "." if setting else text + "."


def sentences(found):
    """Returns a verdict for each race, those that ours loses first beyond the headline; at most NAMED."""
    first, rest = found[:1], found[1:]
    behind = [each for each in rest if racing.ahead_of_ours(each[1])]
    chosen = first + (behind + [each for each in rest if each not in behind])[:NAMED - 1]
    texts = [sentence(*each) for each in chosen]
    more = len(found) - len(chosen)
    return texts + ["%s more in the table." % words.counted(more, "comparison")] * bool(more)


def gap_words(rows):
    counts = collections.Counter(row["status"] for row in rows if row["status"] != "ok")
    return ", ".join("%d %s" % (counts[status], status) for status in sorted(counts))


def answer(section, rows):
    found = reported(rows)
    if not found:
        return nothing("Nothing of this was measured (%s)." % (gap_words(rows) or "no rows"))._replace(
            tables=tables_of(rows))
    headline, *points = sentences(found)
    return Answer(headline, points + clock_point(rows), tables_of(rows, section.headings), found + tails(rows, found))


def x_of(section, rows):
    """Returns the axis that lines run along: the section's, or one that has several values."""
    for x in (section.x,) if section.x else (lines.MESSAGES, lines.PARTIES):
        if len({row[x.column] for row in rows if row[x.column]}) > 1:
            return x
    return None


def y_of(section, panels):
    """Returns the axis of the figures of a group: logarithmic if one of them has to be."""
    metric = panels[0].races[0].metric
    medians = [[entry.estimate.median for entry in panel.races[0].entries if entry.estimate.median > 0] for panel in panels]
    heading = section.headings.get(metric.column, metric.heading)
    return lines.Y(metric.column, heading, metric.text_of, any(values and max(values) > 10 * min(values) for values in medians),
                   metric.better)


def rest_of(race, x):
    """Returns the setting without the axis that the line runs along, and without what follows from it."""
    values = dict(zip(axes.BY_COLUMN, race.setting))
    values[x.column] = ""
    if x is lines.PARTIES and values["producers"] == values["consumers"]:
        values["producers"] = values["consumers"] = ""
    return tuple(values.values())


def draw(section, folder, run, rows, metric=None):
    """Returns the paths of the figures: lines where an axis of numbers has several values, else dots."""
    rows = measured(rows)
    x, found = x_of(section, rows), racing.races_of(rows, metric=metric)
    groups = collections.defaultdict(list)
    for race in found:
        groups[(rest_of(race, x) if x else race.setting), race.metric].append(race)
    flat = [dict(zip(axes.BY_COLUMN, setting)) for setting, _ in groups]
    moving = axes.varying([collections.defaultdict(str, each) for each in flat])
    families = collections.defaultdict(list)
    for (setting, _), mine in groups.items():
        panel = panel_of(axes.words_of(setting, moving), mine, x)
        families[axes.group_of(setting), mine[0].metric, bool(panel.lines)].append(panel)
    paths = []
    for panels in families.values():
        paths += (draw_lines if panels[0].lines else draw_dots)(section, folder, run, panels, x)
    return paths


def panel_of(setting, mine, x):
    found = lines.lines_of(mine, x.column) if len(mine) > 1 else {}
    return Panel(setting, mine, found if len(lines.places_of(found)) > 1 else {})


def draw_lines(section, folder, run, panels, x):
    """Draws the figures of a group that have lines; returns their paths."""
    y, beside, paths = y_of(section, panels), [panel.lines for panel in panels], []
    for panel in panels:
        first = panel.races[0]
        same = "" if panel.setting else axes.constant([row for race in panel.races for entry in race.entries for row in entry.rows])
        paths.append(lines.draw_lines(folder, run, panel.lines, figure.slug(first.scenario, panel.setting, first.metric.name),
                                      section.title, panel.setting, x, y, subtitle=words.capital(same), beside=beside))
    return paths


def draw_dots(section, folder, run, panels, _x):
    """Draws the figures of a group that have dots; returns their paths."""
    found, metric = [], panels[0].races[0].metric
    for panel in panels:
        moving = axes.varying([race.entries[0].rows[0] for race in panel.races])
        for race in panel.races:
            own = axes.words_of(race.setting, moving)
            found.append((race, figure.slug(race.scenario, panel.setting, own, metric.name), section.title, ", ".join(filter(None, (
                panel.setting, own, section.headings.get(metric.column, metric.heading))))))
    return draw_races(folder, run, found, section.marks if metric.better == "lower" else ())
