"""pool_tasks: tasks per second, each alone and in chunks, the round trip of one, and 50 from start to end."""

from data import words
from data.contenders import label
from data.estimate import per_launch, ratio_of
from data.races import RATE, entries_of, times
from data.run_folder import measured, without_load
from figures import lines
from scenarios import sections

COLUMNS = ("mode", "parties")  # that every row has
SECTION = sections.Section(
    title="What does a pool of workers get done?", x=lines.PARTIES, headings={"ops_per_s": "tasks/s"},
    about="Tasks that do next to nothing, so that the pool's own cost shows: sent one by one; sent in chunks; one at a "
          "time with a wait for its result; and 50 tasks, a usual example of tutorials, from the first call to the last result.")
TUTORIALS = 4  # workers in the pool for 50 tasks; against a process for each


def pool_or_processes(rows):
    """Yields the tutorial's question: is a pool cheaper than a process for each task?"""
    fifty = [row for row in without_load(measured(rows)) if row["mode"] == "fifty"]
    counts = sorted({int(row["parties"]) for row in fifty}, key=lambda each: (abs(each - TUTORIALS), each))
    found = {entry.contender: entry.rows for entry in entries_of(
        [row for row in fifty if int(row["parties"]) == counts[0]], RATE)} if counts else {}
    for pool, each in (("process_pool", "process"), ("cpython_pool", "cpython_process")):
        for contender, theirs in found.items():
            if contender[0] == each and (pool, contender[1]) in found:
                ratio = ratio_of(per_launch(found[pool, contender[1]], RATE.column), per_launch(theirs, RATE.column))
                if ratio is not None:
                    yield "50 tasks: a process for each takes %s as long as a pool of %s (%s, %s)." % (
                        times(ratio), words.counted(counts[0], "worker"), label(*contender), label(pool, contender[1]))


def answer(_run, rows):
    found = sections.answer(SECTION, rows)
    return found._replace(points=list(pool_or_processes(rows)) + found.points)
