"""lock_contention: critical sections per second and fairness by parties, and how long each waits for the lock."""

import lines
import races as racing
from dots import LONGEST, P99, draw_race
from sections import Section, draw as draw_section, slug
from axes import varying, words_of

COLUMNS = ("scope", "parties", "work_in_ns", "work_out_ns")  # that every row has
SECTION = Section(
    title="Who gets the lock?", x=lines.PARTIES, headings={"ops_per_s": "critical sections/s"},
    about="Each party takes the lock, works inside, releases it, works outside, and begins again, for a fixed time. "
          "Parties are dealt out to the cores in turn. One acquisition in so many is timed, from asking to having. "
          "Fairness is Jain's index of what the parties got; it is 0.5 at the least for two.")
MANY = 4  # the most parties whose waits are drawn


def draw_waits(folder, run, rows):
    """Draws how long each waits, at the setting with the least work and the most parties up to MANY."""
    some = [row for row in rows if int(row["parties"]) <= MANY and row["lat_p50_ns"]]
    found = racing.races_of(some, metric=racing.P50)
    moving = varying([entry.rows[0] for race in found for entry in race.entries])
    least = {}
    for race in found:  # by work and parties
        first = race.entries[0].rows[0]
        rank = int(first["work_in_ns"]), int(first["work_out_ns"]), -int(first["parties"])
        scope = first["scope"]
        if scope not in least or rank < least[scope][0]:
            least[scope] = rank, race
    paths = [draw_race(folder, run, race, slug("lock_contention", "waits", scope),
                       "How long do they wait for the lock?", words_of(race.setting, moving), (P99, LONGEST))
             for scope, (_, race) in least.items()]
    return [path for path in paths if path]


def draw(folder, run, rows):
    return draw_section(SECTION, folder, run, rows) + draw_waits(folder, run, rows)
