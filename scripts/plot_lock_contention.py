"""lock_contention: throughput and fairness by parties, and how long each waits for the lock."""

import collections

import figure
from answer import UNANSWERED, Answer, cell
from by_parties import draw_panel, grouped, lines_of, room, table_of, who_of
from contenders import label
from dots import LONGEST, MEDIAN, P99, draw_dots, words_of
from estimate import estimate_of, per_launch, ratio_of
from run_folder import measured

COLUMNS = ("scope", "parties", "work_in_ns", "work_out_ns")  # that every row has

SCOPES = (("thread", "threads"), ("process", "processes"))
MANY = 4  # parties of whom the waits are shown
OURS = ("lock", "")


def of_scope(rows, scope):
    return [row for row in measured(rows) if row["scope"] == scope]


def of_section(rows, work):
    """Those with `work` ns in the section, and the least between sections that was measured."""
    least = min((int(row["work_out_ns"]) for row in rows), default=0)
    return [row for row in rows
            if int(row["work_in_ns"]) == work and int(row["work_out_ns"]) == least]


def sections(rows):
    return sorted({int(row["work_in_ns"]) for row in rows})


def title_of(work):
    return "sections per second, " + (
        "only counting inside" if work == 0 else "%s of work inside" % figure.duration(work))


def draw_scope(folder, run, rows, scope, plural):
    works = sections(rows)
    speeds = [(work, lines_of(of_section(rows, work), "ops_per_s")) for work in works]
    fairness = lines_of(of_section(rows, works[0]), "fair_jain")
    shown = [lines for _, lines in speeds] + [fairness] * bool(fairness)
    picture, axes = figure.start(
        "Who gets the lock?", "%s that want it again and again, dealt out to the cores"
        % plural.capitalize(), width=4.2, names=[room(lines) for lines in shown])
    cpus = (run.get("host") or {}).get("cpus")
    table = []
    for axis, (work, lines) in zip(axes, speeds):
        axis.set_title(title_of(work))
        draw_panel(axis, lines, figure.number, cpus)
        table += [["ops_per_s", work, *line] for line in table_of(lines)]
    if fairness:
        axes[-1].set_title("fairness: 1 is an even share for all")
        draw_panel(axes[-1], fairness, lambda value: "%.1f" % value, cpus, top=1.02)
        table += [["fair_jain", works[0], *line] for line in table_of(fairness)]
    return figure.save(
        picture, folder, "lock_contention_" + plural,
        figure.caption(run, figure.rule_of(max(line[-1] for line in table)) +
                       ". Fairness is Jain's index"),
        ["metric", "work_in_ns", "impl", "interpreter", "parties", "median", "low", "high",
         "launches"], table)


def draw_waits(folder, run, rows):
    works = sections(rows)
    parties = max((int(row["parties"]) for row in rows if int(row["parties"]) <= MANY), default=0)
    if parties < 2:
        return []
    panels = []
    for scope, plural in SCOPES:
        chosen = [row for row in of_section(of_scope(rows, scope), works[0])
                  if int(row["parties"]) == parties]
        entries = [(who, group[parties]) for who, group in
                   grouped(chosen, lambda row: int(row["parties"])).items()]
        if entries:
            panels.append((plural, entries))
    if not panels:
        return []
    marks = (MEDIAN, P99, LONGEST)
    tallest = max(len(entries) for _, entries in panels)
    names = [label(*who) for _, entries in panels for who, _ in entries]
    picture, axes = figure.start(
        "How long do they wait for the lock?", "%d parties, only counting inside" % parties,
        width=4.6, height=0.5 + 0.29 * tallest, ticks=figure.room(names, 10),
        names=[0.3] * len(panels))
    table = []
    for axis, (plural, entries) in zip(axes, panels):
        axis.set_title(plural)
        padded = entries + [None] * (tallest - len(entries))
        table += [[plural, *line] for line in draw_dots(axis, padded, marks)]
        axis.set_xlabel("from asking to having")
    every = sorted({row["sample_every"] for row in rows if row["sample_every"]}, key=int)
    return [figure.save(
        picture, folder, "lock_contention_waits",
        figure.caption(run, "%s. One wait in %s is timed. %s" % (
            words_of(marks), " or ".join(every),
            figure.rule_of(max(line[-1] for line in table)))),
        ["scope", "impl", "interpreter", "mark", "median", "low", "high", "launches"], table)]


def draw(folder, run, rows):
    paths = []
    for scope, plural in SCOPES:
        mine = of_scope(rows, scope)
        if mine:
            paths.append(draw_scope(folder, run, mine, scope, plural))
    return paths + draw_waits(folder, run, measured(rows))


def at(rows, scope, parties):
    """{who: rows} of the shortest section."""
    mine = of_scope(rows, scope)
    chosen = of_section(mine, sections(mine)[0]) if mine else []
    found = grouped([row for row in chosen if int(row["parties"]) == parties],
                    lambda row: parties)
    return {who: groups[parties] for who, groups in found.items()}


def best_blocking(found):
    """Whoever sleeps while it waits, is not ours, and got the most done."""
    rivals = {who: estimate_of(rows, "ops_per_s").median for who, rows in found.items()
              if rows[0]["wait"] != "yield" and not label(*who).startswith("gilfree")}
    return max(rivals, key=rivals.get, default=None)


def against_best(rows):
    for scope, plural in SCOPES:
        for parties in (2, 4, 8):
            found = at(rows, scope, parties)
            best = best_blocking(found)
            if best is None or OURS not in found:
                continue
            ours, theirs = found[OURS], found[best]
            ratio = ratio_of(per_launch(ours, "ops_per_s"), per_launch(theirs, "ops_per_s"))
            fair = estimate_of(ours, "fair_jain")
            if ratio is not None:
                yield "%d %s: gilfree Lock does %s times the sections of %s, the best that " \
                      "sleeps%s." % (parties, plural, figure.two(ratio.median), label(*best),
                                     "" if fair is None else "; its fairness is %s"
                                     % figure.two(fair.median))


def parties_of(count):
    return "1 party" if count == 1 else "%d parties" % count


def most_measured(rows):
    """Of how many parties, at most MANY, most contenders were measured; of more rather than fewer."""
    measured_at = {(row["scope"], *who_of(row), int(row["parties"])) for row in rows}
    contenders = collections.Counter(parties for *_, parties in measured_at)
    few = [parties for parties in contenders if parties <= MANY] or [min(contenders)]
    return max(few, key=lambda parties: (contenders[parties], parties))


def answer(_run, rows):
    rows = measured(rows)
    if not rows:
        return Answer("This run measured no lock.", [], [], [])
    counts = sorted({int(row["parties"]) for row in rows})
    some = most_measured(rows)
    shares = (("fairness", "fair_jain", figure.two), ("wait p50", "lat_p50_ns", figure.duration),
              ("p99", "lat_p99_ns", figure.duration))
    header = ["contender", "scope"] + ["%s, 1/s" % parties_of(count) for count in counts] + \
             ["%s, %s" % (parties_of(some), what) for what, _, _ in shares]
    table = []
    for scope, plural in SCOPES:
        by_count = {count: at(rows, scope, count) for count in counts}
        for who in {who: 0 for found in by_count.values() for who in found}:
            table.append([label(*who), plural] +
                         [cell(estimate_of(by_count[count].get(who, []), "ops_per_s"),
                               figure.number) for count in counts] +
                         [cell(estimate_of(by_count[some].get(who, []), column), text_of)
                          for _, column, text_of in shares])
    points = list(against_best(rows))
    headline = points[0] if points else UNANSWERED
    return Answer(headline, points[1:], header, table)
