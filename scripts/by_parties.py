"""A panel against the number of parties: one line per contender, from zero, names at the ends.

    lines = lines_of(rows, "ops_per_s")            # {who: {parties: Estimate}}
    draw_panel(axis, lines, figure.number, cpus)   # cpus: how many there are
"""

import collections

import figure
from contenders import is_ours, label, order, style
from estimate import estimate_of
from run_folder import measured


def who_of(row):
    return row["impl"], row["interpreter"]


def grouped(rows, key_of):
    """{who: {key: rows}} of what was measured, in the order of the contenders."""
    groups = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in measured(rows):
        groups[who_of(row)][key_of(row)].append(row)
    return {who: groups[who] for who in sorted(groups, key=lambda each: order(*each))}


def lines_of(rows, column):
    lines = {}
    for who, by_parties in grouped(rows, lambda row: int(row["parties"])).items():
        points = {parties: value for parties, group in sorted(by_parties.items())
                  if (value := estimate_of(group, column)) is not None}
        if points:
            lines[who] = points
    return lines


def room(lines):
    return figure.room([label(*who) for who in lines])


def counts_of(lines):
    return sorted({parties for points in lines.values() for parties in points})


def draw_panel(axis, lines, text_of, cpus=None, counts=None, top=None, parties_are="parties"):
    """The axis begins at zero; `top`: where it ends, and `counts`: of parties, if those are given."""
    counts = counts or counts_of(lines)
    axis.set_xscale("log", base=2)
    axis.set_xlabel(parties_are if not cpus else "%s on %d cores" % (parties_are, cpus))
    ends = []
    for who, points in lines.items():
        look, ours = style(*who), is_ours(who[0])
        parties = sorted(points)
        axis.plot(parties, [points[each].median for each in parties], marker="o",
                  markersize=4.5 if ours else 2.5, **look)
        for each in parties:
            if points[each].low is not None:
                axis.vlines(each, points[each].low, points[each].high, color=look["color"],
                            zorder=look["zorder"], linewidth=2 if ours else 1, alpha=0.5)
        ends.append((parties[-1], points[parties[-1]].median, who))
    axis.set_xticks(counts, ["%d" % each for each in counts])
    axis.minorticks_off()
    axis.set_xlim(counts[0] / 1.1, counts[-1] * 1.1)
    axis.set_ylim(0, top)
    axis.yaxis.set_major_formatter(figure.formatter(text_of))
    if cpus and counts[0] < cpus < counts[-1]:
        axis.axvline(cpus, color="#bbbbbb", linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)
    figure.label_ends(axis, ends)


def table_of(lines):
    """Rows of a figure's CSV: who, parties, median, low, high, launches."""
    return [[*who, parties, *value] for who, points in lines.items()
            for parties, value in points.items()]
