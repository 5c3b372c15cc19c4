"""A made-up run in a folder of its own, with the columns that bench-all writes.

    with fixture_run() as run:
        run.throughput("pipe", 64, [1e6] * 6)        # a number per launch
        run.round_trips("pipe", [900] * 6)
        run.skipped("posix_mq", 65536, "message too long")
        run.write()
        code, out, err = report(run.folder)
"""

import contextlib
import csv
import functools
import io
import json
import os
import re
import sys
import tempfile
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.dirname(HERE)
ROOT = os.path.dirname(SCRIPTS)
sys.path.insert(0, SCRIPTS)

from figures import figure  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from data.run_folder import read_run  # noqa: E402

HISTOGRAM = ("run_id", "case", "launch", "repetition", "kind", "bucket_lo_ns", "bucket_hi_ns", "count")

# Who answers pipe_vs_queue.
CHANNELS = ("pipe", "queue", "spsc_ring", "boost_message_queue", "zeromq_ipc", "pipe2", "pipe2_1m",
            "socketpair_stream", "socketpair_seqpacket", "posix_mq", "sysv_msgq", "cpython_pipe",
            "cpython_queue", "cpython_simple_queue")

KINDS = {"throughput": "throughput", "ping_pong": "latency"}

FACTS = {
    "schema_version": 1, "run_id": "f1e2d3c4b5a69788", "profile": "quick", "seed": 7, "launches": 6,
    "command": ["/some/where/bench-all", "--profile", "quick", "--out", "/some/where/else"],
    "started_utc": "2026-01-02T03:04:05.678Z", "finished_utc": "2026-01-02T03:05:05.678Z",
    "exit_code": 0, "warnings": ["the machine is busy"],
    "questions": {"pipe_vs_queue": "Pipe or queue?"},
    "tool": {"git_sha": "0123456789abcdef", "git_dirty": False},
    "build": {"compiler": "GNU", "compiler_version": "12.2.0", "type": "Release"},
    "host": {"os": "Debian", "kernel": "6.1.0", "virt": "none", "cpu_model": "Some <CPU> & more",
             "cpus": 2},
    "limits": {"affinity": [0, 1]},
}


def example_under(heading):
    """Returns the program in Python that scripts/README.md has under this heading."""
    with open(os.path.join(SCRIPTS, "README.md"), encoding="utf-8") as file:
        section = file.read().split("\n## %s" % heading)[1].split("\n## ")[0]
    (example,) = re.findall("```python\n(.*?)```", section, re.S)
    return example


def columns():
    """Those of samples.csv, from the file that bench-all is made of."""
    with open(os.path.join(ROOT, "harness", "record", "columns.h"), encoding="utf-8") as file:
        samples = re.search(r"kColumns = .*?\}\)", file.read(), re.S)[0]
    return re.findall(r'^ +"(\w+)",$', samples, re.M)


class FixtureRun:
    def __init__(self, folder):
        self.folder = folder
        self.facts = json.loads(json.dumps(FACTS))
        self.samples, self.histogram = [], []

    def row(self, case, launch, **cells):
        self.samples.append({"schema_version": 1, "run_id": FACTS["run_id"], "case": case,
                             "launch": launch, "repetition": 1, "status": "ok", **cells})

    def channel(self, impl, size, mode, launch, interpreter="", placement="core", **cells):
        case = "pipe_vs_queue/channel:%s/bytes:%d/mode:%s/wait:%s/cpus:%s%s%s" % (
            impl, size, mode, cells.get("wait", "native"), placement, "/load:" + cells["load"] if "load" in cells else "",
            "/python:" + interpreter if interpreter else "")
        self.row(case, launch, **{"scenario": "pipe_vs_queue", "impl": impl, "wait": "block",
                                  "interpreter": interpreter, "mode": mode, "msg_bytes": size,
                                  "placement": placement, "window_s": 0.05, "metric_kind": KINDS[mode], **cells})
        return case

    def throughput(self, impl, size, rates, **more):
        for launch, rate in enumerate(rates, start=1):
            self.channel(impl, size, "throughput", launch, ops_per_s=rate, bytes_per_s=rate * size,
                         **more)

    def round_trips(self, impl, medians, placement="core", interpreter="", size=64, count=4000):
        """Each launch has `count` round trips about its median, and one that took a hundred times."""
        for launch, median in enumerate(medians, start=1):
            case = self.channel(impl, size, "ping_pong", launch, interpreter, placement,
                                lat_p50_ns=median, lat_p99_ns=2 * median)
            for factor, share in ((0.9, 0.3), (1, 0.4), (1.5, 0.29), (2, 0.01)):
                self.bucket(case, launch, int(median * factor), int(count * share))
            self.bucket(case, launch, 100 * median, 1)

    def bucket(self, case, launch, low, count):
        self.histogram.append((FACTS["run_id"], case, launch, 1, "service", low, low + 8, count))

    def operations(self, impl, costs, primitive="", scope="thread", interpreter=""):
        for launch, cost in enumerate(costs, start=1):
            self.row("single_operation/operation:" + impl, launch, scenario="single_operation",
                     impl=impl, mode="operation", primitive=primitive, scope=scope, interpreter=interpreter,
                     metric_kind="latency", lat_mean_ns=cost)

    def lock(self, impl, parties, rates, scope="thread", fair=0.5, p50=100, **cells):
        for launch, rate in enumerate(rates, start=1):
            self.row("lock_contention/contender:%s/scope:%s/parties:%d" % (impl, scope, parties), launch,
                     **{"scenario": "lock_contention", "impl": impl, "scope": scope, "parties": parties,
                        "metric_kind": "throughput", "mode": "contention", "work_in_ns": 0, "work_out_ns": 0,
                        "wait": "block", "interpreter": "", "ops_per_s": rate, "fair_jain": fair, "lat_p50_ns": p50,
                        "lat_p99_ns": 3 * p50, "max_wait_ns": 1000 * p50, **cells})

    def limit(self, impl, rates, scope="thread", permits=2, inside=2, p50=5000, **cells):
        for launch, rate in enumerate(rates, start=1):
            self.row("semaphore_pool/contender:%s/scope:%s/permits:%d" % (impl, scope, permits), launch,
                     **{"scenario": "semaphore_pool", "impl": impl, "scope": scope, "parties": 4, "permits": permits,
                        "metric_kind": "throughput", "mode": "pool", "work_in_ns": 1000, "max_inside": inside,
                        "wait": "block", "interpreter": "", "ops_per_s": rate, "lat_p50_ns": p50,
                        "timer_cost_ns": 25, "lat_n": 1000, **cells})

    def wake(self, impl, p50s, waiter="hot", scope="thread", mode="event_set", placement="core", **cells):
        for launch, p50 in enumerate(p50s, start=1):
            case = "wakeup/operation:%s/contender:%s/scope:%s/waiter:%s/%s" % (mode, impl, scope, waiter, placement)
            self.row(case, launch, **{"scenario": "wakeup", "impl": impl, "interpreter": "", "scope": scope,
                                      "mode": mode, "waiter": waiter, "placement": placement, "parties": 2,
                                      "metric_kind": "latency", "lat_p50_ns": p50, "lat_p99_ns": 3 * p50, **cells})
            for factor in (1, 2):
                self.bucket(case, launch, int(p50 * factor), 500)

    def start_join(self, impl, scope, parent, medians, interpreter="", **cells):
        for launch, p50 in enumerate(medians, start=1):
            self.row("lifecycle/contender:%s/parent:%d/%s" % (impl, parent, interpreter), launch,
                     **{"scenario": "lifecycle", "impl": impl, "scope": scope, "mode": "start_join", "metric_kind": "latency",
                        "interpreter": interpreter, "parent_bytes": parent, "lat_p50_ns": p50,
                        "lat_p99_ns": 3 * p50, **cells})

    def pool(self, impl, way, workers, values, interpreter="", **cells):
        timed = way in ("round_trip", "fifty")
        for launch, value in enumerate(values, start=1):
            self.row("pool_tasks/contender:%s/way:%s/workers:%d/%s" % (impl, way, workers, interpreter), launch,
                     **{"scenario": "pool_tasks", "impl": impl, "mode": way, "parties": workers,
                        "scope": "process", "metric_kind": "latency" if timed else "throughput",
                        "interpreter": interpreter, "lat_p50_ns": value if timed else "",
                        "lat_p99_ns": 4 * value if timed else "",
                        "lat_mean_ns": value if timed else "",
                        "ops_per_s": 50e9 / value if timed else value, **cells})

    def scaling(self, impl, work, rates, interpreter="", launches=6, scaling="weak", **cells):
        """rates: {workers: units per second}."""
        for workers, rate in rates.items():
            for launch in range(1, launches + 1):
                self.row("cpu_scaling/contender:%s/workers:%d/work:%s/scaling:%s/%s"
                         % (impl, workers, work, scaling, interpreter), launch,
                         **{"scenario": "cpu_scaling", "impl": impl, "parties": workers, "mode": work,
                            "scaling": scaling, "interpreter": interpreter,
                            "ops_per_s": rate * (1 + launch / 1000),
                            **cells})

    def queue_around(self, impl, scope, parties, rates, size=8, cpu=500, **cells):
        for launch, rate in enumerate(rates, start=1):
            self.row("producer_consumer/%s/%s/%d/%d" % (impl, scope, parties, size), launch,
                     **{"scenario": "producer_consumer", "impl": impl, "scope": scope,
                        "parties": parties, "producers": parties // 2, "consumers": parties // 2,
                        "msg_bytes": size, "batch": 1, "load_mode": "closed", "interpreter": "", "metric_kind": "throughput",
                        "ops_per_s": rate, "cpu_ns_per_op": cpu, **cells})

    def skipped(self, impl, size, reason, status="skipped"):
        self.channel(impl, size, "throughput", 1, status=status, error=reason)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self):
        with open(self.path("samples.csv"), "w", newline="", encoding="utf-8") as file:
            newer = (name for row in self.samples for name in row)  # columns that a newer bench-all may write
            writer = csv.DictWriter(file, dict.fromkeys([*columns(), *newer]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.samples)
        with open(self.path("hist.csv"), "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([HISTOGRAM, *self.histogram])
        with open(self.path("run.json"), "w", encoding="utf-8") as file:
            json.dump(self.facts, file)

    def read(self, name):
        with open(self.path(name), newline="", encoding="utf-8") as file:
            return file.read()

    def edit(self, name, change):
        """Rewrites a file of the folder: change takes its text and returns text or bytes."""
        text = change(self.read(name))
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())


@contextlib.contextmanager
def fixture_run():
    with tempfile.TemporaryDirectory() as folder:
        yield FixtureRun(folder)


def report(folder):
    """(exit code, output, errors) of report.py DIR, in this process."""
    import report as subject
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = subject.main([folder])
    return code, out.getvalue(), err.getvalue()


def answered(fill):
    """The Answer of the first scenario that fill(run) puts into a run; nothing is drawn."""
    import report as subject
    with fixture_run() as run, mock.patch.object(subject, "draw_with", return_value=[]):
        fill(run)
        run.write()
        facts, rows = read_run(run.folder)
        scenario = rows[0]["scenario"]
        found, _, _, mistakes = subject.present(scenario, run.folder, facts, [
            row for row in rows if row["scenario"] == scenario])
    assert not mistakes, mistakes
    return found


def dicts(table):
    """The rows of a Table as {heading: cell}."""
    return [dict(zip(table.header, row)) for row in table.rows]


@functools.lru_cache(maxsize=None)
def drawn(fill):
    """({name of the figure: matplotlib figure}, {name: rows of its CSV}) of what fill(run) lets be drawn."""
    import report as subject
    pictures = []
    with fixture_run() as run, mock.patch.object(
            figure.pyplot, "close", lambda each: isinstance(each, Figure) and pictures.append(each)):
        fill(run)
        run.write()
        facts, rows = read_run(run.folder)
        paths = []
        for scenario in subject.scenarios(rows):
            _, found, _, mistakes = subject.present(
                scenario, run.folder, facts, [row for row in rows if row["scenario"] == scenario])
            assert not mistakes, mistakes
            paths += found
        for path in paths:
            for ending in ("svg", "png", "csv"):
                assert os.path.getsize(path[:-3] + ending) > 0, path
        tables = {}
        for path in paths:
            with open(path[:-3] + "csv", newline="", encoding="utf-8") as file:
                tables[os.path.basename(path)[:-4]] = list(csv.DictReader(file))
    assert len(tables) == len(pictures), "figures of one name: %s" % paths
    return dict(zip(tables, pictures)), tables


def full(run, launches=6):
    """All contenders, all figures: fourteen channels, two interpreters, five sizes."""
    for rank, impl in enumerate(CHANNELS):
        for interpreter in ("3.11.2", "3.13.0") if impl.startswith("cpython") else ("",):
            for size in (8, 64, 1024, 65536, 1048576):
                if impl in ("posix_mq", "sysv_msgq") and size > 1024:
                    run.skipped(impl, size, "too | long, by\nfar")
                    continue
                rates = [2e7 / (rank + 1) / (1 + size / 4096) * (1 + each / 50)
                         for each in range(launches)]
                run.throughput(impl, size, rates, interpreter=interpreter)
                run.round_trips(impl, [200 * (rank + 1) + size // 16 + each
                                       for each in range(launches)],
                                interpreter=interpreter, size=size)
            run.round_trips(impl, [900 * (rank + 1) + each for each in range(launches)],
                            "same core", interpreter)
    for rank, impl in enumerate(("nothing", "mp_queue_put_get_64", "pipe2_write_read_64")):
        run.operations(impl, [2 * 10**rank + each / 10 for each in range(launches)])
