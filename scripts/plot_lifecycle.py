"""lifecycle: start and join of processes, by the memory of their parent, and of threads."""

import figure
from answer import UNANSWERED, Answer, cell
from by_parties import grouped
from contenders import label
from dots import MEDIAN, P99, draw_dots, words_of
from estimate import estimate_of, per_launch, ratio_of
from run_folder import measured

COLUMNS = ("scope", "parent_bytes")  # that every row has

MARKS = (MEDIAN, P99)


def panels_of(rows):
    """[(title, scope, bytes, {who: rows})] of what was measured."""
    found = []
    for scope, noun in (("process", "process"), ("thread", "thread")):
        mine = [row for row in rows if row["scope"] == scope]
        for size in sorted({int(row["parent_bytes"]) for row in mine}):
            title = "a thread" if scope == "thread" else \
                "a %s, from one with %s" % (noun, figure.size(size))
            groups = grouped([row for row in mine if int(row["parent_bytes"]) == size],
                             lambda row: "")
            found.append((title, scope, size, {who: group[""] for who, group in groups.items()}))
    return found


def draw(folder, run, rows):
    panels = panels_of(measured(rows))
    if not panels:
        return []
    tallest = max(len(found) for *_, found in panels)
    names = [label(*who) for *_, found in panels for who in found]
    picture, axes = figure.start(
        "What does it take to start a process or a thread?", "Until it has ended and was waited for",
        width=3.2, height=0.5 + 0.29 * tallest, ticks=figure.room(names, 10),
        names=[0.3] * len(panels))
    table = []
    for axis, (title, scope, size, found) in zip(axes, panels):
        axis.set_title(title)
        axis.set_xlabel("start and join")
        padded = list(found.items()) + [None] * (tallest - len(found))
        table += [[scope, size, *line] for line in draw_dots(axis, padded, MARKS)]
    return [figure.save(
        picture, folder, "lifecycle",
        figure.caption(run, "%s. %s" % (words_of(MARKS),
                                        figure.rule_of(max(line[-1] for line in table)))),
        ["scope", "parent_bytes", "impl", "interpreter", "mark", "median", "low", "high",
         "launches"], table)]


def against(found, ours, theirs):
    """'gilfree mp::Process takes 1.1 times as long as fork, waitpid'; nothing if one is missing."""
    pairs = [who for who in found if who[0] == theirs]
    if (ours, "") not in found or not pairs:
        return
    ratio = ratio_of(per_launch(found[(ours, "")], "lat_p50_ns"),
                     per_launch(found[pairs[0]], "lat_p50_ns"))
    if ratio is not None:
        yield "%s takes %s times as long as %s." % (label(ours), figure.two(ratio.median),
                                                    label(*pairs[0]))


def against_small(panels):
    """'With 1 GiB in the parent instead of 10 MiB, fork takes 70 times as long': by contender."""
    sizes = {size: found for _, scope, size, found in panels if scope == "process"}
    if len(sizes) < 2:
        return
    small, large = min(sizes), max(sizes)
    for impl in ("process_fork_server", "fork"):
        who = (impl, "")
        if who in sizes[small] and who in sizes[large]:
            ratio = ratio_of(per_launch(sizes[large][who], "lat_p50_ns"),
                             per_launch(sizes[small][who], "lat_p50_ns"))
            if ratio is not None:
                yield "With %s in the parent instead of %s, %s takes %s times as long." % (
                    figure.size(large), figure.size(small), label(*who), figure.two(ratio.median))


def answer(_run, rows):
    table, points = [], []
    panels = panels_of(measured(rows))
    for title, scope, _size, found in panels:
        pairs = (("thread", "pthread"), ("thread", "cpython_thread")) if scope == "thread" else \
            (("process", "fork"), ("process", "cpython_process_fork"),
             ("process_fork_server", "fork"),
             ("process_fork_server", "cpython_process_forkserver"))
        for ours, theirs in pairs:
            points += ["To start %s and join it, %s" % (title, words)
                       for words in against(found, ours, theirs)]
        table += [[label(*who), title, cell(estimate_of(group, "lat_p50_ns"), figure.duration),
                   cell(estimate_of(group, "lat_p99_ns"), figure.duration)]
                  for who, group in found.items()]
    if not table:
        return Answer("This run started nothing.", [], [], [])
    points += against_small(panels)
    headline = points[0] if points else UNANSWERED
    return Answer(headline, points[1:], ["contender", "starts", "p50", "p99"], table)
