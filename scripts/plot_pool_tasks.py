"""pool_tasks: tasks per second, each alone and in chunks, the round trip of one, and 50 from start to end."""

import figure
from answer import UNANSWERED, Answer, cell
from by_parties import grouped
from contenders import label
from dots import MEDIAN, P99, Mark, draw_dots, words_of
from estimate import estimate_of, per_launch, ratio_of
from run_folder import measured

COLUMNS = ("mode", "parties")  # that every row has

RATE = Mark("median", "ops_per_s", "o", True, "filled dots")
WHOLE = Mark("mean of a window", "lat_mean_ns", "o", True, "filled dots")
WAYS = (
    ("one_by_one", "tasks per second, each alone", (RATE,), figure.number),
    ("chunks", "tasks per second, in chunks", (RATE,), figure.number),
    ("round_trip", "one task and its result", (MEDIAN, P99), figure.duration),
    ("fifty", "50 tasks in all", (WHOLE,), figure.duration),
)
TUTORIALS = 4  # workers in the pool for 50 tasks; against a process for each


def workers_of(rows, wanted=2):
    """The number of workers that is shown: two, or the nearest to that there is."""
    return min({int(row["parties"]) for row in rows}, key=lambda each: (abs(each - wanted), each))


def by_way(rows, workers):
    """{way: {who: rows}}"""
    found = {way: {} for way, *_ in WAYS}
    chosen = [row for row in measured(rows) if int(row["parties"]) == workers]
    for who, groups in grouped(chosen, lambda row: row["mode"]).items():
        for way, group in groups.items():
            found[way][who] = group
    return found


def of_fifty(rows):
    """(workers, {who: rows}) of the 50 tasks, or (0, {})."""
    mine = [row for row in measured(rows) if row["mode"] == "fifty"]
    if not mine:
        return 0, {}
    workers = workers_of(mine, TUTORIALS)
    return workers, by_way(mine, workers)["fifty"]


def draw(folder, run, rows):
    rows = measured(rows)
    if not rows:
        return []
    workers = workers_of(rows)
    found = by_way(rows, workers)
    few_workers, found["fifty"] = of_fifty(rows)
    panels = [way for way in WAYS if found[way[0]]]
    tallest = max(len(found[way]) for way, *_ in panels)
    names = [label(*who) for way, *_ in panels for who in found[way]]
    picture, axes = figure.start(
        "What does a pool of workers get done?", "%d worker%s, tasks that do next to nothing" % (
            workers, "" if workers == 1 else "s"), width=3.2, height=0.5 + 0.29 * tallest,
        ticks=figure.room(names, 10), names=[0.3] * len(panels))
    table = []
    for axis, (way, title, marks, text_of) in zip(axes, panels):
        axis.set_title(title if way != "fifty" else "%s, %d workers" % (title, few_workers))
        padded = list(found[way].items()) + [None] * (tallest - len(found[way]))
        table += [[way, *line] for line in draw_dots(axis, padded, marks, text_of=text_of)]
    return [figure.save(
        picture, folder, "pool_tasks",
        figure.caption(run, "Round trip: %s. %s" % (
            words_of((MEDIAN, P99)).lower(), figure.rule_of(max(line[-1] for line in table)))),
        ["way", "impl", "interpreter", "mark", "median", "low", "high", "launches"], table)]


def against_cpython(found):
    """What the process pool does, as a multiple of CPython's Pool."""
    for way, words in (("one_by_one", "sent one by one"), ("chunks", "sent in chunks")):
        ours = found[way].get(("process_pool", ""))
        for who, theirs in found[way].items():
            if who[0] != "cpython_pool" or ours is None:
                continue
            ratio = ratio_of(per_launch(ours, "ops_per_s"), per_launch(theirs, "ops_per_s"))
            if ratio is not None:
                yield "Tasks %s: %s does %s times as many as %s." % (
                    words, label("process_pool"), figure.two(ratio.median), label(*who))


def pool_or_processes(rows):
    """The tutorial's question."""
    workers, found = of_fifty(rows)
    for pool, each in (("process_pool", "process"), ("cpython_pool", "cpython_process")):
        for who, theirs in found.items():
            if who[0] != each or (pool, who[1]) not in found:
                continue
            mine = found[pool, who[1]]
            ratio = ratio_of(per_launch(theirs, WHOLE.column), per_launch(mine, WHOLE.column))
            if ratio is not None:
                yield "50 tasks: a process for each takes %s times as long as a pool of %d (%s, %s)." % (
                    figure.two(ratio.median), workers, label(*who), label(pool, who[1]))


def answer(_run, rows):
    rows = measured(rows)
    if not rows:
        return Answer("This run measured no pool.", [], [], [])
    table = []
    points = []
    shown = workers_of(rows)
    for workers in sorted({int(row["parties"]) for row in rows}):
        found = by_way(rows, workers)
        if workers == shown:
            points = list(against_cpython(found)) + list(pool_or_processes(rows))
        for who in {who: 0 for groups in found.values() for who in groups}:
            rates = [estimate_of(found[way].get(who, []), "ops_per_s")
                     for way in ("one_by_one", "chunks")]
            trips = [estimate_of(found["round_trip"].get(who, []), column)
                     for column in ("lat_p50_ns", "lat_p99_ns")]
            trips.append(estimate_of(found["fifty"].get(who, []), WHOLE.column))
            table.append([label(*who), str(workers)] +
                         [cell(rate, figure.number) for rate in rates] +
                         [cell(trip, figure.duration) for trip in trips])
    headline = points[0] if points else UNANSWERED
    return Answer(headline, points[1:], ["contender", "workers", "one by one, tasks/s",
                                         "in chunks, tasks/s", "round trip p50", "p99", "50 tasks"],
                  table)
