"""A contender needs no line in the scripts: its name, family and colour come from the run or from its word."""

import unittest

import support  # noqa: F401, finds the scripts
from data import contenders
from data.contenders import family, label, order, style


class Told(unittest.TestCase):
    """What run.json says is taken."""

    def setUp(self):
        self.addCleanup(contenders.learn, {})

    def learn(self, **facts):
        contenders.learn({"contenders": {"carrier_pigeon": facts}})

    def test_its_label_and_its_family_are_taken(self):
        self.learn(label="Carrier pigeon", family="boost")
        self.assertEqual((label("carrier_pigeon"), family("carrier_pigeon")), ("Carrier pigeon", "boost"))
        self.assertEqual(style("carrier_pigeon")["color"], style("boost_message_queue")["color"])

    def test_one_of_ours_is_ours_by_its_family(self):
        self.learn(label="gilfree Pigeon", family="gilfree")
        self.assertTrue(contenders.is_ours("carrier_pigeon"))
        self.assertGreater(style("carrier_pigeon")["linewidth"], style("pipe2")["linewidth"])

    def test_a_family_that_is_not_known_has_a_colour_that_stays(self):
        self.learn(family="birds")
        self.assertEqual((family("carrier_pigeon"), label("carrier_pigeon")), ("birds", "carrier pigeon"))
        self.assertIn(style("carrier_pigeon")["color"], contenders.SPARE.colours)
        self.assertEqual(style("carrier_pigeon"), style("carrier_pigeon"))
        self.assertLess(order("std_queue"), order("carrier_pigeon"))
        self.assertLess(order("carrier_pigeon"), order("cpython_queue"))

    def test_a_limit_is_called_a_baseline_once(self):
        for reported in ("Pigeon", "Pigeon (limit)", "Pigeon (baseline)"):
            self.learn(label=reported, family="limit")
            self.assertEqual(label("carrier_pigeon"), "Pigeon (baseline)")

    def test_the_operation_is_given_by_the_setting_and_not_by_the_name(self):
        contenders.learn({"contenders": {
            "raw_futex_set_clear": {"label": "futex alone (limit): set, clear", "family": "limit"},
            "cpython_th_lock_acquire_release": {"label": "CPython Lock: acquire, release", "family": "cpython"},
            "mp_queue_qsize": {"label": "gilfree mp::Queue: qsize", "family": "gilfree"}}})
        self.assertEqual([label("raw_futex_set_clear"), label("cpython_th_lock_acquire_release", "3.11.2"),
                          label("mp_queue_qsize")],
                         ["futex alone (baseline)", "CPython 3.11.2 Lock", "gilfree mp::Queue: qsize"])

    def test_what_is_not_an_object_is_ignored(self):
        for reported in ([], "x", {"carrier_pigeon": 5}, {"carrier_pigeon": {"label": None}}):
            contenders.learn({"contenders": reported})
            self.assertEqual(label("carrier_pigeon"), "carrier pigeon")

    def test_the_next_run_forgets_it(self):
        self.learn(label="Carrier pigeon")
        contenders.learn({})
        self.assertEqual(label("carrier_pigeon"), "carrier pigeon")


class Derived(unittest.TestCase):
    """Without it the impl word says it."""

    def test_names_follow_their_family(self):
        self.assertEqual({impl: label(impl) for impl in (
            "tbb_spin_mutex", "std_barrier", "boost_fiber", "cpython_lifo_queue", "pthread_spinlock", "pipe2", "lock",
            "posix_sem", "absl_condvar")}, {
                "tbb_spin_mutex": "tbb::spin_mutex", "std_barrier": "std::barrier", "boost_fiber": "Boost fiber",
                "cpython_lifo_queue": "CPython LifoQueue", "pthread_spinlock": "pthread spinlock", "pipe2": "pipe(2)",
                "lock": "gilfree Lock", "posix_sem": "POSIX sem_t", "absl_condvar": "absl::CondVar"})

    def test_an_operation_names_what_it_is_done_to(self):
        self.assertEqual({impl: label(impl, "3.11.2" if impl.startswith("cpython") else "") for impl in (
            "th_rlock_acquire_release", "mp_bounded_semaphore_acquire_release", "std_mutex_acquire_release",
            "cpython_mp_event_set_clear", "cpython_th_lock_acquire_release", "raw_futex_set_clear", "mp_queue_qsize")}, {
                "th_rlock_acquire_release": "gilfree th::RLock",
                "mp_bounded_semaphore_acquire_release": "gilfree mp::BoundedSemaphore",
                "std_mutex_acquire_release": "std::mutex",
                "cpython_mp_event_set_clear": "CPython 3.11.2 multiprocessing.Event",
                "cpython_th_lock_acquire_release": "CPython 3.11.2 threading.Lock",
                "raw_futex_set_clear": "futex alone (baseline)", "mp_queue_qsize": "gilfree mp queue qsize"})

    def test_families(self):
        self.assertEqual([family(impl) for impl in ("queue", "spsc_ring", "spinning_flag_set_clear", "cpython_queue",
                                                    "tbb_mutex", "sysv_msgq", "moon", "")],
                         ["gilfree", "limit", "limit", "cpython", "tbb", "posix", "other", "other"])

    def test_an_interpreter_is_given_with_the_name(self):
        self.assertEqual(label("cpython_queue", "3.14.0t"), "CPython 3.14.0t Queue")
        self.assertEqual(label("moon", "3.14.0"), "moon 3.14.0")


class Looks(unittest.TestCase):
    def test_two_interpreters_are_told_apart(self):
        self.assertNotEqual(style("cpython_queue", "3.11.2"), style("cpython_queue", "3.13.0"))
        self.assertNotEqual(style("cpython_queue", "3.14.0"), style("cpython_queue", "3.14.0t"))
        self.assertEqual(style("cpython_queue", "pypy")["color"], style("cpython_queue")["color"])

    def test_relatives_share_a_colour_and_differ_in_their_line(self):
        for one, other in (("pipe2", "pipe2_1m"), ("tbb_bounded_queue", "tbb_mutex"), ("cpython_pipe", "cpython_queue"),
                           ("std_atomic_wait", "std_queue"), ("posix_mq", "sysv_msgq")):
            self.assertEqual(style(one)["color"], style(other)["color"])
            self.assertNotEqual((style(one)["linestyle"], contenders.marker(one)),
                                (style(other)["linestyle"], contenders.marker(other)), (one, other))

    def test_pipe_and_queue_of_ours_differ_in_colour(self):
        self.assertNotEqual(style("pipe")["color"], style("queue")["color"])

    def test_one_of_ours_has_one_colour_whatever_is_done_to_it(self):
        for thing in "lock", "rlock", "condition", "queue", "bounded_semaphore":
            looks = {style(impl)["color"] for impl in (
                thing, "mp_%s_acquire_release" % thing, "th_%s_acquire_release" % thing, "mp_%s_put_get_8" % thing)}
            self.assertEqual(len(looks), 1, thing)

    def test_a_stranger_always_looks_the_same(self):
        self.assertEqual(style("moon"), style("moon"))

    def test_ours_are_listed_first_and_cpython_last(self):
        names = sorted(("cpython_queue", "moon", "std_queue", "queue"), key=order)
        self.assertEqual(names, ["queue", "std_queue", "moon", "cpython_queue"])


if __name__ == "__main__":
    unittest.main()
