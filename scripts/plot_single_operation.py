"""single_operation: what each costs, one dot each, with the interval of the median; a figure for each
subject; and how many times the cost of its peer each of ours has.
"""

import collections
import math

import contenders
import figure
from answer import Answer
from estimate import estimate_of, per_launch, ratio_of
from run_folder import measured

# Column `primitive` of a row, the end of the figure's name, and what the figure is about.
SUBJECTS = (
    (("",), "", "one operation"),
    (("lock", "rlock"), "_locks", "a lock"),
    (("semaphore",), "_semaphores", "a semaphore"),
    (("event",), "_events", "an event"),
    (("condition",), "_conditions", "a condition"),
    (("barrier",), "_barriers", "a barrier"),
    (("value",), "_values", "a value"),
)

# Ours, and those that make the same promise or a weaker one.
PEERS = (
    ("th_lock_acquire_release", ("std_mutex_acquire_release", "cpython_th_lock_acquire_release")),
    ("mp_lock_acquire_release", ("pthread_mutex_pshared_acquire_release",
                                 "pthread_robust_acquire_release",
                                 "cpython_mp_lock_acquire_release")),
    ("th_semaphore_acquire_release", ("posix_sem_acquire_release",
                                      "std_counting_semaphore_acquire_release",
                                      "cpython_th_semaphore_acquire_release")),
    ("mp_semaphore_acquire_release", ("posix_sem_pshared_acquire_release",
                                      "cpython_mp_semaphore_acquire_release")),
    ("th_event_set_clear", ("cpython_th_event_set_clear",)),
    ("mp_event_set_clear", ("cpython_mp_event_set_clear",)),
    ("th_condition_notify_one", ("std_condition_variable_notify_one",
                                 "cpython_th_condition_notify_one")),
    ("mp_condition_notify_one", ("pthread_cond_pshared_notify_one",
                                 "cpython_mp_condition_notify_one")),
    ("th_barrier_of_one_wait", ("std_barrier_of_one_wait", "cpython_th_barrier_of_one_wait")),
    ("mp_barrier_of_one_wait", ("pthread_barrier_pshared_of_one_wait",
                                "cpython_mp_barrier_of_one_wait")),
    ("mp_value_increment", ("cpython_mp_value_increment",)),
)


def costs_of(rows):
    """[(Estimate of ns, operation)], the cheapest first."""
    groups = collections.defaultdict(list)
    for row in measured(rows):
        groups[row["impl"]].append(row)
    found = [(estimate_of(group, "lat_mean_ns"), impl) for impl, group in groups.items()]
    return sorted((cost, impl) for cost, impl in found if cost is not None and cost.median > 0)


def draw(folder, run, rows):
    found = ((costs_of([row for row in rows if row["primitive"] in primitives]), suffix, subject)
             for primitives, suffix, subject in SUBJECTS)
    return [draw_costs(folder, run, costs[::-1], "single_operation" + suffix, subject)
            for costs, suffix, subject in found if costs]


def draw_costs(folder, run, costs, name, subject):
    names = [contenders.label(impl) for _, impl in costs]
    picture, (axis,) = figure.start(
        "What does %s cost?" % subject, "When nobody else is there", width=5.6,
        height=0.4 + 0.27 * len(costs), ticks=figure.room(names, 10), names=[0.9])
    for at, (cost, impl) in enumerate(costs):
        colour = contenders.style(impl)["color"]
        if cost.low is not None:
            axis.hlines(at, cost.low, cost.high, color=colour, linewidth=2)
        axis.plot(cost.median, at, "o", color=colour)
        axis.annotate(figure.duration(cost.median),
                      (cost.median if cost.high is None else cost.high, at), xytext=(7, 0),
                      textcoords="offset points", va="center", fontsize=9, color=colour)
    axis.set_yticks(range(len(costs)), names)
    axis.set_ylim(-0.7, len(costs) - 0.3)
    axis.set_xscale("log")
    axis.set_xlim(10 ** math.floor(math.log10(min(cost.low or cost.median for cost, _ in costs))))
    axis.minorticks_off()
    axis.xaxis.set_major_formatter(figure.formatter(figure.duration))
    axis.set_xlabel("per operation")
    return figure.save(picture, folder, name,
                       figure.caption(run, figure.rule_of(max(cost.n for cost, _ in costs))),
                       ["operation", "ns", "low", "high", "launches"],
                       [[impl, *cost] for cost, impl in costs])


def against_peers(rows):
    """A sentence for each of ours that was measured beside a peer: times each peer's cost."""
    speeds = collections.defaultdict(list)
    for row in measured(rows):
        speeds[row["impl"]].append(row)
    for mine, peers in PEERS:
        ratios = [(ratio_of(per_launch(speeds[mine], "lat_mean_ns"),
                            per_launch(speeds[peer], "lat_mean_ns")), peer)
                  for peer in peers if mine in speeds and peer in speeds]
        words = ["%s times as long as %s" % (figure.two(ratio.median), contenders.label(peer))
                 for ratio, peer in ratios if ratio is not None]
        if words:
            yield "%s takes %s." % (contenders.label(mine), ", ".join(words))


def answer(_run, rows):
    costs = costs_of(rows)
    if not costs:
        return Answer("This run measured no single operation.", [], [], [])
    table = [[contenders.label(impl), figure.duration(cost.median),
              "-" if cost.low is None else "%s to %s" % (figure.duration(cost.low),
                                                         figure.duration(cost.high))]
             for cost, impl in costs]
    headline = "From %s (%s) to %s (%s)." % (table[0][1], table[0][0], table[-1][1], table[-1][0])
    return Answer(headline, list(against_peers(rows)), ["operation", "median", "95 % interval"],
                  table)
