"""CPython's programs where something is off: broken locks and queues, clocks that go back, many CPUs."""

import contextlib
import io
import os
import queue
import struct
import sys
import threading
import unittest
from unittest import mock

from cpython_support import ProgramTest
import cpu_scaling
import lifecycle
import lock_contention
import pipe_vs_queue
import pool_tasks
import producer_consumer
import semaphore_pool
import single_operation
import tallies
import wakeup
from worker_group import WorkerGroup


class SmallGroup(object):
    """Stands for a WorkerGroup of threads: runs each body when it is measured, without pinning it."""

    module = threading

    def __init__(self, scope):
        self.bodies = []

    def array(self, kind, length):
        return [0] * length

    def start(self, cpu, body, *arguments):
        self.bodies.append(threading.Thread(target=body, args=arguments))

    def measure(self):
        for body in self.bodies:
            body.start()
        for body in self.bodies:
            body.join()


class MainTest(ProgramTest):
    """Runs the main() of a program in this process."""

    def notes_of(self, program, arguments, **replaced):
        out = io.StringIO()
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch.object(sys, "argv", ["program", str(self.memory.fd), *arguments]))
            stack.enter_context(mock.patch.object(program, "WorkerGroup", SmallGroup))
            for name, value in replaced.items():
                stack.enter_context(mock.patch.object(program, name, value))
            stack.enter_context(contextlib.redirect_stdout(out))
            program.main()
        return dict(line.split(" ", 1) for line in out.getvalue().splitlines())


class Cpus(unittest.TestCase):
    def test_a_cpu_behind_the_first_word_of_the_mask_is_in_the_mask(self):
        for cpu in (0, 1, 63, 64, 65, 127, 128, 1000):
            with self.subTest(cpu):
                number = int.from_bytes(bytes(tallies.mask_of(cpu)), "little")
                self.assertEqual(number, 1 << cpu)

    def test_a_cpu_that_is_not_there_is_an_error_and_named(self):
        allowed = os.sched_getaffinity(0)
        with self.assertRaisesRegex(OSError, "cannot run on CPU 900"):
            tallies.stay_on(900)
        self.assertEqual(os.sched_getaffinity(0), allowed)


class Clocks(ProgramTest):
    def test_a_latency_below_zero_is_counted_as_none(self):
        tally = self.tally()
        self.memory.open_window(1)
        for nanoseconds in (-1, -6, -8, -3000):
            tally.record(nanoseconds)
        self.assertEqual(self.memory.latencies(0, 1), {0: 4})
        self.assertEqual(self.memory.tally(0), (0, 0, 0), "no other counter is written")

    def test_a_latency_of_the_second_window_stays_out_of_the_first(self):
        tally = self.tally()
        self.memory.open_window(2)
        tally.record(-1)
        self.assertEqual(self.memory.latencies(0, 1), {})

    def test_each_bucket_begins_where_the_one_before_ends(self):
        for bucket in range(tallies.FIRST, tallies.BUCKETS - 1, 7):
            shift, within = divmod(bucket - tallies.FIRST, 64)
            lowest = (within + 64) << (shift + 1)
            self.assertEqual(tallies.bucket(lowest), bucket)
            self.assertEqual(tallies.bucket(lowest - 1), bucket - 1)


class Messages(ProgramTest):
    def test_what_is_shorter_than_a_number_has_none(self):
        for length in range(8):
            self.assertIsNone(pipe_vs_queue.number_of(b"\0" * length, 64))

    def test_a_message_of_another_size_has_no_number(self):
        for size in (8, 15, 16, 64):
            message = pipe_vs_queue.message(3, size)
            self.assertEqual(pipe_vs_queue.number_of(message, size), 3)
            self.assertIsNone(pipe_vs_queue.number_of(message + b"\0", size))
            self.assertIsNone(pipe_vs_queue.number_of(message, size + 1))

    def consumed(self, messages):
        arriving = iter(messages + [pipe_vs_queue.message(pipe_vs_queue.LAST, 64)])
        pipe_vs_queue.consume(self.tally(), lambda: next(arriving), 64)
        return self.memory.tally(0)

    def test_a_message_that_comes_twice_or_too_early_is_noticed(self):
        numbered = [pipe_vs_queue.message(number, 64) for number in range(4)]
        self.assertEqual(self.consumed(numbered), (4, 256, 0))
        self.assertGreater(self.consumed([numbered[0], numbered[0], numbered[1]])[2], 0)
        self.assertGreater(self.consumed([numbered[1], numbered[0]])[2], 0)

    def test_an_empty_message_is_noticed_and_ends_nothing(self):
        self.assertEqual(self.consumed([b"", pipe_vs_queue.message(1, 64)]), (2, 128, 1))

    def test_a_server_passes_on_what_it_does_not_understand(self):
        questions = iter([b"abc", pipe_vs_queue.message(pipe_vs_queue.LAST, 64)])
        answers = []
        pipe_vs_queue.answer(answers.append, lambda: next(questions), 64)
        self.assertEqual(answers, [b"abc"])


class Flow(MainTest):
    def notes(self, make_queue, producers=1, consumers=1, contender="cpython_queue"):
        cpus = ";".join(["0"] * (producers + consumers))
        return self.notes_of(producer_consumer, ["threads", contender, str(producers), str(consumers), "64",
                                                 "64", cpus], make_queue=make_queue)

    def queue_of(self, change):
        """A queue whose 10th item is changed by `change`, and which ends the windows at its 40th."""
        memory = self.memory

        class Changing(queue.Queue):
            def put(self, item):
                self.puts = getattr(self, "puts", 0) + 1
                if self.puts == 40:
                    memory.stop()
                super().put(change(item) if self.puts == 10 else item)

        return lambda scope, contender, capacity: Changing(capacity)

    def test_a_good_queue_has_nothing_to_note(self):
        self.assertEqual(self.notes(self.queue_of(lambda item: item)), {})
        ops, _, errors = self.memory.tally(0)
        self.assertGreaterEqual(ops, 40)
        self.assertEqual(errors, 0)

    def test_an_item_that_arrives_in_place_of_another_is_noted(self):
        first = producer_consumer.wrap("cpython_queue", 0, 64)
        noted = self.notes(self.queue_of(lambda item: first))
        self.assertRegex(noted["error"], r"of producer 0's \d+ items \d+ arrived, or some twice and others not at all")

    def test_a_short_item_is_an_error_of_the_tally(self):
        self.notes(self.queue_of(lambda item: item[:-1]))
        self.assertEqual(self.memory.tally(0)[2], 1)

    def test_items_of_many_arrive_once_whatever_the_order_of_the_queue(self):
        for contender in ("cpython_lifo_queue", "cpython_priority_queue", "cpython_queue"):
            with self.subTest(contender):
                self.memory.open_window(1)
                made = producer_consumer.make_queue("threads", contender, 64)
                made.put = self.stops_after(200, made.put)
                self.assertEqual(self.notes(lambda *_: made, 2, 2, contender), {})
                self.assertTrue(made.empty())

    def test_the_end_marker_is_the_last_to_leave_a_priority_queue_or_is_it_alone(self):
        wrapped = producer_consumer.wrap("cpython_priority_queue", producer_consumer.LAST, 64)
        self.assertEqual(wrapped[0], 7, "the greatest of the eight priorities")
        self.assertEqual(len(wrapped[1]), 64)


class OpenDoor(object):
    """A lock that does not exclude, a semaphore that does not count."""

    def __init__(self, *_):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class Exclusion(MainTest):
    def test_a_lock_that_admits_two_is_noted(self):
        entered = threading.Barrier(2)

        def count(guarded, inside, original=lock_contention.count):
            before = list(guarded)
            entered.wait()  # both have read
            guarded[0] = before[0] + 1
            guarded[1] = before[1] + 1
            self.memory.stop()
            return False

        group = mock.Mock(Lock=OpenDoor, RLock=OpenDoor)
        with mock.patch.object(SmallGroup, "module", group):
            noted = self.notes_of(lock_contention, ["threads", "cpython_lock", "0", "0", "1", "0;0"], count=count)
        self.assertEqual(noted["error"], "exclusion broken: two workers were inside at once")

    def test_a_lock_that_excludes_is_not(self):
        for contender in ("cpython_lock", "cpython_rlock"):
            self.memory.open_window(1)
            noted = self.notes_of(lock_contention, ["threads", contender, "0", "0", "8", "0;0;0"],
                                  count=self.stops_after(300, lock_contention.count))
            self.assertEqual(list(noted), ["max_wait_ns"])

    def test_a_semaphore_that_admits_too_many_is_noted(self):
        together = threading.Barrier(3)

        def work(steps):
            together.wait()  # all three are inside
            self.memory.stop()

        def count_inside(flags):
            return 3 if sum(flags) == 3 else 0

        group = mock.Mock(Semaphore=OpenDoor, BoundedSemaphore=OpenDoor)
        with mock.patch.object(SmallGroup, "module", group):
            noted = self.notes_of(semaphore_pool, ["threads", "cpython_semaphore", "2", "0", "1", "0;0;0"],
                                  work=work, count_inside=count_inside)
        self.assertEqual(noted["error"], "3 were inside at once through 2 permits")
        self.assertEqual(noted["max_inside"], "3")

    def test_a_semaphore_that_counts_is_noted_with_what_was_seen(self):
        noted = self.notes_of(semaphore_pool, ["threads", "cpython_bounded_semaphore", "2", "0", "4", "0;0;0"],
                              count_inside=self.stops_after(300, semaphore_pool.count_inside))
        self.assertNotIn("error", noted)
        self.assertLessEqual(int(noted["max_inside"]), 2)


class Skips(MainTest):
    """What a version of Python lacks is said before the windows open, without an `r`."""

    def test_a_version_without_a_barrier_skips_what_needs_one(self):
        without = mock.Mock(spec=["Lock", "Semaphore", "Condition", "Event"])
        with mock.patch.object(SmallGroup, "module", without):
            self.assertEqual(self.notes_of(cpu_scaling, ["threads", "integer", "0;0", "256"]),
                             {"skipped": "no barrier in this version, so no rounds"})
            self.assertEqual(self.notes_of(wakeup, ["threads", "barrier_round", "hot", "0", "0"]),
                             {"skipped": "this version has no Barrier"})

    def skipped_by(self, function, version):
        out = io.StringIO()
        with mock.patch.object(sys, "version_info", version), contextlib.redirect_stdout(out), \
                self.assertRaises(SystemExit) as ended:
            function()
        self.assertEqual(ended.exception.code, 0)
        return out.getvalue()

    def test_before_3_4_a_process_is_forked_or_skipped(self):
        self.assertEqual(self.skipped_by(lambda: lifecycle.starter("cpython_process_spawn"), (2, 7, 18)),
                         "skipped before 3.4 there is only fork\n")

    def test_before_3_7_an_executor_is_skipped(self):
        self.assertEqual(self.skipped_by(lambda: pool_tasks.make_pool("cpython_process_pool_executor", 2), (3, 6, 9)),
                         "skipped no ProcessPoolExecutor with an initializer before 3.7\n")


class Groups(unittest.TestCase):
    def test_an_array_of_a_group_is_zeroed_and_shared_with_a_child(self):
        values = WorkerGroup("threads").array("Q", 4)
        self.assertEqual(list(values), [0] * 4)
        child = os.fork()
        if child == 0:
            values[2] = 7
            os._exit(0)
        os.waitpid(child, 0)
        self.assertEqual(list(values), [0, 0, 7, 0])

    def test_every_operation_has_a_name_that_the_scenario_lists(self):
        with open(os.path.join(os.environ["PROJECT"], "scenarios", "contenders", "cpython.cc"), encoding="utf-8") as file:
            listed = file.read()
        for name in single_operation.MADE_BY:
            self.assertIn(name, listed)

    def test_a_number_of_48_bits_and_its_producer_are_told_apart(self):
        word = 5 << producer_consumer.NUMBER_BITS | (1 << 48) - 1
        item = producer_consumer.wrap("cpython_queue", word, 8)
        self.assertEqual(struct.unpack("<Q", item)[0] >> producer_consumer.NUMBER_BITS, 5)


if __name__ == "__main__":
    unittest.main()
