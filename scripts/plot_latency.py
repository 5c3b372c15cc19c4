#!/usr/bin/env python3
"""Round trips: the percentile curve, and the distribution with its tail.

    plot_latency.py DIR
"""

import collections
import json
import os
import sys

import figure
from estimate import measured, read_rows

BYTES = 64


def distributions(folder, rows):
    """{placement: {(impl, interpreter): {launch: [(ns, count), ...]}}} of the 64-byte round trips."""
    wanted = {}
    for row in measured(rows):
        spins_besides = row["impl"] in figure.OURS and row["wait"] == "spin"
        if row["scenario"] == "pipe_vs_queue" and row["mode"] == "ping_pong" and not spins_besides:
            if row["msg_bytes"] == str(BYTES):
                wanted[row["case"]] = (row["placement"], (row["impl"], row["interpreter"]))
    found = collections.defaultdict(
        lambda: collections.defaultdict(lambda: collections.defaultdict(list)))
    for row in read_rows(folder, "hist.csv"):
        if row["case"] in wanted:
            placement, who = wanted[row["case"]]
            middle = (int(row["bucket_lo_ns"]) + int(row["bucket_hi_ns"]) - 1) / 2
            found[placement][who][int(row["launch"])].append((middle, int(row["count"])))
    return {placement: dict(sorted(lines.items(), key=lambda item: figure.order(item[0][0])))
            for placement, lines in found.items()}


def merged(launches):
    counts = collections.Counter()
    for launch in launches:
        for value, count in launch:
            counts[value] += count
    return sorted(counts.items())


def quantiles(distribution, wanted):
    """The values at each of the quantiles, None where there are fewer than 3 / (1 - q) values."""
    total = sum(count for _, count in distribution)
    values, seen, at = [], 0, iter(distribution)
    value = None
    for q in wanted:
        while seen < q * total:
            value, count = next(at)
            seen += count
        values.append(value if value is not None and total >= 3 / (1 - q) else None)
    return values


CURVE = [1 - 10 ** (-step / 20) for step in range(2, 81)]  # 20 % to 99.99 %


def draw_curve(axis, lines):
    """Latency over the percentile, on an axis that gives each further nine the same room."""
    axis.set_xscale("log")
    axis.set_yscale("log")
    entries, table = [], []
    for (impl, interpreter), launches in lines.items():
        whole = quantiles(merged(launches.values()), CURVE)
        shown = [(1 / (1 - q), value) for q, value in zip(CURVE, whole) if value is not None]
        if not shown:
            continue
        axis.plot(*zip(*shown), **figure.style(impl))
        each = [quantiles(sorted(launch), CURVE) for launch in launches.values()]
        band = [(1 / (1 - q), min(column), max(column))
                for q, column in zip(CURVE, zip(*each)) if None not in column]
        if band:
            axis.fill_between(*zip(*band), color=figure.style(impl)["color"], alpha=0.12, linewidth=0)
        entries.append((shown[len(shown) // 2][1], impl, interpreter))
        table += [[impl, interpreter, 1 - 1 / x, value] for x, value in shown]
    ticks = [2, 10, 100, 1000, 10000]
    axis.set_xticks(ticks)
    axis.set_xticklabels(["50 %", "90 %", "99 %", "99.9 %", "99.99 %"])
    axis.set_xlim(1.25, 10000)
    axis.minorticks_off()
    axis.yaxis.set_major_formatter(figure.formatter(figure.duration))
    axis.set_xlabel("percentile of round trips")
    figure.list_beside(axis, entries)
    return table


def draw_curves(folder, run, found):
    places = [place for place in ("core", "same core") if place in found]
    picture, axes = figure.start(
        1, len(places), "Question and answer: round trips of %d bytes" % BYTES, 7.2 * len(places), 6)
    table = []
    for axis, place in zip(axes, places):
        axis.set_title("each on its own core" if place == "core" else "both on one core", loc="left",
                       fontsize=10)
        table += [[place] + row for row in draw_curve(axis, found[place])]
    axes[0].set_ylabel("round trip (service time, closed loop)")
    rule = "lines: all launches merged, bands: lowest to highest launch, cut where samples are few"
    return figure.save(picture, folder, "latency_percentiles", figure.caption(run, rule),
                       ["placement", "impl", "interpreter", "quantile", "round_trip_ns"], table)


def draw_ecdf(folder, run, lines):
    picture, (whole, tail) = figure.start(
        1, 2, "How round trips of %d bytes are distributed, each on its own core" % BYTES, 13.5, 6)
    table, entries = [], []
    for (impl, interpreter), launches in lines.items():
        distribution = merged(launches.values())
        total = sum(count for _, count in distribution)
        seen, points = 0, []
        for value, count in distribution:
            points.append((value, seen / total, 1 - seen / total))
            seen += count
        points.append((distribution[-1][0], 1.0, 1 / total))
        values, below, beyond = zip(*points)
        whole.step(values, below, where="post", **figure.style(impl))
        tail.step(values, beyond, where="post", **figure.style(impl))
        entries.append((quantiles(distribution, [0.5])[0] or 0, impl, interpreter))
        table += [[impl, interpreter] + list(point) for point in points]
    for axis in (whole, tail):
        axis.set_xscale("log")
        axis.set_xlabel("round trip")
        axis.xaxis.set_major_formatter(figure.formatter(figure.duration))
        axis.minorticks_off()
    whole.set_ylabel("share of round trips that took no longer")
    tail.set_ylabel("share that took longer (log)")
    tail.set_yscale("log")
    figure.list_beside(tail, entries)
    return figure.save(picture, folder, "latency_distribution",
                       figure.caption(run, "all launches merged; nothing left out"),
                       ["impl", "interpreter", "round_trip_ns", "below", "beyond"], table)


def draw(folder, run, rows):
    """The paths of the SVGs drawn: none if no round trips were measured."""
    found = distributions(folder, rows)
    if not found:
        return []
    paths = [draw_curves(folder, run, found)]
    if "core" in found:
        paths.append(draw_ecdf(folder, run, found["core"]))
    return paths


if __name__ == "__main__":
    where = sys.argv[1]
    with open(os.path.join(where, "run.json"), encoding="utf-8") as file:
        print("\n".join(draw(where, json.load(file), read_rows(where))) or "nothing to draw")
