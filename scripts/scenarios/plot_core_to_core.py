"""core_to_core: how long a cache line takes between each pair of cores, one way, as a matrix."""

import collections

from data import words
from data.estimate import estimate_of
from data.run_folder import measured, without_load
from answers.answer import Answer, nothing
from answers.tables import tables_of
from figures import figure
from scenarios.sections import Section

COLUMNS = ("cpus", "lat_p50_ns")  # that every row has
SECTION = Section(
    title="How long does a cache line take from one core to another?", headings={"lat_p50_ns": "one way, p50"},
    about="A thread on each of two cores writes to one cache line in turn, both spinning; half of a round trip is one "
          "way. The limit of all that is measured between two cores.")
NUMBERED = 16  # cores up to which each cell has its number


def pairs_of(rows):
    """Returns {(CPU, CPU): Estimate} of the pairs that were measured."""
    groups = collections.defaultdict(list)
    for row in without_load(measured(rows)):
        groups[tuple(int(cpu) for cpu in row["cpus"].split(";"))].append(row)
    found = {pair: estimate_of(group, "lat_p50_ns") for pair, group in sorted(groups.items()) if len(pair) == 2}
    return {pair: each for pair, each in found.items() if each is not None}


def time_of(each):
    """Returns '57 ns (56 ns to 58 ns)'."""
    return words.duration(each.median) + ("" if each.low is None else " (%s to %s)" % (
        words.duration(each.low), words.duration(each.high)))


def headline(found):
    near, far = (choose(found, key=lambda pair: found[pair].median) for choose in (min, max))
    text = "A cache line takes %s one way between CPUs %d and %d" % (time_of(found[near]), *near)
    return text + "." if len(found) == 1 else text + ", the nearest of %s, and %s between %d and %d, the farthest." % (
        words.counted(len(found), "pair"), time_of(found[far]), *far)


def answer(_run, rows):
    found = pairs_of(rows)
    if not found:
        return nothing("No pair of cores was measured: nothing of this is known.")._replace(tables=tables_of(rows))
    return Answer(headline(found), [], tables_of(rows, SECTION.headings), [])


def draw(folder, run, rows):
    found = pairs_of(rows)
    if not found:
        return []
    cpus = sorted({cpu for pair in found for cpu in pair})
    place = {cpu: at for at, cpu in enumerate(cpus)}
    cells = [[float("nan")] * len(cpus) for _ in cpus]
    for (one, other), each in found.items():
        cells[place[one]][place[other]] = cells[place[other]][place[one]] = each.median
    side = min(6.0, max(2.2, 0.42 * len(cpus)))
    picture, axis = figure.start(SECTION.title, "one way, median", width=side, height=side)
    image = axis.imshow(cells, cmap="cividis", aspect="auto")
    axis.grid(False)
    shown = range(0, len(cpus), 1 + len(cpus) // 33)
    axis.set_xticks(list(shown), [str(cpus[at]) for at in shown])
    axis.set_yticks(list(shown), [str(cpus[at]) for at in shown])
    axis.set_xlabel("CPU")
    axis.set_ylabel("CPU")
    if len(cpus) <= NUMBERED:
        for (one, other), each in found.items():
            for y, x in ((place[one], place[other]), (place[other], place[one])):
                axis.text(x, y, words.three(each.median), ha="center", va="center", fontsize=8,
                          color=figure.ink_on(image.to_rgba(each.median)))
    else:
        picture.colorbar(image, ax=axis, label="ns")
    table = [[one, other, each.median, each.low, each.high, each.n] for (one, other), each in found.items()]
    return [figure.save(picture, folder, "core_to_core_matrix",
                        figure.caption(run, figure.rule_of(each.n for each in found.values()).split(";")[0] + ", in ns"),
                        "%s A matrix of %d CPUs. %s" % (SECTION.title, len(cpus), headline(found)),
                        ["cpu", "other_cpu", "lat_p50_ns", "low", "high", "launches"], table)]
