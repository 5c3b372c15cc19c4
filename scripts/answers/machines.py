"""The machines of a fleet: what each measured, which are alike, and which of them differ from the others.

    fleet = read("spring")                  # Fleet(machines, missing, cases)
    for group in classes_of(fleet):         # machines of one hardware and one build; nothing else is compared
        strangers = outliers_of(group, fleet.cases)

A machine is kept as one number a case and a few of its own, so that thousands need little memory. What a fleet
measured is DIR/NODE/ATTEMPT, as `bench-all fleet` writes it; the last attempt that came to its end counts.
"""

import collections
import json
import math
import os
import statistics

from data import axes, contenders
from data.estimate import per_launch
from data.races import contender_of, metric_of, spins_on_request
from data.run_folder import BadRun, measured, read_run

DONE = (0, 3, 5, 6)  # exit codes of a run that came to its end
FEWEST = 5           # machines of a class, of which outliers are named
DISTANCE = 4.5       # median absolute deviations (scaled to a standard deviation) from which a machine is an outlier
NOTICED = 0.05       # and so much faster or slower
SCALE = 1.4826       # of a median absolute deviation, to a standard deviation
# What a machine reports of itself in each row: what may be the reason why it differs.
WATCHED = ("ref_ns", "steal_frac", "throttled_us", "freq_mhz", "psi_cpu_some10")

# values: {case: median over its launches}; watched: {column: median over its rows}; cause: why it is not compared, or None
Machine = collections.namedtuple("Machine", "name folder hardware build settings values watched failed")
Case = collections.namedtuple("Case", "name contender setting scenario metric")
Fleet = collections.namedtuple("Fleet", "machines missing cases")
# machines: those that are compared; others: the same hardware with another build, which are not
Class = collections.namedtuple("Class", "hardware build machines others")
Outlier = collections.namedtuple("Outlier", "machine where speed distance reasons")


def hardware_of(run):
    """Returns what makes two machines comparable: CPU, number of CPUs, memory in GiB, architecture, virtualisation."""
    host, limits = run.get("host") or {}, run.get("limits") or {}
    cpus = len(limits.get("affinity") or []) or host.get("cpus", "?")
    memory = host.get("mem_bytes")
    return "%s, %s CPUs, %s, %s, %s" % (
        host.get("cpu_model") or "unknown CPU", cpus, "%.0f GiB" % (memory / 2**30) if memory else "unknown memory",
        host.get("machine") or "unknown architecture", host.get("virt") or "unknown virtualisation")


def build_of(run):
    build, tool = run.get("build") or {}, run.get("tool") or {}
    return "%s%s, %s %s, %s%s" % (
        str(tool.get("git_sha", "?"))[:10], " with changes" if tool.get("git_dirty") else "", build.get("compiler", "?"),
        build.get("compiler_version", "?"), build.get("flags", "?"), ", " + build["sanitizers"] if build.get("sanitizers") else "")


def settings_of(run):
    """Returns the facts that may differ between comparable machines, and are named where they do."""
    host, environment = run.get("host") or {}, run.get("environment") or {}
    return {"kernel": host.get("kernel"), "system": host.get("os"), "governor": environment.get("governor"),
            "seed": run.get("seed"), "profile": run.get("profile"), "settings": json.dumps(run.get("settings"), sort_keys=True)}


def attempts_of(folder):
    """Returns the attempts of a node that came to their end, the last first, and how many there are in all."""
    done, count = [], 0
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if not os.path.exists(os.path.join(path, "events.jsonl")) and not os.path.exists(os.path.join(path, "run.json")):
            continue
        count += 1
        try:
            with open(os.path.join(path, "run.json"), encoding="utf-8") as file:
                facts = json.load(file)
            if facts.get("exit_code") in DONE:
                done.append((str(facts.get("finished_utc", "")), path))
        except (OSError, ValueError, AttributeError):
            continue
    return [path for _, path in sorted(done, reverse=True)], count


def median_of(rows, column):
    values = [float(row[column]) for row in rows if row[column]]
    return statistics.median(values) if values else None


def machine_of(name, folder, cases):
    """Returns a Machine; adds to `cases` those that none before has measured."""
    run, rows = read_run(folder)
    contenders.learn(run)
    groups = collections.defaultdict(list)
    for row in measured(rows):
        groups[row["case"]].append(row)
    values = {}
    for case, group in groups.items():
        if case not in cases:
            cases[case] = Case(case, contender_of(group[0]), axes.setting_of(group[0]), group[0]["scenario"], metric_of(group))
        launches = per_launch(group, cases[case].metric.column)
        value = statistics.median(launches.values()) if launches else 0
        if value > 0 and not spins_on_request(group[0]):
            values[case] = value
    failed = len({row["case"] for row in rows if row["status"] == "failed"})
    return Machine(name, folder, hardware_of(run), build_of(run), settings_of(run), values,
                   {column: median_of(rows, column) for column in WATCHED}, failed)


def nodes_of(folder):
    """Returns the names in fleet.json. BadRun if it is damaged."""
    path = os.path.join(folder, "fleet.json")
    try:
        with open(path, encoding="utf-8") as file:
            return [str(node) for node in json.load(file)["nodes"]]
    except (OSError, ValueError, KeyError, TypeError) as why:
        raise BadRun("%s: is no list of nodes (%s); `bench-all fleet --out DIR` writes it" % (path, why)) from None


def read(folder):
    """Returns the Fleet of a folder: its machines, and [(node, why it is not one)]."""
    machines, missing, cases = [], [], {}
    for node in nodes_of(folder):
        done, attempts = attempts_of(os.path.join(folder, node))
        if not done:
            missing.append((node, "no run came to its end, of %d" % attempts if attempts else "never ran"))
            continue
        try:
            machines.append(machine_of(node, done[0], cases))
        except BadRun as why:
            missing.append((node, str(why)))
    return Fleet(machines, missing, cases)


def classes_of(fleet):
    """Returns a Class for each hardware, the largest first. Of several builds the one of the most machines is compared."""
    groups = collections.defaultdict(list)
    for machine in fleet.machines:
        groups[machine.hardware].append(machine)
    found = []
    for hardware, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        build = collections.Counter(machine.build for machine in group).most_common(1)[0][0]
        found.append(Class(hardware, build, [each for each in group if each.build == build],
                           [each for each in group if each.build != build]))
    return found


def speed_of(case, value, usual):
    """Returns how many times as fast as usual: above 1 is faster, whatever the metric."""
    return value / usual if case.metric.better == "higher" else usual / value


def usual_of(machines):
    """Returns {case: median over the machines}."""
    values = collections.defaultdict(list)
    for machine in machines:
        for case, value in machine.values.items():
            values[case].append(value)
    return {case: statistics.median(each) for case, each in values.items()}


def deviation(values, middle):
    return SCALE * statistics.median(abs(value - middle) for value in values)


def speeds_by_place(machines, cases):
    """Returns {scenario, and "" for all: {machine: logarithm of its speed beside the usual}}."""
    usual, found = usual_of(machines), collections.defaultdict(dict)
    for machine in machines:
        speeds = collections.defaultdict(list)
        for name, value in machine.values.items():
            speed = math.log(speed_of(cases[name], value, usual[name]))
            speeds[cases[name].scenario].append(speed)
            speeds[""].append(speed)
        for place, each in speeds.items():
            found[place][machine.name] = statistics.median(each)
    return found


def reasons_of(machine, usual):
    """Returns what is unusual about a machine, in words, the likeliest reason first. usual: {column: median of its class}."""
    own, found = machine.watched, []

    def both(column):
        return own[column], usual.get(column)

    throttled, others = both("throttled_us")
    if (throttled or 0) > max(1000, 3 * (others or 0)):
        found.append("its CPU quota held it back for %.0f ms a window" % (throttled / 1000))
    steal, others = both("steal_frac")
    if (steal or 0) > max(0.01, 3 * (others or 0)):
        found.append("the hypervisor gave %.1f %% of its time to others" % (100 * steal))
    mhz, others = both("freq_mhz")
    if mhz and others and abs(mhz / others - 1) > 0.03:
        found.append("its clock ran at %.0f MHz, usual are %.0f" % (mhz, others))
    busy, others = both("psi_cpu_some10")
    if (busy or 0) > max(5, 2 * (others or 0)):
        found.append("other programs wanted its CPUs for %.0f %% of the time" % busy)
    ref, others = both("ref_ns")
    if ref and others and abs(ref / others - 1) > 0.1:
        found.append("a cache line takes %.0f ns from core to core, usual are %.0f" % (ref, others))
    return found


def outliers_of(group, cases):
    """Returns the Outliers of a class by median and MAD, the slowest first; none of fewer than five machines."""
    if len(group.machines) < FEWEST:
        return []
    watched = {column: statistics.median(values) for column in WATCHED
               if (values := [each.watched[column] for each in group.machines if each.watched[column] is not None])}
    by_name, found = {machine.name: machine for machine in group.machines}, {}
    for place, speeds in sorted(speeds_by_place(group.machines, cases).items()):
        if len(speeds) < FEWEST:
            continue
        middle = statistics.median(speeds.values())
        width = max(deviation(speeds.values(), middle), 0.005)
        for name, speed in speeds.items():
            distance = (speed - middle) / width
            if abs(distance) < DISTANCE or abs(math.expm1(speed - middle)) < NOTICED:
                continue
            if name not in found:  # "" comes first: a machine that differs in all is named once
                found[name] = Outlier(by_name[name], [place], math.exp(speed - middle), distance, reasons_of(by_name[name], watched))
            elif found[name].where != [""]:
                found[name].where.append(place)
    return sorted(found.values(), key=lambda each: each.speed)
