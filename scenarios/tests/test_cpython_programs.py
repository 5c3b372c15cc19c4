"""CPython's programs without messages: what they count, and that they notice what is wrong."""

import threading
import unittest

from cpython_support import ProgramTest
import cpu_scaling
import lifecycle
import lock_contention
import pool_tasks
import semaphore_pool
import single_operation
import wakeup
from worker_group import WorkerGroup


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


if __name__ == "__main__":
    unittest.main()
