"""Pipe or queue: the data choose the words, and the words claim no more than the data."""

import unittest

import support
from answer import plain_answer, qualified
from pipe_vs_queue_answer import answer, headline, listed
from run_folder import read_run


def answered(fill):
    """The answer to what fill(run) puts into a run."""
    with support.fixture_run() as run:
        fill(run)
        run.write()
        return answer(*read_run(run.folder))


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
                         "Pipe or queue? For speed, the Pipe at every size (1.5 times as fast).")
        self.assertEqual(answered(both(2e6, 4e6)).headline,
                         "Pipe or queue? For speed, the Queue at every size (2 times as fast).")

    def test_each_is_named_with_the_sizes_that_it_wins(self):
        def fill(run):
            both(2e6, 1e6, (8, 64))(run)
            both(1e6, 3e6, (65536,))(run)
        self.assertEqual(answered(fill).headline,
                         "Pipe or queue? For speed, the Pipe for messages of 8 B and 64 B (2 times "
                         "as fast); the Queue for messages of 64 KiB (3 times as fast).")

    def test_a_size_whose_interval_holds_one_is_not_decided(self):
        def fill(run):
            both(2e6, 1e6, (8,))(run)
            run.throughput("pipe", 64, [1, 2, 3, 4, 5, 6])
            run.throughput("queue", 64, [2, 1, 1, 1, 1, 1])
        self.assertEqual(answered(fill).headline,
                         "Pipe or queue? For speed, the Pipe for messages of 8 B (2 times as fast); "
                         "otherwise either.")

    def test_a_certain_lead_that_nobody_would_notice_is_none(self):
        self.assertIn("can this run tell them apart", answered(both(1.02e6, 1e6)).headline)

    def test_no_decided_size_is_no_winner(self):
        self.assertIn("either: at no message size can this run tell them apart",
                      answered(both(1e6, 1e6)).headline)

    def test_one_launch_is_too_few_to_decide_however_large_the_lead(self):
        self.assertEqual(answered(both(9e6, 1e6, launches=1)).headline,
                         "Pipe or queue? Not decided.")

    def test_five_launches_are_too_few_and_six_are_not(self):
        self.assertIn("Not decided", answered(both(9e6, 1e6, launches=5)).headline)
        self.assertIn("the Pipe at every size", answered(both(9e6, 1e6, launches=6)).headline)

    def test_one_of_the_two_alone_is_nothing_to_compare(self):
        self.assertIn("did not measure both",
                      answered(lambda run: run.throughput("pipe", 64, [1e6] * 6)).headline)

    def test_only_skipped_rows_are_nothing_to_compare(self):
        found = answered(lambda run: run.skipped("pipe", 64, "one CPU"))
        self.assertIn("did not measure both", found.headline)
        self.assertEqual((found.points, found.table), ([], []))

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
            "Messages of 64 B: 12.3 M/s through the Pipe, 10.2 M/s through the Queue; "
            "Pipe : Queue = 1.2 (1.2 to 1.2).",
            "Messages of 64 KiB: 806 GB/s through the Pipe, 672 GB/s through the Queue; "
            "Pipe : Queue = 1.2 (1.2 to 1.2).",
            "A question and its answer of 64 B take 760 ns through gilfree Pipe and 21.2 µs through "
            "pipe(2) (p50).",
            "gilfree Queue moves 100 times (100 to 100) as many messages of 64 B as CPython 3.11.2 "
            "Queue."])

    def test_each_interpreter_is_a_rival_of_its_own(self):
        def fill(run):
            run.throughput("queue", 64, [1e6] * 6)
            for interpreter in ("3.11.2", "3.13.0"):
                run.throughput("cpython_queue", 64, [1e5] * 6, interpreter=interpreter)
        self.assertEqual(len(answered(fill).points), 2)

    def test_our_spinning_variant_does_not_mix_with_our_own_way_of_waiting(self):
        def fill(run):
            run.throughput("pipe", 64, [1e6] * 6)
            for launch in range(1, 7):
                run.channel("pipe", 64, "throughput", launch, wait="spin", ops_per_s=9e9)
            run.throughput("queue", 64, [1e6] * 6)
        self.assertIn("1 M/s through the Pipe, 1 M/s through the Queue", answered(fill).points[0])


class Table(unittest.TestCase):
    def test_small_messages_are_counted_in_millions_and_large_ones_in_gigabytes(self):
        found = answered(both(12e6, 10e6, (64, 65536)))
        self.assertEqual(found.header[:3], ["contender", "64 B, million/s", "64 KiB, GB/s"])
        self.assertEqual(found.table[0][:3], ["gilfree Pipe", "12.3", "806"])

    def test_a_window_without_a_message_is_less_than_one_message_a_window(self):
        found = answered(lambda run: run.throughput("pipe", 1048576, [0] * 6))
        self.assertEqual(found.table[0][1], "< 0.021")

    def test_what_was_not_measured_is_a_dash(self):
        found = answered(lambda run: (run.throughput("pipe", 64, [1e6]),
                                      run.round_trips("queue", [900])))
        self.assertEqual(found.table, [["gilfree Pipe", "1.00", "-", "-", "-"],
                                       ["gilfree Queue", "-", "900 ns", "1.8 µs", "-"]])

    def test_a_scenario_without_words_gets_a_row_per_case(self):
        with support.fixture_run() as run:
            run.row("wakeup/impl:event", 1, scenario="wakeup", impl="event", lat_p50_ns=1500)
            run.write()
            found = plain_answer("wakeup", read_run(run.folder)[1])
        self.assertEqual(found.table, [["impl:event", "-", "1.5 µs", "-"]])
        self.assertEqual(found.headline, "1 case measured.")


class Qualified(unittest.TestCase):
    def qualified(self, fill):
        with support.fixture_run() as run:
            fill(run)
            run.write()
            rows = read_run(run.folder)[1]
            return qualified(plain_answer("wakeup", rows), rows)

    def test_fewer_than_six_launches_are_a_first_look(self):
        for launches, words in ((1, "A first look: one launch a case, too few for an interval."),
                                (5, "A first look: at most 5 launches a case, too few for an "
                                    "interval.")):
            found = self.qualified(lambda run, n=launches: run.throughput("pipe", 64, [1e6] * n))
            self.assertEqual(found.headline, "1 case measured. " + words)

    def test_six_launches_of_any_case_are_not(self):
        found = self.qualified(lambda run: (run.throughput("pipe", 64, [1e6] * 6),
                                            run.throughput("queue", 64, [1e6])))
        self.assertEqual(found.headline, "2 cases measured.")

    def test_nothing_measured_is_no_look(self):
        found = self.qualified(lambda run: run.skipped("pipe", 64, "one CPU"))
        self.assertEqual(found.headline, "This run measured none of it.")

    def test_what_the_clock_adds_to_short_latencies_is_said(self):
        def fill(p50):
            return lambda run: run.channel("pipe", 64, "ping_pong", 1, lat_n=100, lat_p50_ns=p50,
                                           timer_cost_ns=25)
        self.assertEqual(self.qualified(fill(499)).points,
                         ["A reading of the clock takes 25 ns, which is part of every latency: of "
                          "those below 500 ns more than a twentieth."])
        self.assertEqual(self.qualified(fill(500)).points, [])


class Lists(unittest.TestCase):
    def test_lists_read_as_one_speaks(self):
        self.assertEqual([listed("a"), listed("ab"), listed("abc")], ["a", "a and b", "a, b and c"])


if __name__ == "__main__":
    unittest.main()
