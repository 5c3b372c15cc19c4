"""Round trips: against message size; of 64 bytes, the percentile curve and the distribution."""

import by_size
import contenders
import figure
from percentiles import distributions, draw_distribution, draw_percentiles
from pipe_vs_queue_results import Results

BYTES = 64
PLACES = (("core", "each process on its own core"), ("same core", "both processes on one core"))


def found_lines(folder, results):
    """{placement: {who: {launch: distribution}}} of the round trips."""
    key_of = {case: (key[4], key[:2]) for key, case in
              sorted(results.case_of.items(), key=lambda item: contenders.order(*item[0][:2]))
              if key[2:4] == (BYTES, "ping_pong")}
    found = distributions(folder, key_of)
    return {place: lines for place, _ in PLACES
            if (lines := {who: launches for (at, who), launches in found.items() if at == place})}


def draw_sizes(folder, run, lines):
    picture, (axis,) = figure.start(
        "How does the time for an answer grow with the message?",
        "Round trips (p50) between two processes, each on its own core", width=6.4, names=[by_size.room(lines)])
    by_size.draw_panel(axis, lines, figure.duration)
    table = by_size.table_of(lines)
    return figure.save(
        picture, folder, "pipe_vs_queue_round_trip",
        figure.caption(run, figure.rule_of(max(row[-1] for row in table))),
        ["impl", "interpreter", "msg_bytes", "lat_p50_ns", "low", "high", "launches"], table)


def draw_curves(folder, run, found):
    picture, axes = figure.start(
        "How long does an answer take?", "Round trips of %d bytes between two processes" % BYTES,
        names=[figure.room(contenders.label(*who) for who in lines) for lines in found.values()])
    table = []
    for axis, (place, lines) in zip(axes, found.items()):
        axis.set_title(dict(PLACES)[place])
        table += [[place, *row] for row in draw_percentiles(axis, lines)]
    rule = "Service time in a closed loop; lines: all launches merged, cut where samples are few; " \
           "bands (ours): lowest to highest launch; dots: the longest seen"
    return figure.save(picture, folder, "pipe_vs_queue_percentiles", figure.caption(run, rule),
                       ["placement", "impl", "interpreter", "quantile", "round_trip_ns",
                        "lowest_launch_ns", "highest_launch_ns"], table)


def draw_shares(folder, run, lines):
    picture, (whole, tail) = figure.start(
        "How are the answers spread?",
        "Round trips of %d bytes, each process on its own core" % BYTES,
        names=[0.3, figure.LINE + figure.room(contenders.label(*who) for who in lines)])
    table = draw_distribution(whole, tail, lines)
    for axis in (whole, tail):
        axis.set_xlabel("round trip")
    whole.set_title("share that took no longer")
    tail.set_title("share that took longer (logarithmic)")
    return figure.save(picture, folder, "pipe_vs_queue_distribution",
                       figure.caption(run, "All launches merged; nothing left out"),
                       ["impl", "interpreter", "round_trip_ns", "below", "beyond"], table)


def draw(folder, run, rows):
    results = Results(rows)
    found, lines = found_lines(folder, results), results.by_size("ping_pong", "lat_p50_ns")
    paths = [draw_curves(folder, run, found)] if found else []
    if "core" in found:
        paths.append(draw_shares(folder, run, found["core"]))
    if len({size for points in lines.values() for size in points}) > 1:
        paths.append(draw_sizes(folder, run, lines))
    return paths
