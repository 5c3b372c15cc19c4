"""What tutorials of Python's concurrency say, and what this run says of it: in CPython and in gilfree.

    table = claims_of(run, rows)        # a row for each claim; what was not measured says so

A claim about speed holds if the two are told apart in its direction (estimate.told_apart). Contenders of several
CPythons: the one whose version comes first.
"""

import collections

from data import races as racing, words
from data.contenders import family, label
from data.estimate import NOTICED, per_launch, ratio_of, told_apart
from data.run_folder import measured
from data.scaling_fit import POSSIBLE
from answers.tables import Cell, Table

Claim = collections.namedtuple("Claim", "text scenario judge axes theirs ours", defaults=({}, (), ()))
Finding = collections.namedtuple("Finding", "text holds sure")  # holds: True, False, or None if it cannot be told

TITLE = "What Python tutorials say"
HEADER = ["claim", "in CPython here", "in gilfree here", "verdict"]
NOTHING = Finding("not measured in this run", None, None)
TWO_CORES = {"mode": "integer", "scaling": "weak"}
SCALES, STANDS = 0.5, 0.25  # of what each further worker could add: from here on it scales; up to here it does not
POOL = 4                    # workers in the tutorial's pool


def of_contender(rows, impl):
    """Returns (label, rows) of a contender; of several interpreters the first. (impl, []) if there is none."""
    mine = [row for row in measured(rows) if row["impl"] == impl and not racing.spins_on_request(row)]
    first = min((row["interpreter"] for row in mine), default="")
    return label(impl, first), [row for row in mine if row["interpreter"] == first]


def finding(ratio, text):
    """Returns the Finding that the ratio is above 1."""
    if ratio is None:
        return NOTHING
    apart = told_apart(ratio)
    if apart is None:
        return Finding(text, None if 1 / NOTICED < ratio.value < NOTICED else ratio.value > 1, False)
    return Finding(text, None if apart == 0 else apart == 1, True)


def faster(rows, impls, _cpus):
    """Judges whether the first of two contenders is faster than the second."""
    (one, mine), (other, theirs) = (of_contender(rows, impl) for impl in impls)
    if not mine or not theirs:
        return NOTHING
    metric = racing.metric_of(mine + theirs)
    launches = per_launch(mine, metric.column), per_launch(theirs, metric.column)
    ratio = ratio_of(*(launches if metric.better == "higher" else launches[::-1]))
    return finding(ratio, "%s is %s as fast as %s" % (one, racing.times(ratio), other)) if ratio else NOTHING


def workers_of(rows, cpus):
    """Returns the most workers that have a CPU each, at least two; 0 if there are none."""
    return max((int(row["parties"]) for row in rows if row["parties"] and 1 < int(row["parties"]) <= cpus), default=0)


def speed_up(rows, impl, cpus):
    """Returns (Ratio of the most workers with a CPU each to one, workers, label); (None, 0, label) if not measured."""
    name, mine = of_contender(rows, impl)
    workers = workers_of(mine, cpus)
    one, many = (per_launch([row for row in mine if row["parties"] == str(count)], "ops_per_s") for count in (1, workers))
    return ratio_of(many, one) if one and many else None, workers, name


def scales(rows, impls, cpus):
    """Judges whether more workers get more done."""
    ratio, workers, name = speed_up(rows, impls[0], cpus)
    if ratio is None:
        return NOTHING
    share = (ratio.value - 1) / (workers - 1)
    holds = True if share >= SCALES else False if share <= STANDS else None
    doubt = ", more than the cores can give: the one was disturbed" if ratio.value > POSSIBLE * workers else ""
    return Finding("%d x %s: %s the work of one%s" % (workers, name, racing.times(ratio), doubt), None if doubt else holds, ratio.low is not None)


def stands(rows, impls, cpus):
    """Judges whether more workers get no more done."""
    found = scales(rows, impls, cpus)
    return found if found.holds is None else found._replace(holds=not found.holds)


def pool_is_cheaper(rows, impls, cpus):
    """Judges whether a pool does many small tasks faster than a process for each."""
    counts = {int(row["parties"]) for row in rows if row["impl"] in impls and row["parties"]}
    if not counts:
        return NOTHING
    nearest = str(min(counts, key=lambda count: (abs(count - POOL), count)))
    return faster([row for row in rows if row["parties"] == nearest], impls, cpus)


def of_family(rows, impls):
    return [row for row in rows if family(row["impl"]) in impls]


def never_crowded(rows, impls, _cpus):
    """Judges whether a semaphore lets in no more than it has permits."""
    mine = [row for row in measured(of_family(rows, impls)) if row["max_inside"] and row["permits"]]
    crowded = sum(int(row["max_inside"]) > int(row["permits"]) for row in mine)
    return Finding("never more inside than permits, in %s" % words.counted(len(mine), "window") if not crowded else
                   "more inside than permits in %d of %s" % (crowded, words.counted(len(mine), "window")),
                   not crowded, True) if mine else NOTHING


def excludes(rows, impls, _cpus):
    """Judges whether a lock lets one in at a time: each section counts in two words that must agree."""
    mine = [row for row in of_family(rows, impls) if row["verified"]]
    broken = sum(row["checksum_ok"] == "0" for row in mine)
    return Finding("one at a time, in %s" % words.counted(len(mine), "window") if not broken else
                   "two at once in %d of %s" % (broken, words.counted(len(mine), "window")), not broken, True) if mine else NOTHING


SMALL = {"msg_bytes": "64", "placement": "core"}
CLAIMS = (
    Claim("A Pipe is faster than a Queue (messages of 64 B, one way)", "pipe_vs_queue", faster,
          {"mode": "throughput", **SMALL}, ("cpython_pipe", "cpython_queue"), ("pipe", "queue")),
    Claim("A Pipe answers faster than a Queue (64 B, there and back)", "pipe_vs_queue", faster,
          {"mode": "ping_pong", **SMALL}, ("cpython_pipe", "cpython_queue"), ("pipe", "queue")),
    Claim("Threads cannot use several cores (the GIL)", "cpu_scaling", stands, TWO_CORES, ("cpython_thread",), ("thread",)),
    Claim("Processes can use several cores", "cpu_scaling", scales, TWO_CORES, ("cpython_process",), ("process",)),
    Claim("For 50 tasks a pool of %d is cheaper than a process for each" % POOL, "pool_tasks", pool_is_cheaper,
          {"mode": "fifty"}, ("cpython_pool", "cpython_process"), ("process_pool", "process")),
    Claim("A Lock lets one in at a time", "lock_contention", excludes, {}, ("cpython",), ("gilfree",)),
    Claim("A Semaphore(n) lets in n at once and no more", "semaphore_pool", never_crowded, {}, ("cpython",), ("gilfree",)),
)


def said(found):
    """Returns 'holds', 'does not hold' or 'cannot be told', with 'preliminary' where there are too few launches."""
    if found is NOTHING:
        return "not measured"
    text = "cannot be told" if found.holds is None else "holds" if found.holds else "does not hold"
    return text if found.sure else text + " (preliminary)"


def verdict(theirs, ours):
    """Returns one verdict where both say the same, else one of each."""
    return said(theirs) + " in both" if said(theirs) == said(ours) and theirs is not NOTHING else \
        "not measured" if theirs is ours else "%s in CPython; %s in gilfree" % (said(theirs), said(ours))


def row_of(claim, run, rows):
    cpus = (run.get("host") or {}).get("cpus") or 1
    mine = [row for row in rows if row["scenario"] == claim.scenario and not row["load"] and
            all(row[column] == value for column, value in claim.axes.items())]
    theirs, ours = (claim.judge(mine, impls, cpus) for impls in (claim.theirs, claim.ours))
    name = Cell(claim.text)
    name.link = claim.scenario if any(row["scenario"] == claim.scenario for row in rows) else None
    return [name, Cell(theirs.text), Cell(ours.text), Cell(verdict(theirs, ours))]


def claims_of(run, rows):
    """Returns the table of the claims; those of which nothing was measured are named in its caption."""
    lines = [row_of(claim, run, rows) for claim in CLAIMS]
    found = [line for line in lines if str(line[-1]) != "not measured"]
    missing = [str(line[0]) for line in lines if line not in found]
    return Table("Not measured in this run: %s." % "; ".join(missing) if missing and found else "", HEADER, found, [])
