"""256 threads and 256 processes, whatever the number of CPUs: a row each that is well, no failure, no hang."""

import os
import re
import unittest

from command import CommandTest

SCOPES = ("threads", "processes")


class ManyParties(CommandTest):
    program = os.environ["BENCH_ALL"]

    def each_is_well(self, words, rows):
        """Measures the cases once each; so many rows, of which none is skipped."""
        with self.subTest(" ".join(words)):
            out = str(len(os.listdir(self.folder)))
            # The scripts that CPython's contenders run are the project's own.
            result = self.run_it([*words, "--profile", "full", "--launches", "1", "--windows", "1", "--window", "20ms",
                                  "--timeout", "5m", "--out", self.path(out), "--no-report", "-q"],
                                 environment={"GILFREE_SOURCE_DIR": os.environ["PROJECT"]})
            self.assertEqual((result.code, result.err), (0, ""))
            found = self.rows(out)
            self.assertEqual(len(found), rows)
            self.assertEqual({(row["status"], row["error"], row["parties"]) for row in found}, {("ok", "", "256")})

    def test_lock_contention(self):
        for scope in SCOPES:
            self.each_is_well(["lock_contention", "--workers", "256", "--scope", scope, "--work_in_ns", "0",
                               "--contender", "lock,std_mutex,cpython_lock" if scope == "threads" else
                               "lock,pthread_mutex_pshared,cpython_lock"], 3)

    def test_an_open_loop_of_256(self):
        self.each_is_well(["lock_contention", "--workers", "256", "--scope", "threads", "--work_in_ns", "0",
                           "--contender", "lock", "--arrival", "const@20k"], 1)

    def test_semaphore_pool(self):
        for scope in SCOPES:
            self.each_is_well(["semaphore_pool", "--workers", "256", "--permits", "2", "--scope", scope,
                               "--contender", "semaphore,posix_sem,cpython_semaphore"], 3)

    def test_producer_consumer(self):
        for scope in SCOPES:
            self.each_is_well(["producer_consumer", "--producers", "128", "--consumers", "128", "--scope", scope,
                               "--bytes", "64", "--batch", "1", "--contender", "queue,cpython_queue"], 2)

    def test_pool_tasks(self):
        self.each_is_well(["pool_tasks", "--workers", "256", "--way", "one_by_one", "--contender",
                           "thread_pool,process_pool,cpython_thread_pool,cpython_pool"], 4)

    def test_cpu_scaling(self):
        for scaling, contenders in (("weak", "thread,process,cpython_thread,cpython_process"), ("strong", "thread,process")):
            self.each_is_well(["cpu_scaling", "--workers", "256", "--work", "integer", "--scaling", scaling, "--contender",
                               contenders], 1 + contenders.count(","))

    def test_work_that_needs_more_memory_than_there_is_says_so(self):
        with open("/proc/meminfo", encoding="ascii") as file:
            free = int(re.search(r"MemAvailable: +(\d+) kB", file.read())[1]) >> 10
        if free > 50000:
            self.skipTest("%d MiB are free, enough for 1000 workers" % free)
        self.measures(["cpu_scaling", "--contender", "thread", "--work", "memory", "--scaling", "weak", "--workers",
                       "1000", "--launches", "1"], 5)
        row, = self.rows()
        self.assertEqual(row["status"], "skipped")
        self.assertRegex(row["error"], r"^each worker reads 64 MiB of its own, all 64000 MiB, and \d+ MiB are free$")


if __name__ == "__main__":
    unittest.main(verbosity=2)
