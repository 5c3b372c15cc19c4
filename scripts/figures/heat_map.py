"""Heat maps: latency over the time of a run, a column for each measured window, darker where more latencies lie.

    paths = draw_needs(folder, run, rows)     # for each need that is about a latency: gilfree's best and the next to pick

Columns follow the order of the run and are equally wide: a stall, a warm-up or a machine that changed its speed shows
as a step or as specks. The maps of a need, and of the needs that are compared by eye, have one scale.
"""

import collections
import datetime
import math

from matplotlib import patches, ticker
from matplotlib.path import Path

from data import races as racing, words
from data.contenders import label, style
from data.run_folder import measured, read_windows
from answers import needs
from figures import figure
from figures.percentiles import merged, quantiles

FEWEST = 6     # windows
BINS = 12      # of a power of ten
LEVELS = (0, 0.001, 0.01, 0.05, 0.2)   # shares of a window's latencies from which a colour becomes stronger
STRENGTHS = (0.14, 0.3, 0.5, 0.75, 1)
CELLS = 0.055  # inches that a column is wide, at the least

Window = collections.namedtuple("Window", "launch repetition since shares median longest")  # shares: {bin: share}


def bin_of(ns):
    return math.floor(BINS * math.log10(max(ns, 1)))


def edge_of(place):
    return 10 ** (place / BINS)


def seconds_since(run, row):
    """Returns the seconds from the beginning of the run to that of the window, or None."""
    try:
        start, then = (datetime.datetime.fromisoformat(str(text)[:19]) for text in (run["started_utc"], row["ts_start_utc"]))
        return (then - start).total_seconds()
    except (KeyError, ValueError):
        return None


def window_of(run, row, buckets):
    shares, total = collections.Counter(), sum(count for _, count in buckets)
    for ns, count in buckets:
        if count:
            shares[bin_of(ns)] += count / total
    median = quantiles(merged([buckets]), [0.5])[0]
    return Window(int(row["launch"]), int(row["repetition"] or 1), seconds_since(run, row), dict(shares), median,
                  max(ns for ns, count in buckets if count))


def windows_of(run, rows, found):
    """Returns the Windows of a contender's rows in the order of the run; found: of read_windows()."""
    ordered = sorted(rows, key=lambda row: (int(row["order_index"] or 0), int(row["repetition"] or 0)))
    kept = [(row, found.get(row["case"], {}).get((int(row["launch"]), int(row["repetition"] or 1)))) for row in ordered]
    return [window_of(run, row, buckets) for row, buckets in kept if buckets and any(count for _, count in buckets)]


def level_of(share):
    return sum(share > each for each in LEVELS) - 1


def boxes_of(windows):
    """Returns {level: [(column, lowest bin, highest bin)]}: neighbours of one level in a column are one box."""
    boxes = collections.defaultdict(list)
    for column, window in enumerate(windows):
        before = None
        for place in sorted(window.shares):
            level = level_of(window.shares[place])
            if before == (level, place - 1):
                boxes[level][-1] = (column, boxes[level][-1][1], place)
            else:
                boxes[level].append((column, place, place))
            before = level, place
    return boxes


def box_path(column, low, high):
    left, right, bottom, top = column - 0.5, column + 0.5, edge_of(low), edge_of(high + 1)
    return Path([(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)], closed=True)


def draw_boxes(axis, windows, colour):
    """Draws the cells, one path for each level, and the legend."""
    for level, boxes in boxes_of(windows).items():
        axis.add_patch(patches.PathPatch(Path.make_compound_path(*(box_path(*box) for box in boxes)), facecolor=colour,
                                         alpha=STRENGTHS[level], linewidth=0))
    handles = [patches.Patch(facecolor=colour, alpha=strength, label="over " + words.share(low) if low else "a few")
               for low, strength in reversed(list(zip(LEVELS, STRENGTHS)))]
    handles.append(figure.pyplot.Line2D([], [], color=figure.INK, linewidth=1.3, label="median"))
    axis.legend(handles=handles, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8.5, handlelength=1,
                title="of a window", title_fontsize=8.5, alignment="left")


def clock_text(seconds):
    return "%d:%02d" % divmod(int(seconds), 60)


def set_ticks(axis, windows, inches):
    """Labels each column by when it began, or every so many-th as there is room; by its number where that is not known."""
    known = all(window.since is not None for window in windows)
    texts = [clock_text(window.since) if known else str(at) for at, window in enumerate(windows, start=1)]
    step = figure.stride(texts, inches)
    axis.set_xticks(range(0, len(texts), step), texts[::step])
    axis.set_xlabel("window, by when it began (minutes:seconds of the run)" if known else "window")
    axis.yaxis.set_major_locator(ticker.LogLocator(numticks=8))
    axis.yaxis.set_major_formatter(figure.formatter(words.duration))
    axis.minorticks_off()


def alt_of(need, name, windows):
    medians = [window.median for window in windows]
    worst = max(range(len(windows)), key=lambda at: windows[at].longest)
    return "Heat map. %s, %s: in %d windows the median lay between %s and %s; the longest, %s, came in window %d." % (
        need, name, len(windows), words.duration(min(medians)), words.duration(max(medians)),
        words.duration(windows[worst].longest), worst + 1)


def draw_map(folder, run, need, contender, windows, limits, rule):
    """rule: what the caption says of the limits."""
    name, colour, inches = label(*contender), style(*contender)["color"], max(2.9, CELLS * len(windows))
    picture, axis = figure.start("When was it slow?", "%s: %s" % (name, need), width=inches, height=2.3,
                                 right=figure.room(["over 20 %", "of a window"], 8.5) + 0.25)
    axis.set_yscale("log")
    axis.set_ylim(*limits)
    axis.set_xlim(-0.5, len(windows) - 0.5)
    axis.grid(False, axis="x")
    draw_boxes(axis, windows, colour)
    edges = [(column + side, window.median if side else math.nan) for column, window in enumerate(windows) for side in (-0.5, 0.5, 0)]
    axis.plot(*zip(*edges), color=figure.INK, linewidth=1.3)
    set_ticks(axis, windows, inches)
    axis.set_title("latency; lower is better")
    table = [[*contender, window.launch, window.repetition, "" if window.since is None else window.since, round(edge_of(place), 3),
              round(edge_of(place + 1), 3), share] for window in windows for place, share in sorted(window.shares.items())]
    return figure.save(picture, folder, figure.slug("%s_time" % need_scenario(need), need, name), figure.caption(
        run, "A column is a window (%d), in the order of the run, whatever time lies between two; the stronger the colour, the more "
        "of its latencies%s" % (len(windows), rule)),
        alt_of(need, name, windows), ["impl", "interpreter", "launch", "repetition", "since_start_s", "low_ns", "high_ns", "share"], table)


def need_scenario(text):
    return next(need.scenario for need in needs.NEEDS if need.text == text)


def shown_of(race):
    """Returns the entries that are drawn: gilfree's best, and the pick or what comes next to it."""
    pick, ours = needs.pick_of(race), racing.ours_of(race)
    other = needs.next_of(race, pick) if pick is ours else pick
    return [entry for entry in (ours, other) if entry is not None]


def draw_needs(folder, run, rows):
    """Draws the maps of each need that these rows of a scenario answer by a latency; returns their paths."""
    cpus, groups, rows = (run.get("host") or {}).get("cpus") or 1, collections.defaultdict(list), measured(rows)
    for need in needs.NEEDS:
        race = needs.race_of(need, rows, cpus) if rows and need.scenario == rows[0]["scenario"] else None
        if race is None or race.metric is not racing.P50:
            continue
        found = [(need.text, entry.contender, windows_of(run, entry.rows, read_windows(folder))) for entry in shown_of(race)]
        groups[needs.group_of(need)] += [each for each in found if len(each[2]) >= FEWEST]
    return [draw_map(folder, run, *each, limits_of(mine), figure.group_rule(mine)) for mine in groups.values() for each in mine]


def limits_of(maps):
    """Returns the ends of the axis of latencies that holds all maps of a group: [(need, contender, windows)]."""
    places = [place for *_, windows in maps for window in windows for place in window.shares]
    return edge_of(min(places)), edge_of(max(places) + 1)
