#!/usr/bin/env python3
"""cpu_scaling: how many times the work of one worker do more of them get done?

    plot_cpu_scaling.py DIR

Each worker does as much as it can in a given time: weak scaling. Only as many workers as there are CPUs
count as scaling; more are drawn, and named for what they are.
"""

import figure
from answer import Answer
from by_parties import counts_of, draw_panel, grouped, room, table_of
from contenders import label
from estimate import per_launch, ratio_of
from run_folder import measured
from scaling_fit import fit_of, words_of

KINDS = ("integer", "floating_point", "memory", "allocation", "lock")


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


def by_kind(rows):
    """[(kind of work, speed-ups)] of what was measured."""
    found = [(kind, speed_ups([row for row in rows if row["mode"] == kind])) for kind in KINDS]
    return [(kind, lines) for kind, lines in found if lines]


def cpus_of(run):
    return (run.get("host") or {}).get("cpus")


def draw_ideal(axis, counts, cpus):
    """As many times as there are workers, while each has a CPU."""
    most = [min(count, cpus or count) for count in counts]
    axis.plot(counts, most, color="#bbbbbb", linewidth=1, linestyle=(0, (4, 3)), zorder=1)


def draw(folder, run, rows):
    panels = by_kind(measured(rows))
    if not panels:
        return []
    cpus = cpus_of(run)
    picture, axes = figure.start(
        "Does work get done faster with more workers?",
        "Times the rate of one worker of the same kind; dashed: a CPU's worth for each", width=3.4,
        names=[room(lines) for _, lines in panels])
    table = []
    for axis, (kind, lines) in zip(axes, panels):
        axis.set_title("%s work" % kind.replace("_", " "))
        draw_panel(axis, lines, figure.three, cpus, parties_are="workers")
        draw_ideal(axis, counts_of(lines), cpus)
        table += [[kind, *line] for line in table_of(lines)]
    return [figure.save(
        picture, folder, "cpu_scaling",
        figure.caption(run, "More workers than cores are no scaling. " +
                       figure.rule_of(max(line[-1] for line in table))),
        ["work", "impl", "interpreter", "workers", "speed_up", "low", "high", "launches"], table)]


def laws(kinds, cpus):
    """What can be fitted, or why nothing can, each reason once."""
    refused = {}
    for kind, lines in kinds:
        for who, ratios in lines.items():
            fit = fit_of({count: ratio.median for count, ratio in ratios.items()}, cpus)
            if isinstance(fit, str):
                refused[fit] = None
            else:
                yield "%s, %s work: %s." % (label(*who), kind.replace("_", " "), words_of(fit))
    for why in refused:
        yield "Amdahl, USL: %s." % why


def answer(run, rows):
    cpus = cpus_of(run) or 1
    table, points = [], []
    kinds = by_kind(measured(rows))
    for kind, lines in kinds:
        for who, ratios in lines.items():
            useful = max((count for count in ratios if count <= cpus), default=0)
            if kind == "integer" and useful > 1:
                points.append("%d workers, each a %s, do %s times the integer work of one."
                              % (useful, label(*who), figure.two(ratios[useful].median)))
            for workers, ratio in ratios.items():
                table.append([label(*who), kind.replace("_", " "), str(workers),
                              figure.three(ratio.median), figure.three(ratio.median / workers),
                              "%.0f %%" % (100 * ratio.median / min(workers, cpus)) if
                              workers <= cpus else "oversubscribed"])
    if not table:
        return Answer("This run has no work of one worker to compare with.", [], [], [])
    points += laws(kinds, cpus)
    headline = points[0] if points else "How work scales with workers."
    return Answer(headline, points[1:], ["contender", "work", "workers", "speed-up",
                                         "share of each", "efficiency"], table)


if __name__ == "__main__":
    figure.main(draw, "cpu_scaling")
