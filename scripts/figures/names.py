"""The names of lines: beside their ends, or in a list where the ends lie too close together.

    picture, axis = figure.start(..., right=room_for(contenders))
    name_lines(axis, [(x, y, contender), ...])          # where each line ends
    list_beside(axis, [(value, contender), ...])        # the lowest first

A name stands within REACH of the end of its line, with a short thin line between them. If any cannot, all are listed
in the order of their values: longer lines would lead through each other and through the curves.
"""

from figures import figure
from data.contenders import label, marker, style

SIZE = 9         # points of a name
SPACING = 11.5   # points from one name to the next
REACH = 12       # points from the end of a line to its name, up or down, and to the end of the longest line
SAMPLE = 0.25    # inches of a line before its name in a list


def room_for(contenders):
    """Returns the inches that the names need beside an axis, listed or not."""
    return SAMPLE + figure.room([label(*each) for each in contenders], SIZE)


def spread_out(wanted, spacing, low, high):
    """Returns places as near as can be to the wanted ones (sorted), none closer than spacing to the next."""
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


def places_of(axis, ends):
    """Returns [(height of the name as a share of the axis, x, y, contender)], or None if a name would be out of reach."""
    axis.figure.canvas.draw()  # settles the limits of the axes
    points = 72 / axis.figure.dpi
    box = axis.get_window_extent()
    found = sorted((*(axis.transData.transform((x, y)) * points)[::-1], x, y, contender) for x, y, contender in ends)
    heights = spread_out([height for height, *_ in found], SPACING, box.y0 * points, box.y1 * points)
    last = max((right for _, right, *_ in found), default=0)
    if any(abs(place - height) > REACH or last - right > REACH for place, (height, right, *_) in zip(heights, found)):
        return None
    return [((place - box.y0 * points) / (box.height * points), *end) for place, (_, _, *end) in zip(heights, found)]


def name_lines(axis, ends, marked=True, medians=None):
    """Names the lines beside their ends, or in a list with the highest value first. ends: [(x, y, contender)].

    Lines that end earlier than others stand last in the list. marked: whether the lines have markers; medians: [(p50, contender)],
    which order the list instead.
    """
    places = places_of(axis, ends)
    if places is None:
        early = ";\nthose that end\nearlier last" if len({x for x, *_ in ends}) > 1 else ""
        list_beside(axis, medians or [((x, y), contender) for x, y, contender in ends],
                    "by p50,\nhighest first" if medians else "by last value,\nhighest first" + early, marked, True)
        return
    for height, x, y, contender in places:
        colour = style(*contender)["color"]
        axis.annotate(label(*contender), xy=(x, y), xytext=(1.05, height), xycoords="data", textcoords="axes fraction", color=colour,
                      fontsize=SIZE, va="center", annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.5,
                                  "alpha": 0.6, "relpos": (0, 0.5), "shrinkA": 1, "shrinkB": 2})


def list_beside(axis, entries, heading="by p50,\nlowest first", marked=False, highest_first=False):
    """Names lines beside the axis in the order of their values, under a heading that says which. entries: [(value, contender)]"""
    handles = [figure.pyplot.Line2D([], [], label=label(*contender), **style(*contender),
                                    **({"marker": marker(contender[0]), "markersize": 3.5} if marked else {}))
               for _, contender in sorted(entries, reverse=highest_first)]
    axis.legend(handles=handles, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=SIZE, labelcolor="linecolor",
                borderaxespad=0.3, labelspacing=0.2, title=heading, title_fontsize=8, alignment="left")
