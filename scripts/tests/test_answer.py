"""Pipe or queue: the data choose the words, and the words claim no more than the data. And what limits a page."""

import unittest

import support
from data.run_folder import read_run
from answers import answer
from scenarios.pipe_vs_queue_answer import headline
from support import answered, dicts


def both(pipe, queue, sizes=(64,), launches=6):
    """Fills in pipe and queue at their rates, each launch a little faster than the last."""
    def fill(run):
        for size in sizes:
            for impl, rate in (("pipe", pipe), ("queue", queue)):
                run.throughput(impl, size, [rate * (1 + each / 100) for each in range(launches)])
    return fill


class Headline(unittest.TestCase):
    def test_the_faster_at_every_size_is_named_with_its_lead(self):
        self.assertEqual(answered(both(3e6, 2e6, (8, 64))).headline,
                         "Pipe or queue? For speed, the Pipe at every size, 1.50 times as fast.")
        self.assertEqual(answered(both(2e6, 4e6)).headline,
                         "Pipe or queue? For speed, the Queue at every size, 2.0 times (2.0 to 2.0) as fast.")

    def test_each_is_named_with_the_sizes_that_it_wins(self):
        def fill(run):
            both(2e6, 1e6, (8, 64))(run)
            both(1e6, 3e6, (65536,))(run)
        self.assertEqual(answered(fill).headline,
                         "Pipe or queue? For speed, the Pipe for messages of 8 B and 64 B, 2.0 times "
                         "as fast; the Queue for messages of 64 KiB, 3.0 times (3.0 to 3.0) as fast.")

    def test_a_size_whose_interval_holds_one_is_not_told_apart_rather_than_equal(self):
        def fill(run):
            both(2e6, 1e6, (8,))(run)
            run.throughput("pipe", 64, [1, 2, 3, 4, 5, 6])
            run.throughput("queue", 64, [2, 1, 1, 1, 1, 1])
        self.assertEqual(answered(fill).headline,
                         "Pipe or queue? For speed, the Pipe for messages of 8 B, 2.0 times (2.0 to 2.0) as fast; "
                         "for 64 B this run cannot tell them apart.")

    def test_a_size_with_too_few_launches_is_not_counted_with_those_that_are_close(self):
        def fill(run):
            both(2e6, 1e6, (8,))(run)
            both(9e6, 1e6, (64,), launches=2)(run)
        self.assertIn("; for 64 B there are too few launches to decide.", answered(fill).headline)

    def test_one_that_is_faster_than_both_is_in_the_headline(self):
        def fill(run):
            both(3e6, 2e6)(run)
            run.throughput("socketpair_stream", 64, [9e6] * 6)
        self.assertEqual(answered(fill).headline,
                         "Pipe or queue? For speed, the Pipe at every size, 1.50 times (1.50 to 1.50) as fast. Faster than both: "
                         "socketpair stream for messages of 64 B.")

    def test_one_that_is_ahead_of_both_in_one_launch_is_preliminary_and_said_once(self):
        def fill(run):
            both(3e6, 2e6)(run)
            run.throughput("pipe2", 64, [1e6] * 6)
            run.throughput("socketpair_stream", 64, [9e6])
        self.assertEqual(answered(fill).headline,
                         "Pipe or queue? For speed, the Pipe at every size, 1.50 times (1.50 to 1.50) as fast. Preliminary, "
                         "ahead of both in too few launches: socketpair stream for messages of 64 B.")

    def test_what_is_ahead_of_both_is_said_also_where_they_are_not_told_apart(self):
        def fill(run):
            both(1.02e6, 1e6, (64,))(run)
            run.throughput("socketpair_stream", 64, [9e6] * 6)
        self.assertEqual(answered(fill).headline, "Pipe or queue? At no message size can this run tell them apart. Faster than both: "
                                                  "socketpair stream for messages of 64 B.")

    def test_a_certain_lead_too_small_to_notice_is_none(self):
        self.assertIn("can this run tell them apart", answered(both(1.02e6, 1e6)).headline)

    def test_one_launch_is_too_few_to_decide_however_large_the_lead(self):
        self.assertEqual(answered(both(9e6, 1e6, launches=1)).headline,
                         "Pipe or queue? Not decided: too few launches.")

    def test_five_launches_are_too_few_and_six_are_not(self):
        self.assertIn("Not decided", answered(both(9e6, 1e6, launches=5)).headline)
        self.assertIn("the Pipe at every size", answered(both(9e6, 1e6, launches=6)).headline)

    def test_one_of_the_two_alone_is_nothing_to_compare(self):
        self.assertIn("did not measure both",
                      answered(lambda run: run.throughput("pipe", 64, [1e6] * 6)).headline)

    def test_without_one_of_the_two_the_headline_says_what_was_the_fastest(self):
        def fill(run):
            for impl, rate in (("queue", 3e6), ("pipe2", 1e6)):
                run.throughput(impl, 64, [rate] * 6)
        self.assertRegex(answered(fill).headline, r"did not measure both\. .*gilfree Queue is the fastest")

    def test_only_skipped_rows_are_nothing_to_compare(self):
        found = answered(lambda run: run.skipped("pipe", 64, "one CPU"))
        self.assertIn("did not measure both", found.headline)
        self.assertEqual((found.points, found.tables), ([], []))

    def test_nothing_measured_has_a_headline_too(self):
        self.assertIn("did not measure both", headline([]))


class Points(unittest.TestCase):
    def test_rates_round_trips_and_rivals_are_one_sentence_each(self):
        def fill(run):
            both(12e6, 10e6, (64, 65536))(run)
            run.round_trips("pipe", [760] * 6)
            run.round_trips("pipe2", [21200] * 6)
            run.throughput("cpython_queue", 64, [1e5 * (1 + each / 100) for each in range(6)],
                           interpreter="3.11.2")
        self.assertEqual(answered(fill).points, [
            "Messages of 64 B: 12.3 M/s through the Pipe, 10.2 M/s through the Queue; the Pipe is 1.20 times (1.20 to "
            "1.20) as fast.",
            "Messages of 64 KiB: 806 GB/s through the Pipe, 672 GB/s through the Queue; the Pipe is 1.20 times (1.20 to "
            "1.20) as fast.",
            "One way, 64 B: gilfree Pipe is the fastest with 12.3 M/s; 120 times (120 to 120) as fast as CPython 3.11.2 "
            "Queue (102 k/s).",
            "One way, 64 KiB: gilfree Pipe is the fastest with 12.3 M/s; 1.20 times (1.20 to 1.20) as fast as gilfree "
            "Queue (10.2 M/s).",
            "Round trip, 64 B: gilfree Pipe is the fastest with 760 ns; 28 times (28 to 28) as fast as pipe(2) (21.2 µs)."])

    def test_a_round_trip_that_ours_loses_is_named_before_those_that_it_wins(self):
        def fill(run):
            support.full(run)
            for row in run.samples:
                if (row["impl"], row["mode"], row.get("msg_bytes")) == ("socketpair_stream", "ping_pong", 1048576):
                    row["lat_p50_ns"] = 50
        points = answered(fill).points
        lost = next(place for place, text in enumerate(points) if text.startswith("Round trip, 1 MiB"))
        self.assertIn("socketpair stream is the fastest with 50 ns", points[lost])
        self.assertFalse([text for text in points[:lost] if text.startswith("Round trip")])

    def test_our_spinning_variant_does_not_mix_with_our_own_way_of_waiting(self):
        def fill(run):
            run.throughput("pipe", 64, [1e6] * 6)
            for launch in range(1, 7):
                run.channel("pipe", 64, "throughput", launch, wait="spin", ops_per_s=9e9)
            run.throughput("queue", 64, [1e6] * 6)
        self.assertIn("1 M/s through the Pipe, 1 M/s through the Queue", answered(fill).points[0])


class Tables(unittest.TestCase):
    def test_contenders_by_size_come_first_and_every_case_after(self):
        found = answered(both(12e6, 10e6, (64, 65536)))
        self.assertEqual(found.tables[0].header, ["contender", "64 B", "64 KiB", "launches"])
        self.assertEqual([str(cell) for cell in found.tables[0].rows[0]], ["gilfree Pipe", "12.3 M", "12.3 M", "6"])
        self.assertEqual(len(found.tables[1].rows), 4)

    def test_a_round_trip_without_a_throughput_is_a_table_of_its_own(self):
        found = answered(lambda run: (run.throughput("pipe", 64, [1e6]), run.round_trips("queue", [900])))
        self.assertEqual([table.caption.split(",")[0] for table in found.tables[:2]],
                         ["Messages per second", "Round trips"])
        (line,) = dicts(found.tables[3])
        self.assertEqual((line["contender"], line["round trip, p50"], line["p99"]), ("gilfree Queue", "900 ns", "1.8 µs"))


class Limits(unittest.TestCase):
    """What is said once, at the top of a page."""

    def rows(self, fill):
        with support.fixture_run() as run:
            fill(run)
            run.write()
            return read_run(run.folder)[1]

    def test_too_few_launches_are_said_with_how_many_cases_have_them(self):
        for launches, words in ((1, "Preliminary: 1 of 1 case has one launch, and a 95 % interval needs 6."),
                                (5, "Preliminary: 1 of 1 case has 5 launches, fewer than the 6")):
            rows = self.rows(lambda run, n=launches: run.throughput("pipe", 64, [1e6] * n))
            self.assertTrue(answer.preliminary(rows).startswith(words), answer.preliminary(rows))

    def test_a_page_on_which_some_cases_have_six_still_says_how_many_do_not(self):
        rows = self.rows(lambda run: (run.throughput("pipe", 64, [1e6] * 6), run.throughput("queue", 64, [1e6]),
                                      run.throughput("pipe2", 64, [1e6] * 3)))
        self.assertIn("2 of 3 cases have 1 to 3 launches", answer.preliminary(rows))

    def test_all_cases_are_all(self):
        rows = self.rows(lambda run: (run.throughput("pipe", 64, [1e6]), run.throughput("queue", 64, [1e6])))
        self.assertIn("All 2 cases have one launch", answer.preliminary(rows))

    def test_six_launches_everywhere_and_nothing_measured_say_nothing(self):
        self.assertEqual(answer.preliminary(self.rows(lambda run: run.throughput("pipe", 64, [1e6] * 6))), "")
        self.assertEqual(answer.preliminary(self.rows(lambda run: run.skipped("pipe", 64, "one CPU"))), "")

    def test_noisy_cases_are_counted_among_those_that_can_be_judged(self):
        rows = self.rows(lambda run: (run.throughput("pipe", 64, [1e6, 2e6, 5e6, 1e6, 9e6, 3e6]),
                                      run.throughput("queue", 64, [1e6] * 6), run.throughput("pipe2", 64, [1e6])))
        self.assertTrue(answer.noisy(rows).startswith("Noise: 1 of the 2 cases with six launches or more varies"))
        self.assertEqual(answer.noisy(self.rows(lambda run: run.throughput("queue", 64, [1e6] * 6))), "")

    def test_what_the_clock_adds_to_short_latencies_is_said(self):
        def rows(p50):
            return self.rows(lambda run: run.channel("pipe", 64, "ping_pong", 1, lat_n=100, lat_p50_ns=p50,
                                                     timer_cost_ns=25))
        self.assertEqual(answer.clock_point(rows(499)),
                         ["A reading of the clock takes 25 ns and is part of every latency: more than 5 % of those below "
                          "500 ns."])
        self.assertEqual(answer.clock_point(rows(500)), [])

    def test_a_mean_of_a_long_loop_is_not_measured_by_the_clock_in_it(self):
        rows = self.rows(lambda run: run.operations("nothing", [2] * 6))
        self.assertEqual(answer.clock_point(rows), [])


if __name__ == "__main__":
    unittest.main()
