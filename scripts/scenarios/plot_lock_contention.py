"""lock_contention: critical sections per second and fairness by parties, and how long each waits for the lock."""

from data import races as racing, words
from data.axes import varying, words_of
from figures import figure, lines
from figures.dots import LONGEST, P99, draw_races
from scenarios.sections import Section, draw as draw_section

COLUMNS = ("scope", "parties", "work_in_ns", "work_out_ns")  # that every row has
SECTION = Section(
    title="Who gets the lock?", x=lines.PARTIES, headings={"ops_per_s": "critical sections/s"},
    about="Each party takes the lock, works inside, releases it, works outside, and begins again, for a fixed time. "
          "Parties are dealt out to the cores in turn. One acquisition in so many is timed, from asking to having. "
          "Fairness is Jain's index of what the parties got; it is 0.5 at the least for two.")
MANY = 4  # the most parties whose waits and shares are drawn
EVEN = racing.Metric("fairness", "fair_jain", "higher", "Jain's index", words.factor, "")


def draw_at_most_wanted(folder, run, rows, metric, name, title, marks=()):
    """Draws a race of each scope at the setting with the least work and the most parties up to MANY."""
    some = [row for row in rows if int(row["parties"]) <= MANY and row[metric.column]]
    found = racing.races_of(some, metric=metric)
    moving = varying([entry.rows[0] for race in found for entry in race.entries])
    least = {}
    for race in found:  # by work and parties
        first = race.entries[0].rows[0]
        rank = int(first["work_in_ns"]), int(first["work_out_ns"]), -int(first["parties"])
        scope = first["scope"]
        if scope not in least or rank < least[scope][0]:
            least[scope] = rank, race
    return draw_races(folder, run, [(race, figure.slug("lock_contention", name, scope), title, words_of(race.setting, moving))
                                    for scope, (_, race) in least.items() if len(race.entries) > 1 or name == "waits"], marks)


def draw(folder, run, rows):
    crowded = [row for row in rows if int(row["parties"]) > 1]
    return (draw_section(SECTION, folder, run, rows) +
            draw_at_most_wanted(folder, run, rows, racing.P50, "waits", "How long do they wait for the lock?", (P99, LONGEST)) +
            draw_at_most_wanted(folder, run, crowded, EVEN, "fairness", "Is the lock dealt out evenly?"))
