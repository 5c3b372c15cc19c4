"""Pipe or queue? The answer in words and in tables; the data choose the words.

A size is decided when the 95 % interval of Pipe : Queue, launch by launch, leaves out 1 and the lead is
one that anybody would notice. Contenders that are faster than both are named with it (sections.py).
"""

import collections

from data import axes, races as racing, words
from data.estimate import ratio_of, told_apart
from data.run_folder import measured, without_load
from answers.answer import Answer, clock_point
from answers.tables import pivot, tables_of
from scenarios import sections

PIPE, QUEUE = ("pipe", ""), ("queue", "")
CORE = "core"

SPOKEN_OF = (64, 65536)  # sizes of which both rates are given; the table has all

# winner: PIPE, QUEUE, or None; others: entries ahead of both; overtaking: the Ratio of their first to the best of ours;
# unsure: an entry that is ahead of all, in too few launches to be compared
Size = collections.namedtuple("Size", "bytes ratio winner others overtaking unsure", defaults=(None, None))


def races_of(rows, mode, placement=CORE):
    """Returns the races of a mode beside no other load, by size."""
    return racing.races_of([row for row in without_load(rows) if row["mode"] == mode and row["placement"] == placement])


def compare(race):
    """Returns what this size says, or None if it was not measured through both."""
    found = {entry.contender: entry for entry in race.entries}
    if PIPE not in found or QUEUE not in found:
        return None
    ratio = ratio_of(found[PIPE].launches, found[QUEUE].launches)
    if ratio is None:
        return None
    compared = racing.firm(race)
    others = racing.ahead_of_ours(compared)
    unsure = next((entry for entry in racing.leading_unsurely(race) if entry.contender not in (PIPE, QUEUE)), None)
    winner = {1: PIPE, -1: QUEUE}.get(told_apart(ratio))
    overtaking = racing.speed_ratio(race, others[0], racing.ours_of(race)) if others else None
    return Size(int(race.entries[0].rows[0]["msg_bytes"]), ratio, winner, others, overtaking, unsure)


def lead_of(size):
    """Returns the Ratio of the winner to the other."""
    ratio = size.ratio
    return ratio if size.winner == PIPE else ratio._replace(value=1 / ratio.value, low=1 / ratio.high, high=1 / ratio.low)


def won(sizes, contender):
    """Returns 'the Pipe for messages of 8 B and 64 B (1.4 to 2.0 times as fast)'; of one size with its interval."""
    mine = [size for size in sizes if size.winner == contender]
    leads = [lead_of(size) for size in mine]
    ends = [words.factor(end(lead.value for lead in leads)) for end in (min, max)]
    lead = racing.times(leads[0]) if len(leads) == 1 else " to ".join(dict.fromkeys(ends)) + " times"
    every = "at every size" if len(mine) == len(sizes) else \
        "for messages of " + words.listed(words.size(size.bytes) for size in mine)
    return "the %s %s, %s as fast" % (contender[0].capitalize(), every, lead)


def unsure(sizes):
    """Returns what is said of the sizes without a winner."""
    few = [size for size in sizes if size.winner is None and size.ratio.low is None]
    close = [size for size in sizes if size.winner is None and size.ratio.low is not None]
    parts = []
    if close:
        parts.append("for %s this run cannot tell them apart" % words.listed(words.size(each.bytes) for each in close))
    if few:
        parts.append("for %s there are too few launches to decide" % words.listed(words.size(each.bytes) for each in few))
    return parts


def headline(sizes):
    if not sizes:
        return "Pipe or queue? This run did not measure both: nothing to compare."
    winners = [contender for contender in (PIPE, QUEUE) if any(size.winner == contender for size in sizes)]
    if not winners and all(size.ratio.low is None for size in sizes):
        return "Pipe or queue? Not decided: too few launches." + overtaken(sizes)
    if not winners:
        return "Pipe or queue? At no message size can this run tell them apart." + overtaken(sizes)
    text = "; ".join(["For speed, " + "; ".join(won(sizes, contender) for contender in winners)] + unsure(sizes))
    return "Pipe or queue? %s.%s" % (text, overtaken(sizes))


def overtaken(sizes):
    """Returns sentences about contenders that are faster than both; '' if there are none."""
    found = [(size.others[0], size, size.overtaking) for size in sizes if size.others]
    text = " Faster than both: %s." % "; ".join(
        "%s for messages of %s%s" % (racing.name_of(entry), words.size(size.bytes), racing.unless_sure(lead))
        for entry, size, lead in found) if found else ""
    unsure = collections.defaultdict(list)
    for size in sizes:
        if size.unsure:
            unsure[racing.name_of(size.unsure)].append(words.size(size.bytes))
    return text + (" Preliminary, ahead of both in too few launches: %s." % "; ".join(
        "%s for messages of %s" % (name, words.listed(mine)) for name, mine in unsure.items()) if unsure else "")


def speed_points(races):
    """Yields Both, at each size, and what they are worth of each other."""
    for race in races:
        found = {entry.contender: entry for entry in race.entries}
        size = compare(race)
        if size is not None and size.bytes in SPOKEN_OF:
            text_of = (lambda entry: words.number(entry.estimate.median) + "/s") if size.bytes < 4096 else \
                (lambda entry, by=size.bytes: words.number(entry.estimate.median * by, "B/s"))
            yield "Messages of %s: %s through the Pipe, %s through the Queue; the Pipe is %s as fast." % (
                words.size(size.bytes), text_of(found[PIPE]), text_of(found[QUEUE]), racing.times(size.ratio))


def reported(rows):
    """Returns [(setting in words, Race)]: one way and round trips, each on its own core, then on one."""
    found = racing.races_of(rows)
    moving = axes.varying([entry.rows[0] for race in found for entry in race.entries])
    return sorted(((axes.words_of(race.setting, moving), race) for race in found),
                  key=lambda each: each[1].entries[0].rows[0]["mode"] != "throughput")


def tables(rows):
    """Returns tables of the contenders by size, one way and round trips; then every case."""
    found = []
    for mode, caption in (("throughput", "Messages per second, one way, by message size."),
                          ("ping_pong", "Round trips, p50, by message size.")):
        races = races_of(rows, mode)
        if races:
            found.append(pivot(races, [row for row in without_load(rows) if row["mode"] == mode and row["placement"] == CORE],
                               "msg_bytes", caption))
    return found + [table._replace(caption=("Every case. " + table.caption).strip())
                    for table in tables_of(rows, {"ops_per_s": "messages/s", "lat_p50_ns": "round trip, p50"})]


def answer(_run, rows):
    races = races_of(measured(rows), "throughput")
    sizes = [size for race in races if (size := compare(race))]
    found = reported(rows)
    texts = [text for text in sections.sentences(found)] if found else []
    first = headline(sizes)
    if not sizes and texts:  # of whatever it measured
        first = "Pipe or queue? This run did not measure both. " + texts[0]
    return Answer(first, [*speed_points(races), *texts, *clock_point(rows)], tables(rows), found + sections.tails(rows, found))
