"""producer_consumer: items per second by parties, and what an item costs in CPU time."""

import figure
from answer import Answer, by_case, cell
from by_parties import draw_panel, grouped, lines_of, room, table_of, who_of
from contenders import label, order
from estimate import Estimate, estimate_of, per_launch, ratio_of
from run_folder import measured

COLUMNS = ("scope", "msg_bytes", "batch", "producers", "consumers", "parties")  # that every row has

SCOPES = (("thread", "threads"), ("process", "processes"))
OURS = ("queue", "")


def closed(rows):
    """As fast as they can, one item at a time, as many producers as consumers."""
    return [row for row in measured(rows)
            if row["load_mode"] == "closed" and row["batch"] == "1"
            and row["producers"] == row["consumers"]]


def of(rows, scope, size):
    return [row for row in rows if row["scope"] == scope and row["msg_bytes"] == size]


def sizes(rows):
    return sorted({row["msg_bytes"] for row in rows}, key=int)


def per_cpu_second(lines):
    """Of {who: {parties: Estimate of CPU time an item}}."""
    def inverse(value):
        return None if value is None else 1e9 / value
    return {who: {parties: Estimate(inverse(value.median), inverse(value.high),
                                    inverse(value.low), value.n)
                  for parties, value in points.items()} for who, points in lines.items()}


def draw_scope(folder, run, rows, scope, plural):
    mine = [row for row in rows if row["scope"] == scope]
    speeds = [(size, lines_of(of(mine, scope, size), "ops_per_s")) for size in sizes(mine)]
    first = sizes(mine)[0]
    thrift = per_cpu_second(lines_of(of(mine, scope, first), "cpu_ns_per_op"))
    picture, axes = figure.start(
        "Producers and consumers around one queue", "%s, half of them putting and half getting, "
        "dealt out to the cores" % plural.capitalize(), width=4.0,
        names=[room(lines) for _, lines in speeds] + [room(thrift)])
    cpus = (run.get("host") or {}).get("cpus")
    table = []
    for axis, (size, lines) in zip(axes, speeds):
        axis.set_title("items of %s per second" % figure.size(int(size)))
        draw_panel(axis, lines, figure.number, cpus)
        table += [["ops_per_s", size, *line] for line in table_of(lines)]
    axes[-1].set_title("items of %s for a second of CPU time" % figure.size(int(first)))
    draw_panel(axes[-1], thrift, figure.number, cpus)
    table += [["ops_per_cpu_s", first, *line] for line in table_of(thrift)]
    return figure.save(
        picture, folder, "producer_consumer_" + plural,
        figure.caption(run, figure.rule_of(max(line[-1] for line in table))),
        ["metric", "msg_bytes", "impl", "interpreter", "parties", "median", "low", "high",
         "launches"], table)


def draw(folder, run, rows):
    rows = closed(rows)
    return [draw_scope(folder, run, rows, scope, plural) for scope, plural in SCOPES
            if any(row["scope"] == scope for row in rows)]


def against_best(rows):
    """Our Queue and the best that sleeps while it waits, where as few parties as possible meet."""
    for scope, plural in SCOPES:
        for size in sizes(rows):
            mine = of(rows, scope, size)
            fewest = min((int(row["parties"]) for row in mine), default=0)
            found = {who: groups[fewest] for who, groups in
                     grouped(mine, lambda row: int(row["parties"])).items() if fewest in groups}
            rivals = {who: estimate_of(group, "ops_per_s").median for who, group in found.items()
                      if group[0]["wait"] != "yield" and not label(*who).startswith("gilfree")}
            best = max(rivals, key=rivals.get, default=None)
            if best is None or OURS not in found:
                continue
            ratio = ratio_of(per_launch(found[OURS], "ops_per_s"),
                             per_launch(found[best], "ops_per_s"))
            if ratio is not None:
                yield plural, size, fewest, best, ratio


def answer(_run, rows):
    points = ["%d %s, items of %s: gilfree Queue moves %s times as many as %s, the best that "
              "sleeps." % (parties, plural, figure.size(int(size)), figure.two(ratio.median),
                           label(*best))
              for plural, size, parties, best, ratio in against_best(closed(rows))]
    table = []
    for group in sorted(by_case(rows).values(), key=lambda group: (
            group[0]["scope"] != "thread", int(group[0]["msg_bytes"]), int(group[0]["batch"]),
            int(group[0]["parties"]), int(group[0]["producers"]), order(*who_of(group[0])))):
        first = group[0]
        table.append([label(*who_of(first)), dict(SCOPES)[first["scope"]],
                      "%s to %s" % (first["producers"], first["consumers"]),
                      figure.size(int(first["msg_bytes"])), first["batch"],
                      cell(estimate_of(group, "ops_per_s"), figure.number),
                      cell(estimate_of(group, "cpu_ns_per_op"), figure.duration),
                      cell(estimate_of(group, "lat_p50_ns"), figure.duration),
                      cell(estimate_of(group, "lat_p99_ns"), figure.duration)])
    if not table:
        return Answer("This run moved no items.", [], [], [])
    headline = points.pop(0) if points else "Every item arrived exactly once."
    return Answer(headline, points + ["Every item arrived exactly once."] * bool(points),
                  ["contender", "scope", "producers to consumers", "item", "batch", "items/s",
                   "CPU time an item", "age p50", "p99"], table)
