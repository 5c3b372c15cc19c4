"""bench-all ab --resume: after a kill no round is lost and none is there twice."""

import collections
import json
import os
import shutil
import subprocess
import unittest

from command import LONGEST, OWN_MOUNTS, mount_small_disk
from comparing import InstantTest


class Resume(InstantTest):
    """ab of programs whose launches take no time; one of them can be told to hang in a launch."""

    def words(self, *more):
        """Its two programs are made once: a changed one would be another build."""
        sides = [self.path(name) if os.path.exists(self.path(name)) else self.side(name) for name in "ab"]
        return ["ab", "--a", sides[0], "--b", sides[1], "--rounds", "8", "--out", self.path("out"), "-q", *more]

    def killed_at(self, launch, *words):
        """Kills it while B is in this launch, "slow 5"."""
        with open(self.path("b.hangs_at"), "w", encoding="ascii") as file:
            file.write(launch)
        name, count = launch.split()
        with self.start(self.words(*words)) as process:
            self.waits_until(lambda: self.launches("b", name) == int(count) + 1, "it did not come that far")
            process.kill()
            process.communicate(timeout=LONGEST)
        os.remove(self.path("b.hangs_at"))

    def launches(self, side, name):
        try:
            with open(self.path("%s.%s" % (side, name)), encoding="ascii") as file:
                return int(file.read() or 0)
        except FileNotFoundError:
            return 0

    def pairs(self):
        with open(self.path("out", "ab.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual([line["event"] for line in lines], ["ab"] + ["pair"] * (len(lines) - 1))
        return collections.Counter((line["case"], line["fresh"]) for line in lines[1:])

    WHOLE = {("noisy", False): 8, ("same", False): 8, ("slow", False): 8, ("slow", True): 8}

    # "slow 11" is in the rounds that confirm what is worse.
    def test_after_a_kill_no_round_is_lost_and_none_is_there_twice(self):
        for launch in ("slow 0", "same 5", "slow 11"):
            with self.subTest(launch):
                self.killed_at(launch)
                before = sum(self.pairs().values())
                result = self.run_it(self.words("--resume"))
                self.assertEqual(result.code, 1, result)
                self.assertEqual(self.pairs(), self.WHOLE)
                rows = {row["case"]: (row["verdict"], row["rounds"], row["confirmed"]) for row in self.rows(name="compare.csv")}
                self.assertEqual(rows, {"same": ("same", "8", "0"), "slow": ("worse", "8", "1"), "noisy": ("undecided", "8", "0")})
                # What was measured before was not measured again: B once more than needed, in the launch that was killed.
                launches = sum(self.launches("b", name) for name in ("noisy", "same", "slow"))
                self.assertEqual(launches, sum(self.WHOLE.values()) + 1)
                self.assertLess(before, launches)
                for name in os.listdir(self.folder):
                    path = self.path(name)
                    shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)

    def test_2_for_a_line_that_is_no_pair_of_launches(self):
        self.assertEqual(self.run_it(self.words()).code, 1)
        path = self.path("out", "ab.jsonl")
        with open(path, encoding="utf-8") as file:
            first, second, *others = file.readlines()
        for change in ({"event": "trial"}, {"event": 3}, {"a": {"fairness": 7}}, {"a": {"rate": 1e308}}):
            with self.subTest(change):
                with open(path, "w", encoding="utf-8") as file:
                    file.writelines([first, json.dumps({**json.loads(second), **change}) + "\n", *others])
                self.refuses(self.words("--resume"), 2, "--resume: %s: line 2 is no pair of launches; delete that line to use the "
                                                        "rest" % path)

    def test_2_for_rounds_of_another_machine(self):
        self.assertEqual(self.run_it(self.words()).code, 1)
        path = self.path("out", "ab.jsonl")
        with open(path, encoding="utf-8") as file:
            first, *others = file.readlines()
        facts = json.loads(first)
        facts["measured_on"]["host"]["cpu_model"] = "Other"
        with open(path, "w", encoding="utf-8") as file:
            file.writelines([json.dumps(facts) + "\n", *others])
        result = self.run_it(self.words("--resume"))
        self.assertEqual(result.code, 2)
        self.assertIn("--resume: the rounds in %s were made otherwise (CPU model: Other and " % self.path("out"), result.err)
        # Which build judges, and on which CPUs, is no matter: both programs of a pair had the same ones.
        facts["measured_on"]["host"] = json.loads(first)["measured_on"]["host"]
        facts["measured_on"]["build"]["compiler"] = "Other"
        facts["measured_on"]["limits"]["affinity"] = [7]
        with open(path, "w", encoding="utf-8") as file:
            file.writelines([json.dumps(facts) + "\n", *others])
        self.assertEqual(self.run_it(self.words("--resume")).code, 1)
        del facts["measured_on"]  # of an older bench-all
        with open(path, "w", encoding="utf-8") as file:
            file.writelines([json.dumps(facts) + "\n", *others])
        self.assertEqual(self.run_it(self.words("--resume")).code, 1)

    def test_7_where_its_folder_is_moved_or_removed_meanwhile_and_it_goes_on_from_there(self):
        """At each place of a launch: while one runs, and between two."""
        for move in (lambda: os.rename(self.path("out"), self.path("moved")),
                     lambda: (os.rename(self.path("out"), self.path("moved")), os.mkdir(self.path("out")))):
            with open(self.path("b.holds_at"), "w", encoding="ascii") as file:
                file.write("same 5")
            with self.start(self.words()) as process:
                self.waits_until(lambda: self.launches("b", "same") == 6, "it did not come that far")
                move()
                os.remove(self.path("b.holds_at"))
                out, err = process.communicate(timeout=LONGEST)
            self.assertEqual((process.returncode, out), (7, ""), err)
            self.assertRegex(err, r"^bench-all: cannot write results: %s.*: it was moved or removed while this was measuring, which "
                             r"ends here; if it was moved, .*--resume .*\n$" % self.path("out"))
            left = os.listdir(self.path("out")) if os.path.exists(self.path("out")) else []
            self.assertEqual(left, [])
            shutil.rmtree(self.path("out"), ignore_errors=True)
            os.rename(self.path("moved"), self.path("out"))
            self.assertEqual(self.run_it(self.words("--resume")).code, 1)
            self.assertEqual(self.pairs(), self.WHOLE)
            for name in os.listdir(self.folder):
                path = self.path(name)
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)

    def test_a_line_that_was_cut_short_is_measured_again_and_a_damaged_one_is_refused(self):
        self.assertEqual(self.run_it(self.words()).code, 1)
        path = self.path("out", "ab.jsonl")
        with open(path, encoding="utf-8") as file:
            whole = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(whole[:-20])
        self.assertEqual(self.run_it(self.words("--resume")).code, 1)
        self.assertEqual(self.pairs(), self.WHOLE)
        with open(path, "w", encoding="utf-8") as file:
            file.write(whole + '{"event":"pair"}\n')
        result = self.run_it(self.words("--resume"))
        self.assertEqual((result.code, result.err), (
            2, "bench-all: --resume: %s: line %d is no pair of launches; delete that line to use the rest\n"
            % (path, whole.count("\n") + 1)))

    def test_2_for_another_build_or_other_options_and_for_rounds_that_are_there_or_are_not(self):
        words = self.words("--resume")
        self.refuses(words, 2, "--resume: %s has no rounds; leave --resume out" % self.path("out"))
        self.assertEqual(self.run_it(self.words()).code, 1)
        self.refuses(self.words(), 2, "--out: %s holds rounds already; name another folder, or go on with them by --resume"
                     % self.path("out"))
        for other, said in ((["--rounds", "9"], "--rounds 8 there, 9 here"), (["--delta", "7"], "--delta 0.05 there, 0.07 here"),
                            (["slow"], "filters"), (["--launch-option=--window=9ms"], "--launch-option or --load")):
            words = self.words("--resume", *other)
            if other[0] == "--rounds":
                del words[5:7]
            self.refuses(words, 2, "--resume: the rounds in %s were made otherwise (%s); name another --out" % (self.path("out"), said))
        with open(self.path("b"), "a", encoding="ascii") as file:
            file.write("#")
        self.assertIn("were made otherwise (build B)", self.run_it(self.words("--resume")).err)

    def test_a_build_that_was_made_again_and_is_the_same_goes_on(self):
        self.assertEqual(self.run_it(self.words()).code, 1)
        os.utime(self.path("b"), (1, 1))
        self.assertEqual(self.run_it(self.words("--resume")).code, 1)
        self.assertEqual(self.pairs(), self.WHOLE)

    def test_a_budget_that_is_given_later_leaves_the_rounds_as_they_were(self):
        words = [word if word != "8" else "6" for word in self.words()]  # with a budget, as many as decide one of three cases
        self.assertEqual(self.run_it(words).code, 4)  # "slow" is worse in all of its rounds, which are too few for three cases
        result = self.run_it([*words, "--resume", "--time-budget", "1h"])
        # The time goes to what chance may explain after six rounds: "slow" is worse after twelve.
        self.assertEqual((result.code, self.pairs()["same", False], self.pairs()["slow", False]), (1, 6, 12), result)

    def test_7_where_a_launch_cannot_write_and_the_pair_is_measured_again(self):
        words = self.words()
        with open(self.path("b.cannot_write_at"), "w", encoding="ascii") as file:
            file.write("slow 2")
        result = self.run_it(words)
        self.assertEqual((result.code, result.err), (
            7, "bench-all: cannot write results: %s: No space left on device; the same command with --resume goes on\n"
            % self.path("out", ".bench-all-launch", "events.jsonl")))
        self.assertEqual(self.pairs()["slow", False], 2)
        os.remove(self.path("b.cannot_write_at"))
        self.assertEqual(self.run_it(self.words("--resume")).code, 1)
        self.assertEqual(self.pairs(), self.WHOLE)

    # A build whose exit code is another one: the disk itself is asked.
    @unittest.skipUnless(OWN_MOUNTS, "no mounts of its own")
    def test_7_where_the_disk_is_full_whatever_the_launch_says_of_it(self):
        os.mkdir(self.path("out"))
        mount_small_disk(self.path("out"), 256 << 10)
        try:
            words = self.words()
            with open(self.path("b.fills"), "w", encoding="ascii"):
                pass
            result = self.run_it(words)
            self.assertEqual(result.code, 7, result)
            self.assertIn("No space left on device; the same command with --resume goes on\n", result.err)
            self.assertEqual(sum(self.pairs().values()), 0)
            os.remove(self.path("b.fills"))
            self.assertEqual(self.run_it(self.words("--resume")).code, 1)
        finally:
            subprocess.run(["umount", self.path("out")], check=True)

    def test_2_for_another_build_of_the_same_path_and_time(self):
        words = self.words()
        os.utime(self.path("b"), (1, 1))
        self.assertEqual(self.run_it(words).code, 1)
        with open(self.path("b"), encoding="ascii") as file:
            text = file.read()
        for other in (text + "#", text.replace("rate=500", "rate=600")):
            with open(self.path("b"), "w", encoding="ascii") as file:
                file.write(other)
            os.utime(self.path("b"), (1, 1))
            self.refuses(self.words("--resume"), 2, "--resume: the rounds in %s were made otherwise (build B); name another --out"
                         % self.path("out"))

    def test_a_report_of_one_that_has_not_ended_says_how_to_complete_it(self):
        self.killed_at("slow 2")
        self.refuses(["report", "out"], 2, "'out' is of an `ab` that has not ended; complete it by the same `bench-all ab` with --resume")


if __name__ == "__main__":
    unittest.main()
