"""Tables of a report: cells that sort by their value, and a reason for each that is empty.

    for table in tables_of(rows): ...       # the cases of a scenario, a table for each metric
    table = pivot(races, rows, "msg_bytes", "one way")

A cell is its text, with .value to sort by and .notes, the numbers of the notes under its table.
"""

import collections

from data import axes, words
from data.contenders import is_ours, label, order
from data.estimate import NOISY, estimate_of, steadiness, told_apart
from data.races import CLOCKS, Race, contender_of, entries_of, races_of, speed_ratio, spins_on_request
from data.run_folder import measured

Table = collections.namedtuple("Table", "caption header rows notes")
Extra = collections.namedtuple("Extra", "heading column text_of reason")

EXTRAS = (
    Extra("p50", "lat_p50_ns", words.duration, "no latencies were recorded here"),
    Extra("p99", "lat_p99_ns", words.duration, "needs 300 recorded latencies"),
    Extra("longest wait", "max_wait_ns", words.duration, "not recorded here"),
    Extra("fairness", "fair_jain", words.factor, "not recorded here"),
    Extra("CPU time per operation", "cpu_ns_per_op", words.duration, "the clock of CPU time ticks too slowly"),
)
WAITS = {"adaptive": "adaptive", "block": "sleeps", "spin": "spins", "yield": "yields"}
FEW = "fewer than six launches: neither a 95 % interval nor a measure of the noise"


class Cell(str):
    """The text of a cell, what to sort by, the notes that explain it, and the section that it leads to."""

    def __new__(cls, text, value=None, notes=()):
        cell = super().__new__(cls, text)
        cell.value, cell.notes, cell.ours, cell.link = value, tuple(notes), False, None
        return cell


def name_cell(contender, suffix=""):
    """Returns the cell of a contender's name; ours are marked in a page."""
    cell = Cell(label(*contender) + suffix)
    cell.ours = is_ours(contender[0])
    return cell


class Notes:
    """The notes under a table, each once."""

    def __init__(self):
        self.texts = []

    def number(self, text):
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1


def missing(notes, text, reason):
    """Returns a cell without a value: a word in the cell, the reason in a note."""
    return Cell(text, None, [notes.number(reason)])


def status_of(group):
    """Returns (status, reason) of a case without a number."""
    first = next((row for row in group if row["status"] != "ok"), group[0])
    return first["status"], " ".join(first["error"].split()) or "no reason was recorded"


def launches_cell(notes, rows, group):
    """Returns how many launches measured it; with a note on those that failed."""
    count = len({row["launch"] for row in rows})
    bad = [row for row in group if row["status"] != "ok"]
    if not bad:
        return Cell(str(count), count)
    status, reason = status_of(bad)
    return Cell(str(count), count, [notes.number("%s %s: %s" % (
        words.launches(len({row["launch"] for row in bad})), status, reason))])


def interval_cell(notes, found, text_of):
    if found.low is None:
        return missing(notes, "none", FEW)
    return Cell("%s to %s" % (text_of(found.low), text_of(found.high)), found.low)


def noise_cell(notes, values):
    noise, verdict = steadiness(values)
    if noise is None:
        return missing(notes, "none", FEW)
    return Cell("%.0f %%%s" % (100 * noise, " noisy" if verdict == "noisy" else ""), noise)


def beside_cell(race, entry):
    """Returns what it reaches of the fastest, and whether the two are told apart."""
    if entry is race.entries[0]:
        return Cell("fastest", 1)
    ratio = speed_ratio(race, entry, race.entries[0])
    if ratio is None:
        return Cell("0", 0)
    return Cell(words.factor(ratio.value) + (" (not told apart)" if told_apart(ratio) == 0 else ""), ratio.value)


def extra_cell(notes, extra, rows):
    found = estimate_of(rows, extra.column)
    if found is None or (found.median == 0 and extra.column != "fair_jain"):
        return missing(notes, "none", "%s: %s" % (extra.heading, extra.reason))
    return Cell(extra.text_of(found.median), found.median, clock_notes(notes, extra.column, found, rows))


def clock_notes(notes, column, found, rows):
    """Returns [the number of the note on a median latency that is as short as the clock], or nothing."""
    clock = estimate_of(rows, "timer_cost_ns")
    return [notes.number("no longer than two readings of the clock: too short to be told from no wait")] \
        if column == "lat_p50_ns" and clock and found.median <= CLOCKS * clock.median else []


def extras_of(rows, metric):
    """Returns the further columns that any row has a number for."""
    return [extra for extra in EXTRAS if extra.column != metric.column and
            any(float(row[extra.column] or 0) > 0 for row in rows)]


def axis_cells(moving, setting):
    values = dict(zip(axes.BY_COLUMN, setting))
    return [Cell(axis.text_of(values[axis.column]) if values[axis.column] else "-",
                 float(values[axis.column]) if values[axis.column].replace(".", "", 1).isdigit() else None)
            for axis in moving]


def warning_notes(notes, rows):
    """Returns the numbers of the notes on what makes the rows doubtful: their first warning, and how many have one."""
    warned = [row["warning"] for row in rows if row["warning"]]
    return [notes.number("warning in %d of %s: %s" % (len(warned), words.counted(len(rows), "row"), warned[0]))] \
        if warned else []


def wait_cells(waits, row):
    """Returns [how the contender waits], where those of a table differ in it."""
    return [Cell(WAITS.get(row["wait"], row["wait"] or "-"))] if waits else []


def measured_row(race, entry, waits, moving, extras, group, notes, suffix=""):
    metric = race.metric
    return [name_cell(entry.contender, suffix), *wait_cells(waits, entry.rows[0]), *axis_cells(moving, race.setting),
            Cell(metric.text_of(entry.estimate.median), entry.estimate.median,
                 [*warning_notes(notes, entry.rows), *clock_notes(notes, metric.column, entry.estimate, entry.rows)]),
            interval_cell(notes, entry.estimate, metric.text_of), beside_cell(race, entry),
            *(extra_cell(notes, extra, entry.rows) for extra in extras),
            launches_cell(notes, entry.rows, group), noise_cell(notes, entry.launches.values())]


def gap_row(contender, setting, group, metric, waits, moving, width, notes):
    if measured(group):
        status, reason = "none", "%s: it needs more operations than these launches had" % metric.heading
    else:
        status, reason = status_of(group)
        reason = "%s: %s" % (status, reason)
    cells = [name_cell(contender), *wait_cells(waits, group[0]), *axis_cells(moving, setting), missing(notes, status, reason)]
    return cells + [Cell("-", None, cells[-1].notes)] * (width - len(cells))


def unranked(races, by_case):
    """Returns [(contender, setting)] of what was measured at the setting of a race, but has no value of its metric."""
    ranked = {(entry.contender, race.setting) for race in races for entry in race.entries}
    settings = {race.setting for race in races}
    return sorted((key for key, group in by_case.items() if key[1] in settings and key not in ranked and measured(group)),
                  key=lambda key: (axes.sortable(key[1]), order(*key[0])))


def table_of(races, rows, gaps, heading):
    """Returns the cases of some races of one metric, and those that have no number at their settings.

    The variants of ours that spin are in no race; they stand behind the contenders of their setting.
    """
    metric, notes = races[0].metric, Notes()
    spinning = [row for row in rows if spins_on_request(row)]
    rows = [row for row in rows if not spins_on_request(row)]
    waits, moving = len({row["wait"] for row in rows if row["wait"]}) > 1, axes.varying(rows)
    extras = extras_of([row for race in races for entry in race.entries for row in entry.rows], metric)
    header = ["contender", *["waits"] * waits, *(axis.heading for axis in moving), heading or metric.heading, "95 % interval",
              "of the fastest", *(extra.heading for extra in extras), "launches", "noise"]
    by_case = collections.defaultdict(list)
    for row in rows:
        by_case[contender_of(row), axes.setting_of(row)].append(row)
    lines = []
    for race in races:
        lines += [measured_row(race, entry, waits, moving, extras, by_case[entry.contender, race.setting], notes) for entry in race.entries]
        variants = [row for row in spinning if axes.setting_of(row) == race.setting]
        lines += [measured_row(race, entry, waits, moving, extras, [row for row in variants if contender_of(row) == entry.contender],
                               notes, ", spinning") for entry in entries_of(measured(variants), metric)]
    lines += [gap_row(contender, setting, by_case[contender, setting], metric, waits, moving, len(header), notes)
              for contender, setting in [*unranked(races, by_case), *gaps]]
    same = axes.constant(rows)
    return without_empty(Table("In all rows: %s." % same if same else "", header, lines, notes.texts))


def without_empty(table):
    """Returns the table without the columns in which no case has a value; its caption says so."""
    lost = [place for place, heading in enumerate(table.header) if heading in ("95 % interval", "noise") and
            all(line[place] in ("none", "-") or line[place].value is None for line in table.rows)]
    if not lost or not table.rows:
        return table
    kept = [place for place in range(len(table.header)) if place not in lost]
    return renumbered(Table((table.caption + " No case has six launches: no intervals.").strip(),
                            [table.header[place] for place in kept],
                            [[line[place] for place in kept] for line in table.rows], table.notes))


def renumbered(table):
    """Returns the table with the notes that its cells refer to, numbered from 1."""
    used = sorted({note for line in table.rows for cell in line for note in cell.notes})
    numbers = {old: new for new, old in enumerate(used, start=1)}
    for line in table.rows:
        for cell in {id(cell): cell for cell in line}.values():
            cell.notes = tuple(numbers[note] for note in cell.notes)
    return table._replace(notes=[table.notes[note - 1] for note in used])


def gaps_of(rows):
    """Returns [(contender, setting)] of the cases in which nothing was measured."""
    cases = collections.defaultdict(list)
    for row in rows:
        if not spins_on_request(row):
            cases[contender_of(row), axes.setting_of(row)].append(row)
    return sorted((key for key, group in cases.items() if not measured(group)),
                  key=lambda key: (axes.sortable(key[1]), order(*key[0])))


def tables_of(rows, headings=None, setting_of=axes.setting_of):
    """Returns a table for each metric of a scenario. headings: {column of a metric: its heading here}."""
    races, gaps = races_of(rows, setting_of), gaps_of(rows)
    found = []
    for metric in dict.fromkeys(race.metric for race in races):
        mine = [race for race in races if race.metric == metric]
        kinds = {row["metric_kind"] for race in mine for entry in race.entries for row in entry.rows}
        chosen = [row for row in rows if row["metric_kind"] in kinds]
        of_kind = [(contender, setting) for contender, setting in gaps if any(
            (contender_of(row), axes.setting_of(row)) == (contender, setting) for row in chosen)]
        found.append(table_of(mine, chosen, of_kind, (headings or {}).get(metric.column)))
    return found


def pivot_cell(notes, race, contender, text_of, gaps):
    entry = next((entry for entry in race.entries if entry.contender == contender), None) if race else None
    if entry:
        noisy = steadiness(entry.launches.values())[1] == "noisy"
        return Cell(text_of(entry.estimate.median) + (" ~" if noisy else ""), entry.estimate.median,
                    [notes.number("~ varies by more than %.0f %% between launches" % (100 * NOISY))] if noisy else ())
    if gaps:
        status, reason = status_of(gaps)
        return missing(notes, status, "%s: %s" % (status, reason))
    return missing(notes, "none", "not a case of this run")


def pivot(races, rows, column, caption, text_of=None):
    """Returns a row for each contender and a column for each value of an axis, of races of one metric."""
    axis, notes, by_value = axes.BY_COLUMN[column], Notes(), {}
    place = list(axes.BY_COLUMN).index(column)
    for race in races:
        by_value[race.setting[place]] = race
    gaps = collections.defaultdict(list)
    settings = {race.setting[:place] + race.setting[place + 1:] for race in races}
    for row in rows:
        setting = axes.setting_of(row)
        if row["status"] != "ok" and setting[:place] + setting[place + 1:] in settings:
            gaps[contender_of(row), setting[place]].append(row)
            by_value.setdefault(setting[place], Race("", setting, races[0].metric, []))
    values = sorted(by_value, key=lambda text: axes.sortable([text]))
    everyone = sorted({entry.contender for race in races for entry in race.entries}, key=lambda contender: order(*contender))
    lines = []
    for contender in everyone:
        counts = [entry.estimate.n for race in races for entry in race.entries if entry.contender == contender]
        lines.append([name_cell(contender), *(
            pivot_cell(notes, by_value[value], contender, (text_of or races[0].metric.text_of), gaps[contender, value])
            for value in values), Cell(words.from_to(counts), min(counts))])
    return Table(caption, ["contender", *(axis.text_of(value) for value in values), "launches"], lines, notes.texts)

