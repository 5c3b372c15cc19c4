"""The report of a fleet: classes of hardware, machines that differ, and a thousand machines in little time and memory."""

import contextlib
import io
import json
import os
import resource
import shutil
import tempfile
import unittest

import support  # noqa: F401, finds the scripts
import synthetic_fleet

from data.run_folder import BadRun
from answers import machines
from page import fleet_page

PLANTED = 12


class FleetReport(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def make(self, count=30, planted=0):
        return synthetic_fleet.make(self.folder, count, planted)

    def change(self, name, **facts):
        """Changes facts of a machine's run.json: group={key: value}."""
        attempt, = os.listdir(self.path(name))
        with open(self.path(name, attempt, "run.json"), encoding="ascii") as file:
            run = json.load(file)
        for group, values in facts.items():
            run[group] = {**run[group], **values} if isinstance(values, dict) else values
        with open(self.path(name, attempt, "run.json"), "w", encoding="ascii") as file:
            json.dump(run, file)

    def report(self):
        lines, mistakes = fleet_page.report(self.folder)
        self.assertEqual(mistakes, [])
        with open(self.path("summary.json"), encoding="utf-8") as file:
            return lines, json.load(file)

    def test_machines_are_compared_within_a_class_of_hardware(self):
        self.make()
        lines, summary = self.report()
        self.assertEqual(lines, ["30 of 30 machines measured, 5 classes of hardware, 0 outliers"])
        self.assertEqual([each["machines"]["value"] for each in summary["classes"]], [12, 8, 4, 3, 3])
        faster = summary["by_class"][0]["faster"][0]
        self.assertEqual((faster["fastest on most machines"], faster["on how many"]["text"]), ("gilfree Lock", "12 of 12"))
        self.assertAlmostEqual(faster["times as fast as the next there"]["value"], 2, delta=0.1)

    def test_each_planted_fault_is_found_with_its_reason(self):
        planted = self.make(120, PLANTED)
        found = {each["machine"]: each for each in self.report()[1]["outliers"]}
        self.assertEqual(set(found), set(planted))
        words = {"clock": "its clock ran at 1800 MHz", "steal": "gave 15.0 %", "quota": "its CPU quota", "neighbour": "other programs",
                 "cache line": "takes 180 ns", "locks alone": "nothing that it reports", "fast": "3900 MHz"}
        for name, fault in planted.items():
            self.assertIn(words[fault], found[name]["likely reason"])
            self.assertEqual(found[name]["where"], "lock contention" if fault == "locks alone" else "everywhere")

    def test_a_class_of_four_has_no_outliers(self):
        self.make()
        name = machines.classes_of(machines.read(self.folder))[2].machines[0].name
        attempt, = os.listdir(self.path(name))
        path = self.path(name, attempt, "samples.csv")
        with open(path, encoding="ascii") as file:
            text = file.read()
        with open(path, "w", encoding="ascii") as file:
            file.write(text.replace(",70", ",700"))
        _, summary = self.report()
        self.assertEqual(summary["outliers"], [])
        self.assertEqual(summary["classes"][2]["outliers"]["text"], "too few to tell")

    def test_a_machine_with_another_build_is_not_compared_and_is_named(self):
        self.make()
        self.change("n0001", build={"flags": "-O1"})
        _, summary = self.report()
        self.assertEqual(summary["classes"][0]["other builds, not compared"]["value"], 1)
        self.assertEqual(summary["notes"], ["AMD EPYC 7763, 128 CPUs, 512 GiB, x86_64, none: 1 machine has another build and is not "
                                            "compared (n0001)"])

    def test_other_settings_and_seeds_are_told(self):
        self.make()
        for at in range(1, 13):
            self.change("n%04d" % at, seed=1 if at < 12 else 2)
        self.change("n0003", host={"kernel": "5.10"})
        notes = self.report()[1]["notes"]
        self.assertIn(": kernel of 1 machine differs from kernel of the others (n0003)", notes[0])
        self.assertIn(": seed of 1 machine differs from seed of the others (n0012)", notes[1])

    def test_a_machine_without_a_run_that_ended_is_missing(self):
        self.make()
        self.change("n0001", exit_code=143)
        shutil.rmtree(self.path("n0002"))
        lines, summary = self.report()
        self.assertIn("28 of 30 machines measured", lines[0])
        self.assertEqual(summary["missing"], [{"machine": "n0001", "why": "no run came to its end, of 1"},
                                              {"machine": "n0002", "why": "never ran"}])

    def test_of_several_attempts_the_last_that_ended_counts(self):
        self.make()
        attempt, = os.listdir(self.path("n0001"))
        shutil.copytree(self.path("n0001", attempt), self.path("n0001", "99-0"))
        with open(self.path("n0001", "99-0", "run.json"), "w", encoding="ascii") as file:
            file.write("{")
        fleet = machines.read(self.folder)
        self.assertEqual(next(each for each in fleet.machines if each.name == "n0001").folder, self.path("n0001", attempt))

    def test_a_damaged_list_of_nodes_is_one_line(self):
        with open(self.path("fleet.json"), "w", encoding="ascii") as file:
            file.write("{}")
        with self.assertRaisesRegex(BadRun, "fleet.json: is no list of nodes"):
            fleet_page.report(self.folder)

    def test_the_command_reports_a_fleet(self):
        self.make(5)
        code, out, err = support.report(self.folder)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("5 of 5 machines measured", out)

    def test_a_thousand_machines_take_little_time_and_memory(self):
        planted = self.make(1000, PLANTED)
        before = resource.getrusage(resource.RUSAGE_SELF)
        with contextlib.redirect_stdout(io.StringIO()):
            _, summary = self.report()
        after = resource.getrusage(resource.RUSAGE_SELF)
        found = {each["machine"] for each in summary["outliers"]}
        size = sum(os.path.getsize(self.path(name)) for name in ("report.html", "summary.md", "summary.json", "machines.csv"))
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print("1,000 machines: %d of %d found, %d false, %.1f s of CPU time, %.1f MB written, %d MB of memory" % (
            len(found & set(planted)), len(planted), len(found - set(planted)), seconds, size / 1e6, after.ru_maxrss / 1024))
        self.assertEqual(found & set(planted), set(planted))
        self.assertLessEqual(len(found - set(planted)), 2)
        self.assertLess(seconds, 120)
        self.assertLess(size, 10e6)
        self.assertLess((after.ru_maxrss - before.ru_maxrss) / 1024, 100)


if __name__ == "__main__":
    unittest.main()
