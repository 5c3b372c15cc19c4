"""The decision table: for each need the fastest, ours or not, and what ours reaches; and where ours is slower."""

import unittest

import support
import needs
from run_folder import read_run


def decided(fill):
    """{need: {heading: cell}} of what fill(run) puts into a run."""
    with support.fixture_run() as run:
        fill(run)
        run.write()
        header, lines = needs.decisions(read_run(run.folder)[1])
    return {str(line[0]).split(":")[0]: dict(zip(header, line)) for line in lines}


LOCK = "A lock that several threads want"


class Decisions(unittest.TestCase):
    def test_the_fastest_is_told_also_where_it_is_not_ours(self):
        def fill(run):
            run.lock("lock", 2, [100] * 6)
            run.lock("std_mutex", 2, [40] * 6)
            run.lock("tbb_spin_mutex", 2, [200] * 6, wait="yield")
        found = decided(fill)[LOCK]
        self.assertEqual(list(found.values()), [
            "A lock that several threads want: 2 parties", "tbb::spin_mutex (yields while it waits), 200/s",
            "gilfree Lock, 100/s", "0.50 (0.50 to 0.50)", "tbb::spin_mutex (yields while it waits)", "std 2.5",
            "told apart"])

    def test_ours_is_measured_by_the_best_that_is_no_baseline(self):
        def fill(run):
            run.throughput("pipe", 64, [100] * 6)
            run.throughput("spsc_ring", 64, [400] * 6)
            run.throughput("pipe2", 64, [50] * 6)
        found = decided(fill)["Send small messages to another process (64 B)"]
        self.assertTrue(found["fastest here"].startswith("plain spinning ring (baseline)"))
        self.assertEqual((found["times as fast"], found["as the best other"]), ("2.0 (2.0 to 2.0)", "pipe(2)"))

    def test_one_launch_is_preliminary_and_noise_is_said(self):
        found = decided(lambda run: (run.lock("lock", 2, [100]), run.lock("std_mutex", 2, [40])))[LOCK]
        self.assertEqual(found["how sure"], "preliminary: 1 launch of both")
        found = decided(lambda run: (run.lock("lock", 2, [100, 900, 150, 400, 120, 700]),
                                     run.lock("std_mutex", 2, [4] * 6)))[LOCK]
        self.assertEqual(found["how sure"], "told apart; noisy")

    def test_the_setting_with_most_contenders_counts_and_of_equals_the_one_with_most_parties(self):
        def fill(run):
            for parties in (2, 4, 8):
                run.lock("lock", parties, [100])
                if parties < 8:
                    run.lock("std_mutex", parties, [40])
        self.assertIn("4 parties", decided(fill)[LOCK]["need"])

    def test_a_need_that_was_not_measured_is_listed_as_such(self):
        found = decided(lambda run: run.lock("lock", 2, [100]))
        self.assertEqual(found["Wake a thread that sleeps (Event)"]["fastest here"], "not measured in this run")
        self.assertEqual(found[LOCK]["as the best other"], "no other was measured")
        self.assertEqual(len(found), len(needs.NEEDS) + len(needs.UNMEASURED))

    def test_a_need_without_ours_still_names_the_fastest(self):
        found = decided(lambda run: run.lock("std_mutex", 2, [100]))[LOCK]
        self.assertEqual((found["fastest here"], found["best of gilfree"]), ("std::mutex, 100/s",
                                                                             "not measured in this run"))

    def test_a_process_that_is_killed_and_a_busy_machine_are_not_passed_over(self):
        found = decided(lambda run: None)
        self.assertIn("crash tests", found["Survive kill -9 in the middle of an operation"]["fastest here"])
        self.assertIn("not measured", found["The same on a busy machine"]["fastest here"])

    def test_every_need_names_axes_that_exist(self):
        for need in needs.NEEDS:
            self.assertLessEqual(set(need.axes), set(support.columns()), need.text)


class Slower(unittest.TestCase):
    """Semaphores, TBB's pool, round trips of 1 MiB: a loss is a row, wherever it is."""

    def lines(self, fill):
        found = support.answered(fill)
        return needs.loss_rows({"scenario": found}), needs.compared({"scenario": found})

    def test_a_loss_at_a_single_setting_is_listed_with_its_setting(self):
        def fill(run):
            for impl, large in (("pipe", 333000), ("queue", 247000), ("socketpair_stream", 175000)):
                run.round_trips(impl, [300] * 6 if "socket" not in impl else [40000] * 6)
                run.round_trips(impl, [large] * 6, size=1048576)
        lines, counts = self.lines(fill)
        self.assertEqual([[str(cell) for cell in line] for line in lines], [
            ["scenario: 1 MiB", "socketpair stream, 175 µs", "gilfree Queue, 247 µs", "1.41 (1.41 to 1.41)", "told apart"]])
        self.assertEqual(counts, (2, 1, 1))

    def test_a_baseline_counts_as_ahead_and_is_told_from_the_others(self):
        _, counts = self.lines(lambda run: (run.round_trips("pipe", [300] * 6), run.round_trips("spsc_ring", [200] * 6)))
        self.assertEqual(counts, (1, 1, 0))

    def test_a_baseline_does_not_hide_another_that_is_ahead_as_well(self):
        lines, counts = self.lines(lambda run: (run.round_trips("pipe", [300] * 6), run.round_trips("spsc_ring", [100] * 6),
                                                run.round_trips("socketpair_stream", [200] * 6)))
        self.assertEqual([line[1] for line in lines], ["plain spinning ring (baseline), 100 ns",
                                                       "socketpair stream, 200 ns"])
        self.assertEqual(counts, (1, 1, 1))

    def test_semaphores_and_pools_are_listed_too(self):
        lines, _ = self.lines(lambda run: (run.limit("semaphore", [100] * 6), run.limit("posix_sem", [131] * 6)))
        self.assertEqual(lines[0][1], "POSIX sem_t, 131/s")
        lines, _ = self.lines(lambda run: (
            run.pool("thread_pool", "chunks", 2, [100] * 6, scope="thread"),
            run.pool("tbb_task_group", "chunks", 2, [165] * 6, scope="thread")))
        self.assertEqual((lines[0][1], lines[0][3]), ("tbb::task_group, 165/s", "1.65 (1.65 to 1.65)"))

    def test_ours_that_moved_nothing_has_lost(self):
        lines, _ = self.lines(lambda run: (run.lock("lock", 2, [0] * 6), run.lock("std_mutex", 2, [5] * 6)))
        self.assertEqual(lines[0][3], "gilfree moved nothing")

    def test_a_tail_that_is_longer_is_a_loss_of_its_own(self):
        lines, _ = self.lines(lambda run: (run.lock("lock", 2, [9] * 6, p50=20, lat_p99_ns=540),
                                           run.lock("std_mutex", 2, [5] * 6, p50=20, lat_p99_ns=300)))
        self.assertEqual([[str(cell) for cell in line] for line in lines], [
            ["scenario: p99", "std::mutex, 300 ns", "gilfree Lock, 540 ns", "1.80 (1.80 to 1.80)", "told apart"]])

    def test_where_nothing_is_lost_there_is_no_row(self):
        self.assertEqual(self.lines(lambda run: (run.lock("lock", 2, [9] * 6), run.lock("std_mutex", 2, [5] * 6)))[0], [])


if __name__ == "__main__":
    unittest.main()
