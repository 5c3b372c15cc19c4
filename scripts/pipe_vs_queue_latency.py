"""Round trips of 64 bytes: the percentile curve, and the distribution with its tail."""

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


def draw_curves(folder, run, found):
    picture, axes = figure.start(
        "How long does an answer take?", "Round trips of %d bytes between two processes" % BYTES,
        panels=len(found))
    table = []
    for axis, (place, lines) in zip(axes, found.items()):
        axis.set_title(dict(PLACES)[place])
        table += [[place, *row] for row in draw_percentiles(axis, lines)]
    rule = "Service time, closed loop; lines: all launches merged, cut where samples are few; " \
           "bands: lowest to highest launch"
    return figure.save(picture, folder, "pipe_vs_queue_percentiles", figure.caption(run, rule),
                       ["placement", "impl", "interpreter", "quantile", "round_trip_ns"], table)


def draw_shares(folder, run, lines):
    picture, (whole, tail) = figure.start(
        "How are the answers spread?",
        "Round trips of %d bytes, each process on its own core" % BYTES, panels=2)
    table = draw_distribution(whole, tail, lines)
    for axis in (whole, tail):
        axis.set_xlabel("round trip")
    whole.set_title("share that took no longer")
    tail.set_title("share that took longer (log)")
    return figure.save(picture, folder, "pipe_vs_queue_distribution",
                       figure.caption(run, "All launches merged; nothing left out"),
                       ["impl", "interpreter", "round_trip_ns", "below", "beyond"], table)


def draw(folder, run, rows):
    found = found_lines(folder, Results(rows))
    if not found:
        return []
    paths = [draw_curves(folder, run, found)]
    if "core" in found:
        paths.append(draw_shares(folder, run, found["core"]))
    return paths
