"""bench-all stress: tests, their table, stress.csv, exit codes and replays."""

import re
import signal
import unittest

from command import CommandTest

QUICK = ["-d", "300ms", "--seed", "1"]


class Stress(CommandTest):
    def stress(self, *words, **options):
        return self.run_it(["stress", *words], **options)

    def test_0_and_a_table_if_nothing_forbidden_was_seen(self):
        result = self.stress("counter", *QUICK)
        self.assertEqual(result.code, 0, result)
        self.assertRegex(result.out, r"(?m)^passed  counter/scope:processes  \([0-9]+ trials\)")
        self.assertRegex(result.out, r"(?m)^  exact +[0-9]+  100.00 % +acceptable +all increments")
        self.assertRegex(result.out, r"(?m)^1 test, [0-9]+ trials? in [0-9.]+ s, seed 1: 0 failed$")

    def test_3_for_what_is_forbidden_with_a_command_that_replays_it(self):
        result = self.stress("fails/contender:ours", *QUICK)
        self.assertEqual(result.code, 3, result)
        self.assertIn("forbidden: fails/contender:ours/scope:processes: bad (as it should not be)\n",
                      result.out)
        words = re.search(r"replay: bench-all stress '(.*)' --seed (\d+) --config (\S+)", result.out)
        replay = self.stress(words[1], "--seed", words[2], "--config", words[3])
        self.assertEqual(replay.code, 3, replay)
        self.assertIn("reproduced in trial 1\n", replay.out)

    def test_6_for_a_hang_and_where_each_actor_was(self):
        result = self.stress("hangs", *QUICK, "--hang-after", "100ms", "--out", self.path("out"))
        self.assertEqual(result.code, 6, result)
        self.assertIn("hang: 'sleeps'", result.out)
        self.assertRegex(result.out, r"(?m)^  actor 0 .*: has ended$")
        self.assertRegex(result.out, r"(?m)^  process [0-9]+ thread [0-9]+: state S, wchan ")
        with open(self.path("out", "hung_stress.txt"), encoding="utf-8") as file:
            self.assertIn("hangs/contender:ours/scope:threads: hang: 'sleeps'", file.read())

    def test_beside_a_run_that_hung_each_keeps_its_stacks(self):
        hangs = ["run", "trouble/kind:hang", "--launches", "1", "--window", "2ms", "--warmup", "1ms", "--timeout", "1s", "--no-report", "-q"]
        self.assertEqual(self.run_it([*hangs, "--out", self.path("out")]).code, 6)
        self.assertEqual(self.stress("hangs", *QUICK, "--hang-after", "100ms", "--out", self.path("out")).code, 6)
        texts = []
        for name in "hung.txt", "hung_stress.txt":
            with open(self.path("out", name), encoding="utf-8") as file:
                texts.append(file.read())
        self.assertIn("trouble/kind:hang launch 1: still running", texts[0])
        self.assertNotIn("trouble", texts[1])
        self.assertIn("hangs/contender:ours", texts[1])
        self.assertNotIn("contender:ours", texts[0])

    def test_its_folder_is_not_that_of_an_ab(self):
        two = ["ab", "--a", self.program, "--b", self.program, "counting/who:steady/size:8/place:here", "--rounds", "6", "-q",
               "--launch-option=--window=5ms"]
        self.assertEqual(self.stress("counter", *QUICK, "--out", self.path("out")).code, 0)
        self.refuses([*two, "--out", self.path("out")], 2, "--out: %s holds results of `stress` already; name another folder" % self.path("out"))
        self.run_it([*two, "--out", self.path("ab")])
        self.refuses(["stress", "counter", *QUICK, "--out", self.path("ab")], 2,
                     "--out: %s holds an `ab` already; name another folder" % self.path("ab"))

    def test_a_peers_failure_is_in_the_table_and_not_in_the_code(self):
        result = self.stress("fails/contender:theirs", *QUICK)
        self.assertEqual(result.code, 0, result)
        self.assertIn("peer: forbidden: fails/contender:theirs", result.out)
        self.assertIn(": 0 failed, 1 of peers failed\n", result.out)
        self.assertNotIn("theirs", self.stress("--list").out)
        self.assertIn("theirs", self.stress("--list", "--peers").out)

    def test_the_csv_has_a_row_for_each_outcome(self):
        self.stress("counter", "-q", *QUICK, "--out", self.path("out"))
        rows = self.rows(name="stress.csv")
        self.assertEqual([row["outcome"] for row in rows], ["exact", "lost an increment"])
        self.assertEqual([row["expect"] for row in rows], ["acceptable", "forbidden"])
        self.assertEqual(float(rows[0]["frequency"]), 1)
        self.assertEqual(rows[0]["samples"], rows[0]["iterations"])
        self.assertEqual(rows[0]["verdict"], "passed")
        self.assertEqual(rows[0]["run_id"], "1")

    def test_a_test_must_match_one_of_several_filters_as_a_case_of_run(self):
        listed = self.stress("--list", "counter", "hangs").out
        self.assertIn("counter/", listed)
        self.assertIn("hangs/", listed)
        self.assertNotIn("fails/", listed)

    def test_2_for_what_cannot_be_meant(self):
        self.refuses(["stress", "--exclude", "nothing"], 2, "--exclude: 'nothing' leaves nothing out; "
                     "`bench-all stress --list --peers` shows the tests")
        self.refuses(["stress", "nothing"], 2, "'nothing' matches no stress test; "
                     "`bench-all stress --list --peers` shows them")
        self.refuses(["stress", "--fault", "rain"], 2, "--fault: there is no 'rain'; choose of "
                     "delay, interrupt, stop, kill, or write all or none")
        self.refuses(["stress", "--config", "actors:2"], 2, "--config: a replay needs its --seed "
                     "too; copy the whole replay command")
        self.refuses(["stress", "-d", "5"], 2, "--duration: '5' is not a duration of at most a day; "
                     "write 80ms, 0.5s or 2m")
        self.refuses(["stress", "counter", "--seed", "1", "--config", "actors:99"], 2,
                     "--config: 'actors:99' is not a whole number between 2 and 4; copy it from the "
                     "replay command that `stress` printed")

    def test_a_folder_that_holds_results_is_not_written_over(self):
        self.stress("counter", *QUICK, "--out", self.path("out"))
        self.refuses(["stress", "counter", *QUICK, "--out", self.path("out")], 2,
                     "--out: %s holds a run already; name another folder" % self.path("out"))

    def test_an_interrupted_run_keeps_what_it_saw(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            out = self.path("out-%d" % number)
            with self.start(["stress", "counter", "-d", "1h", "--out", out]) as process:
                self.waits_until(lambda: self.has_trials(out), "no trial was written")
                process.send_signal(number)
                text, _ = process.communicate()
            self.assertEqual(process.returncode, 128 + number)
            self.assertIn("passed  counter", text)

    def has_trials(self, out):
        try:
            return any(int(row["samples"]) > 0 for row in self.rows(out, "stress.csv"))
        except FileNotFoundError:
            return False

    def test_7_if_standard_output_cannot_be_written(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = self.run_it(["stress", "counter", *QUICK], stdout=full)
        self.assertEqual(result.code, 7, result)


if __name__ == "__main__":
    unittest.main()
