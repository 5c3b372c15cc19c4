"""bench-all fleet on a real Slurm of four nodes (slurm_cluster.py), in each kind of trouble at once. Takes about two and a half minutes."""

import collections
import csv
import datetime
import glob
import json
import os
import shutil
import sys
import tempfile
import time
import unittest

import slurm_cluster

PROGRAM = os.environ["FIXTURE_BENCH"]
LAUNCHES = 20
CASES = 2
# Longer than the 30 s after which the warning of a time limit of one minute comes.
RUN = ["--", "counting", "--load", "none", "--bytes", "8", "--place", "here",
       "--launches", str(LAUNCHES), "--window", "1s", "--warmup", "20ms", "-q"]

Attempt = collections.namedtuple("Attempt", "began ended facts folder")


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def read_attempt(folder):
    """Returns the Attempt of a run's folder; what has no run.json was cut short."""
    events = os.path.join(folder, "events.jsonl")
    with open(events, encoding="utf-8") as file:
        first = json.loads(file.readline() or "{}")
    try:
        with open(os.path.join(folder, "run.json"), encoding="utf-8") as file:
            facts = json.load(file)
    except FileNotFoundError:
        facts = {}
    return Attempt(seconds(first["started_utc"]), os.stat(events).st_mtime, facts, folder)


class FleetOnSlurm(unittest.TestCase):
    def setUp(self):
        reason = slurm_cluster.missing()
        if reason:
            self.skipTest(reason)
        self.folder = tempfile.mkdtemp(prefix="gf", dir="/var/tmp")  # nodes have a /tmp of their own
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.out = os.path.join(self.folder, "out")
        os.mkdir(os.path.join(self.folder, "slurm"))
        self.cluster = slurm_cluster.Cluster(os.path.join(self.folder, "slurm"))
        self.addCleanup(self.cluster.end_all)
        self.began = time.monotonic()

    def tell(self, text):
        print("%5.1f s  %s" % (time.monotonic() - self.began, text), file=sys.stderr, flush=True)

    def fleet(self, *words):
        """One call of fleet, which accepts all."""
        done = self.cluster.on_head(PROGRAM, "fleet", "--out", self.out, *words)
        self.assertEqual(done.returncode, 0, done)
        self.tell("fleet: " + "; ".join(done.stdout.splitlines()))

    def states(self):
        """Returns {node: state} as `fleet status` says; what it calls done was measured to its end on that node."""
        told = self.cluster.on_head(PROGRAM, "fleet", "status", self.out)
        self.assertIn(told.returncode, (0, 4), told)
        states = {line.split(None, 1)[0]: line.split(None, 1)[1][:13].strip() for line in told.stdout.splitlines()[:-1]}
        for node, state in states.items():
            if state == "done":
                self.expect_was_measured(node)
        return states

    def attempts(self, node):
        """Returns the attempts of a node that have begun, in the order of their beginning."""
        found = []
        for events in glob.glob(os.path.join(self.out, node, "*", "events.jsonl")):
            if os.path.getsize(events):
                found.append(read_attempt(os.path.dirname(events)))
        return sorted(found)

    def expect_was_measured(self, node):
        whole = [each for each in self.attempts(node) if each.facts.get("exit_code") == 0]
        self.assertEqual(len(whole), 1, "%s is called done" % node)
        with open(os.path.join(whole[0].folder, "samples.csv"), newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        launches = {(row["case"], row["launch"]) for row in rows if row["status"] == "ok"}
        self.assertEqual(len(launches), CASES * LAUNCHES, "%s is called done" % node)

    def waits_until(self, is_so, what, longest=200):
        self.cluster.waits_until(is_so, what, longest)
        self.tell(what)

    def job_of(self, node):
        """Returns (id, state, reason) of the job of a node; None if Slurm knows none."""
        found = [job for name, job in self.cluster.jobs().items() if name.endswith("-" + node)]
        return found[0] if found else None

    def is_running(self, *nodes):
        """Returns whether Slurm has a running job of each, and each has measured for a while with it."""
        for node in nodes:
            job = self.job_of(node)
            if job is None or job[1] != "RUNNING":
                return False
            mine = glob.glob(os.path.join(self.out, node, job[0] + "-*", "events.jsonl"))
            if not any(os.path.getsize(events) for events in mine):
                return False
        return True

    def no_job_is_left(self):
        return self.cluster.answers() and not self.cluster.jobs()

    def nodes_are_up(self, *nodes):
        states = self.cluster.states()
        return all(states.get(node, "down").rstrip("*") in ("idle", "allocated", "mixed", "completing") and
                   not states[node].endswith("*") for node in nodes)

    def expect_none_was_measured_twice_at_once(self):
        for node in self.cluster.nodes:
            attempts = self.attempts(node)
            self.tell("%s: %s" % (node, ", ".join("%s %.0f s, exit code %s" % (
                os.path.basename(each.folder), each.ended - each.began, each.facts.get("exit_code")) for each in attempts)))
            for one, next_one in zip(attempts, attempts[1:]):
                self.assertLessEqual(one.ended, next_one.began, node)

    def expect_each_was_measured_where_it_says(self):
        hosts = [each.facts["host"]["hostname_hash"] for node in self.cluster.nodes for each in self.attempts(node)
                 if each.facts.get("exit_code") == 0]
        self.assertEqual(len(set(hosts)), len(self.cluster.nodes))

    def ends_badly(self, nodes):
        """A node is killed, a job is cancelled, one meets its time limit; a node that was down comes back."""
        cluster = self.cluster
        killed, cancelled, limited = nodes
        self.waits_until(lambda: self.is_running(*nodes), "all three measure")
        cluster.end_node(killed)
        cluster.change("scancel", self.job_of(cancelled)[0])
        cluster.change("scontrol", "update", "JobId=" + self.job_of(limited)[0], "TimeLimit=1")
        self.waits_until(lambda: cluster.states()[killed].startswith("down"),
                         "%s was killed, the job of %s cancelled, that of %s limited" % nodes)
        self.assertEqual(self.states()[cancelled], "lost")
        cluster.start_node(killed)
        cluster.start_node("n4")
        self.waits_until(self.no_job_is_left, "the nodes are back and no job is left")
        self.assertIn(143, [each.facts.get("exit_code") for each in self.attempts(limited)], "it met its time limit")
        self.assertEqual([len(self.attempts(node)) for node in (killed, cancelled)], [2, 1])

    def the_controller_is_killed(self):
        """3 s after a submission: it has not written down yet what it accepted."""
        time.sleep(3)
        self.cluster.end_controller()
        self.cluster.start_controller()
        self.waits_until(lambda: self.nodes_are_up(*self.cluster.nodes), "the controller was killed and is back")
        self.waits_until(self.no_job_is_left, "no job is left")

    def test_two_more_calls_heal_a_fleet_in_each_kind_of_trouble(self):
        self.cluster.start_all(down=["n4"])
        self.tell("n1, n2 and n3 are up")
        self.fleet("--via", "slurm", "--nodes", "n[1-4]", *RUN)
        self.ends_badly(("n1", "n2", "n3"))
        self.assertEqual(self.states(), {"n1": "done", "n2": "lost", "n3": "lost", "n4": "done"})
        self.fleet()
        self.the_controller_is_killed()
        for _ in range(2):
            if set(self.states().values()) != {"done"}:
                self.fleet()
                self.waits_until(self.no_job_is_left, "no job is left")
        self.assertEqual(self.states(), dict.fromkeys(self.cluster.nodes, "done"))
        self.expect_none_was_measured_twice_at_once()
        self.expect_each_was_measured_where_it_says()

    def test_a_job_that_can_never_run_is_an_error_and_is_cancelled(self):
        cluster = self.cluster
        cluster.start_all(down=["n2", "n3", "n4"])
        cluster.environment["SBATCH_TIMELIMIT"] = "1000"  # more than the partition allows
        self.fleet("--via", "slurm", "--nodes", "n1", *RUN)
        self.waits_until(lambda: self.job_of("n1")[2] == "PartitionTimeLimit", "Slurm keeps a job that can never run")
        told = cluster.on_head(PROGRAM, "fleet", "status", self.out)
        self.assertEqual(told.returncode, 3, told)
        self.assertIn("can never run", told.stdout)
        again = cluster.on_head(PROGRAM, "fleet", "--out", self.out)
        self.assertEqual(again.returncode, 3, again)
        self.assertIn("PartitionTimeLimit); the job is cancelled", again.stderr)
        self.waits_until(self.no_job_is_left, "no job is left")


if __name__ == "__main__":
    unittest.main(verbosity=2)  # a skipped test says why
