"""What the rows say of CPUs, against what the kernel says while they are measured."""

import glob
import os
import time
import unittest

import command
from command import CommandTest


def descendants_of(pid):
    found = [pid]
    for each in found:
        found += [child for child in command.children_of(each) if child not in found]
    return found


def cpus_of_bound_threads(pid):
    """The CPU of each thread, of a process and its descendants, that may run on one alone."""
    cpus = []
    for each in descendants_of(pid):
        for path in glob.glob("/proc/%d/task/*/status" % each):
            try:
                with open(path, encoding="ascii", errors="replace") as file:
                    allowed = [line.split()[1] for line in file if line.startswith("Cpus_allowed_list")]
            except OSError:  # it has just ended
                continue
            cpus += [int(cpu) for cpu in allowed if cpu.isdecimal()]
    return sorted(cpus)


class Placement(CommandTest):
    program = os.environ["BENCH_ALL"]

    def watch(self, arguments, out):
        """Measures one case. Returns its row, and the most bound threads that were seen at a time."""
        call = [*arguments, "--launches", "1", "--window", "1s", "--windows", "1", "--out", out, "--no-report",
                "-q"]
        most = []
        with self.start(call) as running:
            while running.poll() is None:
                most = max(most, cpus_of_bound_threads(running.pid), key=len)
                time.sleep(0.02)
            self.assertEqual(running.returncode, 0, running.communicate())
        row, = self.rows(out)
        return row, most

    def check(self, arguments, out="out"):
        row, seen = self.watch(arguments, out)
        self.assertEqual(sorted(int(cpu) for cpu in row["cpus"].split(";")), seen, row["case"])
        return row

    def test_two_processes_apart_are_on_the_cpus_of_their_row(self):
        if len(os.sched_getaffinity(0)) < 2:
            self.skipTest("one CPU")
        row = self.check(["contender:queue/msg_bytes:64/mode:ping_pong/wait:native/placement:apart"])
        self.assertEqual(row["placement"], "core")

    def test_two_processes_on_one_cpu_are_on_that_of_their_row(self):
        row = self.check(["contender:queue/msg_bytes:64/mode:ping_pong/wait:native", "--placement", "same"])
        self.assertEqual(row["placement"], "same core")

    def test_many_threads_are_on_the_cpus_of_their_row(self):
        for spread in ("compact", "scatter"):
            with self.subTest(spread):
                row = self.check(["lock_contention", "--contender", "lock", "--scope", "threads", "--workers",
                                  "3", "--work_in_ns", "0", "--placement", spread],
                                 spread)
                self.assertIn(row["placement"], (spread, "same core"))

    def test_apart_and_together_leave_out_no_scenario_that_places_its_workers(self):
        listed = {word: self.run_it(["list", "--profile", "full", "--placement", word]).out for word in ("apart", "together")}
        for word, cases in listed.items():
            for scenario in ("pipe_vs_queue", "producer_consumer", "lock_contention", "semaphore_pool",
                             "wakeup", "cpu_scaling"):
                with self.subTest(word, scenario=scenario):
                    self.assertRegex(cases, r"(?m)^%s/.*placement:%s" % (scenario, word))

    def test_a_placement_that_no_scenario_has_is_refused(self):
        result = self.run_it(["pipe_vs_queue", "--placement", "moon"])
        self.assertEqual(result.code, 2)
        self.assertIn("--placement: there is no 'moon'; choose from: apart together", result.err)


if __name__ == "__main__":
    unittest.main()
