"""semaphore_pool: how many permits are taken per second, how long a worker waits, and whether the limit holds."""

from data import words
from data.estimate import estimate_of
from data.races import CLOCKS
from data.run_folder import measured
from answers.answer import by_case
from figures import lines
from scenarios import sections

COLUMNS = ("scope", "permits", "parties", "work_in_ns", "max_inside")  # that every row has
SECTION = sections.Section(
    title="A few permits for many workers", x=lines.PARTIES, headings={"ops_per_s": "permits taken/s"},
    about="Workers take a permit, work inside, give it back, and begin again, for a fixed time. How many are inside at "
          "once is counted. One acquisition in so many is timed, from asking to having.")


def limit_point(rows):
    """Returns whether more were ever inside than there were permits."""
    crowded = sum(int(row["max_inside"]) > int(row["permits"]) for row in measured(rows))
    return "At no moment were more workers inside than there were permits." if not crowded else \
        "The limit was broken: in %s more workers were inside than there were permits." % words.counted(
            crowded, "measured window")


def scarcity_points(rows):
    """Returns [how many cases were no test of waiting], if in some the median wait is the clock itself."""
    groups = [group for group in by_case(rows).values() if any(row["lat_p50_ns"] for row in group)]
    free = 0
    for group in groups:
        wait, clock = estimate_of(group, "lat_p50_ns"), estimate_of(group, "timer_cost_ns")
        free += clock is not None and wait.median <= CLOCKS * clock.median
    return ["In %d of %s the median wait is no longer than two readings of the clock: permits were seldom scarce, so "
            "these rates say what taking one costs, not how waiting goes." % (
                free, words.counted(len(groups), "case"))] if free else []


def answer(_run, rows):
    found = sections.answer(SECTION, rows)
    if not measured(rows):
        return found
    return found._replace(points=[*found.points, *scarcity_points(rows), limit_point(rows)])
