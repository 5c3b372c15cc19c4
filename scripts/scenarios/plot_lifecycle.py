"""lifecycle: start and join of processes, by the memory of their parent, and of threads."""

from data import words
from data.contenders import label
from data.estimate import per_launch, ratio_of
from data.races import P50, entries_of, times
from data.run_folder import measured, without_load
from scenarios import sections

COLUMNS = ("scope", "parent_bytes")  # that every row has
SECTION = sections.Section(
    title="What does it take to start a process or a thread?", headings={"lat_p50_ns": "start and join, p50"},
    about="From the call that starts it to the return of the one that waited for its end; it does nothing in between. "
          "The parent has written to as much memory as is said, which fork has to prepare for copying.")


def by_memory(rows):
    """Returns {bytes in the parent: {contender: rows}} of the processes."""
    mine = [row for row in without_load(measured(rows)) if row["scope"] == "process"]
    return {size: {entry.contender: entry.rows for entry in entries_of(
        [row for row in mine if row["parent_bytes"] == size], P50)}
        for size in sorted({row["parent_bytes"] for row in mine}, key=int)}


def memory_points(rows):
    """Yields 'With 1 GiB in the parent instead of 10 MiB, fork takes 70 times as long', for fork and for what avoids it."""
    found = by_memory(rows)
    if len(found) < 2:
        return
    small, large = min(found, key=int), max(found, key=int)
    for impl in ("process_fork_server", "fork"):
        contender = (impl, "")
        if contender in found[small] and contender in found[large]:
            ratio = ratio_of(per_launch(found[large][contender], P50.column), per_launch(found[small][contender], P50.column))
            if ratio is not None:
                yield "With %s in the parent instead of %s, %s takes %s as long." % (
                    words.size(int(large)), words.size(int(small)), label(*contender), times(ratio))


def answer(_run, rows):
    found = sections.answer(SECTION, rows)
    return found._replace(points=found.points + list(memory_points(rows)))
