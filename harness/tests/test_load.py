"""bench-all --load: other work beside the parties, which ends with the launch however that ends."""

import os
import signal
import unittest

import command
from command import CommandTest

CASE = "counting/who:steady/size:8/place:here"


def processes_called(name):
    """The processes of this name below this one, as a set of numbers."""
    found, waiting = set(), [os.getpid()]
    while waiting:
        for child in command.children_of(waiting.pop()):
            waiting.append(child)
            try:
                with open("/proc/%d/comm" % child, encoding="ascii", errors="replace") as file:
                    if file.read().strip() == name:
                        found.add(child)
            except OSError:  # it has just ended
                pass
    return found


class Load(CommandTest):
    def test_it_is_an_axis_of_every_scenario_and_a_column_of_every_row(self):
        self.measures([CASE, "--load", "none,half,full", "--launches", "1", "--window", "30ms"])
        self.assertEqual({row["case"]: row["load"] for row in self.rows()},
                         {CASE: "none", CASE + "/load:half": "half", CASE + "/load:full": "full"})
        self.assertEqual({row["status"] for row in self.rows()}, {"ok"})
        listed = self.run_it(["list", "--load", "half"]).out.splitlines()
        self.assertTrue(any(name.startswith("trouble/") for name in listed))
        self.assertTrue(all(name.endswith("/load:half") for name in listed), listed)

    def test_without_a_wish_there_is_none_and_names_are_as_they_were(self):
        self.measures([CASE, "--launches", "1", "--window", "30ms"])
        row, = self.rows()
        self.assertEqual((row["case"], row["load"]), (CASE, "none"))

    def test_a_launch_that_goes_wrong_has_its_load_in_its_row_and_leaves_none(self):
        for kind, code, status in (("crash", 3, "failed"), ("hang", 6, "timeout"), ("skip", 5, "skipped")):
            with self.subTest(kind):
                self.measures(["trouble", "--kind", kind, "--load", "full", "--launches", "1", "--timeout", "1s"], code, out=kind)
                row, = self.rows(kind)
                self.assertEqual((row["status"], row["load"]), (status, "full"))
                self.finds_no_debris()

    def test_it_ends_with_a_run_that_is_killed(self):
        for number in (signal.SIGKILL, signal.SIGTERM):
            with self.subTest(number):
                with self.start(["run", CASE, "--load", "full", "--launches", "1", "--window", "60s", "--out",
                                 self.path(number.name), "--no-report", "-q"]) as process:
                    self.waits_until(lambda: processes_called("bench-all load"), "there is no load")
                    process.send_signal(number)
                    process.communicate(timeout=command.LONGEST)
                self.finds_no_debris()

    def test_two_builds_are_compared_beside_it(self):
        result = self.run_it(["ab", "--a", self.program, "--b", self.program, CASE, "--load", "half", "--rounds", "6", "--delta", "1000",
                              "--out", self.path("out"), "--launch-option=--window=30ms", "-q"])
        self.assertEqual(result.code, 0, result)
        self.assertEqual({row["case"] for row in self.rows(name="compare.csv")}, {CASE + "/load:half"})

    def test_a_level_that_there_is_not_is_refused(self):
        self.refuses(["run", "counting", "--load", "much"], 2,
                     "--load: there is no 'much'; choose from: none half full")


if __name__ == "__main__":
    unittest.main()
