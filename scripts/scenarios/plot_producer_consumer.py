"""producer_consumer: items per second, and what an item costs in CPU time."""

from data.run_folder import measured
from figures import lines, load_curve
from scenarios import sections

COLUMNS = ("scope", "msg_bytes", "batch", "producers", "consumers", "parties")  # that every row has
SECTION = sections.Section(
    title="Producers and consumers around one queue", x=lines.PARTIES, headings={"ops_per_s": "items/s"},
    about="Producers put numbered items into one bounded queue and consumers take them, for a fixed time; each item is "
          "checked to arrive exactly once. Without a wanted rate they do all they can, and the age of an item then says "
          "how full the queue is, so it is not recorded.")


def draw(folder, run, rows):
    closed = [row for row in rows if row["load_mode"] in ("", "closed")]
    return (sections.draw(SECTION, folder, run, closed) if closed else []) + load_curve.draw(
        folder, run, rows, "producer_consumer", "How old is an item when it arrives?")


def answer(_run, rows):
    found = sections.answer(SECTION, rows)
    verified = measured(rows) and all(row["checksum_ok"] != "0" for row in measured(rows))
    return found._replace(points=found.points + ["Every item arrived exactly once."] * bool(verified))
