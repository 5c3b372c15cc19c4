"""Throughput against message size: messages and bytes per second, one line per contender."""

import figure
from by_size import draw_panel, room, table_of
from pipe_vs_queue_results import Results


def draw(folder, run, rows):
    results = Results(rows)
    lines = results.by_size("throughput", "ops_per_s")
    if not lines:
        return []
    picture, (messages, volume) = figure.start(
        "Pipe or queue?", "How fast messages move from one process to another, each on its own core",
        names=[room(lines)] * 2)
    messages.set_title("messages per second")
    draw_panel(messages, lines, figure.number)
    volume.set_title("bytes per second")
    draw_panel(volume, lines, figure.number, lambda size: size)
    table = table_of(lines)
    return [figure.save(
        picture, folder, "pipe_vs_queue_throughput",
        figure.caption(run, figure.rule_of(max(row[-1] for row in table))),
        ["impl", "interpreter", "msg_bytes", "ops_per_s", "low", "high", "launches"], table)]
