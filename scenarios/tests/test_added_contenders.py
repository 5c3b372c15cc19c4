"""Contenders that a user's program adds (gilfree/bench/contender.h): rows, checks, labels, refusals. The program has what the
page scenarios/README.md shows as well."""

import os
import unittest

from command import CommandTest


class AddedContenders(CommandTest):
    program = os.environ["ADDED_FIXTURE"]

    def rows_of(self, scenario, contender, *words, code=0):
        self.measures(["^%s/" % scenario, "--contender", contender, "--launches", "1",
                       "--window", "20ms", *words], code)
        rows = self.rows()
        self.assertEqual({row["impl"] for row in rows}, set(contender.split(",")))
        return rows

    def all_are_verified(self, rows):
        for row in rows:
            with self.subTest(row["case"]):
                self.assertEqual((row["status"], row["error"]), ("ok", ""))
                self.assertGreater(int(row["ops"]), 0)
                self.assertEqual((row["verified"], row["checksum_ok"]), ("1", "1"))

    def test_a_channel_is_measured_beside_ours(self):
        rows = self.rows_of("pipe_vs_queue", "mine,queue", "--bytes", "64", "--placement", "apart",
                            "--wait", "native")
        self.all_are_verified(rows)
        self.assertEqual(sorted((row["impl"], row["mode"]) for row in rows),
                         [("mine", "ping_pong"), ("mine", "throughput"),
                          ("queue", "ping_pong"), ("queue", "throughput")])

    def test_a_channel_that_loses_a_message_fails(self):
        (row,) = self.rows_of("pipe_vs_queue", "lossy", "--bytes", "64", "--mode", "throughput", code=3)
        self.assertEqual(row["status"], "failed")

    def test_a_class_that_calls_exit_fails_at_once_and_says_so(self):
        """Its end was taken for that of a worker that is done, and the other waited until the timeout."""
        (row,) = self.rows_of("pipe_vs_queue", "exits", "--bytes", "64", "--mode", "throughput", "--placement", "apart", code=3)
        self.assertEqual((row["status"], row["error"]),
                         ("failed", "the consumer ended with exit code 0 before its work was done: something that it "
                                    "measured called exit()"))

    def test_a_queue_is_measured_also_if_it_has_more_parameters_with_defaults(self):
        self.all_are_verified(self.rows_of("producer_consumer", "my_queue,allocating,slotted", "--bytes", "64",
                                           "--profile", "smoke"))

    def test_a_lock_is_measured(self):
        self.all_are_verified(self.rows_of("lock_contention", "my_lock,mine,final", "--profile", "smoke"))

    def test_a_semaphore_is_measured(self):
        self.all_are_verified(self.rows_of("semaphore_pool", "my_permits", "--profile", "smoke"))

    def test_a_pool_without_calls_is_measured_where_it_has_an_answer(self):
        rows = self.rows_of("pool_tasks", "my_pool")
        self.all_are_verified(rows)
        self.assertNotIn("round_trip", {row["mode"] for row in rows})

    def test_the_report_is_given_the_label_and_the_family(self):
        self.measures(["^pool_tasks/", "--contender", "my_pool", "--profile", "smoke"])
        self.assertEqual(self.facts()["contenders"]["my_pool"], {"label": "my_pool", "family": "alone"})
        self.measures(["^pipe_vs_queue/", "--contender", "mine", "--profile", "smoke"], out="other")
        self.assertEqual(self.facts("other")["contenders"]["mine"],
                         {"label": "my descriptors", "family": "mine"})

    def test_it_is_measured_in_every_round_of_a_run_that_is_short_of_time(self):
        plan = self.run_it(["pipe_vs_queue", "--dry-run", "--time-budget", "30s", "--bytes", "64k"])
        launches = {line.split(" ", 1)[1]: int(line.split()[0]) for line in plan.out.splitlines()[1:]}
        case = "pipe_vs_queue/contender:%s/msg_bytes:65536/mode:throughput/wait:native/placement:apart"
        self.assertEqual(launches[case % "mine"], 6)
        self.assertLess(launches[case % "posix_mq"], 6)

    def refuses_to_add(self, word, said):
        self.refuses([], 2, 'add_contender("%s"): %s' % said, environment={"ADD": word})

    def test_a_name_is_refused_that_cannot_be_used(self):
        self.refuses_to_add("twice", ("mine", "it had another label or family before; a name has the "
                                              "same in all questions"))
        self.refuses_to_add("taken", ("std_mutex", "there is a contender of that name; choose another"))
        self.refuses_to_add("elsewhere", ("lock", "lock_contention has a contender of that name; choose another"))
        self.refuses_to_add("comma", ("a,b", 'a name has letters, digits and _ . - only, is not "none", '
                                             'and does not begin with "cpython_"'))
        self.refuses_to_add("relabelled", ("my_lock", "it had another label or family before; a name "
                                                      "has the same in all questions"))

    def test_what_is_said_of_a_contender_is_refused_if_the_report_cannot_say_it(self):
        self.refuses_to_add("ours", ("better", "the family 'gilfree' has the contenders that are built in alone; "
                                               "choose another"))
        self.refuses_to_add("lines", ("better", "its label 'two?lines' has control characters; write one line of text"))
        self.refuses_to_add("waits", ("better", "it waits by 'banana'; write block, spin, yield or adaptive"))

    def test_the_contender_of_the_page_is_measured_as_it_says(self):
        rows = self.rows_of("pipe_vs_queue", "fifo_packets,pipe2", "--bytes", "64", "--placement", "apart", "--wait", "native")
        self.all_are_verified(rows)
        self.assertEqual(self.facts()["contenders"]["fifo_packets"], {"label": "FIFO, whole writes", "family": "pipe"})

    def test_a_message_of_it_that_does_not_fit_into_one_write_is_skipped_with_the_reason(self):
        rows = self.rows_of("pipe_vs_queue", "fifo_packets", "--bytes", "64k", "--mode", "throughput", code=5)
        self.assertEqual({(row["status"], row["error"]) for row in rows},
                         {("skipped", "a message must fit into one atomic write")})

    def test_the_scenario_of_the_page_is_measured_at_each_size(self):
        self.measures(["^memory_copy/", "--msg_bytes", "64,4096", "--launches", "1", "--window", "20ms"])
        self.assertEqual({(row["impl"], row["msg_bytes"], row["status"]) for row in self.rows()},
                         {("memcpy", "64", "ok"), ("memcpy", "4096", "ok")})



class Examples(CommandTest):
    """The programs of scenarios/examples/."""

    def measures_mine(self, program, words):
        self.program = os.path.join(os.environ["EXAMPLES"], program)
        self.measures([*words, "--profile", "smoke", "--contender", "mine"])
        for row in self.rows():
            self.assertEqual((row["impl"], row["status"], row["checksum_ok"]), ("mine", "ok", "1"))
        return self.rows()

    def test_the_queue_is_measured(self):
        self.assertEqual(len(self.measures_mine("spsc_queue", ["pipe_vs_queue"])), 1)

    def test_the_mutex_is_measured_between_threads_and_between_processes(self):
        rows = self.measures_mine("ticket_mutex", ["lock_contention"])
        self.assertEqual({row["scope"] for row in rows}, {"thread", "process"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
