"""bench-all fleet, with a Slurm that is not one (fake_slurm.py), and on this machine."""

import json
import os
import signal
import socket
import unittest

from command import Result
from fake_slurm import FleetTest, RUN


class Submitting(FleetTest):
    def test_each_node_gets_one_exclusive_job_that_is_pinned_to_it(self):
        self.assertEqual(self.begin().out, "n1: job 11\nn2: job 12\n")
        first, second = self.read("submitted").splitlines()
        for word in ("--nodelist=n1", "--exclusive", "--requeue", "--nodes=1", "--signal=B:TERM@30",
                     "--open-mode=append"):
            self.assertIn(word, first.split())
        self.assertIn("--nodelist=n2", second.split())

    def test_what_is_queued_or_running_is_not_submitted_again(self):
        self.begin()
        self.set_job("n2", "RUNNING", "None")
        self.assertEqual(self.again(), ["n1: queued; job 11: Resources", "n2: running; job 12: RUNNING"])
        self.assertEqual(self.submitted(), 2)

    def test_a_node_is_done_when_its_run_is(self):
        self.begin()
        self.run_job("n1")
        self.assertEqual(self.states(4), {"n1": "done", "n2": "queued"})
        self.run_job("n2")
        self.assertEqual(self.states(0), {"n1": "done", "n2": "done"})
        self.again()
        self.assertEqual(self.submitted(), 2)
        self.assertEqual({row["status"] for row in self.rows(os.path.join("out", "n1", "11-0"))}, {"ok"})

    def test_a_constraint_chooses_the_nodes_that_have_all_its_features(self):
        self.fleet("--via", "slurm", "--constraint", "fast&old")
        self.assertEqual(list(self.jobs()), ["n1"])

    def test_a_later_call_may_add_nodes(self):
        self.begin("n1")
        self.fleet("--nodes", "n3")
        self.assertEqual(list(self.jobs()), ["n1", "n3"])

    def test_arguments_reach_run_as_they_were_written(self):
        self.fleet("--via", "slurm", "--nodes", "n1", "--", "counting", "--exclude", "it's|no case  of",
                   code=2, run=False)
        self.fleet("--via", "slurm", "--nodes", "n1", "--", "count.*", "--profile", "smoke", "--window", "10ms",
                   "--exclude", "who:rare|it's $HOME", "-q", run=False)
        self.run_job("n1")
        with open(self.path("out", "n1", "11-0", "run.json"), encoding="utf-8") as file:
            self.assertIn("who:rare|it's $HOME", json.load(file)["command"])

    def test_a_dry_run_prints_the_batch_lines_and_makes_nothing(self):
        result = self.fleet("--via", "slurm", "--nodes", "n[1-2]", "--dry-run")
        self.assertIn("sbatch --parsable --job-name=gilfree-", result.out)
        self.assertIn("--nodelist=n2", result.out)
        self.assertIn("run counting --profile smoke", result.out)
        self.assertFalse(os.path.exists(self.path("out")))
        self.assertEqual(self.submitted(), 0)


class Healing(FleetTest):
    def test_jobs_that_the_controller_forgot_are_submitted_again(self):
        self.begin()
        self.forget("n2")
        self.assertEqual(self.states(4), {"n1": "queued", "n2": "never ran"})
        self.assertEqual(self.again(), ["n1: queued; job 11: Resources", "n2: job 13"])

    def test_a_run_that_was_cut_short_is_lost_and_measured_again(self):
        self.begin("n1")
        os.makedirs(self.path("out", "n1", "11-0"))
        with open(self.path("out", "n1", "11-0", "events.jsonl"), "w", encoding="ascii"):
            pass
        self.forget("n1")
        self.assertEqual(self.states(4), {"n1": "lost"})
        self.again()
        self.run_job("n1")
        self.assertEqual(self.states(0), {"n1": "done"})

    def test_a_run_into_its_time_limit_keeps_its_rows_and_is_measured_again(self):
        self.fleet("--via", "slurm", "--nodes", "n1", "--", "counting", "--launches", "1", "--window", "60s", "-q",
                   run=False)
        job = self.start_job("n1")
        with job:
            events = self.path("out", "n1", "11-0", "events.jsonl")
            self.waits_until(lambda: os.path.exists(events) and os.path.getsize(events) > 0, "it did not begin")
            job.send_signal(signal.SIGTERM)
            job.communicate(timeout=60)
        self.assertEqual(job.returncode, 143)
        self.forget("n1")
        self.assertEqual(self.states(4), {"n1": "lost"})
        self.assertEqual(self.again(), ["n1: job 12"])

    def test_a_job_that_slurm_holds_is_replaced(self):
        self.begin("n1")
        self.set_job("n1", "PENDING", "launch failed requeued held")
        self.assertEqual(self.again(), ["n1: job 12"])
        self.assertEqual(self.read("cancelled"), "11\n")

    def test_a_job_with_the_number_of_an_earlier_one_gets_a_folder_of_its_own(self):
        self.begin("n1")
        os.makedirs(self.path("out", "n1", "11-0"))
        os.makedirs(self.path("out", "n1", "11-0.2"))
        self.run_job("n1")
        self.assertEqual(self.states(0), {"n1": "done"})
        self.assertTrue(os.path.exists(self.path("out", "n1", "11-0.3", "run.json")))
        self.assertEqual(os.listdir(self.path("out", "n1", "11-0")), [])

    def test_a_node_that_is_down_keeps_its_job(self):
        self.begin()
        self.write("states", "n1|idle\nn2|down*\n")
        self.set_job("n2", "PENDING", "ReqNodeNotAvail, UnavailableNodes:n2")
        self.assertEqual(self.states(4), {"n1": "queued", "n2": "down"})
        self.again()
        self.assertEqual(self.submitted(), 2)

    def test_what_can_never_run_is_an_error_and_is_cancelled(self):
        self.begin()
        self.set_job("n2", "PENDING", "PartitionTimeLimit")
        self.assertEqual(self.states(3), {"n1": "queued", "n2": "can never run"})
        result = self.fleet(code=3, run=False)
        self.assertEqual(result.err, "bench-all: n2 can never run this (job 12: PartitionTimeLimit); "
                                     "the job is cancelled\n")
        self.assertEqual(self.read("cancelled"), "12\n")

    def test_without_an_answer_of_the_controller_nothing_is_submitted(self):
        self.begin()
        self.write("jobs", "")
        self.write("down", "")
        result = self.fleet(code=3, run=False)
        self.assertEqual((result.out, result.err), (
            "", "bench-all: squeue: slurm_load_jobs error: Unable to contact slurm controller\n"))
        self.assertEqual(self.submitted(), 2)

    def test_a_job_that_is_refused_is_named_and_the_others_are_submitted(self):
        self.write("refused", "sbatch: error: Batch job submission failed: Access denied\n")
        result = self.fleet("--via", "slurm", "--nodes", "n1", code=3)
        self.assertEqual(result.err,
                         "bench-all: n1: sbatch: sbatch: error: Batch job submission failed: Access denied\n")
        self.assertEqual(self.states(4), {"n1": "never ran"})

    def test_a_second_job_on_a_node_that_is_being_measured_ends_at_once(self):
        self.fleet("--via", "slurm", "--nodes", "n1", "--", "counting", "--launches", "1", "--window", "60s", "-q",
                   run=False)
        first = self.start_job("n1")
        with first:
            events = self.path("out", "n1", "11-0", "events.jsonl")
            self.waits_until(lambda: os.path.exists(events) and os.path.getsize(events) > 0, "it did not begin")
            self.forget("n1")  # the controller has lost it; it runs on
            self.again()
            with self.start_job("n1") as second:
                err = second.communicate(timeout=60)[1]
            self.assertEqual(second.returncode, 75)
            self.assertIn("another job of this fleet measures", err)
            first.send_signal(signal.SIGTERM)
            first.communicate(timeout=60)
        self.assertFalse(os.path.exists(self.path("out", "n1", "12-0")))


    def test_a_job_that_was_killed_leaves_its_node_to_the_next(self):
        self.fleet("--via", "slurm", "--nodes", "n1", "--", "counting", "--launches", "1", "--window", "60s", "-q",
                   run=False)
        for number in (11, 12):
            with self.start_job("n1") as job:
                events = self.path("out", "n1", "%d-0" % number, "events.jsonl")
                self.waits_until(lambda: os.path.exists(events) and os.path.getsize(events) > 0, "it did not begin")
                job.kill()
            self.forget("n1")
            self.again()


class Local(FleetTest):
    node = socket.gethostname().split(".")[0]

    def local(self, code=0):
        result = self.run_it(["fleet", "--out", self.path("out"), *RUN])
        self.assertEqual(result.code, code, result)
        return result.out.splitlines()[-1]

    def test_this_machine_is_measured_once(self):
        self.assertEqual(self.local(), self.node + ": ended with exit code 0")
        self.assertEqual(self.local().split(";")[0], self.node + ": done")
        self.assertEqual(os.listdir(self.path("out", self.node)).count("2"), 0)
        result = self.run_it(["fleet", "status", self.path("out")])
        self.assertEqual((result.code, result.out.splitlines()[-1]), (0, "1 node: 1 done"))

    def test_a_run_that_was_cut_short_is_made_again(self):
        self.local()
        os.remove(self.path("out", self.node, "1", "run.json"))
        self.local()
        self.assertTrue(os.path.exists(self.path("out", self.node, "2", "run.json")))

    def test_it_needs_no_slurm(self):
        result = self.run_it(["fleet", "--out", self.path("out"), "--via", "slurm", "--nodes", "n1", *RUN],
                             environment={"PATH": self.folder})
        self.assertEqual(result, Result(3, "", "bench-all: sinfo is not on PATH; install it, or use --via local\n"))


class FleetMistakes(FleetTest):
    def check(self, words, said):
        result = self.slurms(*words)
        self.assertEqual(result, Result(2, "", "bench-all: %s\n" % said))
        self.assertFalse(os.path.exists(self.path("out")))

    def test_each_is_named_with_the_remedy(self):
        out = ["--out", self.path("out")]
        slurm = [*out, "--via", "slurm"]
        for words, said in (
                ([*RUN], "fleet: name the folder for the results by --out DIR"),
                ([*out, "--via", "moon", *RUN], "--via: there is no 'moon'; choose local or slurm"),
                ([*slurm, *RUN], "fleet: name the nodes, as --nodes n[1-4], or a feature of theirs, --constraint C"),
                ([*slurm, "--nodes", "n9", *RUN], "--nodes: Slurm has no node 'n9'; `sinfo -N` lists them"),
                ([*slurm, "--nodes", "n[", *RUN],
                 "--nodes: 'n[' is no list of nodes; write n1,n2 or n[1-4,7]"),
                ([*slurm, "--constraint", "gpu", *RUN], "fleet: no node has 'gpu'"),
                ([*slurm, "--nodes", "n1", "--", "counting", "--out", "x"],
                 "fleet: '--out' stands before `--`: each node gets a folder in it"),
                (["status", self.path("none")],
                 "'%s' holds no fleet; `bench-all fleet --out DIR` begins one" % self.path("none"))):
            with self.subTest(said):
                self.check(words, said)

    def test_arguments_that_run_refuses_are_refused_at_once(self):
        result = self.slurms("--out", self.path("out"), "--", "counting", "--nonsense")
        self.assertEqual(result.code, 2)
        self.assertEqual(result.err, "bench-all: fleet: `run` refuses what is after `--`: The following argument was "
                                     "not expected: --nonsense; see bench-all --help\n")

    def test_other_arguments_than_those_of_the_first_call_are_refused(self):
        self.begin()
        result = self.slurms("--out", self.path("out"), "--", "counting", "-q")
        self.assertEqual(result.code, 2)
        self.assertIn("is measured with other arguments (counting --profile smoke", result.err)
        self.assertEqual(self.submitted(), 2)

    def test_a_damaged_plan_is_named(self):
        self.begin()
        with open(self.path("out", "fleet.json"), "w", encoding="ascii") as file:
            file.write("{}")
        result = self.slurms("status", self.path("out"))
        self.assertEqual(result, Result(2, "", "bench-all: %s is damaged; choose another folder by --out\n"
                                        % self.path("out", "fleet.json")))


if __name__ == "__main__":
    unittest.main()
