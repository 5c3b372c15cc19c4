"""cpu_scaling: how many times as fast as one worker are more of them?

Weak scaling: each worker does as much as it can in a given time, and the speed-up is how many times the
work of one gets done. Strong: the same work is divided among the workers, round after round, and the
speed-up is the time that one takes by the time that all take. Only as many workers as there are CPUs
count as scaling; more are drawn, and named for what they are.
"""

import collections

from data import words
from data.contenders import label, order
from data.estimate import Estimate, per_launch, ratio_of, too_close
from data.races import contender_of, times
from data.run_folder import measured, without_load
from data.scaling_fit import POSSIBLE, fit_of, law_of, words_of
from answers.answer import UNANSWERED, Answer, nothing
from answers.tables import Cell, Notes, Table, interval_cell, missing, name_cell, without_empty
from figures import figure, lines
from scenarios.sections import Section

COLUMNS = ("mode", "parties")  # that every row has
KINDS = ("integer", "floating_point", "memory", "allocation", "lock")
SCALINGS = ("weak", "strong")
DOUBT = "more than the cores can give: the one worker was disturbed"
WORKERS = lines.X("parties", "workers", lambda value: "%d" % value)
SPEED_UP = lines.Y("speed_up", "times one worker of the same kind", words.three, False, "higher")
SECTION = Section(
    title="Does work get done faster with more workers?",
    about="Weak: each worker does all it can in a given time. Strong: a fixed work is divided among the workers, round "
          "after round. Each kind of worker is compared with one worker of its own kind, so these numbers say how work "
          "scales, not which contender is fastest. Workers are dealt out to the cores in turn.")


def in_words(kind):
    return kind.replace("_", " ")


def speed_ups(rows):
    """Returns {contender: {workers: Ratio}} against one worker of the same kind."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in rows:
        found[contender_of(row)][int(row["parties"])].append(row)
    speeds = {}
    for contender in sorted(found, key=lambda each: order(*each)):
        alone = per_launch(found[contender].get(1, []), "ops_per_s")
        points = {workers: ratio for workers, group in sorted(found[contender].items())
                  if (ratio := ratio_of(per_launch(group, "ops_per_s"), alone)) is not None}
        if points:
            speeds[contender] = points
    return speeds


def panels_of(rows):
    """Returns {(kind of work, scaling): speed-ups} of what was measured, kind by kind."""
    found, rows = {}, without_load(rows)
    for kind in dict.fromkeys([*KINDS, *(row["mode"] for row in rows)]):
        for scaling in SCALINGS:
            speeds = speed_ups([row for row in rows if row["mode"] == kind and (row["scaling"] or "weak") == scaling])
            if speeds:
                found[kind, scaling] = speeds
    return found


def cpus_of(run):
    return (run.get("host") or {}).get("cpus")


def fits_of(speeds, cpus):
    """Returns {contender: the USL that was fitted} of those with enough points."""
    fits = {contender: fit_of({count: ratio.value for count, ratio in points.items()}, cpus) for contender, points in speeds.items()}
    return {contender: law_of(fit) for contender, fit in fits.items() if not isinstance(fit, str)}


def draw(folder, run, rows):
    paths, panels = [], panels_of(measured(rows))
    found = {place: {contender: {workers: Estimate(*ratio) for workers, ratio in points.items()} for contender, points in speeds.items()}
             for place, speeds in panels.items()}
    for (kind, scaling), shown in found.items():
        if len(lines.places_of(shown)) < 2:
            continue  # one worker beside itself
        paths.append(lines.draw_lines(
            folder, run, shown, figure.slug("cpu_scaling", kind, scaling), SECTION.title,
            "%s work, %s scaling; dashed: a core's worth for each worker" % (in_words(kind), scaling), WORKERS, SPEED_UP,
            ideal=lambda count: min(count, cpus_of(run) or count), fits=fits_of(panels[kind, scaling], cpus_of(run) or 1),
            beside=[each for (other, _), each in found.items() if other == kind]))
    return paths


def laws(panels, cpus):
    """Yields what can be fitted, or why nothing can, each reason once."""
    refused = {}
    for (kind, scaling), speeds in panels.items():
        for contender, ratios in speeds.items():
            fit = fit_of({count: ratio.value for count, ratio in ratios.items()}, cpus)
            if isinstance(fit, str):
                refused[fit] = None
            else:
                yield "%s, %s work, %s scaling: %s." % (label(*contender), in_words(kind), scaling, words_of(fit))
    for why in refused:
        yield "Amdahl's law and the universal scalability law (USL): %s." % why


def is_doubtful(speed_up, workers):
    return speed_up.value > POSSIBLE * workers


def sentence(scaling, workers, contender, speed_up):
    about, doubt = (workers, label(*contender), times(speed_up)), ", not told apart from one" if too_close(speed_up) else ""
    doubt = ", " + DOUBT if is_doubtful(speed_up, workers) else doubt
    if scaling == "weak":
        return "%d workers, each a %s, do %s the integer work of one%s." % (*about, doubt)
    return "Divided among %d workers, each a %s, the same integer work is done %s as fast%s." % (*about, doubt)


def efficiency_cell(notes, ratio, workers, cpus):
    if workers > cpus:
        return missing(notes, "oversubscribed", "more workers than cores: they take turns, and nothing can scale")
    efficiency = ratio.value / workers
    return Cell("%.0f %%" % (100 * efficiency), efficiency, [notes.number(DOUBT)] if is_doubtful(ratio, workers) else ())


def answer(run, rows):
    cpus, panels, notes = cpus_of(run) or 1, panels_of(measured(rows)), Notes()
    found, speeds_of = [], []
    for (kind, scaling), speeds in panels.items():
        for contender, ratios in speeds.items():
            useful = max((count for count in ratios if count <= cpus), default=0)
            if kind == "integer" and useful > 1:
                certain = ratios[useful].low or 0.0  # one that varies does not come first
                speeds_of.append((is_doubtful(ratios[useful], useful), SCALINGS.index(scaling), -certain, -ratios[useful].value, useful,
                                  contender, ratios[useful]))
            found += [[name_cell(contender), Cell(in_words(kind)), Cell(scaling), Cell(str(workers), workers),
                       Cell(words.three(ratio.value), ratio.value), interval_cell(notes, ratio, words.three),
                       efficiency_cell(notes, ratio, workers, cpus), Cell(str(ratio.n), ratio.n)]
                      for workers, ratio in ratios.items()]
    if not found:
        return nothing("This run has no work of one worker to compare with.")
    points = [sentence(SCALINGS[rank], workers, contender, ratio) for _, rank, _, _, workers, contender, ratio in sorted(speeds_of)]
    points += laws(panels, cpus)
    table = without_empty(Table("Each against one worker of its own kind.", [
        "contender", "work", "scaling", "workers", "speed-up", "95 % interval", "efficiency", "launches"],
        found, notes.texts))
    return Answer(points[0] if points else UNANSWERED, points[1:], [table], [])
