"""A panel against message size: one line per contender, bars for the intervals, names at the ends."""

import figure
from contenders import is_ours, label, style

# What changes at which size, marked where it lies inside the sizes measured.
MARKS = ((4096, "page, PIPE_BUF"), (65536, "pipe(2)'s buffer"))


def room(lines):
    return figure.room(label(*who) for who in lines)


def draw_line(axis, who, points, scale):
    """Draws the points that are not zero; returns the last, or None."""
    sizes = [size for size in sorted(points) if points[size].median > 0]
    if not sizes:
        return None
    values = [points[size].median * scale(size) for size in sizes]
    look, ours = style(*who), is_ours(who[0])
    axis.plot(sizes, values, marker="o", markersize=4.5 if ours else 2.5, **look)
    for size in sizes:
        if points[size].low is not None:
            axis.vlines(size, points[size].low * scale(size), points[size].high * scale(size),
                        color=look["color"], zorder=look["zorder"], linewidth=2 if ours else 1,
                        alpha=0.5)
    return sizes[-1], values[-1], who


def mark_sizes(axis, sizes):
    for size, text in MARKS:
        if sizes[0] < size < sizes[-1]:
            axis.axvline(size, color="#bbbbbb", linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)
            axis.annotate(text, (size, 0), xycoords=("data", "axes fraction"), xytext=(-3, 4),
                          textcoords="offset points", rotation=90, fontsize=7.5, color="#888888",
                          ha="right", va="bottom")


def draw_panel(axis, lines, text_of, scale=lambda size: 1):
    """lines: {who: {bytes: Estimate}}; text_of: a value's words on the axis."""
    sizes = sorted({size for points in lines.values() for size in points})
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_xlabel("message size")
    ends = [end for who, points in lines.items() if (end := draw_line(axis, who, points, scale))]
    axis.set_xticks(sizes)
    axis.xaxis.set_major_formatter(figure.formatter(lambda value: figure.size(int(value))))
    axis.yaxis.set_major_formatter(figure.formatter(text_of))
    axis.minorticks_off()
    axis.margins(x=0.03)
    mark_sizes(axis, sizes)
    figure.label_ends(axis, ends)


def table_of(lines):
    """Rows of a figure's CSV: who, bytes, median, low, high, launches."""
    return [[*who, size, *value] for who, points in lines.items()
            for size, value in points.items()]
