"""wakeup: one-way latency of each contender, to a waiter that runs and to one that sleeps."""

import collections

from data.axes import SCOPES, WAITERS, PLACES
from data.commands import program_of
from data.contenders import order
from data.races import contender_of
from data.run_folder import measured, without_load
from figures import figure, names, percentiles
from scenarios import sections

COLUMNS = ("scope", "waiter", "placement", "mode")  # that every row has
SECTION = sections.Section(
    title="How long from the wake-up call until the waiter runs?", headings={"lat_p50_ns": "wake-up, p50"},
    about="One way: from the call that wakes to the return of the wait, between two parties with a core each unless "
          "it says otherwise. A waiter that runs has only just begun to wait and still spins, if it is of the kind "
          "that does; one that sleeps has been in the kernel for a while.")
ASLEEP = "This run did not measure waiters that sleep: these times are of waiters that run. %s wakeup does."


def answer(run, rows):
    found = sections.answer(SECTION, rows)
    if measured(rows) and not any(row["waiter"] == "asleep" for row in measured(rows)):
        found.points.insert(0, ASLEEP % program_of(run))
    return found


def shapes(rows):
    """Returns {(scope, waiter, placement): {case: contender}} of the events."""
    found = collections.defaultdict(dict)
    for row in sorted(without_load(measured(rows)), key=lambda row: order(*contender_of(row))):
        if row["mode"] == "event_set":
            found[row["scope"], row["waiter"], row["placement"]][row["case"]] = contender_of(row)
    return found


def draw_shape(folder, run, state, curves, beside):
    scope, waiter, placement = state
    setting = "Two %s, %s, %s" % (SCOPES.get(scope, scope), WAITERS.get(waiter, waiter),
                                  PLACES.get(placement, placement))
    picture, axis = figure.start("How the wake-ups of an Event are distributed", setting,
                                 right=names.room_for(curves))
    table = percentiles.draw_percentiles(axis, curves, beside)
    return figure.save(
        picture, folder, figure.slug("wakeup_percentiles", *state),
        figure.caption(run, percentiles.rule_of(curves, beside)), percentiles.alt_of(setting, table),
        ["impl", "interpreter", "quantile", "latency_ns", "lowest", "highest"], table)


def draw(folder, run, rows):
    yield from sections.draw(SECTION, folder, run, rows)
    found = {state: percentiles.curves_of(lines) for state, cases in shapes(rows).items()
             if (lines := percentiles.distributions(folder, cases))}
    for state, curves in found.items():
        yield draw_shape(folder, run, state, curves, [other for (_, waiter, _), other in found.items() if waiter == state[1]])
