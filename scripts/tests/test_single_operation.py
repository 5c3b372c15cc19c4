"""What one operation costs: a figure for each subject, and each of ours beside its peers."""

import os
import unittest

import support
from plot_single_operation import answer, draw
from run_folder import read_run


def fill(run):
    run.operations("nothing", [2] * 6)
    run.operations("th_lock_acquire_release", [10] * 6, primitive="lock")
    run.operations("std_mutex_acquire_release", [20] * 6, primitive="lock")
    run.operations("cpython_th_lock_acquire_release", [400] * 6, primitive="lock")
    run.operations("mp_event_set_clear", [30] * 6, primitive="event")


class SingleOperation(unittest.TestCase):
    def setUp(self):
        context = support.fixture_run()
        self.run_ = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def read(self):
        self.run_.write()
        return read_run(self.run_.folder)

    def test_each_subject_that_was_measured_has_its_figure(self):
        fill(self.run_)
        paths = draw(self.run_.folder, *self.read())
        self.assertEqual([os.path.basename(path) for path in paths],
                         ["single_operation.svg", "single_operation_locks.svg",
                          "single_operation_events.svg"])

    def test_ours_is_compared_with_those_of_its_peers_that_were_measured(self):
        fill(self.run_)
        found = answer(*self.read())
        self.assertEqual(found.points, [
            "th lock acquire release takes 0.5 times as long as std mutex acquire release, "
            "0.025 times as long as cpython th lock acquire release."])
        self.assertEqual(len(found.table), 5)

    def test_without_a_peer_nothing_is_compared(self):
        self.run_.operations("mp_event_set_clear", [30] * 6, primitive="event")
        self.assertEqual(answer(*self.read()).points, [])

    def test_nothing_measured_is_said_so(self):
        self.assertEqual(answer(*self.read()).table, [])


if __name__ == "__main__":
    unittest.main()
