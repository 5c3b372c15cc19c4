"""Figures that stand side by side and show one measure of threads and of processes, or of placements, have one scale."""

import tempfile
import unittest
from unittest import mock

import support  # noqa: F401, first: it finds the scripts
from data import axes
from figures import figure, lines
from data.estimate import Estimate
from matplotlib.figure import Figure
from support import drawn

figure.pyplot.rcParams["figure.max_open_warning"] = 0  # they are looked at again and again


def limits(picture):
    """(kind, low, high) of both axes, of which that of a dot plot's names is left out."""
    (axis,) = picture.axes
    found = [(axis.get_xscale(), *axis.get_xlim()), (axis.get_yscale(), *axis.get_ylim())]
    return found[:1] if axis.yaxis_inverted() else found


class OneScale(unittest.TestCase):
    def check(self, fill, *together):
        """Each of the groups of figures has one scale, and says so."""
        pictures, _ = drawn(fill)
        for names in together:
            first, *others = (limits(pictures[name]) for name in names)
            for other in others:
                self.assertEqual(other, first, names)
            for name in names:
                said = " ".join(" ".join(text.get_text() for text in pictures[name].texts).split())
                self.assertIn("; the same scale as in the figures beside it", said)

    def test_dots_of_threads_and_processes(self):
        def fill(run):
            for scope, rates in (("thread", (1e6, 2e6)), ("process", (1e3, 9e3))):
                for impl, rate in zip(("lock", "pthread_mutex"), rates):
                    run.lock(impl, 2, [rate] * 6, scope, fair=rate / 4e6 + 0.5, p50=1e8 / rate)
        self.check(fill, *(["lock_contention_%s_rate" % scope for scope in ("threads", "processes")],
                           ["lock_contention_waits_%s" % scope for scope in ("thread", "process")],
                           ["lock_contention_fairness_%s" % scope for scope in ("thread", "process")]))

    def test_a_group_in_which_one_needs_a_logarithmic_axis_has_only_those(self):
        def fill(run):
            run.limit("semaphore", [1e6] * 6)
            run.limit("posix_sem", [1.1e6] * 6)
            run.limit("semaphore", [1e3] * 6, "process")
            run.limit("posix_sem", [9e5] * 6, "process")
        self.check(fill, ["semaphore_pool_threads_rate", "semaphore_pool_processes_rate"])
        self.assertEqual(limits(drawn(fill)[0]["semaphore_pool_threads_rate"])[0][0], "log")

    def test_lines_against_the_number_of_parties(self):
        def fill(run):
            for scope, parties, rate in (("thread", (1, 2), 1e6), ("process", (1, 2, 4), 3e3)):
                for count in parties:
                    run.lock("lock", count, [rate] * 6, scope)
                    run.lock("rlock", count, [rate / count * (20 if scope == "thread" else 1)] * 6, scope)
        self.check(fill, ["lock_contention_threads_rate", "lock_contention_processes_rate"])

    def test_percentiles_of_placements_and_of_scopes(self):
        def fill(run):
            run.round_trips("pipe", [200] * 3)
            run.round_trips("pipe", [90000] * 3, "same core")
            run.wake("event", [90] * 3)
            run.wake("event", [7000] * 3, scope="process")
        self.check(fill, ["pipe_vs_queue_percentiles_core", "pipe_vs_queue_percentiles_same_core"],
                   ["wakeup_percentiles_thread_hot_core", "wakeup_percentiles_process_hot_core"])

    def test_the_cost_of_an_operation_between_threads_and_between_processes(self):
        def fill(run):
            run.operations("th_lock_acquire_release", [10] * 6, "lock")
            run.operations("mp_lock_acquire_release", [700] * 6, "lock", "process")
        self.check(fill, ["single_operation_lock_acquire_release_thread", "single_operation_lock_acquire_release_process"])

    def test_speed_against_cpu_time(self):
        def fill(run):
            for scope, factor in (("thread", 1), ("process", 30)):
                for rank, impl in enumerate(("lock", "rlock", "pthread_mutex"), start=1):
                    run.lock(impl, 2, [1e6 / rank / factor] * 6, scope, cpu_ns_per_op=100 * rank * factor)
        self.check(fill, ["lock_contention_cost_a_lock_that_several_%s_want" % scope for scope in ("threads", "processes")])

    def test_latency_against_the_offered_rate_also_where_a_part_is_shaded(self):
        def fill(run):
            for scope, factor, full in (("thread", 1, ()), ("process", 50, (4000,))):
                for rate in (1000, 4000):
                    run.row("producer_consumer/%s/%d" % (scope, rate), 1, scenario="producer_consumer", impl="queue", scope=scope,
                            parties=2, producers=1, consumers=1, msg_bytes=64, batch=1, load_mode="open", target_rate_per_s=rate,
                            metric_kind="latency", lat_p50_ns=rate * factor, lat_p99_ns=9 * rate * factor, saturated=int(rate in full))
        self.check(fill, ["producer_consumer_load_threads", "producer_consumer_load_processes"])

    def test_strong_and_weak_scaling(self):
        def fill(run):
            run.scaling("thread", "integer", {1: 1e5, 2: 1.9e5})
            run.scaling("thread", "integer", {1: 1e5, 2: 1.2e5, 4: 1.1e5}, scaling="strong")
        self.check(fill, ["cpu_scaling_integer_weak", "cpu_scaling_integer_strong"])

    def test_what_is_alone_keeps_a_scale_of_its_own_and_does_not_speak_of_others(self):
        pictures, _ = drawn(lambda run: (run.lock("lock", 2, [1e6] * 6), run.limit("semaphore", [1e3] * 6)))
        for picture in pictures.values():
            self.assertNotIn("the same scale", " ".join(text.get_text() for text in picture.texts))

    def test_a_curve_that_leaves_what_was_measured_does_not_change_the_scale(self):
        found = {("lock", ""): {1.0: Estimate(1, None, None, 1), 2.0: Estimate(2, None, None, 1)}}
        spans = []
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(
                figure.pyplot, "close", lambda each: isinstance(each, Figure) and spans.append(limits(each))):
            for fits in ({}, {("lock", ""): lambda count: 100 * count}):
                lines.draw_lines(folder, {}, found, "one", "Title", "", lines.PARTIES, lines.Y("x", "x", str, False, "higher"),
                                 fits=fits, beside=[found])
        self.assertEqual(spans[0], spans[1])

    def test_a_group_leaves_out_scope_placement_and_load_and_nothing_else(self):
        row = {column: column for column in axes.BY_COLUMN}
        left = dict(zip(axes.BY_COLUMN, axes.group_of(axes.setting_of(row))))
        self.assertEqual({column for column, text in left.items() if not text}, {"scope", "placement", "load"})


if __name__ == "__main__":
    unittest.main()
