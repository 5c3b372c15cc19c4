"""wakeup: one-way latency of each contender, hot and after the waiter has slept."""

import collections

import figure
import percentiles
from answer import UNANSWERED, Answer, cell
from contenders import is_ours, label, order
from dots import MEDIAN, P99, draw_dots, words_of
from estimate import estimate_of
from run_folder import measured

COLUMNS = ("scope", "waiter", "placement", "mode")  # that every row has

SCOPES = (("thread", "threads"), ("process", "processes"))
OPERATIONS = (("event_set", "Event: set"), ("condition_notify_one", "Condition: notify one"),
              ("condition_notify_all", "Condition: notify all"),
              ("semaphore_release", "Semaphore: release"), ("barrier_round", "Barrier: round"))
STATES = (("hot", "core", "both run, a core each"),
          ("asleep", "core", "the waiter slept on another core"),
          ("asleep", "same core", "the waiter slept on the same core"))
LIMITS = ("spinning_flag", "raw_futex")


def groups_of(rows):
    """{(scope, state, operation): {who: rows}}, state: (waiter, placement)."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in measured(rows):
        key = row["scope"], (row["waiter"], row["placement"]), row["mode"]
        found[key][row["impl"], row["interpreter"]].append(row)
    return {key: {who: groups[who] for who in sorted(groups, key=lambda each: order(*each))}
            for key, groups in found.items()}


def entries_of(found, scope, state, listed):
    """What draw_dots() takes: a heading and all contenders of each operation that is listed."""
    entries = []
    for operation, words in OPERATIONS:
        if operation not in listed:
            continue
        entries.append((None, words))
        measured_here = found.get((scope, state, operation), {})
        entries += [(who, measured_here.get(who, [])) for who in listed[operation]]
    return entries


def everybody(found, scope):
    """{operation: [who, ...]}, whatever the state."""
    listed = {}
    for operation, _ in OPERATIONS:
        names = {who for (its_scope, _, its_operation), groups in found.items()
                 if (its_scope, its_operation) == (scope, operation) for who in groups}
        if names:
            listed[operation] = sorted(names, key=lambda who: order(*who))
    return listed


def draw_scope(folder, run, found, scope, plural):
    listed = everybody(found, scope)
    states = [state for state in STATES
              if any(key[:2] == (scope, state[:2]) for key in found)]
    count = sum(1 + len(names) for names in listed.values())
    names = [label(*who) for each in listed.values() for who in each] + \
            [words for _, words in OPERATIONS]
    picture, axes = figure.start(
        "How long from waking somebody to the moment it runs?",
        "One way, between two %s" % plural, width=3.7, height=0.4 + 0.25 * count,
        ticks=0.2, names=[0.15] * (len(states) - 1) + [figure.room(names, 10)])
    axes[-1].yaxis.tick_right()  # the names stand behind the last panel
    table = []
    for axis, (waiter, placement, words) in zip(axes, states):
        entries = entries_of(found, scope, (waiter, placement), listed)
        axis.set_title(words)
        lines = draw_dots(axis, entries, (MEDIAN, P99), named=axis is axes[-1])
        table += [[waiter, placement, *line] for line in lines]
        for impl in LIMITS:
            limit = estimate_of(found.get((scope, (waiter, placement), "event_set"), {})
                                .get((impl, ""), []), "lat_p50_ns")
            if limit is not None:
                axis.axvline(limit.median, color="#999999", linewidth=0.8,
                             linestyle=(0, (2, 3)), zorder=1)
        axis.set_xlabel("from the call to the waiter's return")
    return figure.save(
        picture, folder, "wakeup_" + plural,
        figure.caption(run, words_of((MEDIAN, P99)) + "; dashed: the limits' medians. " +
                       figure.rule_of(max(line[-1] for line in table))),
        ["waiter", "placement", "impl", "interpreter", "mark", "median", "low", "high",
         "launches"], table)


def draw_shapes(folder, run, rows):
    """How an event's wake-ups are distributed: the two ways of waiting are two steps."""
    lines = {}
    for state in STATES[:2]:
        for scope, plural in SCOPES:
            cases = {row["case"]: (row["impl"], row["interpreter"]) for row in measured(rows)
                     if (row["scope"], row["mode"], row["waiter"], row["placement"]) ==
                     (scope, "event_set", *state[:2])}
            cases = dict(sorted(cases.items(), key=lambda item: order(*item[1])))
            found = percentiles.distributions(folder, cases) if cases else {}
            if found:
                lines.setdefault(scope, []).append((state[2], found))
    paths = []
    for scope, plural in SCOPES:
        if scope not in lines:
            continue
        panels = lines[scope]
        picture, axes = figure.start(
            "How an event wakes", "One way, between two %s, from the call to the waiter's return"
            % plural, names=[figure.room([label(*who) for who in found]) for _, found in panels])
        table = []
        for axis, (words, found) in zip(axes, panels):
            axis.set_title(words)
            table += [[words, *line] for line in percentiles.draw_percentiles(axis, found)]
        paths.append(figure.save(
            picture, folder, "wakeup_percentiles_" + plural,
            figure.caption(run, "All launches together; band: from the lowest to the highest launch"),
            ["state", "impl", "interpreter", "quantile", "latency_ns", "lowest", "highest"], table))
    return paths


def draw(folder, run, rows):
    found = groups_of(rows)
    paths = [draw_scope(folder, run, found, scope, plural) for scope, plural in SCOPES
             if any(key[0] == scope for key in found)]
    return paths + draw_shapes(folder, run, rows)


def answer(_run, rows):
    found = groups_of(rows)
    header = ["contender", "operation", "scope"] + [words for *_, words in STATES]
    table, points = [], []
    for scope, plural in SCOPES:
        listed = everybody(found, scope)
        for operation, words in OPERATIONS:
            for who in listed.get(operation, []):
                values = [estimate_of(found.get((scope, state[:2], operation), {}).get(who, []),
                                      "lat_p50_ns") for state in STATES]
                table.append([label(*who), words, plural] +
                             [cell(value, figure.duration) for value in values])
                found_in = [figure.duration(value.median) + " where " + state[2]
                            for state, value in zip(STATES, values) if value]
                if is_ours(who[0]) and found_in:
                    points.append("%s between %s (%s): %s." % (
                        label(*who), plural, words.split(": ")[1], "; ".join(found_in)))
    if not table:
        return Answer("This run woke nobody.", [], [], [])
    return Answer(points[0] if points else UNANSWERED, points[1:], header, table)
