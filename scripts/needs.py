"""The decision table: for each need, what is the fastest here, what ours reaches, and how sure that is.

    header, lines = decisions(rows)

A need is a scenario at a setting. Of several settings that fit, the one with the most contenders counts, then
the one with the most parties. A need that this run did not measure is listed as such.
"""

import collections

import axes
import races as racing
import words
from contenders import family, is_baseline, is_ours
from estimate import steadiness
from run_folder import measured
from tables import Cell

Need = collections.namedtuple("Need", "text scenario axes")

SMALL, LARGE = {"msg_bytes": "64", "placement": "core"}, {"msg_bytes": "1048576", "placement": "core"}
NEEDS = (
    Need("Send small messages to another process (64 B)", "pipe_vs_queue", {"mode": "throughput", **SMALL}),
    Need("Send large messages to another process (1 MiB)", "pipe_vs_queue", {"mode": "throughput", **LARGE}),
    Need("Ask another process and wait for the answer (64 B)", "pipe_vs_queue", {"mode": "ping_pong", **SMALL}),
    Need("Ask another process and wait for the answer (1 MiB)", "pipe_vs_queue", {"mode": "ping_pong", **LARGE}),
    Need("A queue between producers and consumers, threads", "producer_consumer", {"scope": "thread"}),
    Need("A queue between producers and consumers, processes", "producer_consumer", {"scope": "process"}),
    Need("A lock that several threads want", "lock_contention", {"scope": "thread"}),
    Need("A lock that several processes want", "lock_contention", {"scope": "process"}),
    Need("A limit on how many threads work at once", "semaphore_pool", {"scope": "thread"}),
    Need("A limit on how many processes work at once", "semaphore_pool", {"scope": "process"}),
    Need("A pool of threads, small tasks one by one", "pool_tasks", {"scope": "thread", "mode": "one_by_one"}),
    Need("A pool of processes, small tasks one by one", "pool_tasks", {"scope": "process", "mode": "one_by_one"}),
    Need("A pool of processes, small tasks in chunks", "pool_tasks", {"scope": "process", "mode": "chunks"}),
    Need("Wake a thread that runs and waits (Event)", "wakeup",
         {"scope": "thread", "mode": "event_set", "waiter": "hot", "placement": "core"}),
    Need("Wake a thread that sleeps (Event)", "wakeup",
         {"scope": "thread", "mode": "event_set", "waiter": "asleep", "placement": "core"}),
    Need("Start a process and wait for its end", "lifecycle", {"scope": "process"}),
    Need("Start a thread and wait for its end", "lifecycle", {"scope": "thread"}),
)
TOLD = ("parties", "permits", "parent_bytes")  # axes that are told with a need
# What people use by habit: families, and what they are called together.
HABITS = ((("std",), "std"), (("pthread", "posix"), "POSIX"), (("pipe", "socket"), "pipe or socket"),
          (("boost",), "Boost"), (("cpython",), "CPython"))
HEADER = ["need", "fastest here", "best of gilfree", "times as fast", "as the best other",
          "and as the usual", "how sure"]
# What a reader asks and no row of samples.csv answers.
UNMEASURED = (
    ("Survive kill -9 in the middle of an operation", "not measured by bench-all; the crash tests of ./scripts/test do: "
     "primitives/docs/crash.md and survivors.md"),
    ("The same on a busy machine", "not measured: the cases run on cores that are theirs"),
)


def race_of(need, rows):
    """Returns the race that answers a need, or None."""
    mine = [row for row in measured(rows) if row["scenario"] == need.scenario and
            all(row[column] == value for column, value in need.axes.items())]
    found = racing.races_of(mine)
    return max(found, key=lambda race: (len(race.entries), axes.sortable(race.setting)), default=None)


def usual(race, ours):
    """Returns 'std 1.7, CPython 810 times': ours against the best of each family that people use by habit."""
    parts = []
    for families, shown in HABITS:
        other = racing.best_of(race, lambda entry, families=families: family(entry.contender[0]) in families)
        ratio = racing.speed_ratio(race, ours, other) if other else None
        if ratio:
            parts.append("%s %s" % (shown, words.factor(ratio.value)))
    return ", ".join(parts) + "" if parts else "no usual one was measured"


def named(race, entry):
    return "%s, %s" % (racing.name_of(entry), racing.shown(race, entry))


def sure(race, ours, other):
    text = racing.sureness(race, ours, other)
    noisy = [entry for entry in (ours, other) if steadiness(entry.launches.values())[1] == "noisy"]
    return text + ("; noisy" if noisy else "")


def decision(need, race):
    """Returns a row of the decision table."""
    if race is None:
        return [Cell(need.text), Cell("not measured in this run")] + [Cell("-")] * (len(HEADER) - 2)
    first, ours = race.entries[0], racing.ours_of(race)
    other = racing.best_of(race, lambda entry: not is_ours(entry.contender[0]) and not is_baseline(entry.contender[0]))
    setting = axes.words_of(race.setting, [axes.BY_COLUMN[column] for column in TOLD])
    cells = [Cell(need.text + (": " + setting if setting else "")), Cell(named(race, first))]
    if ours is None:
        return cells + [Cell("not measured in this run")] + [Cell("-")] * (len(HEADER) - 3)
    cells.append(Cell("the fastest" if ours is first else named(race, ours)))
    if other is None:
        return cells + [Cell("-"), Cell("no other was measured"), Cell("-"), Cell("-")]
    ratio = racing.speed_ratio(race, ours, other)
    return cells + [Cell(racing.times(ratio).replace(" times", ""), ratio.value) if ratio else Cell("-"),
                    Cell(racing.name_of(other) if ratio else racing.name_of(other) + ", which moved nothing"),
                    Cell(usual(race, ours)), Cell(sure(race, ours, other))]


def decisions(rows):
    """Returns (header, rows) of the decision table."""
    lines = [decision(need, race_of(need, rows)) for need in NEEDS]
    return HEADER, lines + [[Cell(text), Cell(why)] + [Cell("-")] * (len(HEADER) - 2) for text, why in UNMEASURED]


def losses(races):
    """Returns [(setting, race, entry ahead)] of the races in which another is ahead of each of ours.

    If a baseline is first, the first of those that are none has a row as well.
    """
    found = []
    for setting, race in races:
        ahead = racing.ahead_of_ours(race)
        real = [entry for entry in ahead if not is_baseline(entry.contender[0])]
        chosen = ahead[:1] if not real or real[0] is ahead[0] else [ahead[0], real[0]]
        found += [(setting, race, entry) for entry in chosen]
    return found


LOSS_HEADER = ["where", "faster", "best of gilfree", "times as fast as gilfree", "how sure"]


def loss_rows(answers):
    """Returns the rows of 'Where gilfree is slower', scenario by scenario. answers: {scenario: Answer}."""
    lines = []
    for scenario, found in answers.items():
        for setting, race, ahead in losses(found.races):
            ours, ratio = racing.ours_of(race), racing.speed_ratio(race, ahead, racing.ours_of(race))
            where = axes.plain(scenario) + (": " + setting if setting else "")
            lines.append([Cell(where), Cell(named(race, ahead)), Cell(named(race, ours)),
                          Cell(racing.times(ratio).replace(" times", ""), ratio.value) if ratio else
                          Cell("gilfree moved nothing"), Cell(sure(race, ahead, ours))])
    return lines


def compared(answers):
    """Returns how many races one of ours ran in against others, in how many of them another was ahead, and in how
    many of these one that is no baseline. Races by the 99th percentile do not count.
    """
    mine = [race for found in answers.values() for _, race in found.races
            if racing.ours_of(race) and racing.rival_of(race) and race.metric is not racing.P99]
    real = [race for race in mine if any(not is_baseline(entry.contender[0]) for entry in racing.ahead_of_ours(race))]
    return len(mine), len(racing.lost(mine)), len(real)
