"""Every scenario at its smallest points, through the real bench-all: rows, all well, all verified."""

import json
import os
import subprocess
import unittest

from command import CommandTest

# The others carry no payload that could be verified.
WITH_PAYLOAD = {"lock_contention", "pipe_vs_queue", "pool_tasks", "producer_consumer", "semaphore_pool"}


class SmallestPoints(CommandTest):
    program = os.environ["BENCH_ALL"]

    def smoke_cases(self, scenario):
        words = ["list", "^%s/" % scenario, "--profile", "smoke", "--json"]
        return json.loads(subprocess.check_output([self.program, *words]))

    def measures_all_of(self, scenario):
        self.assertTrue(self.smoke_cases(scenario))
        # The scripts that CPython's contenders run are the project's own.
        result = self.run_it(["^%s/" % scenario, "--profile", "smoke", "--window", "20ms",
                              "--out", self.path("out"), "--no-report", "-q"],
                             environment={"GILFREE_SOURCE_DIR": os.environ["PROJECT"]})
        self.assertEqual((result.code, result.err), (0, ""),
                         [row for row in self.samples() if row["status"] not in ("ok", "skipped")])
        rows = self.rows()
        self.assertEqual(sorted(row["case"] for row in rows), sorted(self.smoke_cases(scenario)))
        for row in rows:
            with self.subTest(row["case"]):
                if row["status"] == "skipped":
                    self.assertGreater(len(row["error"]), 10)
                    continue
                self.assertEqual((row["status"], row["error"]), ("ok", ""))
                self.assertGreater(int(row["ops"]), 0)
                self.assertGreater(float(row["window_s"]), 0)
                if scenario in WITH_PAYLOAD or row["verified"]:
                    self.assertEqual((row["verified"], row["checksum_ok"]), ("1", "1"))

    def test_core_to_core(self):
        result = self.run_it(["core_to_core", "--launches", "1", "--window", "20ms", "--out", self.path("out"),
                              "--no-report", "-q"])
        rows = self.rows()
        if len(os.sched_getaffinity(0)) < 2:
            self.assertEqual((result.code, rows[0]["status"]), (5, "skipped"))
            return
        self.assertEqual((result.code, result.err), (0, ""))
        for row in rows:
            self.assertEqual(len(set(row["cpus"].split(";"))), 2)
            self.assertGreater(float(row["lat_p50_ns"]), 0)


def of(scenario):
    """Returns the test of a scenario that has none of its own."""
    return lambda self: self.measures_all_of(scenario)


def scenarios():
    words = [SmallestPoints.program, "list", "--profile", "smoke", "--json"]
    return sorted({case.split("/")[0] for case in json.loads(subprocess.check_output(words))})


for each in scenarios():
    if not hasattr(SmallestPoints, "test_" + each):
        setattr(SmallestPoints, "test_" + each, of(each))


class Gaps(CommandTest):
    program = os.environ["BENCH_ALL"]

    def test_a_size_that_is_no_number(self):
        self.refuses(["run", "--msg_bytes", "banana"], 2,
                     "--msg_bytes: 'banana' is not a whole number; write 64, 1k, 1M, a list 8,64 or "
                     "a range 1:16:*2")

    def test_without_an_interpreter_cpython_is_skipped_with_the_reason(self):
        result = self.run_it(["cpython_queue/msg_bytes:64/mode:throughput", "--out", "out",
                              "--no-report", "-q"], environment={"PATH": self.folder})
        reason = "no python3 on PATH runs; install one or name one with --python"
        self.assertEqual((result.code, result.err),
                         (5, "bench-all: 1 case cannot run here: %s\n" % reason))
        row, = self.rows()
        self.assertEqual((row["status"], row["error"]), ("skipped", reason))

    def test_on_one_cpu_what_needs_two_is_skipped_with_the_reason(self):
        cpus = os.sched_getaffinity(0)
        self.addCleanup(os.sched_setaffinity, 0, cpus)
        os.sched_setaffinity(0, {min(cpus)})
        result = self.run_it(["contender:queue/msg_bytes:64/mode:ping_pong/wait:native", "--profile",
                              "full", "--launches", "1", "--window", "10ms", "--windows", "1",
                              "--out", "out", "--no-report", "-q"])
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual({(row["case"].split("/")[-1], row["status"]) for row in self.rows()},
                         {("placement:apart", "skipped"), ("placement:together", "ok")})

    def test_a_size_that_a_contender_does_not_have_is_skipped_with_the_reason(self):
        self.measures(["contender:queue/msg_bytes:100/mode:throughput/wait:native", "--bytes", "100",
                       "--launches", "1"], code=5)
        row, = self.rows()
        self.assertIn("powers of two from 8 to 1M, not 100 bytes", row["error"])


if __name__ == "__main__":
    unittest.main()
