"""Axes of the scenarios with values that they do not take: one line that says so, or a skipped row with its reason."""

import os
import re
import unittest

from command import CommandTest


class ScenarioMistakes(CommandTest):
    program = os.environ["BENCH_ALL"]

    def is_skipped(self, scenario, words, reason):
        """Each case of it is a row that was skipped for this reason, before anything was started."""
        with self.subTest(scenario + " " + " ".join(words)):
            self.measures(["^%s/" % scenario, *words, "--launches", "1", "--window", "5ms"], 5,
                          out=str(len(os.listdir(self.folder))))
            rows = self.rows(out=str(len(os.listdir(self.folder)) - 1))
            self.assertGreaterEqual(len(rows), 1)
            self.assertEqual({(row["status"], row["error"], row["ops"]) for row in rows}, {("skipped", reason, "")})

    def says(self, words, pattern):
        """It ends with exit code 2 and one line that matches, and leaves nothing."""
        with self.subTest(" ".join(words)):
            result = self.run_it([*words, "--dry-run"])
            self.assertEqual((result.code, result.out), (2, ""))
            self.assertEqual(result.err.count("\n"), 1, result.err)
            self.assertRegex(result.err, "^bench-all: " + pattern)
            self.assertEqual(os.listdir(self.folder), [])

    def test_a_number_of_workers_that_a_scenario_does_not_have_is_a_skipped_row(self):
        reason = "from 1 to 1000 workers"
        for workers in ("0", "1001", "4294967298", "9223372036854775807"):
            self.is_skipped("lock_contention", ["--contender", "lock", "--scope", "threads", "--work_in_ns", "0",
                                                "--workers", workers], reason)
        self.is_skipped("semaphore_pool", ["--contender", "semaphore", "--scope", "threads", "--permits", "1",
                                           "--workers", "4294967300"], reason)
        self.is_skipped("pool_tasks", ["--contender", "thread_pool", "--way", "chunks", "--workers", "4294967297"],
                        reason)
        self.is_skipped("cpu_scaling", ["--contender", "thread", "--work", "integer", "--workers", "1000000"], reason)

    def test_a_message_needs_room_for_its_number(self):
        for size in ("0", "7"):
            self.is_skipped("pipe_vs_queue", ["--contender", "pipe2", "--mode", "throughput", "--bytes", size],
                            "a message holds its number: at least 8 bytes")

    def test_a_queue_has_a_depth_and_a_batch_has_items_but_not_without_bound(self):
        for words in (["--queue_depth", "0"], ["--batch", "0"], ["--batch", "2M"]):
            self.is_skipped("producer_consumer", ["--contender", "queue", "--scope", "threads", "--producers", "1",
                                                  "--consumers", "1", "--bytes", "64", *words],
                            "a queue depth of at least 1, and a batch from 1 to 1M")

    def test_items_of_an_open_loop_need_room_for_a_time(self):
        self.is_skipped("producer_consumer", ["--contender", "queue", "--scope", "threads", "--producers", "1",
                                              "--consumers", "1", "--bytes", "8", "--batch", "1", "--rate", "1000"],
                        "with a rate, items hold a time: 64 bytes or more")

    def test_a_parent_has_at_most_64_gib(self):
        self.is_skipped("lifecycle", ["--contender", "process", "--parent_bytes", "70G"], "from 0 to 64 GiB")

    def test_a_size_that_a_typed_contender_was_not_compiled_for_is_a_skipped_row(self):
        self.is_skipped("pipe_vs_queue", ["--contender", "queue", "--mode", "throughput", "--wait", "native",
                                          "--placement", "apart,together", "--bytes", "100"],
                        "typed messages are compiled for powers of two from 8 to 1M, not 100 bytes")

    def test_a_word_that_an_axis_does_not_have_is_named_with_those_that_it_has(self):
        for scenario, axis, words in (
                ("lock_contention", "scope", "threads processes"),
                ("pool_tasks", "way", "one_by_one chunks round_trip fifty"),
                ("cpu_scaling", "work", "integer floating_point memory allocation lock"),
                ("cpu_scaling", "scaling", "weak strong"),
                ("pipe_vs_queue", "mode", "throughput ping_pong"),
                ("wakeup", "waiter", "asleep hot|hot asleep")):
            self.says([scenario, "--" + axis, "knitting"],
                      r"--%s: there is no 'knitting'; choose from: (%s)\n$" % (axis, words))

    def test_a_pair_of_cpus_that_is_not_there_is_refused_by_name(self):
        for pair in ("0-999", "0-0", "1-0", "abc", "0", "-", "0-1x"):
            self.says(["core_to_core", "--pair=" + pair], "--pair: there is no '%s'; choose from: " % re.escape(pair))

    def test_a_number_that_is_none_is_refused_with_the_forms_that_are(self):
        for axis in ("workers", "work_in_ns"):
            for value in ("-5", "1.5", "many", "0x10", "1e3"):
                self.says(["lock_contention", "--%s=%s" % (axis, value)], "--" + axis)

    def test_what_no_contender_offers_is_said_instead_of_measuring_nothing(self):
        for words in (["semaphore_pool", "--permits", "4", "--workers", "4"],
                      ["wakeup", "--waiter", "asleep", "--contender", "spinning_flag"],
                      ["producer_consumer", "--batch", "64", "--contender", "std_queue"],
                      ["pipe_vs_queue", "--wait", "spin", "--contender", "pipe"],
                      ["pipe_vs_queue", "--arrival", "const@1000", "--mode", "throughput"],
                      ["producer_consumer", "--rate", "1000", "--arrival", "const@1000"],
                      ["lock_contention", "--work_out_ns", "100", "--arrival", "const@1000"]):
            self.says(words, "no case that matches '%s' has both --" % words[0])

    def test_an_arrival_without_a_rate_or_with_an_impossible_one_is_refused(self):
        for arrival in ("const", "const@", "const@0", "poisson@-1", "poisson@many", "sometimes@5"):
            self.says(["lock_contention", "--arrival=" + arrival], "--arrival: ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
