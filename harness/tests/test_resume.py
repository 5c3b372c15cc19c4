"""bench-all run --resume: a run that ended early is completed, and no row is there twice or missing."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

from command import LONGEST, CommandTest

# Three cases, two launches of two windows.
WORDS = ["run", "counting/who:steady/size:8", "counting/who:rare/size:8/place:here", "--launches", "2",
         "--windows", "2", "--window", "2ms", "--warmup", "1ms", "--no-report", "-q"]


class Resume(CommandTest):
    def names(self):
        return self.run_it(["list", *WORDS[1:3]]).out.split()

    def plan(self):
        return sorted((name, launch, window) for name in self.names()
                      for launch in (1, 2) for window in (1, 2))

    def measured(self, out="out"):
        return sorted((row["case"], row["launch"], row["repetition"])
                      for row in self.samples(out))

    def resume(self, code=0, out="out"):
        result = self.run_it(["run", "--resume", self.path(out), "--no-report", "-q"])
        self.assertEqual(result.code, code, result)
        return result

    def kill_after(self, seconds, words, out="out"):
        """Kills the command so long after the run has begun, if it has not ended by then."""
        with self.start(words) as process:
            self.waits_until(lambda: self.has_begun(out), "it does not begin")
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
            process.communicate(timeout=LONGEST)
            return process.returncode == -signal.SIGKILL

    def has_begun(self, out):
        path = self.path(out, "events.jsonl")
        if not os.path.exists(path):
            return False
        with open(path, encoding="utf-8") as file:
            return file.readline().endswith("\n")

    def test_after_a_kill_at_any_moment(self):
        plan, seed = self.plan(), random.randrange(1 << 32)
        moments = random.Random(seed)
        with self.start([*WORDS, "--out", self.path("whole")]) as process:
            self.waits_until(lambda: self.has_begun("whole"), "it does not begin")
            begun = time.monotonic()
            process.communicate(timeout=LONGEST)
            whole = time.monotonic() - begun
        killed = 0
        for number in range(50):
            out = "out%d" % number
            killed += self.kill_after(moments.uniform(0, 1) * whole,
                                      [*WORDS, "--out", self.path(out)], out)
            with self.subTest(number=number, seed=seed):
                self.resume(out=out)
                self.assertEqual(self.measured(out), plan)
                self.assertEqual(len(self.rows(out)), len(plan))
                order = [row["order_index"] for row in self.samples(out)]
                self.assertEqual(sorted(set(order)), list(range(len(plan) // 2)))
                self.assertEqual(self.facts(out)["exit_code"], 0)
        self.assertGreater(killed, 0)

    def test_a_resumed_run_that_is_killed_is_resumed_again(self):
        self.kill_after(0.1, [*WORDS, "--out", self.path("out")])
        for _ in range(3):
            self.kill_after(0.2, ["run", "--resume", self.path("out"), "--no-report", "-q"])
        self.resume()
        self.assertEqual(self.measured(), self.plan())

    def cut(self, change):
        """A whole run whose events.jsonl is then changed."""
        self.measures(WORDS[1:-2])
        path = self.path("out", "events.jsonl")
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines(keepends=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(change(lines)))
        return lines

    def test_a_launch_of_which_a_row_is_missing_is_measured_again_and_the_others_stay(self):
        lines = self.cut(lambda lines: [*lines[:4], lines[4][:20]])  # run, a launch, half a launch
        self.resume()
        self.assertEqual(self.measured(), self.plan())
        with open(self.path("out", "events.jsonl"), encoding="utf-8") as file:
            self.assertEqual(file.read().splitlines(keepends=True)[:3], lines[:3])

    def test_a_complete_run_measures_nothing_more(self):
        lines = self.cut(lambda lines: lines)
        self.resume()
        with open(self.path("out", "events.jsonl"), encoding="utf-8") as file:
            self.assertEqual(file.read().splitlines(keepends=True)[:-1], lines[:-1])

    def test_a_complete_run_is_said_to_be_finished_and_one_that_goes_on_how_many_launches_it_has(self):
        self.cut(lambda lines: lines[:-3])  # without the last launch and the end
        words = ["run", "--resume", self.path("out"), "--no-report"]
        self.assertEqual(self.run_it(words).err.splitlines()[-1], "bench-all: 6 launches done")
        result = self.run_it(words)
        self.assertEqual((result.code, result.err),
                         (0, "bench-all: the run was finished, with 6 launches; nothing was measured\n"))

    def test_a_case_that_hung_is_not_tried_again(self):
        words = ["trouble/kind:hang", "counting/who:steady/size:8", "--launches", "2", "--window",
                 "2ms", "--warmup", "1ms", "--timeout", "1s", "--order", "given"]
        self.measures(words, code=6)
        # Of the case that hangs: on a machine without a free CPU the other one may also take longer than a second.
        self.assertEqual([row["status"] for row in self.samples() if row["case"].startswith("trouble/")], ["timeout"])
        before = self.samples()
        self.resume(code=6)
        self.assertEqual(self.samples(), before)
        with open(self.path("out", "hung.txt"), encoding="utf-8") as file:
            self.assertRegex(file.read(), r"trouble/kind:hang launch 1: still running .*\n"
                                          r"  process \d+ thread \d+ .*: state S, wchan ")

    def test_2_for_what_cannot_be_resumed(self):
        self.measures(WORDS[1:-2])
        self.refuses(["run", "--resume", "gone"], 2, "--resume: gone/events.jsonl: no such run; name "
                                                     "a folder that `run` wrote")
        self.refuses(["run", "--resume", "out", "--window", "1s"], 2,
                     "--window: a run that is resumed has the options that it began with; leave it "
                     "out")

        def of_another_machine(lines):
            facts = json.loads(lines[0])
            facts["host"]["cpu_model"] = "Other"
            return [json.dumps(facts) + "\n", *lines[1:]]

        os.rename(self.path("out"), self.path("before"))
        self.cut(of_another_machine)
        result = self.run_it(["run", "--resume", self.path("out")])
        self.assertEqual(result.code, 2)
        self.assertIn("--resume: this is not what the run began with (CPU model: Other and ",
                      result.err)

    def test_2_for_a_program_that_was_built_anew_meanwhile(self):
        """Of the same commit, for changes are tried before they are committed."""
        self.cut(lambda lines: lines[:3])
        words = ["run", "--resume", self.path("out"), "--no-report", "-q"]
        real, self.program = self.program, shutil.copy(self.program, self.path("bench"))
        with open(self.path("bench"), "ab") as file:
            file.write(b"other")
        self.refuses(words, 2, "--resume: this is not what the run began with (another program: bench-all was built anew, of "
                               "other sources or at another commit, or loads another library); begin a new run")
        # A copy that holds the same is the same program.
        self.program = shutil.copy(real, self.path("bench"))
        self.resume()
        self.assertEqual(self.measured(), self.plan())

    def test_2_for_a_first_line_that_is_damaged_and_the_folder_stays_as_it_was(self):
        no_run = "'command' does not begin a run (%s)"
        first, *others = self.cut(lambda lines: lines[:-1])
        for facts, fault in (
                ({"command": ["x", "--nonsense"]},
                 no_run % "The following argument was not expected: --nonsense; see bench-all --help"),
                ({"command": ["x", "--launches", "none"]},
                 no_run % "--launches: 'none' is not a whole number between 1 and 10000"),
                ({"command": ["x", "list"]}, no_run % "it measures nothing"),
                ({"command": ["x", "--help"]}, no_run % "it measures nothing"),
                ({"command": ["x", "--dry-run"]}, no_run % "it measures nothing"),
                ({"command": ["x", "--resume", "rx"]}, no_run % "it measures nothing"),
                ({"command": []}, "'command' is not a list of words"),
                ({"command": "x"}, "'command' is not a list of words"),
                ({"command": ["x", 3]}, "'command' is not a list of words"),
                ({"seed": "7"}, "'seed' is not a whole number below 2^64"),
                ({"seed": -7}, "'seed' is not a whole number below 2^64"),
                ({"variables": ["a"]}, "'variables' is not an object of texts"),
                ({"variables": {"BENCH_ALL_SEED": 7}}, "'variables' is not an object of texts"),
                ({"folder": 7}, "'folder' is not text"),
                ({"tool": "bench-all"}, "'tool' is not an object"),
                ({"run_id": None}, "'run_id' is not text")):
            with self.subTest(facts):
                before = "".join([json.dumps({**json.loads(first), **facts}) + "\n", *others[:-1]])
                path = self.path("out", "events.jsonl")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(before)
                self.refuses(["run", "--resume", "out"], 2,
                             "--resume: out/events.jsonl: line 1: %s; begin a new run" % fault)
                with open(path, encoding="utf-8") as file:
                    self.assertEqual(file.read(), before)

    def test_2_for_a_number_of_rows_that_is_none(self):
        self.cut(lambda lines: [lines[0], lines[1].replace('"rows":2', '"rows":"x"'), *lines[2:]])
        self.refuses(["run", "--resume", "out"], 2, "--resume: out/events.jsonl: line 2: 'rows' is not a whole number "
                                                    "from 1 on; delete that line to use the rest")

    def test_a_launch_of_which_a_line_was_removed_is_measured_again(self):
        self.cut(lambda lines: [lines[0], *lines[2:]])
        self.resume()
        self.assertEqual(self.measured(), self.plan())

    def test_2_while_the_run_is_still_going_on(self):
        with self.start([*WORDS[:-6], "--window", "9s", "--out", self.path("out")]) as process:
            self.waits_until(lambda: self.has_begun("out"), "it does not begin")
            result = self.run_it(["run", "--resume", self.path("out")])
            process.kill()
            process.communicate(timeout=LONGEST)
        self.assertEqual((result.code, result.err), (2, "bench-all: %s: a run is still writing to it\n"
                                                     % self.path("out")))


if __name__ == "__main__":
    unittest.main()
