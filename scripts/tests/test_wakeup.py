"""The answer of wakeup: what was measured, in words."""

import unittest

import support
import plot_wakeup
from run_folder import read_run


class WakeUps(unittest.TestCase):
    def answered(self, states):
        with support.fixture_run() as run:
            for launch in range(1, 7):
                for waiter, placement, p50 in states:
                    run.row("wakeup/%s/%s" % (waiter, placement), launch, scenario="wakeup",
                            impl="event", interpreter="", scope="thread", mode="event_set",
                            waiter=waiter, placement=placement, lat_p50_ns=p50)
            run.write()
            return plot_wakeup.answer(*read_run(run.folder))

    def test_what_was_measured_is_said_and_nothing_else(self):
        hot, asleep = ("hot", "core", 80), ("asleep", "core", 12e3)
        self.assertEqual(self.answered([hot]).headline,
                         "gilfree Event between threads (set): 80 ns where both run, a core each.")
        self.assertEqual(self.answered([hot, asleep]).headline,
                         "gilfree Event between threads (set): 80 ns where both run, a core each; "
                         "12 µs where the waiter slept on another core.")
        self.assertEqual(self.answered([]).headline, "This run woke nobody.")


if __name__ == "__main__":
    unittest.main()
