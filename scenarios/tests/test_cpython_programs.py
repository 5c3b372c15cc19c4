"""CPython's programs: what they count, how they verify, and that they notice what is wrong."""

import contextlib
import io
import os
import queue
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAMS = os.path.join(os.environ["PROJECT"], "scenarios", "contenders", "cpython")
sys.path.insert(0, PROGRAMS)
sys.dont_write_bytecode = True

import cpu_scaling  # noqa: E402
import lifecycle  # noqa: E402
import lock_contention  # noqa: E402
import pipe_vs_queue  # noqa: E402
import pool_tasks  # noqa: E402
import producer_consumer  # noqa: E402
import semaphore_pool  # noqa: E402
import single_operation  # noqa: E402
import tallies  # noqa: E402
import wakeup  # noqa: E402
import work  # noqa: E402
from worker_group import WorkerGroup  # noqa: E402

HEADER = struct.Struct("<QQQQ")
TALLY = struct.Struct("<QQQ")
WINDOWS = 2


class SharedMemory:
    """The shared memory of a launch, as harness/measure/tally.h lays it out."""

    def __init__(self, tally_count=4):
        self.tally_bytes = tallies.FIELDS_BYTES + WINDOWS * tallies.BUCKETS * 8
        self._file = tempfile.TemporaryFile()
        self._file.truncate(tallies.HEADER_BYTES + tally_count * self.tally_bytes)
        self.fd = self._file.fileno()
        os.pwrite(self.fd, HEADER.pack(0, self.tally_bytes, tally_count, WINDOWS), 0)

    def open_window(self, number):
        os.pwrite(self.fd, struct.pack("<Q", number), 0)

    def stop(self):
        self.open_window(tallies.STOP)

    def tally(self, number):
        """ops, bytes, errors."""
        at = tallies.HEADER_BYTES + number * self.tally_bytes
        return TALLY.unpack(os.pread(self.fd, TALLY.size, at))

    def latencies(self, number, window):
        """{bucket: count} of a window that is not empty."""
        at = tallies.HEADER_BYTES + number * self.tally_bytes + tallies.FIELDS_BYTES
        at += (window - 1) * tallies.BUCKETS * 8
        counts = struct.unpack("<%dQ" % tallies.BUCKETS,
                               os.pread(self.fd, 8 * tallies.BUCKETS, at))
        return {bucket: count for bucket, count in enumerate(counts) if count}

    def close(self):
        self._file.close()


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.memory = SharedMemory()
        self.addCleanup(self.memory.close)

    def tally(self, number=0):
        return tallies.Tally(self.memory.fd, number)

    def stops_after(self, count, function):
        """`function`, which ends the windows at its count-th call."""
        calls = []

        def counted(*arguments):
            calls.append(arguments)
            if len(calls) == count:
                self.memory.stop()
            return function(*arguments)
        return counted


class Tallies(ProgramTest):
    def test_counts_operations_bytes_and_errors_in_its_own_tally(self):
        tally, other = self.tally(1), self.tally(2)
        tally.count(3, 64)
        tally.count(2, 8)
        other.count(1, 1)
        tally.corrupt()
        tally.corrupt()
        self.assertEqual(self.memory.tally(0), (0, 0, 0))
        self.assertEqual(self.memory.tally(1), (5, 72, 2))
        self.assertEqual(self.memory.tally(2), (1, 1, 0))

    def test_runs_until_the_harness_says_stop(self):
        tally = self.tally()
        self.assertTrue(tally.running())
        self.assertFalse(tally.measuring())
        self.memory.open_window(1)
        self.assertTrue(tally.running() and tally.measuring())
        self.memory.stop()
        self.assertFalse(tally.running() or tally.measuring())

    def test_records_a_latency_in_the_window_that_is_open(self):
        tally = self.tally(1)
        tally.record(100)  # warm-up: dropped
        self.memory.open_window(1)
        tally.record(100)
        tally.record(100)
        self.memory.open_window(2)
        tally.record(7)
        self.memory.stop()
        tally.record(7)  # after the end: dropped
        self.assertEqual(self.memory.latencies(1, 1), {100: 2})
        self.assertEqual(self.memory.latencies(1, 2), {7: 1})
        self.assertEqual(self.memory.latencies(0, 1), {})

    def test_buckets_are_exact_below_128_and_1_64th_wide_above(self):
        self.assertEqual([tallies.bucket(value) for value in (0, 1, 127)], [0, 1, 127])
        self.assertEqual(tallies.bucket(128), 128)
        self.assertEqual(tallies.bucket(129), 128)
        self.assertEqual(tallies.bucket(130), 129)
        self.assertEqual(tallies.bucket(255), 191)
        self.assertEqual(tallies.bucket(256), 192)

    def test_buckets_never_decrease_and_the_last_one_takes_the_rest(self):
        values = [int(1.07 ** power) for power in range(600)]
        buckets = [tallies.bucket(value) for value in values]
        self.assertEqual(buckets, sorted(buckets))
        self.assertEqual(tallies.bucket(2**40), tallies.BUCKETS - 1)
        self.assertEqual(tallies.bucket(2**50), tallies.BUCKETS - 1)

    def test_a_note_is_a_column_and_a_value_on_a_line(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            tallies.announce_ready()
            tallies.note("max_inside", 2)
        self.assertEqual(out.getvalue(), "rmax_inside 2\n")

    def test_stays_on_the_cpu_it_is_given(self):
        allowed = os.sched_getaffinity(0)
        self.addCleanup(os.sched_setaffinity, 0, allowed)
        tallies.stay_on(max(allowed))
        self.assertEqual(os.sched_getaffinity(0), {max(allowed)})


class Work(unittest.TestCase):
    def test_no_time_is_no_step(self):
        self.assertEqual(len(work.steps_of(0)), 0)

    def test_more_time_is_more_steps(self):
        short, long = (len(work.steps_of(time)) for time in (10_000, 1_000_000))
        self.assertGreater(short, 0)
        self.assertGreater(long, 10 * short)

    def test_each_step_depends_on_the_one_before(self):
        self.assertEqual(work.work(range(0)), 1)
        self.assertEqual(work.work(range(3)), 125)


class PipeVsQueue(ProgramTest):
    def test_a_message_carries_its_number_at_both_ends(self):
        for size in (8, 9, 15, 16, 64, 4096):
            message = pipe_vs_queue.message(77, size)
            self.assertEqual(len(message), size)
            self.assertEqual(pipe_vs_queue.number_of(message, size), 77)

    def test_a_torn_or_short_message_has_no_number(self):
        message = pipe_vs_queue.message(77, 64)
        self.assertIsNone(pipe_vs_queue.number_of(message[:-1], 64))
        self.assertIsNone(pipe_vs_queue.number_of(message[:-8] + b"\0" * 8, 64))

    def test_every_channel_carries_messages(self):
        for kind in ("cpython_pipe", "cpython_queue", "cpython_simple_queue"):
            with self.subTest(kind):
                put, get = pipe_vs_queue.make_channel(kind)
                put(b"one")
                put(b"two")
                self.assertEqual((get(), get()), (b"one", b"two"))

    def produced(self, count):
        sent = []
        pipe_vs_queue.produce(self.tally(), self.stops_after(count, sent.append), 64)
        return sent

    def test_the_producer_numbers_its_messages_and_ends_with_a_marker(self):
        numbers = [pipe_vs_queue.number_of(each, 64) for each in self.produced(5)]
        self.assertEqual(numbers, [0, 1, 2, 3, 4, pipe_vs_queue.LAST])

    def test_the_consumer_counts_what_arrives_in_order(self):
        sent = iter(self.produced(5))
        pipe_vs_queue.consume(self.tally(), lambda: next(sent), 64)
        self.assertEqual(self.memory.tally(0), (5, 320, 0))

    def test_the_consumer_notices_a_lost_message(self):
        sent = self.produced(5)
        del sent[2]
        arriving = iter(sent)
        pipe_vs_queue.consume(self.tally(), lambda: next(arriving), 64)
        self.assertEqual(self.memory.tally(0)[2], 2)

    def test_the_consumer_notices_a_torn_message(self):
        sent = self.produced(5)
        sent[3] = sent[3][:-8] + b"\xff" * 8
        arriving = iter(sent)
        pipe_vs_queue.consume(self.tally(), lambda: next(arriving), 64)
        self.assertEqual(self.memory.tally(0), (5, 320, 1))

    def test_the_client_checks_each_answer(self):
        messages = queue.Queue()
        self.memory.open_window(1)
        pipe_vs_queue.ask(self.tally(), self.stops_after(3, messages.put), messages.get, 64)
        self.assertEqual(self.memory.tally(0), (3, 192, 0))

    def test_the_client_notices_a_wrong_answer(self):
        answers = iter([pipe_vs_queue.message(9, 64)])
        pipe_vs_queue.ask(self.tally(), self.stops_after(1, lambda message: None),
                          lambda: next(answers), 64)
        self.assertEqual(self.memory.tally(0)[2], 1)

    def test_the_server_answers_with_the_question_until_the_marker(self):
        questions = iter([pipe_vs_queue.message(number, 64)
                          for number in (0, 1, pipe_vs_queue.LAST)])
        answers = []
        pipe_vs_queue.answer(answers.append, lambda: next(questions), 64)
        self.assertEqual(answers, [pipe_vs_queue.message(0, 64), pipe_vs_queue.message(1, 64)])


class ProducerConsumer(ProgramTest):
    QUEUES = (("threads", "cpython_queue"), ("threads", "cpython_lifo_queue"),
              ("threads", "cpython_priority_queue"), ("processes", "cpython_queue"),
              ("processes", "cpython_joinable_queue"))

    def test_every_queue_carries_items_and_has_the_capacity_asked_for(self):
        for scope, kind in self.QUEUES:
            with self.subTest(scope + kind):
                made = producer_consumer.make_queue(scope, kind, 2)
                made.put(producer_consumer.wrap(kind, 5, 64))
                made.put(producer_consumer.wrap(kind, 6, 64))
                with self.assertRaises(queue.Full):
                    made.put(producer_consumer.wrap(kind, 7, 64), False)
                made.get()
                made.get()

    def test_an_item_of_a_priority_queue_goes_by_its_priority(self):
        kind = "cpython_priority_queue"
        made = producer_consumer.make_queue("threads", kind, 10)
        for word in (7, 16, 3):
            made.put(producer_consumer.wrap(kind, word, 64))
        words = [struct.unpack_from("<Q", made.get()[1])[0] for _ in range(3)]
        self.assertEqual(words, [16, 3, 7])

    def consumed(self, items, kind="cpython_queue"):
        arriving = iter(items)
        source = type("Source", (), {"get": lambda self: next(arriving)})()
        counters, counts, sums = [0] * 64, [0] * 256, [0] * 256
        producer_consumer.consume(0, self.memory.fd, source, kind, 64, counters, counts, sums)
        return counts, sums

    def item(self, producer, number, kind="cpython_queue"):
        word = producer << producer_consumer.NUMBER_BITS | number
        return producer_consumer.wrap(kind, word, 64)

    def test_the_consumer_counts_by_producer(self):
        last = producer_consumer.wrap("cpython_queue", producer_consumer.LAST, 64)
        items = [self.item(0, 0), self.item(2, 0), self.item(2, 1), last]
        counts, sums = self.consumed(items)
        self.assertEqual((counts[0], counts[2], sums[2]), (1, 2, 1))
        self.assertEqual(self.memory.tally(0), (3, 192, 0))

    def test_the_consumer_notices_a_short_item(self):
        last = producer_consumer.wrap("cpython_queue", producer_consumer.LAST, 64)
        self.consumed([self.item(0, 0)[:-1], last])
        self.assertEqual(self.memory.tally(0)[2], 1)


class LockContention(ProgramTest):
    def counters(self):
        return lock_contention.SectionCounters(WorkerGroup("threads"), 2)

    def test_counts_in_both_words_and_notices_another_inside(self):
        guarded = [4, 4]
        self.assertFalse(lock_contention.count(guarded, range(3)))
        self.assertEqual(guarded, [5, 5])
        guarded[0] += 1  # another worker is in the middle
        self.assertTrue(lock_contention.count(guarded, range(0)))

    def test_counts_each_section_and_times_one_in_every(self):
        counters = self.counters()
        lock = threading.Lock()
        self.addCleanup(setattr, lock_contention, "count", lock_contention.count)
        lock_contention.count = self.stops_after(24, lock_contention.count)
        self.memory.open_window(1)
        lock_contention.worker(1, self.memory.fd, lock, counters, range(0), range(0), 8)
        self.assertEqual(counters.sections[1], 24)
        self.assertEqual(counters.collisions[1], 0)
        self.assertEqual(self.memory.tally(1)[0], 24)
        self.assertEqual(sum(self.memory.latencies(1, 1).values()), 3)


class SemaphorePool(unittest.TestCase):
    def test_counts_the_flags_that_are_odd(self):
        self.assertEqual(semaphore_pool.count_inside([0, 1, 2, 3]), 2)
        self.assertEqual(semaphore_pool.count_inside([0, 0]), 0)

    def test_a_flag_that_changes_meanwhile_makes_no_count(self):
        class Changing(list):
            def __iter__(self):
                self[0] += 1
                return super().__iter__()

        self.assertEqual(semaphore_pool.count_inside(Changing([0, 1])), 0)


class Wakeup(ProgramTest):
    def test_every_wake_ends_one_wait(self):
        group = WorkerGroup("threads")
        for name, make in wakeup.SIGNALS.items():
            if name == "barrier_round":
                continue
            with self.subTest(name):
                signal = make(group)
                for _ in range(3):
                    signal.wake()
                    signal.wait()
                    signal.rearm()

    def test_a_barrier_lets_both_pass(self):
        signal = wakeup.SIGNALS["barrier_round"](WorkerGroup("threads"))
        other = threading.Thread(target=signal.wait)
        other.start()
        signal.wake()
        other.join()

    def test_a_thread_that_sleeps_is_seen_to(self):
        blocked, identity = threading.Lock(), []
        blocked.acquire()

        def sleep():
            identity.append(wakeup.thread_id())
            blocked.acquire()

        thread = threading.Thread(target=sleep)
        thread.start()
        while not identity:
            pass
        with open("/proc/%d/stat" % identity[0], "rb", 0) as stat:
            while not wakeup.is_asleep(stat):
                pass
        blocked.release()
        thread.join()

    def test_this_thread_does_not_sleep(self):
        with open("/proc/%d/stat" % wakeup.thread_id(), "rb", 0) as stat:
            self.assertFalse(wakeup.is_asleep(stat))

    def answered(self, over):
        state = wakeup.WakeupState(WorkerGroup("threads"))
        signal = wakeup.SIGNALS["event_set"](WorkerGroup("threads"))
        state.over[0] = over
        self.memory.open_window(1)
        wakeup.call(1, signal, state)
        return wakeup.answered(1, signal, state, self.tally())

    def test_an_answer_is_counted_and_timed(self):
        self.assertTrue(self.answered(over=0))
        self.assertEqual(self.memory.tally(0)[0], 1)
        self.assertEqual(sum(self.memory.latencies(0, 1).values()), 1)

    def test_the_last_call_is_not_counted(self):
        self.assertFalse(self.answered(over=1))
        self.assertEqual(self.memory.tally(0)[0], 0)


class PoolTasks(ProgramTest):
    def pool_ends(self, kind):
        pool = pool_tasks.make_pool(kind, 2)
        self.assertEqual(pool.call(5), 16)
        self.assertEqual(pool.map(list(range(100)), 7), [3 * x + 1 for x in range(100)])
        pool.end()

    def test_a_pool_of_processes_gives_each_result(self):
        self.pool_ends("cpython_pool")

    def test_a_pool_of_threads_gives_each_result(self):
        self.pool_ends("cpython_thread_pool")

    def test_an_executor_gives_each_result(self):
        self.pool_ends("cpython_process_pool_executor")

    def test_a_process_for_each_gives_each_result_and_counts_as_it_starts(self):
        results = pool_tasks.ProcessForEach(self.tally()).map(list(range(10)), 1)
        self.assertEqual(results, [3 * x + 1 for x in range(10)])
        self.assertEqual(self.memory.tally(0), (10, 80, 0))

    def test_maps_are_checked_and_counted(self):
        pool = type("Pool", (), {})()
        pool.map = self.stops_after(2, lambda inputs, chunk: [3 * x + 1 for x in inputs])
        pool_tasks.map_again_and_again(self.tally(), pool, 10, 1)
        self.assertEqual(self.memory.tally(0), (20, 160, 0))

    def test_a_wrong_result_of_a_map_is_noticed(self):
        pool = type("Pool", (), {})()
        pool.map = self.stops_after(1, lambda inputs, chunk: [0 for x in inputs])
        pool_tasks.map_again_and_again(self.tally(), pool, 10, 1)
        self.assertEqual(self.memory.tally(0)[2], 1)

    def test_a_wrong_result_of_a_call_is_noticed(self):
        pool = type("Pool", (), {})()
        pool.call = self.stops_after(3, lambda x: 3 * x + (1 if x != 1 else 2))
        pool_tasks.call_again_and_again(self.tally(), pool)
        self.assertEqual(self.memory.tally(0), (3, 24, 1))


class CpuScaling(ProgramTest):
    def test_every_workload_does_a_unit(self):
        lock = threading.Lock()
        for kind in ("integer", "floating_point", "memory", "allocation", "lock"):
            with self.subTest(kind):
                cpu_scaling.workload_of(kind, lock)()
                self.assertFalse(lock.locked())

    def test_a_worker_counts_its_units(self):
        unit = self.stops_after(7, lambda: None)
        cpu_scaling.worker(1, self.memory.fd, unit, None)
        self.assertEqual(self.memory.tally(1)[0], 7)

    def test_rounds_divide_the_units_among_the_workers(self):
        group = WorkerGroup("threads")
        rounds = cpu_scaling.ScalingRounds(group, 10, 3)
        self.memory.open_window(1)
        self.memory.stop()  # one round
        threads = [threading.Thread(target=cpu_scaling.worker,
                                    args=(me, self.memory.fd, lambda: None, rounds))
                   for me in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        shares = [self.memory.tally(me)[0] for me in range(3)]
        self.assertEqual(sum(shares), 10)
        self.assertLessEqual(max(shares) - min(shares), 1)


class SingleOperation(unittest.TestCase):
    def test_every_operation_is_done_a_thousand_times_a_batch(self):
        for name, make in single_operation.MADE_BY.items():
            module = __import__("multiprocessing" if name == "value_increment" else "threading")
            with self.subTest(name):
                make(module)()

    def test_a_value_is_incremented_each_time(self):
        import multiprocessing
        value = multiprocessing.Value("l", 5)
        single_operation.increment(value)()
        self.assertEqual(value.value, 1005)


class Lifecycle(unittest.TestCase):
    def test_every_starter_starts_and_joins(self):
        for contender in ("cpython_thread", "cpython_process_fork"):
            with self.subTest(contender):
                one = lifecycle.starter(contender)(target=lifecycle.nothing)
                one.start()
                one.join()
                self.assertEqual(getattr(one, "exitcode", 0), 0)


GROUP = """
import os, sys
sys.path.insert(0, %r)
from worker_group import WorkerGroup
group = WorkerGroup(%r)
counts = group.array("Q", 2)
def worker(me):
    %s
    counts[me] += 1
for me in range(2):
    group.start(%d, worker, me)
group.measure()
print(list(counts))
"""


class Groups(unittest.TestCase):
    def result_of(self, scope, body):
        program = GROUP % (PROGRAMS, scope, body, min(os.sched_getaffinity(0)))
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                              timeout=300)
        return done.returncode, done.stdout, done.stderr

    def test_workers_of_both_kinds_run_once_after_the_announcement(self):
        for scope in ("threads", "processes"):
            with self.subTest(scope):
                self.assertEqual(self.result_of(scope, "pass"), (0, "r[1, 1]\n", ""))

    def test_a_worker_that_fails_ends_the_program_and_notes_the_error(self):
        for scope in ("threads", "processes"):
            with self.subTest(scope):
                code, out, err = self.result_of(scope, "1 // 0")
                self.assertEqual(code, -9)
                self.assertIn("error ZeroDivisionError: ", out)
                self.assertIn("Traceback", err)

    def test_a_process_that_ends_with_a_code_fails_the_program(self):
        code, out, _ = self.result_of("processes", "os._exit(3)")
        self.assertEqual((code, out), (1, "r"))


if __name__ == "__main__":
    unittest.main()
