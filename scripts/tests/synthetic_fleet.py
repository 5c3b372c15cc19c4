"""A fleet that no machine measured: 1,000 machines of six classes, some of them not as the others.

    planted = make(folder, machines=1000, seed=7)     # {name of the machine: what is wrong with it}

    synthetic_fleet.py DIR [MACHINES]                 # makes one, to look at its report by hand
"""

import csv
import json
import math
import os
import random
import sys

HARDWARE = (("AMD EPYC 7763", 128, 512), ("AMD EPYC 9654", 192, 768), ("Intel Xeon Gold 6338", 64, 256),
            ("Intel Xeon E5-2680 v4", 28, 128), ("Ampere Altra", 80, 256), ("AMD EPYC", 2, 23))
SHARES = (400, 250, 150, 100, 80, 20)  # of a thousand machines
SCENARIOS = {"pipe_vs_queue": ("queue", "pipe", "pipe2", "socketpair"), "lock_contention": ("lock", "std_mutex", "tbb_mutex"),
             "producer_consumer": ("queue", "tbb_bounded_queue"), "pool_tasks": ("process_pool", "cpython_pool"),
             "wakeup": ("event", "std_condition")}
SIZES = (8, 64, 1024, 65536)
LAUNCHES = 6
COLUMNS = ("schema_version", "run_id", "case", "scenario", "metric_kind", "impl", "interpreter", "mode", "wait", "msg_bytes", "placement",
           "launch", "ops_per_s", "bytes_per_s", "lat_p50_ns", "lat_p99_ns", "lat_mean_ns", "cpu_ns_per_op", "steal_frac", "throttled_us",
           "psi_cpu_some10", "freq_mhz", "ref_ns", "status", "error")
# What may be wrong: (scenarios, speed, the column that shows it, its value)
FAULTS = {"clock": (None, 0.7, "freq_mhz", 1800), "steal": (None, 0.8, "steal_frac", 0.15), "quota": (None, 0.6, "throttled_us", 40000),
          "cache line": (None, 0.85, "ref_ns", 180), "neighbour": (None, 0.75, "psi_cpu_some10", 40),
          "locks alone": (("lock_contention",), 0.6, None, None), "fast": (None, 1.3, "freq_mhz", 3900)}


def facts_of(name, hardware, at):
    cpu, cpus, memory = HARDWARE[hardware]
    return {"schema_version": 1, "run_id": "%032x" % at, "profile": "quick", "seed": at, "launches": LAUNCHES, "exit_code": 0,
            "started_utc": "2026-03-01T00:00:00.000Z", "finished_utc": "2026-03-01T00:10:00.000Z", "command": ["bench-all", "run"],
            "settings": {"windows": 1, "window_ns": 100000000, "warmup_ns": 20000000},
            "tool": {"name": "bench-all", "version": "0.1.0", "git_sha": "c" * 40, "git_dirty": False},
            "build": {"compiler": "GNU", "compiler_version": "12.2.0", "flags": "-O3 -DNDEBUG", "type": "Release", "sanitizers": ""},
            "host": {"hostname_hash": "%016x" % at, "os": "Debian GNU/Linux 12", "kernel": "6.1.0-30", "machine": "x86_64", "virt": "none",
                     "cpu_model": cpu, "cpus": cpus, "mem_bytes": memory << 30},
            "limits": {"affinity": list(range(cpus))}, "environment": {"governor": "performance"}, "name": name}


def rows_of(random_one, hardware, at, fault):
    scenarios, speed, column, value = FAULTS.get(fault, (None, 1, None, None))
    own = math.exp(random_one.gauss(0, 0.01))  # no two machines are the same
    watched = {"steal_frac": 0, "throttled_us": 0, "psi_cpu_some10": "%.2f" % random_one.uniform(0, 2),
               "freq_mhz": 2600 + random_one.randrange(-20, 20), "ref_ns": "%.1f" % random_one.gauss(70, 2)}
    if column:
        watched[column] = value
    for scenario, names in SCENARIOS.items():
        factor = own * (speed if scenarios is None or scenario in scenarios else 1)
        for place, impl in enumerate(names):
            for size in SIZES:
                usual = 1e6 * (1 + hardware) / (1 + place) / math.log2(size)
                for launch in range(LAUNCHES):
                    rate = usual * factor * math.exp(random_one.gauss(0, 0.03))
                    yield {"schema_version": 1, "run_id": "%032x" % at, "case": "%s/%s/bytes:%d" % (scenario, impl, size),
                           "scenario": scenario, "metric_kind": "throughput", "impl": impl, "mode": "throughput", "wait": "block",
                           "msg_bytes": size, "placement": "core", "launch": launch, "ops_per_s": "%.1f" % rate,
                           "bytes_per_s": "%.1f" % (rate * size), "lat_p50_ns": "%.1f" % (1e9 / rate), "lat_p99_ns": "%.1f" % (3e9 / rate),
                           "status": "ok", **watched}


def write_machine(folder, name, hardware, at, fault, random_one):
    path = os.path.join(folder, name, "%d-0" % (10 + at))
    os.makedirs(path)
    with open(os.path.join(path, "run.json"), "w", encoding="ascii") as file:
        json.dump(facts_of(name, hardware, at), file)
    with open(os.path.join(path, "samples.csv"), "w", encoding="ascii", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows_of(random_one, hardware, at, fault))


def make(folder, machines=1000, planted=12, seed=7):
    """Makes the fleet; returns {machine: what is wrong with it}."""
    random_one = random.Random(seed)
    names = ["n%04d" % (at + 1) for at in range(machines)]
    hardware = [kind for kind, share in enumerate(SHARES) for _ in range(share)]
    hardware = [hardware[at * 1000 // machines] for at in range(machines)]
    faults = dict(zip(random_one.sample(names, planted), [kind for _ in range(planted) for kind in FAULTS]))
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "fleet.json"), "w", encoding="ascii") as file:
        json.dump({"fleet": "synthetic", "via": "slurm", "nodes": names, "arguments": []}, file)
    for at, name in enumerate(names):
        write_machine(folder, name, hardware[at], at, faults.get(name), random_one)
    return faults


if __name__ == "__main__":
    print(make(sys.argv[1], *map(int, sys.argv[2:])))
