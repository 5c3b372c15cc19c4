"""semaphore_pool: throughput by workers for each number of permits, and how long a worker waits."""

import figure
from answer import Answer, by_case, cell
from by_parties import draw_panel, grouped, lines_of, room, table_of, who_of
from contenders import label, order
from dots import LONGEST, MEDIAN, P99, draw_dots, words_of
from estimate import estimate_of
from run_folder import measured

COLUMNS = ("scope", "permits", "parties", "work_in_ns", "max_inside")  # that every row has

SCOPES = (("thread", "threads"), ("process", "processes"))


def permits_of(rows):
    return sorted({int(row["permits"]) for row in rows})


def draw_scope(folder, run, rows, plural):
    panels = [(permits, lines_of([row for row in rows if int(row["permits"]) == permits],
                                 "ops_per_s")) for permits in permits_of(rows)]
    counts = sorted({int(row["parties"]) for row in rows})
    works = {row["work_in_ns"] for row in rows}
    inside = " or ".join(figure.duration(int(work)) for work in sorted(works, key=int))
    picture, axes = figure.start(
        "A few permits for many workers", "%s that take a permit, work %s, and give it back"
        % (plural.capitalize(), inside), width=3.6, names=[room(lines) for _, lines in panels])
    table = []
    for axis, (permits, lines) in zip(axes, panels):
        axis.set_title("%d permit%s: taken per second" % (permits, "" if permits == 1 else "s"))
        draw_panel(axis, lines, figure.number, (run.get("host") or {}).get("cpus"), counts,
                   parties_are="workers")
        table += [[permits, *line] for line in table_of(lines)]
    return figure.save(
        picture, folder, "semaphore_pool_" + plural,
        figure.caption(run, figure.rule_of(max(line[-1] for line in table))),
        ["permits", "impl", "interpreter", "workers", "ops_per_s", "low", "high", "launches"],
        table)


def draw_waits(folder, run, rows):
    """Of the most workers that share two permits, or the nearest to that there is."""
    permits = min(permits_of(rows), key=lambda each: (abs(each - 2), each))
    chosen = [row for row in rows if int(row["permits"]) == permits]
    workers = max(int(row["parties"]) for row in chosen)
    chosen = [row for row in chosen if int(row["parties"]) == workers]
    panels = []
    for scope, plural in SCOPES:
        entries = [(who, groups[scope]) for who, groups in
                   grouped(chosen, lambda row: row["scope"]).items() if scope in groups]
        if entries:
            panels.append((plural, entries))
    marks = (MEDIAN, P99, LONGEST)
    tallest = max(len(entries) for _, entries in panels)
    names = [label(*who) for _, entries in panels for who, _ in entries]
    picture, axes = figure.start(
        "How long does a worker wait for its permit?", "%d workers, %d permits"
        % (workers, permits), height=0.5 + 0.29 * tallest, ticks=figure.room(names, 10),
        names=[0.3] * len(panels))
    table = []
    for axis, (plural, entries) in zip(axes, panels):
        axis.set_title(plural)
        padded = entries + [None] * (tallest - len(entries))
        table += [[plural, *line] for line in draw_dots(axis, padded, marks)]
        axis.set_xlabel("from asking to having")
    return figure.save(
        picture, folder, "semaphore_pool_waits",
        figure.caption(run, words_of(marks) + ". " +
                       figure.rule_of(max(line[-1] for line in table))),
        ["scope", "impl", "interpreter", "mark", "median", "low", "high", "launches"], table)


def draw(folder, run, rows):
    rows = measured(rows)
    if not rows:
        return []
    paths = []
    for scope, plural in SCOPES:
        mine = [row for row in rows if row["scope"] == scope]
        if mine:
            paths.append(draw_scope(folder, run, mine, plural))
    return paths + [draw_waits(folder, run, rows)]


def answer(_run, rows):
    table = []
    for group in sorted(by_case(rows).values(), key=lambda group: (
            group[0]["scope"] != "thread", int(group[0]["parties"]), int(group[0]["permits"]),
            order(*who_of(group[0])))):
        first = group[0]
        most = max(int(row["max_inside"]) for row in group)
        table.append([label(*who_of(first)), dict(SCOPES)[first["scope"]], first["parties"],
                      "%s (at most %d at once)" % (first["permits"], most),
                      cell(estimate_of(group, "ops_per_s"), figure.number),
                      cell(estimate_of(group, "lat_p50_ns"), figure.duration),
                      cell(estimate_of(group, "lat_p99_ns"), figure.duration)])
    if not table:
        return Answer("This run measured no semaphore.", [], [], [])
    crowded = sum(int(row["max_inside"]) > int(row["permits"]) for row in measured(rows))
    headline = "At no moment were more workers inside than there were permits." if not crowded else \
        "In %d measured windows more workers were inside than there were permits." % crowded
    return Answer(headline, [],
                  ["contender", "scope", "workers", "permits", "taken per second", "wait p50",
                   "p99"], table)
