"""The decision table: for each need the fastest, ours or not, and what ours reaches; and where ours is slower."""

import unittest

import support
from data.run_folder import read_run
from answers import needs


def decided(fill):
    """{need: {heading: cell}} of what fill(run) puts into a run, and the needs that were not measured."""
    with support.fixture_run() as run:
        fill(run)
        run.write()
        table, unmeasured = needs.decisions(*read_run(run.folder))
    return {str(line[0]).split(":")[0]: dict(zip(table.header, line)) for line in table.rows}, [need.text for need in unmeasured]


LOCK = "A lock that several threads want"
SMALL = "Send small messages to another process (64 B)"
ASK = "Ask another process and wait for the answer (64 B)"


class Decisions(unittest.TestCase):
    def test_the_fastest_is_named_first_also_where_it_is_not_to_pick(self):
        def fill(run):
            run.lock("lock", 2, [100] * 6)
            run.lock("std_mutex", 2, [40] * 6)
            run.lock("tbb_spin_mutex", 2, [200] * 6, wait="yield")
        found = decided(fill)[0][LOCK]
        self.assertEqual(list(found.values()), [
            "A lock that several threads want: 2 parties",
            "tbb::spin_mutex (yields while it waits), 200/s, is the fastest; to pick: gilfree Lock, 100/s", "2.5 (2.5 to 2.5): std::mutex",
            "std 2.5", "the pick", "threads end together", "told apart"])

    def test_a_pick_of_another_library_says_what_ours_reaches(self):
        found = decided(lambda run: (run.lock("lock", 2, [50] * 6), run.lock("std_mutex", 2, [100] * 6)))[0][LOCK]
        self.assertEqual((found["pick"], found["gilfree"]), ("std::mutex, 100/s", "gilfree Lock reaches 0.50 (0.50 to 0.50) of it"))
        self.assertEqual(found["times as fast as the next library"], "2.0 (2.0 to 2.0): gilfree Lock")

    def test_a_baseline_is_never_the_pick(self):
        def fill(run):
            run.throughput("pipe", 64, [100] * 6)
            run.throughput("spsc_ring", 64, [400] * 6)
            run.throughput("pipe2", 64, [50] * 6)
        found = decided(fill)[0][SMALL]
        self.assertTrue(found["pick"].startswith("plain spinning ring (baseline), 400/s, is the fastest; to pick: gilfree Pipe"))
        self.assertEqual(found["times as fast as the next library"], "2.0 (2.0 to 2.0): pipe(2)")

    def test_two_that_are_not_told_apart_are_both_named(self):
        found = decided(lambda run: (run.throughput("pipe", 64, [101] * 6), run.throughput("queue", 64, [100] * 6)))[0][SMALL]
        self.assertEqual(found["pick"], "gilfree Pipe, 101/s (not told apart from gilfree Queue)")
        self.assertEqual(found["how sure"], "not told apart from gilfree Queue; nothing of another library to compare with")

    def test_how_sure_begins_with_what_the_pick_is_not_told_apart_from(self):
        found = decided(lambda run: (run.throughput("pipe", 64, [101] * 6), run.throughput("queue", 64, [100] * 6),
                                     run.throughput("pipe2", 64, [50] * 6)))[0][SMALL]
        self.assertEqual(found["pick"], "gilfree Pipe, 101/s (not told apart from gilfree Queue)")
        self.assertEqual(found["how sure"], "not told apart from gilfree Queue; pipe(2): told apart")

    def test_one_launch_is_preliminary_and_noise_is_said(self):
        found = decided(lambda run: (run.lock("lock", 2, [100]), run.lock("std_mutex", 2, [40])))[0][LOCK]
        self.assertEqual(found["how sure"], "preliminary: 1 launch of each")
        found = decided(lambda run: (run.lock("lock", 2, [100, 900, 150, 400, 120, 700]),
                                     run.lock("std_mutex", 2, [4] * 6)))[0][LOCK]
        self.assertEqual(found["how sure"], "told apart; noisy")

    def test_the_pick_rests_on_enough_launches_and_what_is_ahead_without_is_preliminary(self):
        found = decided(lambda run: (run.lock("lock", 2, [100] * 6), run.lock("std_mutex", 2, [40] * 6), run.lock("tbb_mutex", 2, [150]),
                                     run.lock("boost_interprocess_mutex", 2, [20])))[0][LOCK]
        self.assertEqual(found["pick"], "gilfree Lock, 100/s")
        self.assertEqual(found["times as fast as the usual"], "std 2.5, Boost about 5.0")
        self.assertEqual(found["gilfree"], "the pick")
        self.assertEqual(found["times as fast as the next library"], "2.5 (2.5 to 2.5): std::mutex")
        self.assertEqual(found["how sure"], "told apart; preliminary: tbb::mutex showed 150/s in 1 launch")

    def test_the_next_library_is_the_best_that_was_measured_also_if_once(self):
        found = decided(lambda run: (run.lock("lock", 2, [100] * 6), run.lock("std_mutex", 2, [40] * 6), run.lock("tbb_mutex", 2, [80])))[0][LOCK]
        self.assertEqual(found["times as fast as the next library"], "1.25: tbb::mutex")
        self.assertEqual(found["how sure"], "preliminary: 6 launches against 1")

    def test_a_setting_with_a_cpu_for_each_party_counts_before_one_that_is_crowded(self):
        def fill(run):
            for parties in (1, 2, 8):
                for impl, rate in (("lock", 100), ("std_mutex", 40)):
                    run.lock(impl, parties, [rate if parties < 8 else 10 * rate] * 6)
        found = decided(fill)[0][LOCK]
        self.assertIn("2 parties", found["need"])
        self.assertEqual(found["on a busy machine"], "more parties than CPUs: the same pick, 1 k/s; 2.5 (2.5 to 2.5) times std::mutex")

    def test_a_need_that_is_crowded_itself_says_so(self):
        found = decided(lambda run: (run.limit("semaphore", [100] * 6), run.limit("posix_sem", [50] * 6)))[0]
        self.assertEqual(found["A limit on how many threads work at once"]["on a busy machine"], "this is one: more parties than CPUs")

    def test_on_one_core_another_may_be_the_pick(self):
        def fill(run):
            for impl, apart, together in (("pipe", 200, 9000), ("pipe2", 40000, 3000)):
                run.round_trips(impl, [apart] * 6)
                run.round_trips(impl, [together] * 6, placement="same core")
        self.assertEqual(decided(fill)[0][ASK]["on a busy machine"],
                         "both on one core: pipe(2), 3 µs; 3.0 (3.0 to 3.0) times gilfree Pipe")

    def test_two_of_gilfree_on_one_core_are_compared_with_another_library(self):
        def fill(run):
            for impl, apart, together in (("pipe", 200, 3100), ("queue", 230, 3000), ("pipe2", 40000, 4900)):
                run.round_trips(impl, [apart] * 6)
                run.round_trips(impl, [together] * 6, placement="same core")
        self.assertEqual(decided(fill)[0][ASK]["on a busy machine"],
                         "both on one core: gilfree Queue, 3 µs; 1.63 (1.63 to 1.63) times pipe(2)")

    def test_what_is_not_told_apart_on_one_core_is_not_called_faster_without_a_word(self):
        def fill(run):
            for impl, together in (("pipe", (900, 5000) * 3), ("pipe2", (3000, 800) * 3)):
                run.round_trips(impl, [200] * 6)
                run.round_trips(impl, together, placement="same core")
        self.assertTrue(decided(fill)[0][ASK]["on a busy machine"].endswith("times gilfree Pipe, not told apart"))

    def test_a_load_beside_it_counts_before_one_core(self):
        def fill(run):
            for impl, calm, loaded in (("pipe", 200, 900), ("pipe2", 40000, 45000)):
                run.round_trips(impl, [calm] * 6)
                run.round_trips(impl, [calm] * 6, placement="same core")
                for launch in range(1, 7):
                    run.channel(impl, 64, "ping_pong", launch, lat_p50_ns=loaded, load="full")
        self.assertEqual(decided(fill)[0][ASK]["on a busy machine"],
                         "beside a full load: the same pick, 900 ns; 50 (50 to 50) times pipe(2)")

    def test_a_warning_of_a_row_is_said_of_what_rests_on_it(self):
        def fill(run):
            run.start_join("process", "process", 0, [100] * 6, warning="the rate is far below 1 / p50")
            run.start_join("fork", "process", 0, [900] * 6)
        found = decided(fill)[0]["Start a process and wait for its end"]
        self.assertEqual(found["how sure"], "told apart; doubtful: its row has a warning")

    def test_needs_that_were_not_measured_are_named_with_the_command_and_have_no_row(self):
        found, unmeasured = decided(lambda run: run.lock("lock", 2, [100]))
        self.assertEqual(list(found), [LOCK])
        self.assertEqual(len(unmeasured), len(needs.NEEDS) - 1)
        self.assertEqual(found[LOCK]["times as fast as the next library"], "no other was measured")
        text = needs.unmeasured_text({}, [need for need in needs.NEEDS if need.scenario in ("wakeup", "lifecycle")])
        self.assertTrue(text.endswith("To measure them: ./scripts/bench-all wakeup lifecycle"), text)
        self.assertEqual(needs.unmeasured_text({}, []), "")

    def test_a_column_of_which_no_need_knows_anything_is_left_out(self):
        self.assertNotIn("on a busy machine", decided(lambda run: run.lock("lock", 2, [100]))[0][LOCK])

    def test_a_need_without_ours_still_names_the_fastest(self):
        found = decided(lambda run: run.lock("std_mutex", 2, [100]))[0][LOCK]
        self.assertEqual((found["pick"], found["gilfree"]), ("std::mutex, 100/s", "not measured in this run"))

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
        self.assertEqual(counts, (2, 1, 1, 0))

    def test_a_baseline_counts_as_ahead_and_is_marked_among_the_others(self):
        _, counts = self.lines(lambda run: (run.round_trips("pipe", [300] * 6), run.round_trips("spsc_ring", [200] * 6)))
        self.assertEqual(counts, (1, 1, 0, 0))

    def test_a_baseline_does_not_hide_another_that_is_ahead_as_well(self):
        lines, counts = self.lines(lambda run: (run.round_trips("pipe", [300] * 6), run.round_trips("spsc_ring", [100] * 6),
                                                run.round_trips("socketpair_stream", [200] * 6)))
        self.assertEqual([line[1] for line in lines], ["plain spinning ring (baseline), 100 ns",
                                                       "socketpair stream, 200 ns"])
        self.assertEqual(counts, (1, 1, 1, 0))

    def test_wins_and_ties_are_counted_and_the_largest_loss_comes_first(self):
        lines, counts = self.lines(lambda run: (
            run.lock("lock", 2, [9] * 6), run.lock("std_mutex", 2, [5] * 6), run.lock("lock", 3, [5] * 6),
            run.lock("std_mutex", 3, [5] * 6), run.lock("lock", 4, [5] * 6), run.lock("std_mutex", 4, [9] * 6),
            run.lock("lock", 5, [1] * 6), run.lock("std_mutex", 5, [9] * 6)))
        self.assertEqual(counts, (4, 2, 2, 1))
        self.assertEqual([str(line[0]) for line in lines], ["scenario: 5 parties", "scenario: 4 parties"])

    def test_one_that_checks_nothing_is_named_and_not_picked(self):
        warning = "unverified: its payloads were not checked"
        found = decided(lambda run: (run.throughput("mine", 64, [900] * 6, warning=warning), run.throughput("pipe", 64, [100] * 6),
                                     run.throughput("pipe2", 64, [50] * 6)))[0][SMALL]
        self.assertEqual(found["pick"], "mine (unverified), 900/s, is the fastest; to pick: gilfree Pipe, 100/s")

    def test_unlike_numbers_of_launches_are_both_said(self):
        found = decided(lambda run: (run.lock("lock", 2, [100] * 6), run.lock("std_mutex", 2, [40])))[0][LOCK]
        self.assertEqual(found["how sure"], "preliminary: 6 launches against 1")

    def test_a_leader_that_is_not_told_apart_from_the_pick_is_not_the_fastest(self):
        found = decided(lambda run: (run.throughput("pipe", 64, [100, 99, 101, 100, 98, 102]),
                                     run.throughput("spsc_ring", 64, [101, 99, 100, 101, 100, 103])))[0][SMALL]
        self.assertIn("has the best median; to pick: gilfree Pipe", found["pick"])

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
