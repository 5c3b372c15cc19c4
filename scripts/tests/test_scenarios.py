"""What the scenarios with a module of their own say beyond the rule of the races."""

import unittest

import support  # noqa: F401, finds the scripts
import fills
from data.scaling_fit import Fit, fit_of
from scenarios import plot_cpu_scaling
from support import answered, dicts

MIB = 1 << 20


def sentences(fill):
    found = answered(fill)
    return [found.headline, *found.points]


class Every(unittest.TestCase):
    def test_nothing_measured_says_so_and_why(self):
        for name, fill in fills.FILLS.items():
            def skip(run, fill=fill):
                fill(run)
                for row in run.samples:
                    row.update(status="skipped", error="not here")
            with self.subTest(name):
                found = answered(skip)
                self.assertRegex(found.headline, "measured no|was measured|nothing|has no")
                self.assertEqual(found.races, [])

    def test_rows_that_failed_or_measured_nothing_are_left_out(self):
        for name, fill in fills.FILLS.items():
            def spoil(run, fill=fill):
                fill(run)
                for row in run.samples[1::3]:
                    row.update(ops_per_s="", lat_p50_ns="", lat_p99_ns="", lat_mean_ns="", cpu_ns_per_op="")
                for row in run.samples[::3]:
                    row.update(status="timeout", error="still running")
            with self.subTest(name):
                self.assertTrue(answered(spoil).tables)

    def test_every_headline_names_a_contender(self):
        for name, fill in fills.FILLS.items():
            self.assertRegex(answered(fill).headline, "gilfree|std|CPython|POSIX|Boost", name)


class Lifecycle(unittest.TestCase):
    def test_it_says_what_the_parents_memory_costs(self):
        found = sentences(fills.lifecycle)
        self.assertIn("With 1 GiB in the parent instead of 10 MiB, fork, waitpid takes 70 times (70 to 70) as long.", found)
        self.assertIn("With 1 GiB in the parent instead of 10 MiB, gilfree mp::Process, ForkServer takes 1.00 times (1.00 "
                      "to 1.00) as long.", found)

    def test_of_one_size_it_says_nothing_of_the_other(self):
        found = sentences(lambda run: run.start_join("fork", "process", 10 * MIB, [3e5] * 6))
        self.assertFalse([each for each in found if "instead of" in each])


class PoolTasks(unittest.TestCase):
    def test_it_answers_the_tutorials_question_with_a_pool_of_four(self):
        found = sentences(fills.pool_tasks)
        self.assertIn("50 tasks: a process for each takes 6.0 times (6.0 to 6.0) as long as a pool of 4 workers (gilfree "
                      "mp::Process, gilfree mp::Pool).", found)
        self.assertIn("50 tasks: a process for each takes 4.0 times (4.0 to 4.0) as long as a pool of 4 workers (CPython "
                      "3.11.2 Process, CPython 3.11.2 Pool).", found)

    def test_without_the_processes_there_is_no_answer(self):
        found = sentences(lambda run: run.pool("process_pool", "fifty", 4, [2e6] * 6))
        self.assertFalse([each for each in found if each.startswith("50 tasks:")])


class CpuScaling(unittest.TestCase):
    def table(self, fill=fills.cpu_scaling):
        return dicts(answered(fill).tables[0])

    def test_oversubscription_is_never_an_efficiency(self):
        cells = {(row["contender"], row["workers"]): row for row in self.table()
                 if row["work"] == "integer" and row["scaling"] == "weak"}
        self.assertEqual(cells["gilfree th::Thread", "2"]["efficiency"], "98 %")
        self.assertEqual(cells["gilfree th::Thread", "4"]["efficiency"], "oversubscribed")
        self.assertEqual(cells["CPython 3.11.2 Thread", "2"]["speed-up"], "0.9")

    def test_more_than_the_cores_can_give_is_doubted(self):
        found = answered(lambda run: run.scaling("thread", "lock", {1: 1e5, 2: 3e5})).tables[0]
        self.assertEqual(dicts(found)[1]["efficiency"], "150 %")
        self.assertIn("the one worker was disturbed", found.notes[dicts(found)[1]["efficiency"].notes[0] - 1])

    def test_what_is_doubted_says_so_and_is_no_headline(self):
        found = answered(lambda run: (run.scaling("thread", "integer", {1: 1e5, 2: 3e5}), run.scaling("process", "integer", {1: 1e5, 2: 1.9e5})))
        self.assertTrue(found.headline.startswith("2 workers, each a gilfree mp::Process, do 1.90 times"), found.headline)
        self.assertIn("of one, more than the cores can give: the one worker was disturbed.", found.points[0])

    def test_of_divided_work_too_no_more_workers_than_cpus_are_efficient(self):
        rows = [row for row in self.table() if row["scaling"] == "strong" and row["work"] == "lock" and
                row["contender"] == "gilfree mp::Process"]
        self.assertEqual([(row["workers"], row["speed-up"], row["efficiency"]) for row in rows], [
            ("1", "1", "100 %"), ("2", "1.6", "80 %"), ("4", "1.2", "oversubscribed")])

    def test_the_one_that_scales_best_is_named_first(self):
        found = sentences(fills.cpu_scaling)
        self.assertEqual(found[0], "2 workers, each a gilfree mp::Process, do 1.96 times (1.96 to 1.96) the integer work of one.")
        found = sentences(lambda run: (run.scaling("thread", "integer", {1: 1e5, 2: 1.2e5}),
                                       run.scaling("std_thread", "integer", {1: 1e5, 2: 1.9e5})))
        self.assertIn("each a std::thread, do 1.90 times", found[0])

    def test_its_sentences_speak_of_no_more_workers_than_cpus(self):
        found = sentences(fills.cpu_scaling)
        self.assertFalse([each for each in found if "4 workers" in each])
        self.assertEqual(len([each for each in found if each.startswith("2 workers")]), 4)
        self.assertIn("Divided among 2 workers, each a gilfree th::Thread, the same integer work is done 1.60 times (1.60 to 1.60) as "
                      "fast.", found)

    def test_a_run_without_the_column_is_weak(self):
        def fill(run):
            run.scaling("thread", "lock", {1: 1e5, 2: 2e5})
            for row in run.samples:
                del row["scaling"]
        self.assertEqual({row["scaling"] for row in self.table(fill)}, {"weak"})

    def test_two_cpus_are_too_few_for_a_law_and_it_says_so_once(self):
        self.assertEqual([each for each in sentences(fills.cpu_scaling) if "Amdahl" in each], [
            "Amdahl's law and the universal scalability law (USL): no law is fitted: 2 points without oversubscription, "
            "six are needed."])

    def test_where_there_are_points_enough_the_laws_are_fitted(self):
        def fill(run):
            run.facts["host"]["cpus"] = 32
            run.scaling("thread", "lock", {n: 1e5 * n / (1 + 0.05 * (n - 1)) for n in (1, 2, 4, 8, 16, 32)})
        self.assertIn("gilfree th::Thread, lock work, weak scaling: Amdahl: 5 % one at a time; "
                      "USL: contention 5 %, crosstalk 0 %.", sentences(fill))

    def test_without_one_worker_there_is_nothing_to_compare_with(self):
        found = answered(lambda run: run.scaling("thread", "lock", {2: 1}))
        self.assertEqual((found.headline, found.tables), ("This run has no work of one worker to compare with.", []))

    def test_it_is_no_race_and_lists_no_loss(self):
        self.assertEqual(answered(fills.cpu_scaling).races, [])

    def test_kinds_of_work_that_are_not_listed_are_shown_after_those_that_are(self):
        def fill(run):
            run.scaling("thread", "sorting", {1: 1, 2: 2})
            run.scaling("thread", "lock", {1: 1, 2: 2})
        self.assertEqual([row["work"] for row in self.table(fill)], ["lock", "lock", "sorting", "sorting"])
        self.assertNotIn("sorting", plot_cpu_scaling.KINDS)


class Laws(unittest.TestCase):
    COUNTS = (1, 2, 3, 4, 6, 8)

    def test_both_are_found_again(self):
        fit = fit_of({n: n / (1 + 0.03 * (n - 1) + 0.002 * n * (n - 1)) for n in self.COUNTS}, 8)
        self.assertIsInstance(fit, Fit)
        self.assertAlmostEqual(fit.contention, 0.03)
        self.assertAlmostEqual(fit.crosstalk, 0.002)

    def test_perfect_and_better_scaling_has_no_negative_cost(self):
        self.assertEqual(fit_of({n: 1.1 * n for n in self.COUNTS}, 8), Fit(0.0, 0.0, 0.0))

    def test_crosstalk_is_never_a_gain(self):
        fit = fit_of({n: n / (1 + 0.1 * (n - 1) ** 0.5) for n in self.COUNTS}, 8)
        self.assertEqual(fit.crosstalk, 0)
        self.assertGreater(fit.contention, 0)

    def test_points_with_more_workers_than_cpus_do_not_count(self):
        self.assertEqual(fit_of({n: n for n in self.COUNTS}, 4),
                         "no law is fitted: 4 points without oversubscription, six are needed")
        self.assertEqual(fit_of({}, 4), "no law is fitted: 0 points without oversubscription, six are needed")

    def test_scipy_fits_the_same(self):
        try:
            import numpy
            from scipy.optimize import nnls
        except ImportError:
            self.skipTest("python3-scipy is not installed")
        source = numpy.random.default_rng(5)
        for _ in range(50):
            speed_ups = {n: n / (1 + source.uniform(0, 0.3) * (n - 1) * source.uniform(0.7, 1.3) +
                                 source.uniform(0, 0.01) * n * (n - 1)) for n in self.COUNTS}
            fit = fit_of(speed_ups, 8)
            rows = [(n, n / value - 1) for n, value in speed_ups.items() if n > 1]
            found, _ = nnls(numpy.array([(n - 1, n * (n - 1)) for n, _ in rows]), numpy.array([y for _, y in rows]))
            numpy.testing.assert_allclose([fit.contention, fit.crosstalk], found, atol=1e-9)


class SemaphorePool(unittest.TestCase):
    def test_a_limit_that_held_is_a_point_and_never_the_headline(self):
        found = sentences(fills.semaphore_pool)
        self.assertIn("At no moment were more workers inside than there were permits.", found[1:])

    def test_a_limit_that_broke_is_said(self):
        found = sentences(lambda run: run.limit("semaphore", [1e6] * 6, inside=3))
        self.assertIn("The limit was broken: in 6 measured windows more workers were inside than there were permits.", found)

    def test_permits_that_were_never_scarce_are_no_test_of_waiting(self):
        found = sentences(lambda run: (run.limit("semaphore", [1e6] * 6, p50=30), run.limit("posix_sem", [1e6] * 6)))
        self.assertTrue(any("In 1 of 2 cases the median wait is no longer than two readings of the clock" in each
                            for each in found), found)


class SingleOperation(unittest.TestCase):
    def test_those_that_do_the_same_job_are_compared_and_others_are_not(self):
        found = answered(fills.single_operation)
        self.assertEqual([found.headline, *found.points], [
            "Lock between threads, acquire, release: gilfree th::Lock is the fastest with 10 ns; 2.0 times (2.0 to 2.0) as "
            "fast as std::mutex (20 ns).",
            "Event between processes, set, clear: gilfree mp::Event: 30 ns; nothing else was measured beside it."])

    def test_what_is_as_cheap_as_the_empty_loop_is_not_given_a_price(self):
        cells = {row["contender"]: row["time per operation"] for row in dicts(answered(fills.single_operation).tables[0])}
        self.assertEqual(cells["gilfree mp queue qsize"], "as the empty loop")
        self.assertEqual(cells["gilfree mp queue put get 64"], "40 ns")
        self.assertEqual(cells["an empty loop (baseline)"], "2 ns")


class Wakeup(unittest.TestCase):
    def test_waiters_that_sleep_and_were_not_measured_are_said_first(self):
        found = sentences(lambda run: run.wake("event", [80] * 6))
        self.assertTrue(found[1].startswith("This run did not measure waiters that sleep"), found)

    def test_where_both_were_measured_each_is_told(self):
        found = sentences(fills.wakeup)
        self.assertFalse([each for each in found if "did not measure" in each])
        self.assertTrue(any("the waiter sleeps" in each for each in found), found)


class ProducerConsumer(unittest.TestCase):
    def test_items_that_arrived_wrong_are_not_said_to_have_arrived(self):
        right = lambda run: run.queue_around("queue", "thread", 2, [1e6] * 6)  # noqa: E731
        wrong = lambda run: run.queue_around("queue", "thread", 2, [1e6] * 6, checksum_ok=0)  # noqa: E731
        self.assertIn("Every item arrived exactly once.", sentences(right))
        self.assertNotIn("Every item arrived exactly once.", sentences(wrong))


if __name__ == "__main__":
    unittest.main()
