"""pipe_vs_queue: throughput against message size, round trips, and the answer to "pipe or queue?"."""

import figure
import pipe_vs_queue_latency
import pipe_vs_queue_throughput
from pipe_vs_queue_answer import answer  # noqa: F401, read by report.py

COLUMNS = ("msg_bytes", "mode", "placement")  # that every row has


def draw(folder, run, rows):
    """The paths of the SVGs drawn: none if nothing was measured."""
    return (pipe_vs_queue_throughput.draw(folder, run, rows) +
            pipe_vs_queue_latency.draw(folder, run, rows))
