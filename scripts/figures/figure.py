"""What all figures share: the frame, the scale of a group, the caption, the files.

    picture, axis = start("Pipe or queue?", "subtitle", left=room(names), right=0.9)
    axis.plot(xs, ys, **style(impl, interpreter))
    path = save(picture, folder, "pipe_vs_queue_throughput", caption(run, "Medians ..."), alt, header, table)

A figure is one panel: the page sets them side by side where there is room. Each is written as SVG and PNG,
with the numbers it shows as CSV beside it. Its name begins with its scenario's. `alt` says in words what it
shows. Room for names and ticks is kept in inches, so that nothing is clipped.
"""

import functools
import math
import os
import re

from figures.plotting import pyplot  # first: it sets matplotlib up
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation

from data import words
from data.estimate import FEWEST
from data.files import whole, write_csv

TITLE, BOTTOM, EDGE = 0.25, 1.02, 0.12  # inches: a line of the title; axis and caption; rim
GAP = 0.08                             # inches between two numbers of an axis, at the least
CAPTION, CAPTION_LINE = 3, 0.14        # lines of a caption for which BOTTOM has room; inches of each further one
INK, PALE, GRID, PAPER = "#222222", "#666666", "#e4e4e4", "#ffffff"  # the page replaces these by its own
ON_BRIGHT, ON_DIM = "#010101", "#fdfdfd"  # ink on filled cells, which both themes leave as they are

LOOK = {
    "font.size": 9.5, "font.family": "sans-serif", "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "grid.color": GRID, "grid.linewidth": 0.6,
    "axes.axisbelow": True, "axes.titlesize": 10, "axes.titlelocation": "left",
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": PALE, "xtick.color": INK, "ytick.color": INK,
    "figure.facecolor": PAPER, "axes.facecolor": "none", "svg.fonttype": "none", "svg.hashsalt": "gilfree",
}


@functools.lru_cache(maxsize=None)
def width_of(text, size):
    """Points that a text is wide, in the font of all figures."""
    font = get_font(findfont(FontProperties(family=[LOOK["font.family"]])))
    font.set_size(size, 72)
    font.set_text(text)
    return font.get_width_height()[0] / 64


def room(texts, size=9):
    """Returns the inches that the longest of the texts needs, with the gap before it."""
    return 0.4 + max((width_of(text, size) for text in texts if text.strip()), default=0) / 72


def wrapped(text, inches, size, bold=False):
    """Returns the text in lines that are no wider."""
    lines = []
    for word in text.split():
        longer = "%s %s" % (lines[-1], word) if lines else word
        if lines and width_of(longer, size) * (1.15 if bold else 1.02) <= inches * 72:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def start(title, subtitle="", width=2.55, height=3.4, left=0.7, right=0.2):
    """Returns (picture, axis). width and height: of the axis; left and right: what is kept free beside it. Inches."""
    pyplot.rcParams.update(LOOK)
    whole_width = 2 * EDGE + left + width + right
    lines, below = wrapped(title, whole_width - 2 * EDGE, 12, bold=True), wrapped(subtitle, whole_width - 2 * EDGE, 9)
    top = 0.2 + TITLE * len(lines) + 0.2 * len(below) + 0.1
    whole_height = top + height + BOTTOM
    picture = pyplot.figure(figsize=(whole_width, whole_height))
    axis = picture.add_axes(((EDGE + left) / whole_width, BOTTOM / whole_height, width / whole_width,
                             height / whole_height))
    down = 0.12
    for text, step, look in ((lines, TITLE, {"fontsize": 12, "fontweight": "bold"}),
                             (below, 0.2, {"fontsize": 9, "color": PALE})):
        for line in text:
            picture.text(EDGE / whole_width, 1 - down / whole_height, line, va="top", **look)
            down += step
    return picture, axis


def hold(axis, points):
    """Lets the limits follow from these (x, y) alone, whatever is drawn: those of all figures of a group. Set the scales first."""
    axis.ignore_existing_data_limits = True
    axis.update_datalim(points)
    axis.autoscale_view()


def group_rule(beside):
    """Returns what a caption says of a scale that the figure has in common with others. beside: one each, its own too."""
    return "; the same scale as in the figures beside it" if len(beside) > 1 else ""


def ink_on(fill):
    """Returns the ink that can be read on a fill, (red, green, blue, ...) from 0 to 1: a contrast of 4.5 : 1 or more."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in fill[:3]]
    return ON_BRIGHT if 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.179 else ON_DIM


def formatter(text_of):
    return FuncFormatter(lambda value, _: text_of(value))


def round_below(value):
    """Returns the largest of 1, 2 and 5 times a power of ten that is not above the value."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(digit * power for digit in (1, 2, 5) if digit * power <= value * (1 + 1e-9))


def round_numbers(low, high):
    """Returns some powers of ten within; of a narrow stretch also what lies between them. [] if hardly any."""
    first = math.floor(math.log10(low))
    powers = range(first, math.ceil(math.log10(high)) + 1)
    for between in ((1,), (1, 3), (1, 2, 5)):
        found = [digit * 10.0**power for power in powers for digit in between
                 if low <= digit * 10.0**power <= high]
        if len(found) > 1:
            return found[::math.ceil(len(found) / 4)]
    return []


def with_room(candidates, low, high, inches, text_of):
    """Returns the places from low to high, an axis of so many inches, whose numbers do not touch; the first candidates go first."""
    widths, found = {}, []
    for place in candidates:
        widths[place] = width_of(text_of(place), LOOK["font.size"]) / 72
        if low <= place <= high and all(abs(place - other) / (high - low) * inches >= (widths[place] + widths[other]) / 2 + GAP
                                        for other in found):
            found.append(place)
    return sorted(found)


def stride(texts, inches):
    """Returns every how many-th text has room below columns that are equally wide, inches in all."""
    widest = max(width_of(text, LOOK["font.size"]) for text in texts) / 72 + GAP
    return max(1, math.ceil(widest * len(texts) / inches))


def beside(axis, points):
    """Returns the transform of what stands so many points to the right of its place."""
    return axis.transData + ScaledTranslation(points / 72, 0, axis.figure.dpi_scale_trans)


def label_enough(axis):
    """Puts more numbers on a logarithmic axis on which fewer than two would stand. axis: .xaxis or .yaxis of a panel."""
    low, high = sorted(axis.get_view_interval())
    if axis.get_scale() == "log" and sum(low <= place <= high for place in axis.get_majorticklocs()) < 2:
        places = round_numbers(low, high)
        axis.set_major_locator(FixedLocator(places) if places else MaxNLocator(3))


def rule_of(counts):
    """Returns what a caption says of points and bars, of the numbers of launches behind them."""
    counts = list(counts)
    enough = [count for count in counts if count >= FEWEST]
    text = "Medians of %s" % words.from_to(counts) + (" launch" if set(counts) == {1} else " launches")
    if not enough:
        return text + ": too few for an interval"
    if len(enough) == len(counts):
        return text + "; bars: 95 % interval of the median"
    return "%s; bars: 95 %% interval of the median, where there are six or more launches (%d of %d)" % (
        text, len(enough), len(counts))


def machine_text(host):
    """Returns 'AMD EPYC, 2 CPUs, Linux 6.1.0' of the host of a run; what it does not know is null or missing."""
    return "%s, %s CPUs, Linux %s" % (host.get("cpu_model") or "unknown CPU", host.get("cpus") or "?", host.get("kernel") or "?")


def caption(run, rule):
    return "%s.\n%s; run %s" % (rule, machine_text(run.get("host") or {}), str(run.get("run_id", "?"))[:8])


def slug(scenario, *texts):
    """Returns the name of a figure's files: the scenario's, then what it shows."""
    return "_".join([scenario, *filter(None, (re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") for text in texts))])


def lengthen(picture, inches):
    """Adds inches at the bottom of a picture; what is in it stays where it is below the upper edge."""
    width, height = picture.get_size_inches()
    share = height / (height + inches)
    picture.set_size_inches(width, height + inches)
    for axis in picture.axes:
        box = axis.get_position(original=True)
        axis.set_position((box.x0, 1 - (1 - box.y0) * share, box.width, box.height * share))
    for text in picture.texts:
        text.set_y(1 - (1 - text.get_position()[1]) * share)


def save(picture, folder, name, text, alt, header, table):
    """Writes plots/NAME.svg, .png and .csv; returns the SVG's path."""
    plots = os.path.join(folder, "plots")
    os.makedirs(plots, exist_ok=True)
    for axis in picture.axes:
        label_enough(axis.xaxis)
        label_enough(axis.yaxis)
    width = picture.get_size_inches()[0]
    lines = [line for part in text.split("\n") for line in wrapped(part, width - 2 * EDGE, 7.5)]
    if len(lines) > CAPTION:
        lengthen(picture, CAPTION_LINE * (len(lines) - CAPTION))
    height = picture.get_size_inches()[1]
    picture.text(EDGE / width, 0.08 / height, "\n".join(lines), fontsize=7.5, color=PALE, va="bottom", linespacing=1.35)
    try:
        for ending in ("svg", "png"):
            with whole(os.path.join(plots, name + "." + ending)) as beside:
                picture.savefig(beside, format=ending, dpi=130,
                                metadata={"Title": alt, **({"Date": None} if ending == "svg" else {})})
    finally:
        pyplot.close(picture)
    write_csv(os.path.join(plots, name + ".csv"), header, table)
    return os.path.join(plots, name + ".svg")
