"""What all figures share: the frame, labels that do not collide, units, the caption, the files.

    picture, (left, right) = start("Pipe or queue?", names=[room(texts), room(texts)])
    left.plot(xs, ys, **style(impl, interpreter))
    label_ends(left, [(xs[-1], ys[-1], (impl, interpreter)), ...])
    path = save(picture, folder, "pipe_vs_queue_throughput", caption(run, "medians of ..."),
                header, table)

Each figure is written as SVG and PNG, with the numbers it shows as CSV beside it. Its name begins
with its scenario's. Room for names and ticks is kept in inches, so that nothing is clipped.
"""

import csv
import os
import textwrap

from plotting import pyplot  # first: it sets matplotlib up
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.ticker import FuncFormatter

from contenders import label, style

TOP, BOTTOM, EDGE = 0.95, 1.15, 0.15  # inches: title and subtitle; axis and caption; rim
BETWEEN = 0.85                        # from one row of panels to the next: an axis and a title
SPACING = 11.5                        # points from one name to the next
LINE = 0.25                           # inches of a line before its name in list_beside()

LOOK = {
    "font.size": 10, "font.family": "sans-serif", "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "grid.color": "#e4e4e4", "grid.linewidth": 0.6,
    "axes.axisbelow": True, "axes.titlesize": 10.5, "axes.titlelocation": "left",
    "svg.fonttype": "none", "svg.hashsalt": "gilfree",
}


def room(texts, size=9):
    """Inches that the longest of the texts needs, with the gap before it."""
    font = FontProperties(family=[LOOK["font.family"]])
    widest = max((TextPath((0, 0), text, size=size, prop=font).get_extents().width
                  for text in texts if text.strip()), default=0)
    return 0.4 + widest / 72


def start(title, subtitle="", width=4.6, height=4.4, names=(0.2,), ticks=0.75, rows=1):
    """A picture of panels side by side, one for each of `names`; returns it and its axes, row by row.

    width and height: of a panel; names: what is kept free right of each; ticks: left of each. Inches.
    """
    pyplot.rcParams.update(LOOK)
    whole_width = sum(names) + len(names) * (ticks + width) + 2 * EDGE
    whole_height = TOP + rows * height + (rows - 1) * BETWEEN + BOTTOM
    picture = pyplot.figure(figsize=(whole_width, whole_height))
    axes = []
    for below in reversed(range(rows)):
        left, bottom = EDGE, BOTTOM + below * (height + BETWEEN)
        for behind in names:
            axes.append(picture.add_axes(((left + ticks) / whole_width, bottom / whole_height,
                                          width / whole_width, height / whole_height)))
            left += ticks + width + behind
    for text, down, look in ((title, 0.16, {"fontsize": 13.5, "fontweight": "bold"}),
                             (subtitle, 0.45, {"fontsize": 10, "color": "#444444"})):
        picture.text(EDGE / whole_width, 1 - down / whole_height, text, va="top", **look)
    return picture, axes


def spread_out(wanted, spacing, low, high):
    """Places as near as can be to the wanted ones (sorted), none closer than spacing to the next."""
    blocks = []  # [sum of (wanted - offset), members]
    for place in wanted:
        block = [place, 1]
        while blocks and (blocks[-1][0] / blocks[-1][1] + blocks[-1][1] * spacing >
                          block[0] / block[1]):
            total, members = blocks.pop()
            block = [total + block[0] - block[1] * members * spacing, members + block[1]]
        blocks.append(block)
    places = []
    for total, members in blocks:
        places += [total / members + member * spacing for member in range(members)]
    for at in range(len(places)):  # inside low and high, as far as there is room
        places[at] = max(places[at], low + at * spacing)
    for at in range(len(places)):
        places[-1 - at] = min(places[-1 - at], high - at * spacing)
    return places


def label_ends(axis, ends):
    """Names each line to the right of the axis, at its end's height. ends: [(x, y, who)].

    Names that would collide are moved apart; a thin line leads from each end to its name.
    """
    picture = axis.figure
    picture.canvas.draw()  # settles the limits of the axes
    points = 72 / picture.dpi
    found = sorted((axis.transData.transform((x, y))[1] * points, x, y, who) for x, y, who in ends)
    box = axis.get_window_extent()
    places = spread_out([at for at, *_ in found], SPACING, box.y0 * points, box.y1 * points)
    for place, (_, x, y, who) in zip(places, found):
        colour = style(*who)["color"]
        height = (place - box.y0 * points) / (box.height * points)
        axis.annotate(label(*who), xy=(x, y), xytext=(1.05, height), xycoords="data",
                      textcoords="axes fraction", color=colour, fontsize=9, va="center",
                      annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.5,
                                  "alpha": 0.6, "relpos": (0, 0.5), "shrinkA": 1, "shrinkB": 2})


def list_beside(axis, entries):
    """Names lines beside the axis, the lowest value first: keep room() + LINE. entries: [(value, who)]"""
    handles = [pyplot.Line2D([], [], label=label(*who), **style(*who))
               for _, who in sorted(entries)]
    axis.legend(handles=handles, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False,
                fontsize=9, labelcolor="linecolor", borderaxespad=0.3)


def number(value, unit=""):
    """1234567 -> '1.23 M'; three significant digits."""
    for limit, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit * 0.9995:
            return "%s %s%s" % (three(value / limit), prefix, unit)
    return three(value) + (" " + unit if unit else "")


def three(value):
    """Three significant digits, never in exponents: 1234 -> '1230', 0.0123 -> '0.0123'."""
    if value == 0:
        return "0"
    text = "%.3g" % value
    return text if "e" not in text else "%.0f" % float(text) if abs(value) >= 1 else "%.6f" % value


def two(value):
    """Two significant digits, for what is said in a sentence: 145.7 -> '150', 1.42 -> '1.4'."""
    return three(float("%.2g" % value))


def duration(ns):
    """812 -> '812 ns', 45310 -> '45.3 µs'."""
    for limit, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= limit * 0.9995:
            return "%s %s" % (three(ns / limit), unit)
    return "%s ns" % three(ns)


def size(count):
    for limit, unit in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= limit and count % limit == 0:
            return "%d %s" % (count // limit, unit)
    return "%d B" % count


def formatter(text_of):
    return FuncFormatter(lambda value, _: text_of(value))


def share(value):
    """0.001 -> '0.1 %'."""
    return "%.6g %%" % (100 * value)


def rule_of(launches):
    """What a caption says of points and bars."""
    if launches < 6:
        return "Medians of %d launches: too few for an interval" % launches if launches > 1 else \
               "One launch: no interval"
    return "Medians of %d launches; bars: 95 %% interval of the median" % launches


def caption(run, rule):
    host = run.get("host") or {}
    return "%s.\n%s, %s CPUs, Linux %s; run %s" % (
        rule, host.get("cpu_model", "unknown CPU"), host.get("cpus", "?"), host.get("kernel", "?"),
        str(run.get("run_id", "?"))[:8])


def save(picture, folder, name, text, header, table):
    """Writes plots/NAME.svg, .png and .csv; returns the SVG's path."""
    plots = os.path.join(folder, "plots")
    os.makedirs(plots, exist_ok=True)
    width, height = picture.get_size_inches()
    wrapped = "\n".join(textwrap.fill(line, int(width * 15)) for line in text.split("\n"))
    picture.text(EDGE / width, 0.1 / height, wrapped, fontsize=8, color="#666666", va="bottom",
                 linespacing=1.4)
    for ending in ("svg", "png"):
        picture.savefig(os.path.join(plots, name + "." + ending), dpi=130,
                        metadata={"Date": None} if ending == "svg" else None)
    pyplot.close(picture)
    with open(os.path.join(plots, name + ".csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(table)
    return os.path.join(plots, name + ".svg")

