"""Round trips of 64 bytes: the percentile curve and the distribution."""

from data import axes
from data.contenders import order
from data.races import spins_on_request, contender_of
from data.run_folder import measured, without_load
from figures import figure, names
from figures.percentiles import alt_of, bands_rule, curves_of, distributions, draw_distribution, draw_percentiles, rule_of

BYTES = "64"
PLACES = ("core", "same core")


def found_lines(folder, rows, placement):
    """Returns {contender: {launch: distribution}} of the round trips."""
    cases = {row["case"]: contender_of(row) for row in sorted(without_load(measured(rows)), key=lambda row: order(*contender_of(row)))
             if (row["msg_bytes"], row["mode"], row["placement"]) == (BYTES, "ping_pong", placement)
             and not spins_on_request(row)}
    return distributions(folder, cases) if cases else {}


def draw_curves(folder, run, placement, curves, beside):
    setting = "Round trips of %s bytes between two processes, %s" % (BYTES, axes.PLACES[placement])
    picture, axis = figure.start("How long does an answer take?", setting,
                                 right=names.room_for(curves))
    table = draw_percentiles(axis, curves, beside)
    return figure.save(picture, folder, "pipe_vs_queue_percentiles_" + placement.replace(" ", "_"),
                       figure.caption(run, rule_of(curves, beside)), alt_of(setting, table),
                       ["impl", "interpreter", "quantile", "round_trip_ns", "lowest_launch_ns", "highest_launch_ns"],
                       table)


def draw_shares(folder, run, lines, tail):
    setting = "Round trips of %s bytes, a core each" % BYTES
    what = "share that took longer (logarithmic)" if tail else "share that took no longer"
    picture, axis = figure.start("How are the answers spread?", setting,
                                 right=names.room_for(lines))
    table = draw_distribution(axis, lines, tail)
    axis.set_xlabel("round trip")
    axis.set_title(what)
    name = "pipe_vs_queue_" + ("tail" if tail else "distribution")
    return figure.save(picture, folder, name, figure.caption(
        run, "Lines: all launches merged, nothing left out; " + bands_rule(map(len, lines.values()))),
                       "Line plot. %s: %s, of %d contenders." % (setting, what, len(lines)),
                       ["impl", "interpreter", "round_trip_ns", "share", "lowest_launch", "highest_launch"], table)


def draw(folder, run, rows):
    found = {placement: found_lines(folder, rows, placement) for placement in PLACES}
    curves = {placement: curves_of(lines) for placement, lines in found.items() if lines}
    paths = [draw_curves(folder, run, placement, each, list(curves.values())) for placement, each in curves.items()]
    return paths + [draw_shares(folder, run, found[PLACES[0]], tail) for tail in (False, True) if found[PLACES[0]]]
