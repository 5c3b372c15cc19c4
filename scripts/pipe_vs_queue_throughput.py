"""Throughput against message size: messages and bytes per second, one line per contender."""

import figure
from contenders import is_ours, style
from pipe_vs_queue_results import Results

# What changes at which size, marked where it lies inside the sizes measured.
MARKS = ((4096, "page, PIPE_BUF"), (65536, "pipe(2)'s buffer"))


def draw_line(axis, who, points, scale):
    """Draws the points that are not zero; returns the last, or None."""
    sizes = [size for size in sorted(points) if points[size].median > 0]
    if not sizes:
        return None
    values = [points[size].median * scale(size) for size in sizes]
    axis.plot(sizes, values, marker="o", markersize=4.5 if is_ours(who[0]) else 2.5, **style(*who))
    for size in sizes:
        if points[size].low is not None:
            axis.vlines(size, points[size].low * scale(size), points[size].high * scale(size),
                        color=style(*who)["color"], linewidth=1, alpha=0.7)
    return sizes[-1], values[-1], who


def mark_sizes(axis, sizes):
    for size, text in MARKS:
        if sizes[0] < size < sizes[-1]:
            axis.axvline(size, color="#bbbbbb", linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)
            axis.annotate(text, (size, 0), xycoords=("data", "axes fraction"), xytext=(-3, 4),
                          textcoords="offset points", rotation=90, fontsize=7.5, color="#888888",
                          ha="right", va="bottom")


def draw_panel(axis, lines, sizes, scale, unit):
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_title(unit)
    axis.set_xlabel("message size")
    ends = [end for who, points in lines.items() if (end := draw_line(axis, who, points, scale))]
    axis.set_xticks(sizes)
    axis.xaxis.set_major_formatter(figure.formatter(lambda value: figure.size(int(value))))
    axis.yaxis.set_major_formatter(figure.formatter(figure.number))
    axis.minorticks_off()
    axis.margins(x=0.03)
    mark_sizes(axis, sizes)
    figure.label_ends(axis, ends)


def draw(folder, run, rows):
    results = Results(rows)
    sizes = results.sizes("throughput")
    lines = {who: {size: rate for size in sizes if (rate := results.rate(who, size))}
             for who in results.contenders()}
    lines = {who: points for who, points in lines.items()
             if any(point.median > 0 for point in points.values())}
    if not lines:
        return []
    picture, (messages, volume) = figure.start(
        "Pipe or queue?", "How fast messages move from one process to another, each on its own core",
        panels=2)
    draw_panel(messages, lines, sizes, lambda _: 1, "messages per second")
    draw_panel(volume, lines, sizes, lambda size: size, "bytes per second")
    table = [[*who, size, *value] for who, points in lines.items()
             for size, value in points.items()]
    return [figure.save(
        picture, folder, "pipe_vs_queue_throughput",
        figure.caption(run, figure.rule_of(max(row[-1] for row in table))),
        ["impl", "interpreter", "msg_bytes", "ops_per_s", "low", "high", "launches"], table)]
