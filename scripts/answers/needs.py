"""The decision table: for each need what to pick here, by how much, how sure, on a busy machine and after kill -9.

    table = decisions(run, rows)        # a Table; its notes say which needs were not measured
    rows = loss_rows(answers)           # where gilfree is slower

A need is a scenario at a setting. The fastest of all is named first, ours or not; where it is a baseline or
only spins or yields while it waits, the pick is the fastest of the others.
"""

import collections
import math
import shlex

from data import axes, races as racing, words
from data.commands import program_of
from data.contenders import family, is_baseline, is_ours
from data.estimate import steadiness, told_apart, too_close
from data.run_folder import measured
from answers import survival
from answers.tables import Cell, Notes, Table, missing

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
    Need("A pool of threads, small tasks in chunks", "pool_tasks", {"scope": "thread", "mode": "chunks"}),
    Need("A pool of processes, small tasks one by one", "pool_tasks", {"scope": "process", "mode": "one_by_one"}),
    Need("A pool of processes, small tasks in chunks", "pool_tasks", {"scope": "process", "mode": "chunks"}),
    Need("A pool of processes for 50 tasks, start to end", "pool_tasks", {"scope": "process", "mode": "fifty"}),
    Need("Threads that wait for each other (Barrier)", "wakeup",
         {"scope": "thread", "mode": "barrier_round", "waiter": "hot", "placement": "core"}),
    Need("Wake a thread that runs and waits (Event)", "wakeup",
         {"scope": "thread", "mode": "event_set", "waiter": "hot", "placement": "core"}),
    Need("Wake a thread that sleeps (Event)", "wakeup",
         {"scope": "thread", "mode": "event_set", "waiter": "asleep", "placement": "core"}),
    Need("Start a process and wait for its end", "lifecycle", {"scope": "process"}),
    Need("Start a thread and wait for its end", "lifecycle", {"scope": "thread"}),
)
REPORTED = ("parties", "permits", "parent_bytes")  # axes that are named with a need
# What people use by habit: families, and what they are called together.
HABITS = ((("std",), "std"), (("pthread", "posix"), "POSIX"), (("pipe", "socket"), "pipe or socket"),
          (("boost",), "Boost"), (("cpython",), "CPython"))
HEADER = ["need", "pick", "times as fast as the next library", "times as fast as the usual", "gilfree", "on a busy machine",
          "after kill -9", "how sure"]
BUSY = HEADER.index("on a busy machine")


def group_of(need):
    """Returns what needs have in common whose figures are compared by eye: all but axes.SIDES."""
    return need.scenario, tuple(sorted(each for each in need.axes.items() if each[0] not in axes.SIDES))


def busy_rows(need, rows, cpus):
    """Yields (how the CPUs were shared, rows) of the need's cases with less than a CPU for each party."""
    rest = {column: value for column, value in need.axes.items() if column != "placement"}
    mine = [row for row in rows if row["scenario"] == need.scenario and all(row[column] == value for column, value in rest.items())]
    for load in ("full", "half"):
        yield axes.LOADS[load], [row for row in mine if row["load"] == load and
                                 row["placement"] == need.axes.get("placement", row["placement"])]
    alone = [row for row in mine if not row["load"]]
    yield "both on one core", [row for row in alone if row["placement"] == "same core"]
    yield "more parties than CPUs", [row for row in alone if int(row["parties"] or 0) > cpus]


def race_of(need, rows, cpus):
    """Returns the race that answers a need, or None.

    Of several settings that fit, one with a CPU for each party counts, then the one with the most contenders,
    then the one with the most parties.
    """
    mine = [row for row in rows if row["scenario"] == need.scenario and not row["load"] and
            all(row[column] == value for column, value in need.axes.items())]
    return max(racing.races_of(mine), key=lambda race: (
        len(race.entries) > 1, int(race.entries[0].rows[0]["parties"] or 0) <= cpus, len(race.entries), axes.sortable(race.setting)),
        default=None)


def pick_of(race):
    """Returns the fastest of racing.firm that is neither a baseline nor only spins or yields; without one, the fastest."""
    race = racing.firm(race)
    return racing.best_of(race, racing.is_choice) or racing.best_of(
        race, lambda entry: not is_baseline(entry.contender[0])) or race.entries[0]


def next_of(race, pick):
    """Returns the fastest of another family than the pick's that may be picked, or None."""
    mine = family(pick.contender[0])
    return racing.best_of(racing.firm(race), lambda entry: family(entry.contender[0]) != mine and racing.is_choice(entry))


def named(race, entry):
    return "%s, %s" % (racing.name_of(entry), racing.shown(race, entry))


def ratio_text(race, one, other):
    ratio = racing.speed_ratio(race, one, other)
    return racing.times(ratio).replace(" times", "") if ratio else "moved nothing"


def close_to(race, pick):
    """Returns the next that may be picked, of any family, if the pick is not told apart from it; else None."""
    second = next((entry for entry in race.entries if entry is not pick and racing.is_choice(entry)), None)
    return second if second and told_apart(racing.speed_ratio(race, pick, second)) == 0 else None


def pick_cell(race, pick):
    first = race.entries[0]
    text, close = named(race, pick), close_to(race, pick)
    if close:
        text += " (not told apart from %s)" % racing.name_of(close)
    ratio = racing.speed_ratio(race, first, pick)
    apart = "has the best median" if too_close(ratio) else "leads" if ratio is not None and ratio.low is None else "is the fastest"
    return Cell(text if first is pick else "%s, %s; to pick: %s" % (named(race, first), apart, text))


def next_cell(whole, race, pick, other):
    if other is None:
        often = any(family(entry.contender[0]) != family(pick.contender[0]) and racing.is_choice(entry) for entry in whole.entries)
        return Cell("no other was measured" + " as often" * often)
    ratio = racing.speed_ratio(race, pick, other)
    text = "%s: %s" % (ratio_text(race, pick, other), racing.name_of(other)) if ratio else racing.name_of(other) + " moved nothing"
    return Cell(text, ratio.value if ratio else None)


def usual_cell(race, pick):
    """Returns 'std 1.7, CPython about 810': the pick against the best of each family that people use by habit.

    'About' stands where the pick has launches enough for an interval and the other has not.
    """
    parts, firm = [], race.entries[0].estimate.low is not None or racing.firm(race) is not race
    for families, shown in HABITS:
        other = racing.best_of(race, lambda entry, families=families: family(entry.contender[0]) in families and racing.is_choice(entry))
        ratio = racing.speed_ratio(race, pick, other) if other and family(pick.contender[0]) not in families else None
        if ratio:
            parts.append("%s %s%s" % (shown, "about " if firm and other.estimate.low is None else "", words.factor(ratio.value)))
    return Cell(", ".join(parts) or "no other was measured")


def gilfree_cell(race, pick):
    ours = racing.ours_of(race)
    if ours is None:
        return Cell("not measured in this run")
    if is_ours(pick.contender[0]):
        return Cell("the pick")
    return Cell("%s reaches %s of it" % (racing.name_of(ours), ratio_text(race, ours, pick)))


def busy_cell(need, pick, setting, rows, cpus):
    """Returns what is fastest where the parties do not have a CPU each, or None if that was not measured. setting: the need's."""
    for how, mine in busy_rows(need, rows, cpus):
        race = max(racing.races_of(mine), key=lambda race: (len(race.entries), axes.sortable(race.setting)), default=None)
        if race is None or len(race.entries) < 2:
            continue
        whole, race = race, racing.firm(race)
        if race.setting == setting:
            return Cell("this is one: " + how)
        best = pick_of(race)
        same = next((entry for entry in race.entries if entry.contender == pick.contender), None)
        # Against the need's own pick, unless both are of one library: that says nothing of the others.
        other = next_of(race, best) if same is None or family(best.contender[0]) == family(same.contender[0]) else same
        standing = "" if other is None else "; %s times %s" % (ratio_text(race, best, other), racing.name_of(other))
        if other is not None and told_apart(racing.speed_ratio(race, best, other)) == 0:
            standing += ", not told apart"
        standing += doubt(best) + racing.preliminary(whole)
        return Cell("%s: %s%s" % (how, "the same pick, " + racing.shown(race, best) if best is same else named(race, best), standing))
    return None


def sure(race, one, other):
    """Returns how sure the pick is; what it is not told apart from, which its own cell names, comes first."""
    close = close_to(race, one)
    text = racing.sureness(race, one, other) if other else "nothing of another library to compare with"
    if close and close is not other:
        text = "not told apart from %s; %s" % (
            racing.name_of(close), "%s: %s" % (racing.name_of(other), text) if other else text)
    noisy = [entry for entry in (one, other) if entry and steadiness(entry.launches.values())[1] == "noisy"]
    return text + ("; noisy" if noisy else "") + doubt(*filter(None, (one, other)))


def doubt(*entries):
    """Returns '; doubtful: its row has a warning' if a row of one of them has, as of a median that hides the rate."""
    return "; doubtful: its row has a warning" if any(row["warning"] for entry in entries for row in entry.rows) else ""


def killed_cell(pick):
    """Returns what becomes of the others if one is killed; it leads to what this rests on."""
    where = pick.contender[0], pick.rows[0]["scope"]
    cell = Cell(survival.text_of(*where))
    cell.link = survival.place_of(*where)
    return cell


def decision(need, whole, rows, cpus, notes):
    """Returns a row of the decision table."""
    race = racing.firm(whole)
    pick = pick_of(race)
    other = next_of(race, pick)
    setting = axes.words_of(race.setting, [axes.BY_COLUMN[column] for column in REPORTED])
    name = Cell(need.text + (": " + setting if setting else ""))
    name.link = need.scenario
    return [name, pick_cell(race, pick), next_cell(whole, race, pick, other), usual_cell(whole, pick), gilfree_cell(race, pick),
            busy_cell(need, pick, race.setting, rows, cpus) or missing(
                notes, "not measured", "none of its cases shared CPUs in this run; --load none,full measures it beside other work"),
            killed_cell(pick),
            Cell((sure(race, pick, other) if other or close_to(race, pick) else "nothing to compare with") + racing.preliminary(whole))]


def decisions(run, rows):
    """Returns (the decision table, the needs that were not measured)."""
    cpus, notes, lines, unmeasured = (run.get("host") or {}).get("cpus") or 1, Notes(), [], []
    of_scenario = collections.defaultdict(list)
    for row in measured(rows):
        of_scenario[row["scenario"]].append(row)
    for need in NEEDS:
        mine = of_scenario[need.scenario]
        race = race_of(need, mine, cpus)
        if race:
            lines.append(decision(need, race, mine, cpus, notes))
        else:
            unmeasured.append(need)
    table = Table("", HEADER, lines, notes.texts)
    if lines and not any(str(line[BUSY]) != "not measured" for line in lines):
        table = Table("", HEADER[:BUSY] + HEADER[BUSY + 1:], [line[:BUSY] + line[BUSY + 1:] for line in lines], [])
    return table, unmeasured


def unmeasured_text(run, unmeasured):
    """Returns which needs this run did not measure, in a sentence; '' if it measured all."""
    if not unmeasured:
        return ""
    return "Not measured in this run: %s. To measure them: %s %s" % (
        "; ".join(need.text for need in unmeasured), shlex.quote(program_of(run)),
        " ".join(dict.fromkeys(need.scenario for need in unmeasured)))


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
    """Returns the rows of 'Where gilfree is slower', the largest loss first. answers: {scenario: Answer}."""
    lines = []
    for scenario, found in answers.items():
        for setting, race, ahead in losses(found.races):
            ours, ratio = racing.ours_of(race), racing.speed_ratio(race, ahead, racing.ours_of(race))
            where = Cell(axes.plain(scenario) + (": " + setting if setting else ""))
            where.link = scenario
            lines.append([where, Cell(named(race, ahead)), Cell(named(race, ours)),
                          Cell(racing.times(ratio).replace(" times", ""), ratio.value) if ratio else
                          Cell("gilfree moved nothing"), Cell(sure(race, ahead, ours))])
    return sorted(lines, key=lambda line: -(line[3].value or math.inf))


def compared(answers):
    """Returns how many races one of ours ran in against others, in how many of them another was ahead, in how many of
    these one that is no baseline, and how many of the rest are not told apart. Races by the 99th percentile do not count.
    """
    mine = [race for found in answers.values() for _, race in found.races
            if racing.ours_of(race) and racing.rival_of(race) and race.metric is not racing.P99]
    real = [race for race in mine if any(not is_baseline(entry.contender[0]) for entry in racing.ahead_of_ours(race))]
    level = [race for race in mine if not racing.ahead_of_ours(race) and
             too_close(racing.speed_ratio(race, racing.ours_of(race), racing.rival_of(race)))]
    return len(mine), len(racing.lost(mine)), len(real), len(level)


def losses_text(answers):
    """Returns in how many races another is ahead, in sentences."""
    races, behind, real, level = compared(answers)
    if not races:
        return "Nothing of gilfree was measured beside anything else."
    to = "to one that is no baseline" if real == behind else "%d of them to a baseline alone" % (behind - real)
    lost = "and lost %d, %s" % (behind, to) if behind else "and lost none"
    return "gilfree was compared with others in %s: it won %d, %d are not told apart, %s. Where it wins but its 99th percentile is " \
           "longer, that is listed too." % (words.counted(races, "race"), races - behind - level, level, lost)
