"""The figures and answers of lifecycle, pool_tasks, cpu_scaling and producer_consumer: what they say, that
nothing in them is cut or written over, and that bad and missing rows are no trouble."""

import itertools
import os
import unittest
from unittest import mock

import support
import figure
import plot_cpu_scaling
import plot_lifecycle
import plot_pool_tasks
import plot_producer_consumer
from matplotlib.figure import Figure
from run_folder import read_run
from scaling_fit import Fit, fit_of
from test_figures import shares_room, texts

MODULES = {"lifecycle": plot_lifecycle, "pool_tasks": plot_pool_tasks,
           "cpu_scaling": plot_cpu_scaling, "producer_consumer": plot_producer_consumer}
MIB, GIB = 1 << 20, 1 << 30


def fill_lifecycle(run):
    for parent, cost in ((10 * MIB, 1), (GIB, 70)):
        run.start_join("process", "process", parent, [300e3 * cost] * 6)
        run.start_join("process_fork_server", "process", parent, [400e3 + cost] * 6)
        run.start_join("fork", "process", parent, [250e3 * cost] * 6)
        run.start_join("cpython_process_forkserver", "process", parent, [4e6] * 6, "3.11.2")
        run.start_join("cpython_process_fork", "process", parent, [3e6 * cost] * 6, "3.11.2")
    run.start_join("thread", "thread", 10 * MIB, [20e3] * 6)
    run.start_join("pthread", "thread", 10 * MIB, [20e3] * 6)


def fill_pool_tasks(run):
    for workers in (1, 2, 4):
        for way, factor in (("one_by_one", 1), ("chunks", 10)):
            run.pool("process_pool", way, workers, [2e6 * factor] * 6)
            run.pool("cpython_pool", way, workers, [4e4 * factor] * 6, "3.11.2")
        run.pool("process_pool", "round_trip", workers, [5e3] * 6)
        for impl, cost in (("process_pool", 2e6), ("process", 12e6)):
            run.pool(impl, "fifty", workers, [cost] * 6)
        for impl, cost in (("cpython_pool", 20e6), ("cpython_process", 80e6)):
            run.pool(impl, "fifty", workers, [cost] * 6, "3.11.2")


def fill_cpu_scaling(run):
    for work in plot_cpu_scaling.KINDS:
        for impl in ("thread", "process"):
            run.scaling(impl, work, {1: 1e5, 2: 1.96e5, 4: 1.97e5})
            run.scaling(impl, work, {1: 1e5, 2: 1.6e5, 4: 1.2e5}, scaling="strong")
        for impl, second in (("cpython_thread", 0.9), ("cpython_process", 1.9)):
            run.scaling(impl, work, {1: 1e3, 2: second * 1e3, 4: second * 1e3}, "3.11.2")
            run.scaling(impl, work, {1: 1e3, 2: 0.9 * second * 1e3}, "3.11.2", scaling="strong")


def fill_producer_consumer(run):
    for scope in ("thread", "process"):
        for size, parties in itertools.product((8, 1024), (2, 4)):
            run.queue_around("queue", scope, parties, [8e6] * 6, size)
            run.queue_around("boost_message_queue", scope, parties, [2e6] * 6, size)


FILL = {"lifecycle": fill_lifecycle, "pool_tasks": fill_pool_tasks,
        "cpu_scaling": fill_cpu_scaling, "producer_consumer": fill_producer_consumer}


def answer_of(scenario, fill):
    with support.fixture_run() as run:
        fill(run)
        run.write()
        found = MODULES[scenario].answer(*read_run(run.folder))
    return [found.headline, *found.points], [dict(zip(found.header, row)) for row in found.table]


def draw(scenario, fill, check):
    """Calls check(name, picture) for each figure that is drawn; returns their names."""
    pictures = []
    with support.fixture_run() as run:
        fill(run)
        run.write()
        with mock.patch.object(figure.pyplot, "close",
                               lambda each: pictures.append(each) if isinstance(each, Figure) else 0):
            facts, rows = read_run(run.folder)
            paths = MODULES[scenario].draw(run.folder, facts, rows)
        for path, picture in zip(paths, pictures):
            for ending in ("svg", "png", "csv"):
                assert os.path.getsize(path[:-3] + ending) > 0
            check(os.path.basename(path), picture)
            figure.pyplot.close(picture)
    return paths


class Pictures(unittest.TestCase):
    def check(self, name, picture):
        written = texts(picture)
        for words, box in written:
            inside = (box.x0 >= picture.bbox.x0 and box.x1 <= picture.bbox.x1 and
                      box.y0 >= picture.bbox.y0 and box.y1 <= picture.bbox.y1)
            self.assertTrue(inside, "%s: %r is cut" % (name, words))
        for (one, box), (other, beside) in itertools.combinations(written, 2):
            self.assertFalse(shares_room(box, beside), "%s: %r on %r" % (name, one, other))

    def test_nothing_is_cut_or_written_over(self):
        for scenario, fill in FILL.items():
            with self.subTest(scenario):
                self.assertTrue(draw(scenario, fill, self.check))

    def test_each_axis_of_dots_has_numbers_however_narrow(self):
        def check(_name, picture):
            picture.canvas.draw()
            for axis in picture.axes:
                low, high = axis.get_xlim()
                shown = [tick for tick in axis.get_xticks() if low <= tick <= high]
                self.assertGreater(len(shown), 1)
        for scenario in ("lifecycle", "pool_tasks"):
            draw(scenario, FILL[scenario], check)

    def test_one_contender_of_one_launch_is_enough(self):
        least = {
            "lifecycle": lambda run: run.start_join("process", "process", 10 * MIB, [3e5]),
            "pool_tasks": lambda run: run.pool("process_pool", "fifty", 2, [3e6]),
            "cpu_scaling": lambda run: run.scaling("thread", "lock", {1: 1e5}, launches=1),
            "producer_consumer": lambda run: run.queue_around("queue", "thread", 2, [1e6])}
        for scenario, fill in least.items():
            with self.subTest(scenario):
                self.assertTrue(draw(scenario, fill, self.check))
                sentences, table = answer_of(scenario, fill)
                self.assertTrue(sentences[0])
                self.assertEqual(len(table), 1)

    def test_nothing_measured_draws_nothing_and_says_so(self):
        for scenario in MODULES:
            def fill(run, scenario=scenario):
                FILL[scenario](run)
                for row in run.samples:
                    row.update(status="skipped", error="not here", ops_per_s="", lat_p50_ns="", lat_mean_ns="")
            with self.subTest(scenario):
                self.assertEqual(draw(scenario, fill, self.check), [])
                sentences, table = answer_of(scenario, fill)
                self.assertEqual((len(sentences), table), (1, []))

    def test_rows_that_failed_or_measured_nothing_are_left_out(self):
        for scenario in MODULES:
            def fill(run, scenario=scenario):
                FILL[scenario](run)
                for row in run.samples[::2]:
                    row.update(ops_per_s="", lat_p50_ns="", lat_p99_ns="", lat_mean_ns="",
                               cpu_ns_per_op="")
                for row in run.samples[::3]:
                    row.update(status="timeout", error="still running")
            with self.subTest(scenario):
                self.assertTrue(draw(scenario, fill, self.check))
                self.assertTrue(answer_of(scenario, fill)[1])


class Lifecycle(unittest.TestCase):
    def test_it_says_what_the_parents_memory_costs(self):
        sentences, _ = answer_of("lifecycle", fill_lifecycle)
        self.assertIn("With 1 GiB in the parent instead of 10 MiB, fork, waitpid takes 70 times as "
                      "long.", sentences)
        self.assertIn("With 1 GiB in the parent instead of 10 MiB, gilfree mp::Process, ForkServer "
                      "takes 1 times as long.", sentences)

    def test_of_one_size_it_says_nothing_of_the_other(self):
        sentences, _ = answer_of("lifecycle", lambda run: run.start_join(
            "fork", "process", 10 * MIB, [3e5] * 6))
        self.assertFalse([each for each in sentences if "instead of" in each])


class PoolTasks(unittest.TestCase):
    def test_it_answers_the_tutorials_question_with_a_pool_of_four(self):
        sentences, _ = answer_of("pool_tasks", fill_pool_tasks)
        self.assertIn("50 tasks: a process for each takes 6 times as long as a pool of 4 (gilfree "
                      "mp::Process, gilfree mp::Pool).", sentences)
        self.assertIn("50 tasks: a process for each takes 4 times as long as a pool of 4 (CPython "
                      "3.11.2 Process, CPython 3.11.2 Pool).", sentences)

    def test_without_the_processes_there_is_no_answer(self):
        sentences, _ = answer_of("pool_tasks", lambda run: run.pool("process_pool", "fifty", 4,
                                                                    [2e6] * 6))
        self.assertFalse([each for each in sentences if each.startswith("50 tasks")])


class CpuScaling(unittest.TestCase):
    def test_oversubscription_is_never_an_efficiency(self):
        _, table = answer_of("cpu_scaling", fill_cpu_scaling)
        cells = {(row["contender"], row["workers"]): row for row in table
                 if row["work"] == "integer" and row["scaling"] == "weak"}
        self.assertEqual(cells["gilfree th::Thread", "2"]["efficiency"], "98 %")
        self.assertEqual(cells["gilfree th::Thread", "4"]["efficiency"], "oversubscribed")
        self.assertEqual(cells["gilfree th::Thread", "4"]["share of each"], "0.492")
        self.assertEqual(cells["CPython 3.11.2 Thread", "2"]["speed-up"], "0.9")

    def test_of_divided_work_too_no_more_workers_than_cpus_are_efficient(self):
        _, table = answer_of("cpu_scaling", fill_cpu_scaling)
        rows = [row for row in table if row["scaling"] == "strong" and row["work"] == "lock" and
                row["contender"] == "gilfree mp::Process"]
        self.assertEqual([list(row.values())[3:] for row in rows], [
            ["1", "1", "1", "100 %"], ["2", "1.6", "0.8", "80 %"],
            ["4", "1.2", "0.3", "oversubscribed"]])

    def test_of_divided_work_it_says_how_fast_it_is_done(self):
        sentences, _ = answer_of("cpu_scaling", fill_cpu_scaling)
        self.assertIn("Divided among 2 workers, each a gilfree th::Thread, the same integer work is done "
                      "1.6 times as fast.", sentences)
        self.assertFalse([each for each in sentences if "among 4 workers" in each])

    def test_one_figure_shows_every_work_both_ways(self):
        def check(_name, picture):
            self.assertEqual([axis.get_title(loc="left") for axis in picture.axes][:3], [
                "integer work, weak scaling", "integer work, strong scaling",
                "floating point work, weak scaling"])
            self.assertEqual(len(picture.axes), 10)
        self.assertEqual(len(draw("cpu_scaling", fill_cpu_scaling, check)), 1)

    def test_a_run_without_the_column_is_weak(self):
        def fill(run):
            run.scaling("thread", "lock", {1: 1e5, 2: 2e5})
            for row in run.samples:
                del row["scaling"]
        with support.fixture_run() as run:
            fill(run)
            self.assertEqual(list(plot_cpu_scaling.panels_of(run.samples)), [("lock", "weak")])

    def test_its_sentences_speak_of_no_more_workers_than_cpus(self):
        sentences, _ = answer_of("cpu_scaling", fill_cpu_scaling)
        self.assertFalse([each for each in sentences if each.startswith("4 workers")])
        self.assertEqual(len([each for each in sentences if each.startswith("2 workers")]), 4)

    def test_two_cpus_are_too_few_for_a_law_and_it_says_so_once(self):
        sentences, _ = answer_of("cpu_scaling", fill_cpu_scaling)
        self.assertEqual([each for each in sentences if "Amdahl" in each], [
            "Amdahl, USL: no law is fitted: 2 points without oversubscription, six are needed."])

    def test_where_there_are_points_enough_the_laws_are_fitted(self):
        def fill(run):
            run.facts["host"]["cpus"] = 32
            run.scaling("thread", "lock", {n: 1e5 * n / (1 + 0.05 * (n - 1)) for n in
                                           (1, 2, 4, 8, 16, 32)})
        sentences, _ = answer_of("cpu_scaling", fill)
        self.assertIn("gilfree th::Thread, lock work, weak scaling: Amdahl: 5 % one at a time; "
                      "USL: contention 5 %, crosstalk 0 %.", sentences)

    def test_without_one_worker_there_is_nothing_to_compare_with(self):
        sentences, table = answer_of("cpu_scaling", lambda run: run.scaling("thread", "lock", {2: 1}))
        self.assertEqual((sentences, table),
                         (["This run has no work of one worker to compare with."], []))


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
        self.assertEqual(fit_of({}, 4),
                         "no law is fitted: 0 points without oversubscription, six are needed")


class ProducerConsumer(unittest.TestCase):
    def test_it_names_the_best_that_sleeps(self):
        sentences, _ = answer_of("producer_consumer", fill_producer_consumer)
        self.assertEqual(sentences[0], "2 threads, items of 8 B: gilfree Queue moves 4 times as many as "
                                       "Boost message_queue, the best that sleeps.")


if __name__ == "__main__":
    unittest.main()
