"""cpu_scaling: how many times as fast as one worker are more of them?

Weak scaling: each worker does as much as it can in a given time, and the speed-up is how many times the
work of one gets done. Strong: the same work is divided among the workers, round after round, and the
speed-up is the time that one takes by the time that all take. Only as many workers as there are CPUs
count as scaling; more are drawn, and named for what they are.
"""

import itertools

import figure
from answer import UNANSWERED, Answer
from by_parties import counts_of, draw_panel, grouped, room, table_of
from contenders import label
from estimate import per_launch, ratio_of
from run_folder import measured
from scaling_fit import fit_of, words_of

COLUMNS = ("mode", "parties")  # that every row has

KINDS = ("integer", "floating_point", "memory", "allocation", "lock")
SCALINGS = ("weak", "strong")


def words(kind):
    return kind.replace("_", " ")


def speed_ups(rows):
    """{who: {workers: Estimate}} against one worker of the same kind."""
    lines = {}
    for who, by_workers in grouped(rows, lambda row: int(row["parties"])).items():
        if 1 not in by_workers:
            continue
        alone = per_launch(by_workers[1], "ops_per_s")
        points = {workers: ratio for workers, group in sorted(by_workers.items())
                  if (ratio := ratio_of(per_launch(group, "ops_per_s"), alone)) is not None}
        if points:
            lines[who] = points
    return lines


def panels_of(rows):
    """{(kind of work, scaling): speed-ups} of what was measured, kind by kind."""
    found = {}
    for kind in KINDS:
        for scaling in SCALINGS:
            lines = speed_ups([row for row in rows if row["mode"] == kind and
                               row.get("scaling", "weak") == scaling])
            if lines:
                found[kind, scaling] = lines
    return found


def cpus_of(run):
    return (run.get("host") or {}).get("cpus")


def ideal(counts, cpus):
    """As many times as there are workers, while each has a CPU."""
    return [min(count, cpus or count) for count in counts]


def top_of(panels, cpus):
    """Where the axes of these end, so that they can be compared with each other and with the ideal."""
    values = [ratio.high or ratio.median for lines in panels for points in lines.values()
              for ratio in points.values()]
    return 1.08 * max(values + [max(ideal(counts_of(lines), cpus)) for lines in panels])


def draw(folder, run, rows):
    panels = panels_of(measured(rows))
    if not panels:
        return []
    cpus = cpus_of(run)
    kinds = list(dict.fromkeys(kind for kind, _ in panels))
    scalings = [each for each in SCALINGS if any(scaling == each for _, scaling in panels)]
    picture, axes = figure.start(
        "Does work get done faster with more workers?",
        "Times one worker of the same kind; dashed: a CPU's worth for each", width=3.8, height=2.9,
        names=[max(room(lines) for (_, which), lines in panels.items() if which == scaling)
               for scaling in scalings], rows=len(kinds))
    table = []
    for axis, place in zip(axes, itertools.product(kinds, scalings)):
        if place not in panels:
            picture.delaxes(axis)
            continue
        kind, scaling = place
        axis.set_title("%s work, %s scaling" % (words(kind), scaling))
        counts = counts_of(panels[place])
        top = top_of([lines for (which, _), lines in panels.items() if which == kind], cpus)
        axis.plot(counts, ideal(counts, cpus), color="#bbbbbb", linewidth=1, linestyle=(0, (4, 3)),
                  zorder=1)
        draw_panel(axis, panels[place], figure.three, cpus, top=top, parties_are="workers")
        table += [[*place, *line] for line in table_of(panels[place])]
    return [figure.save(
        picture, folder, "cpu_scaling",
        figure.caption(run, "Weak: each does all it can; strong: the same work is divided. More "
                       "workers than cores are no scaling. " +
                       figure.rule_of(max(line[-1] for line in table))),
        ["work", "scaling", "impl", "interpreter", "workers", "speed_up", "low", "high",
         "launches"], table)]


def laws(panels, cpus):
    """What can be fitted, or why nothing can, each reason once."""
    refused = {}
    for (kind, scaling), lines in panels.items():
        for who, ratios in lines.items():
            fit = fit_of({count: ratio.median for count, ratio in ratios.items()}, cpus)
            if isinstance(fit, str):
                refused[fit] = None
            else:
                yield "%s, %s work, %s scaling: %s." % (label(*who), words(kind), scaling,
                                                        words_of(fit))
    for why in refused:
        yield "Amdahl, USL: %s." % why


def sentence(scaling, workers, who, speed_up):
    if scaling == "weak":
        return "%d workers, each a %s, do %s times the integer work of one." % (
            workers, label(*who), figure.two(speed_up))
    return "Divided among %d workers, each a %s, the same integer work is done %s times as fast." % (
        workers, label(*who), figure.two(speed_up))


def answer(run, rows):
    cpus = cpus_of(run) or 1
    table, points = [], []
    panels = panels_of(measured(rows))
    for (kind, scaling), lines in panels.items():
        for who, ratios in lines.items():
            useful = max((count for count in ratios if count <= cpus), default=0)
            if kind == "integer" and useful > 1:
                points.append(sentence(scaling, useful, who, ratios[useful].median))
            for workers, ratio in ratios.items():
                table.append([label(*who), words(kind), scaling, str(workers),
                              figure.three(ratio.median), figure.three(ratio.median / workers),
                              "%.0f %%" % (100 * ratio.median / workers) if workers <= cpus else
                              "oversubscribed"])
    if not table:
        return Answer("This run has no work of one worker to compare with.", [], [], [])
    points += laws(panels, cpus)
    headline = points[0] if points else UNANSWERED
    return Answer(headline, points[1:], ["contender", "work", "scaling", "workers", "speed-up",
                                         "share of each", "efficiency"], table)
