"""What becomes of a run: its exit code, its rows, and what is left when it is ended early."""

import os
import signal
import unittest

from command import LONGEST, CommandTest, children_of

SHORT = ["--window", "5ms", "--warmup", "1ms"]


def statuses(rows):
    return {(row["impl"], row["status"]) for row in rows}


class ExitCodes(CommandTest):
    def test_0_when_all_was_measured(self):
        self.measures(["counting", "--launches", "2", *SHORT])
        rows = self.rows()
        self.assertEqual(len(rows), 16)
        self.assertEqual(statuses(rows), {("steady", "ok"), ("rare", "ok")})
        self.assertEqual({row["verified"] for row in rows}, {"1"})
        self.assertEqual(self.facts()["exit_code"], 0)

    def test_the_run_says_what_the_report_calls_its_contenders(self):
        self.measures(["counting/who:rare/size:8", "--launches", "1", *SHORT])
        self.assertEqual(self.facts()["contenders"],
                         {"steady": {"label": "Steady counter", "family": "fixture"},
                          "rare": {"label": "Rare counter", "family": "fixture"}})

    def test_3_when_a_case_failed_and_the_others_are_measured_all_the_same(self):
        self.measures(["trouble/kind:(crash|corrupt|throw)", "counting/who:steady/size:64",
                       "--launches", "2", *SHORT], code=3)
        self.assertEqual(statuses(self.rows()), {("crash", "failed"), ("corrupt", "failed"),
                                                 ("throw", "failed"), ("steady", "ok")})
        self.assertEqual(len(self.rows()), 8)

    def test_5_when_nothing_could_run(self):
        result = self.measures(["trouble/kind:skip", "--launches", "4"], code=5)
        self.assertEqual(result.err, 'bench-all: 1 case cannot run here: not on a Sunday, '
                                     '"they" say\n')
        self.assertEqual([row["error"] for row in self.rows()], ['not on a Sunday, "they" say'])

    def test_6_when_a_case_hung_which_is_tried_once(self):
        result = self.measures(["trouble/kind:(hang|crash)", "counting/who:steady/size:64",
                                "--launches", "3", "--timeout", "1s", *SHORT], code=6)
        self.assertEqual([(row["impl"], row["error"][:23]) for row in self.rows()
                          if row["status"] == "timeout"],
                         [("hang", "still running after 1 s")])
        crash, hang = sorted(set(result.err.splitlines()))
        self.assertEqual(crash, "bench-all: trouble/kind:crash: failed: killed by signal 6 (Aborted)")
        self.assertTrue(hang.startswith("bench-all: trouble/kind:hang: timeout: still running after 1 s"), hang)
        self.assertEqual(sum(row["status"] == "ok" for row in self.rows()), 3)

    def test_a_payload_that_arrived_wrong_is_no_measurement(self):
        self.measures(["trouble/kind:corrupt", "--launches", "1", *SHORT], code=3)
        row, = self.rows()
        self.assertEqual((row["status"], row["checksum_ok"]), ("failed", "0"))
        self.assertRegex(row["error"], "^[0-9]+ payloads? arrived wrong$")

    def test_a_row_is_one_short_line_of_text_whatever_bytes_the_error_had(self):
        result = self.measures(["trouble/kind:binary", "--launches", "1", *SHORT], code=3)
        (row,) = self.rows()
        self.assertTrue(row["error"].startswith("a??[31mb\ufffdxxxx"), row["error"][:40])
        self.assertTrue(row["error"].endswith("xxx..."))
        self.assertLess(len(row["error"]), 1100)
        self.assertTrue(result.err.rstrip("\n").isprintable())

    def test_a_case_that_does_nothing_is_no_silent_zero(self):
        self.measures(["trouble/kind:idle", "--launches", "1", *SHORT], code=3)
        row, = self.rows()
        self.assertEqual((row["status"], row["ops"]), ("failed", "0"))
        self.assertIn("no operation was done in ", row["error"])


class Plans(CommandTest):
    def test_the_same_seed_measures_in_the_same_order(self):
        for out, seed in (("a", "7"), ("b", "7"), ("c", "8")):
            self.measures(["counting", "--launches", "2", "--seed", seed, *SHORT], out=out)
        order = {out: [row["case"] for row in self.samples(out)] for out in "abc"}
        self.assertEqual(order["a"], order["b"])
        self.assertNotEqual(order["a"], order["c"])

    def test_a_time_budget_leaves_out_launches_and_says_so(self):
        result = self.run_it(["counting", "--time-budget", "1s", "--no-report", "--out", "out",
                              *SHORT])
        self.assertEqual(result.code, 0)
        facts = self.facts()
        self.assertEqual(facts["budget_s"], 1)
        self.assertGreater(facts["launches_left_out"], 0)
        self.assertEqual(facts["launches_made"] + facts["launches_left_out"], 48)
        self.assertIn("left out %d launches to end within 1 s (--time-budget), made %d\n" % (
            facts["launches_left_out"], facts["launches_made"]), result.err)
        launches = {case["case"]: case["rows"]["ok"] for case in facts["cases"]}
        self.assertEqual(len(launches), 8)
        self.assertEqual({count for case, count in launches.items()
                          if "who:steady/size:8" in case}, {6})

    def test_what_led_in_the_first_round_is_measured_as_often_as_what_was_declared(self):
        """Of size 8 steady is declared decisive, and rare is one of the two best there."""
        self.measures(["counting", "--size", "8,64", "--place", "here", "--time-budget", "9s", "--window", "300ms", "--warmup", "1ms"])
        launches = {case["case"]: case["rows"]["ok"] for case in self.facts()["cases"]}
        self.assertEqual({count for case, count in launches.items() if "/size:8/" in case}, {6})
        self.assertNotIn(6, {count for case, count in launches.items() if "/size:64/" in case})


class SideBySide(CommandTest):
    # The folder is named by the second in which a run begins.
    def test_runs_that_begin_in_one_second_have_a_folder_each(self):
        runs = [self.start(["counting/who:steady/size:64", "--launches", "1", "--no-report", "-q",
                            *SHORT]) for _ in range(4)]
        for run in runs:
            self.assertEqual(run.communicate(timeout=LONGEST), ("", ""))
            self.assertEqual(run.returncode, 0)
        self.assertEqual(len(os.listdir(self.path("results", "local"))), 4)


class EndedEarly(CommandTest):
    def begun(self, words, samples):
        """A run that has written so many samples, and is going on."""
        process = self.start(["run", *words, "--launches", "1000", *SHORT, "--no-report", "-q",
                              "--out", self.path("out")], start_new_session=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.waits_until(lambda: self.is_written(samples), "the run does not begin")
        return process

    def is_written(self, samples):
        return (os.path.exists(self.path("out", "events.jsonl")) and
                len(self.events()) > samples)

    def ends(self, process, code):
        self.assertEqual(process.wait(LONGEST), code)
        self.assertEqual(self.facts()["exit_code"], code)
        self.assertEqual(len(self.rows()), len(self.samples()))

    def test_an_interrupted_run_keeps_what_it_has(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                process = self.begun(["counting"], samples=5)
                os.kill(process.pid, number)
                self.ends(process, code)
                self.assertGreaterEqual(len(self.rows()), 5)
                os.rename(self.path("out"), self.path("out-%d" % code))

    def test_ctrl_c_reaches_all_of_the_terminals_processes(self):
        process = self.begun(["counting"], samples=3)
        os.killpg(process.pid, signal.SIGINT)
        self.ends(process, 130)

    def test_an_interruption_ends_what_hangs(self):
        process = self.begun(["trouble/kind:hang"], samples=0)
        self.waits_until(lambda: children_of(process.pid), "the launch does not begin")
        os.kill(process.pid, signal.SIGTERM)
        self.ends(process, 143)
        self.assertEqual(self.rows(), [])

    # Its launch, and the launch's parties, must not live on either: finds_no_debris().
    def test_a_killed_run_can_be_read_and_its_tables_are_made_again(self):
        process = self.begun(["counting"], samples=5)
        self.assertNotIn("exit_code", self.facts())
        process.kill()
        process.wait(LONGEST)
        self.assertFalse(os.path.exists(self.path("out", "samples.csv")))

        result = self.run_it(["report", "out", "--no-report"])
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertGreaterEqual(len(self.rows()), 5)
        self.assertEqual(len(self.rows()), len(self.samples()))
        self.assertGreater(len(self.rows(name="hist.csv")), 0)
        self.assertNotIn("exit_code", self.facts())


if __name__ == "__main__":
    unittest.main()
