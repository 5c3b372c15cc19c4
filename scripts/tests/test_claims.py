"""The tutorial's claims: each is judged by what was measured here, in CPython and in gilfree apart."""

import unittest

import support
from data.run_folder import read_run
from answers import claims


def judged(fill):
    """{claim: (CPython, gilfree, verdict)} of what fill(run) puts into a run."""
    with support.fixture_run() as run:
        fill(run)
        run.write()
        table = claims.claims_of(*read_run(run.folder))
    return {str(line[0]): tuple(map(str, line[1:])) for line in table.rows}


PIPE = "A Pipe is faster than a Queue (messages of 64 B, one way)"
GIL = "Threads cannot use several cores (the GIL)"
CORES = "Processes can use several cores"
POOL = "For 50 tasks a pool of 4 is cheaper than a process for each"


class Claims(unittest.TestCase):
    def test_a_claim_about_speed_holds_where_the_two_are_told_apart_in_its_direction(self):
        def fill(run):
            for impl, rate in (("pipe", 100), ("queue", 150)):
                run.throughput(impl, 64, [rate] * 6)
            for impl, rate in (("cpython_pipe", 3), ("cpython_queue", 2)):
                run.throughput(impl, 64, [rate] * 6, interpreter="3.11.2")
        self.assertEqual(judged(fill)[PIPE], (
            "CPython 3.11.2 Pipe is 1.50 times (1.50 to 1.50) as fast as CPython 3.11.2 Queue",
            "gilfree Pipe is 0.67 times (0.67 to 0.67) as fast as gilfree Queue", "holds in CPython; does not hold in gilfree"))

    def test_a_shorter_answer_is_a_faster_one(self):
        found = judged(lambda run: (run.round_trips("pipe", [200] * 6), run.round_trips("queue", [400] * 6)))
        self.assertEqual(found["A Pipe answers faster than a Queue (64 B, there and back)"][1:],
                         ("gilfree Pipe is 2.0 times (2.0 to 2.0) as fast as gilfree Queue", "not measured in CPython; holds in gilfree"))

    def test_what_is_not_told_apart_is_neither_true_nor_false_and_few_launches_are_preliminary(self):
        found = judged(lambda run: (run.throughput("pipe", 64, [101] * 6), run.throughput("queue", 64, [100] * 6)))
        self.assertIn("cannot be told in gilfree", found[PIPE][2])
        found = judged(lambda run: (run.throughput("pipe", 64, [300]), run.throughput("queue", 64, [100])))
        self.assertIn("holds (preliminary) in gilfree", found[PIPE][2])
        found = judged(lambda run: (run.throughput("pipe", 64, [102]), run.throughput("queue", 64, [100])))
        self.assertIn("cannot be told (preliminary) in gilfree", found[PIPE][2])

    def test_threads_and_processes_are_judged_by_how_much_more_two_do_than_one(self):
        def fill(run):
            for impl, second, interpreter in (("thread", 1.9, ""), ("process", 1.9, ""), ("cpython_thread", 0.8, "3.11.2"),
                                              ("cpython_process", 1.2, "3.11.2")):
                run.scaling(impl, "integer", {1: 100, 2: 100 * second, 4: 400}, interpreter)
        found = judged(fill)
        self.assertEqual(found[GIL][2], "holds in CPython; does not hold in gilfree")
        self.assertEqual(found[CORES][2], "does not hold in CPython; holds in gilfree")
        self.assertTrue(found[GIL][0].startswith("2 x CPython 3.11.2 Thread: 0.80 times"), found[GIL])

    def test_more_than_the_cores_can_give_proves_nothing(self):
        found = judged(lambda run: run.scaling("process", "integer", {1: 100, 2: 250}))
        self.assertEqual(found[CORES][2], "not measured in CPython; cannot be told in gilfree")
        self.assertIn("more than the cores can give", found[CORES][1])

    def test_a_pool_is_compared_at_the_tutorials_number_of_workers_or_the_nearest(self):
        def fill(run):
            for workers in (1, 4):
                run.pool("process_pool", "fifty", workers, [2e6] * 6)
                run.pool("process", "fifty", workers, [2e6 * workers] * 6)
        self.assertEqual(judged(fill)[POOL][1], "gilfree mp::Pool is 4.0 times (4.0 to 4.0) as fast as gilfree mp::Process")

    def test_a_limit_that_was_broken_does_not_hold(self):
        found = judged(lambda run: run.limit("semaphore", [100] * 6, inside=2))
        self.assertIn("holds in gilfree", found["A Semaphore(n) lets in n at once and no more"][2])
        found = judged(lambda run: run.limit("semaphore", [100] * 6, inside=3))
        self.assertEqual(found["A Semaphore(n) lets in n at once and no more"][1:], (
            "more inside than permits in 6 of 6 windows", "not measured in CPython; does not hold in gilfree"))

    def test_a_lock_that_let_two_in_does_not_hold(self):
        def fill(run):
            run.lock("lock", 2, [100] * 6, verified=1, checksum_ok=1)
            run.lock("rlock", 2, [100], verified=1, checksum_ok=0, status="failed", error="two were inside")
        self.assertEqual(judged(fill)["A Lock lets one in at a time"][1:],
                         ("two at once in 1 of 7 windows", "not measured in CPython; does not hold in gilfree"))

    def test_a_run_that_has_nothing_of_them_has_no_table(self):
        self.assertEqual(judged(lambda run: run.lock("lock", 2, [100])), {})

    def test_each_claim_leads_to_its_section(self):
        with support.fixture_run() as run:
            run.limit("semaphore", [100] * 6)
            run.write()
            support.report(run.folder)
            self.assertIn('<a href="#semaphore_pool">A Semaphore(n)', run.read("report.html"))


if __name__ == "__main__":
    unittest.main()
