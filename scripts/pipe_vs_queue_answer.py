"""Pipe or queue? The answer in words and in a table; the data choose the words.

A size is decided when the 95 % interval of Pipe : Queue, launch by launch, leaves out 1 and the lead is
one that anybody would notice.
"""

import collections

import figure
from answer import Answer, cell
from contenders import label
from estimate import ratio_of
from pipe_vs_queue_results import Results

PIPE, QUEUE = ("pipe", ""), ("queue", "")
# What is set beside what in the points: ours, the other, at 64 bytes.
RIVALS = ((QUEUE, "boost_message_queue"), (QUEUE, "cpython_queue"), (PIPE, "pipe2"))
SPOKEN_OF = (64, 65536)
NOTICED = 1.05  # a smaller lead is none

Size = collections.namedtuple("Size", "bytes ratio winner")  # winner: PIPE, QUEUE, or None


def compare(results, size):
    """What this size says, or None if it was not measured through both."""
    ratio = ratio_of(*(results.launches(who, size, "throughput", "ops_per_s")
                       for who in (PIPE, QUEUE)))
    if ratio is None:
        return None
    if ratio.low is None or ratio.low <= 1 <= ratio.high or \
            1 / NOTICED < ratio.median < NOTICED:
        return Size(size, ratio, None)
    return Size(size, ratio, PIPE if ratio.low > 1 else QUEUE)


def listed(texts):
    """'a', 'a and b', 'a, b and c'."""
    texts = list(texts)
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + " and " + texts[-1]


def times(ratio):
    """'1.4 times (0.95 to 1.9)'."""
    text = figure.two(ratio.median) + " times"
    return text if ratio.low is None else "%s (%s to %s)" % (text, figure.two(ratio.low),
                                                             figure.two(ratio.high))


def won(sizes, who):
    """'the Pipe for messages of 8 B and 64 B (1.4 to 2 times as fast)'"""
    mine = [size for size in sizes if size.winner == who]
    leads = [size.ratio.median if who == PIPE else 1 / size.ratio.median for size in mine]
    lead = " to ".join(dict.fromkeys(figure.two(end) for end in (min(leads), max(leads))))
    every = "at every size" if len(mine) == len(sizes) else \
        "for messages of " + listed(figure.size(size.bytes) for size in mine)
    return "the %s %s (%s times as fast)" % (who[0].capitalize(), every, lead)


def headline(sizes):
    if not sizes:
        return "Pipe or queue? This run did not measure both: nothing to compare."
    if all(size.ratio.low is None for size in sizes):
        return "Pipe or queue? Not decided."
    winners = [who for who in (PIPE, QUEUE) if any(size.winner == who for size in sizes)]
    if not winners:
        return "Pipe or queue? For speed, either: at no message size can this run tell them " \
               "apart."
    undecided = any(size.winner is None for size in sizes)
    text = "Pipe or queue? For speed, " + "; ".join(won(sizes, who) for who in winners)
    return text + ("; otherwise either" if undecided else "") + "."


def speed_points(results, sizes):
    for size in sizes:
        if size.bytes in SPOKEN_OF:
            text_of = figure.number if size.bytes < 4096 else \
                lambda rate, by=size.bytes: figure.number(rate * by, "B")
            rates = [text_of(results.rate(who, size.bytes).median) for who in (PIPE, QUEUE)]
            yield "Messages of %s: %s/s through the Pipe, %s/s through the Queue; Pipe : Queue = " \
                  "%s." % (figure.size(size.bytes), *rates, times(size.ratio).replace(" times", ""))


def trip_point(results):
    trips = ["%s through %s" % (figure.duration(trip.median), label(*who))
             for who in (PIPE, QUEUE, ("pipe2", "")) if (trip := results.round_trip(who))]
    if trips:
        yield "A question and its answer of 64 B take %s (p50)." % listed(trips)


def rival_points(results):
    for ours, theirs in RIVALS:
        for who in results.contenders():
            if who[0] == theirs:
                ratio = ratio_of(*(results.launches(each, 64, "throughput", "ops_per_s")
                                   for each in (ours, who)))
                if ratio:
                    yield "%s moves %s as many messages of 64 B as %s." % (
                        label(*ours), times(ratio), label(*who))


def rate_cell(results, who, size):
    """Millions of messages, or gigabytes, a second; 'under' what one message a window would be."""
    rate, per = results.rate(who, size), 1e6 if size < 4096 else 1e9 / size
    window = results.window(who, size)
    if rate and rate.median == 0 and window:
        return "< " + figure.two(1 / window / per)
    return cell(rate, lambda value: ("%#.3g" % (value / per)).rstrip("."))


def table(results):
    sizes = results.sizes("throughput")
    header = (["contender"] +
              ["%s, %s" % (figure.size(size), "million/s" if size < 4096 else "GB/s")
               for size in sizes] + ["round trip p50", "p99", "p50 on one core"])
    rows = [[label(*who)] + [rate_cell(results, who, size) for size in sizes] +
            [cell(results.round_trip(who), figure.duration),
             cell(results.round_trip(who, column="lat_p99_ns"), figure.duration),
             cell(results.round_trip(who, "same core"), figure.duration)]
            for who in results.contenders()]
    return header, rows


def answer(_run, rows):
    results = Results(rows)
    sizes = [found for size in results.sizes("throughput") if (found := compare(results, size))]
    points = [*speed_points(results, sizes), *trip_point(results), *rival_points(results)]
    return Answer(headline(sizes), points, *table(results))
