"""pipe_vs_queue: throughput against message size, round trips, and the answer to "pipe or queue?"."""

from data import races as racing, words
from figures import lines
from scenarios import pipe_vs_queue_latency, sections
from scenarios.pipe_vs_queue_answer import answer  # noqa: F401, read by report.py

COLUMNS = ("msg_bytes", "mode", "placement")  # that every row has
BYTES = racing.Metric("bytes", "bytes_per_s", "higher", "bytes/s", words.number, "B/s")
SECTION = sections.Section(
    title="Pipe or queue?", x=lines.MESSAGES, headings={"ops_per_s": "messages/s", "lat_p50_ns": "round trip, p50"},
    about="Two processes. One way: one sends numbered messages as fast as it can and the other receives and checks "
          "them. Round trip: one sends a message and waits for the answer, again and again; each trip is timed. Every "
          "message is copied in and copied out.")


def draw(folder, run, rows):
    """Yields the paths of the SVGs drawn: none if nothing was measured; those that need hist.csv last."""
    one_way = [row for row in rows if row["mode"] == "throughput"]
    bytes_too = len({row["msg_bytes"] for row in one_way}) > 1
    yield from sections.draw(SECTION, folder, run, one_way)
    yield from sections.draw(SECTION, folder, run, one_way, BYTES) if bytes_too else []
    yield from sections.draw(SECTION, folder, run, [row for row in rows if row["mode"] != "throughput"])
    yield from pipe_vs_queue_latency.draw(folder, run, rows)
