"""Several runs side by side: what is alike in them, what each says to pick, and how each case differs.

    runs = load(["old", "new"])         # [Loaded(name, folder, run, rows)], the first is the base of all ratios
    table = facts_table(runs)           # the machines; what differs from the first is marked
    cases, alone = cases_of(runs)       # [Case], and how many cases only one run measured

Runs are not paired: a machine that changed its speed in between looks like a change of what was measured.
"""

import collections
import os

from data import axes, words
from data.contenders import order
from data.estimate import estimate_of, per_launch, shift, steadiness, told_apart
from data.races import contender_of, metric_of, spins_on_request
from data.run_folder import BadRun, measured, read_run
from answers import needs
from answers.answer import by_case
from answers.tables import Cell, Notes, Table, missing, name_cell

Loaded = collections.namedtuple("Loaded", "name folder run rows")
# A case of two runs or more: the metric, {run: rows}, {run: Ratio of its speed to the first run's}, none if that lacks it
Case = collections.namedtuple("Case", "name contender setting scenario metric rows ratios")

# What makes numbers of two runs comparable: (what, group of run.json, key)
FACTS = (
    ("CPU", "host", "cpu_model"), ("CPUs", "host", "cpus"), ("architecture", "host", "machine"), ("virtualisation", "host", "virt"),
    ("kernel", "host", "kernel"), ("system", "host", "os"), ("allowed CPUs", "limits", "affinity"),
    ("CPU quota", "limits", "cgroup_cpu_max"), ("governor", "environment", "governor"), ("compiler", "build", "compiler"),
    ("compiler version", "build", "compiler_version"), ("build type", "build", "type"), ("build flags", "build", "flags"),
    ("sanitizers", "build", "sanitizers"), ("window", "settings", "window_ns"), ("warm-up", "settings", "warmup_ns"))
REPORTED = (("commit", "tool", "git_sha"), ("profile", None, "profile"), ("started", None, "started_utc"), ("seed", None, "seed"),
        ("interpreters", None, "interpreters"))
UNLIKE = "differs from the first run"
UNPAIRED = ("These runs were measured one after the other: a machine that changed its speed in between looks like a change of what "
            "was measured. To compare two builds use bench-all ab.")


def names_of(folders):
    """Returns a short name for each folder, none twice."""
    paths = [os.path.abspath(folder) for folder in folders]
    for depth in range(1, 1 + max(path.count(os.sep) for path in paths)):
        names = [os.sep.join(path.split(os.sep)[-depth:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return ["%s (%d)" % (os.path.basename(path), at) for at, path in enumerate(paths, start=1)]


def load(folders):
    """Raises BadRun for a folder that is named twice, be it by a link: a run is no change of itself."""
    seen = {}
    for folder in folders:
        place = os.path.realpath(folder)
        if place in seen:
            raise BadRun("%s is %s again; name each run once" % (folder, seen[place]))
        seen[place] = folder
    return [Loaded(name, folder, *read_run(folder)) for name, folder in zip(names_of(folders), folders)]


def fact_of(run, group, key):
    """Returns a fact of run.json in words."""
    value = ((run.get(group) or {}) if group else run).get(key)
    if value is None or value == "" or value == []:
        return "not known"
    if isinstance(value, dict):
        return ", ".join(map(str, value)) or "none"
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return words.duration(float(value)) if key.endswith("_ns") and isinstance(value, (int, float)) else \
        text[:10] if key == "git_sha" else text[:16].replace("T", " ") if key == "started_utc" else text


def unlike(runs):
    """Returns the facts in which a run differs from the first, in words."""
    return [what for what, group, key in FACTS if len({fact_of(each.run, group, key) for each in runs}) > 1]


def facts_table(runs):
    """Returns a row for each fact and a column for each run; a fact that is the same in all is shown once."""
    notes, lines = Notes(), []
    for what, group, key in (*REPORTED, *FACTS):
        texts = [fact_of(each.run, group, key) for each in runs]
        if (what, group, key) in FACTS and len(set(texts)) == 1:
            continue
        marked = (what, group, key) in FACTS
        lines.append([Cell(what)] + [Cell(text, None, [notes.number(UNLIKE)] if marked and text != texts[0] else ())
                                     for text in texts])
    same = ["%s %s" % (what, fact_of(runs[0].run, group, key)) for what, group, key in FACTS
            if len({fact_of(each.run, group, key) for each in runs}) == 1 and fact_of(runs[0].run, group, key) != "not known"]
    return Table("The same in all: %s." % "; ".join(same) if same else "", ["fact", *(each.name for each in runs)], lines, notes.texts)


def picks_table(runs):
    """Returns what each run says to pick for a need, of the needs that any of them measured."""
    notes, found = Notes(), []
    for each in runs:
        cpus = (each.run.get("host") or {}).get("cpus") or 1
        rows = measured(each.rows)
        found.append([needs.race_of(need, rows, cpus) for need in needs.NEEDS])
    lines = [[Cell(need.text)] + [Cell(needs.named(race, needs.pick_of(race))) if race else
                                  missing(notes, "not measured", "not a case of this run") for race in races]
             for need, races in zip(needs.NEEDS, zip(*found)) if any(races)]
    return Table("", ["need", *(each.name for each in runs)], lines, notes.texts)


def speed(metric, ours, theirs):
    """Returns the Ratio of two runs' speeds, above 1 if the first is faster."""
    pair = (ours, theirs) if metric.better == "higher" else (theirs, ours)
    return shift(*(list(each.values()) for each in pair))


def cases_of(runs):
    """Returns a Case for each that at least two runs measured, and how many only one did."""
    by_run, found = [by_case([row for row in each.rows if not spins_on_request(row)]) for each in runs], []
    names = sorted({name for cases in by_run for name in cases})
    for name in names:
        rows = {at: cases[name] for at, cases in enumerate(by_run) if name in cases}
        if len(rows) < 2:
            continue
        first = next(iter(rows.values()))
        metric = metric_of(first)
        launches = {at: per_launch(group, metric.column) for at, group in rows.items()}
        ratios = {at: speed(metric, each, launches[0]) for at, each in launches.items() if at} if 0 in launches else {}
        found.append(Case(name, contender_of(first[0]), axes.setting_of(first[0]), first[0]["scenario"], metric, rows, ratios))
    return sorted(found, key=lambda case: (case.scenario, axes.sortable(case.setting), order(*case.contender))), len(names) - len(found)


def verdict_of(ratio):
    """Returns what may be said of a ratio of two runs."""
    apart = told_apart(ratio)
    return "preliminary" if apart is None else {1: "faster", -1: "slower", 0: "not told apart"}[apart]


def value_cell(notes, case, at):
    if at not in case.rows:
        return missing(notes, "not measured", "not a case of this run")
    found = estimate_of(case.rows[at], case.metric.column)
    noisy = steadiness(per_launch(case.rows[at], case.metric.column).values())[1] == "noisy"
    return Cell(case.metric.text_of(found.median) + case.metric.unit + (" ~" if noisy else ""), found.median,
                [notes.number("~ varies by more than 10 % between launches")] if noisy else ())


def ratio_cell(notes, case, at):
    ratio = case.ratios.get(at)
    if ratio is None:
        return missing(notes, "none", "nothing to divide: one of the two did not measure it, or moved nothing")
    interval = "" if ratio.low is None else " (%s to %s)" % (words.factor(ratio.low), words.factor(ratio.high))
    return Cell("%s%s, %s" % (words.factor(ratio.value), interval, verdict_of(ratio)), ratio.value)


def places_of(cases):
    """Returns {name of a case: its scenario and setting in words}."""
    moving = {scenario: axes.varying([case.rows[min(case.rows)][0] for case in cases if case.scenario == scenario])
              for scenario in {case.scenario for case in cases}}
    return {case.name: ": ".join(filter(None, (axes.plain(case.scenario), axes.words_of(case.setting, moving[case.scenario]))))
            for case in cases}


def changes_table(runs, cases):
    """Returns a row for each case: its number in each run, and the speed beside the first run."""
    notes = Notes()
    header = ["contender", "where", runs[0].name]
    for each in runs[1:]:
        header += [each.name, "%s : %s" % (each.name, runs[0].name)]
    where, lines = places_of(cases), []
    for case in cases:
        line = [name_cell(case.contender), Cell(where[case.name]), value_cell(notes, case, 0)]
        for at in range(1, len(runs)):
            line += [value_cell(notes, case, at), ratio_cell(notes, case, at)]
        lines.append(line)
    return Table("Ratios are speeds: above 1 the later run is faster.", header, lines, notes.texts)


def headline(runs, cases):
    """Returns how many cases are faster, slower or neither, of the last run beside the first."""
    counts = collections.Counter(verdict_of(case.ratios[len(runs) - 1]) for case in cases if case.ratios.get(len(runs) - 1))
    parts = ["%d %s" % (counts[verdict], verdict) for verdict in ("slower", "faster", "not told apart", "preliminary") if counts[verdict]]
    few = " (too few launches to tell)" if counts["preliminary"] else ""
    return "%s beside %s: %s%s" % (runs[-1].name, runs[0].name, "of %s %s" % (
        words.counted(sum(counts.values()), "case"), ", ".join(parts)) if parts else "no case in common", few)
