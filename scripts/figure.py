"""What all figures share: the look, the names, the caption, the files.

    figure, axes = start(1, 2, title="...")
    ...
    save(figure, folder, "throughput", caption(run), rows)

Each figure is written as SVG and PNG, with the numbers it shows as CSV beside it.
"""

import csv
import os
import sys

try:
    import matplotlib
except ImportError:
    sys.exit(
        "this python cannot import matplotlib: apt-get install python3-matplotlib, "
        "and use /usr/bin/python3 or name an interpreter in GILFREE_PYTHON"
    )

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot  # noqa: E402
from matplotlib.ticker import FuncFormatter  # noqa: E402

# Okabe and Ito's colours, told apart by colour-blind readers; ours are the strong ones.
BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK, YELLOW = (
    "#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#000000", "#B8A800",
)

# Name, colour, line style of each contender, in the order in which they are drawn and listed.
CONTENDERS = {
    "pipe": ("gilfree Pipe", BLUE, "-"),
    "queue": ("gilfree Queue", VERMILION, "-"),
    "spsc_ring": ("spinning ring (limit)", BLACK, ":"),
    "boost_message_queue": ("Boost message_queue", GREEN, "-"),
    "zeromq_ipc": ("ZeroMQ ipc", PURPLE, "-"),
    "pipe2": ("pipe(2)", ORANGE, "-"),
    "pipe2_1m": ("pipe(2), 1 MiB buffer", ORANGE, "--"),
    "socketpair_stream": ("socketpair stream", SKY, "-"),
    "socketpair_seqpacket": ("socketpair seqpacket", SKY, "--"),
    "posix_mq": ("POSIX mq", YELLOW, "-"),
    "sysv_msgq": ("System V msgq", YELLOW, "--"),
    "cpython_pipe": ("CPython Pipe", "#777777", "-"),
    "cpython_queue": ("CPython Queue", "#777777", "--"),
    "cpython_simple_queue": ("CPython SimpleQueue", "#777777", ":"),
}
OURS = ("pipe", "queue")


def label(impl, interpreter=""):
    name = CONTENDERS.get(impl, (impl,))[0]
    return name.replace("CPython", "CPython " + interpreter) if interpreter else name


def style(impl):
    _, colour, line = CONTENDERS.get(impl, (impl, "#777777", "-"))
    ours = impl in OURS
    return {"color": colour, "linestyle": line, "linewidth": 2.4 if ours else 1.2,
            "zorder": 5 if ours else 2}


def order(impl):
    names = list(CONTENDERS)
    return names.index(impl) if impl in names else len(names)


def start(rows, columns, title, width=11, height=5.2):
    pyplot.rcParams.update({
        "font.size": 10, "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.6,
        "svg.fonttype": "none", "svg.hashsalt": "gilfree",
    })
    figure, axes = pyplot.subplots(rows, columns, figsize=(width, height), squeeze=False)
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
    return figure, axes[0] if rows == 1 else axes


def label_ends(axis, ends, least=0.036):
    """Writes each line's name behind its end, moved apart where ends lie close together.

    ends: [(y, text, colour)]; least: fraction of the axis between two names.
    """
    low, high = (axis.transAxes.inverted().transform(axis.transData.transform((1, y)))[1]
                 for y in axis.get_ylim())
    placed = []
    for y, text, colour in sorted(ends):
        at = axis.transAxes.inverted().transform(axis.transData.transform((1, y)))[1]
        placed.append([at, at, text, colour])
    for lower, upper in zip(placed, placed[1:]):
        upper[0] = max(upper[0], lower[0] + least)
    overflow = placed[-1][0] - high if placed else 0
    if overflow > 0:
        placed[-1][0] = high
        for upper, lower in zip(placed[::-1], placed[-2::-1]):
            lower[0] = min(lower[0], upper[0] - least)
    for at, true_at, text, colour in placed:
        axis.annotate(text, xy=(1.0, true_at), xytext=(1.07, at), xycoords="axes fraction",
                      textcoords="axes fraction", color=colour, fontsize=9, va="center",
                      annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6,
                                  "relpos": (0, 0.5), "shrinkA": 0, "shrinkB": 0})


def list_beside(axis, entries):
    """Names lines beside the axis, the highest first. entries: [(height, impl, interpreter)]"""
    handles = [pyplot.Line2D([], [], label=label(impl, interpreter), **style(impl))
               for _, impl, interpreter in sorted(entries, reverse=True)]
    axis.legend(handles=handles, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False,
                fontsize=9, labelcolor="linecolor")


def number(value, unit=""):
    """1234567 -> '1.23 M'; three significant digits."""
    for limit, factor, prefix in ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e3, 1e3, "k")):
        if abs(value) >= limit:
            return "%.3g %s%s" % (value / factor, prefix, unit)
    return "%.3g%s" % (value, " " + unit if unit else "")


def duration(ns):
    """812 -> '812 ns', 45310 -> '45.3 µs'."""
    for limit, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= limit:
            return "%.3g %s" % (ns / limit, unit)
    return "%.3g ns" % ns


def size(count):
    for limit, unit in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= limit and count % limit == 0:
            return "%d %s" % (count // limit, unit)
    return "%d B" % count


def formatter(text_of):
    return FuncFormatter(lambda value, _: text_of(value))


def caption(run, rule):
    host = run.get("host", {})
    return "%s · Linux %s · run %s · %s" % (
        host.get("cpu_model", "unknown CPU"), host.get("kernel", "?"),
        run.get("run_id", "?")[:8], rule)


def save(figure, folder, name, text, header, table, rect=(0, 0.03, 1, 0.95)):
    """Writes plots/NAME.svg, .png and .csv; returns the SVG's path."""
    plots = os.path.join(folder, "plots")
    os.makedirs(plots, exist_ok=True)
    figure.text(0.01, 0.008, text, fontsize=8, color="#555555")
    figure.tight_layout(rect=rect)
    for ending in ("svg", "png"):
        figure.savefig(os.path.join(plots, name + "." + ending), dpi=130,
                       metadata={"Date": None} if ending == "svg" else None)
    pyplot.close(figure)
    with open(os.path.join(plots, name + ".csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(table)
    return os.path.join(plots, name + ".svg")
