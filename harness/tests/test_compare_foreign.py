"""bench-all ab: builds whose rows are not what was asked for, that change meanwhile, and folders that hold something else."""

import json
import os
import shutil
import unittest

from comparing import INSTANT, InstantTest


RUN, SAYING = """'{"event":"run","run_id":"x"}'""", """'{"event":"run","run_id":"x","tool":{"linked":"'$(cat "$0.linked")'"}}'"""
ALL, ONE = '["noisy", "same", "slow"]', '["same"]'  # what a build lists


class Foreign(InstantTest):
    def setUp(self):
        super().setUp()
        for name in "ab":
            self.altered(ALL, ONE, name)

    def altered(self, old, new, name="b"):
        """A build like side(name) that lists one case, with another text in its program."""
        self.assertIn(old, INSTANT)
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(INSTANT.replace(old, new).replace(ALL, ONE) % name)
        os.chmod(self.path(name), 0o755)

    def ab(self, *words, out="out"):
        return self.run_it(["ab", "--a", self.path("a"), "--b", self.path("b"), "--rounds", "12", "--out", self.path(out), "-q", *words])

    def lines(self, out="out"):
        with open(self.path(out, "ab.jsonl"), encoding="utf-8") as file:
            return file.read().splitlines(keepends=True)

    def fails_with(self, why):
        result = self.ab()
        self.assertEqual(result.code, 4, result)
        self.assertIn("B failed in launch 1: " + why, {row["next_step"] for row in self.rows(name="compare.csv") if row["case"] == "same"})

    def test_a_row_of_another_case_is_no_measurement_of_this_one(self):
        self.altered('\\"case\\":\\"$name\\"', '\\"case\\":\\"other\\"')
        self.fails_with("it wrote a row of another case, 'other'")

    def test_rows_of_more_launches_than_one_are_not_taken_for_one(self):
        self.altered('"{\\"event\\":\\"sample\\",\\"row\\":$row}"', '"{\\"event\\":\\"sample\\",\\"row\\":$row}" '
                     '"$(echo "{\\"event\\":\\"sample\\",\\"row\\":$row}" | sed s/\\"launch\\":1/\\"launch\\":2/)"')
        self.fails_with("it wrote rows of 2 launches")

    def test_a_row_whose_messages_arrived_wrong_has_failed(self):
        self.altered('\\"status\\":\\"ok\\"', '\\"status\\":\\"ok\\",\\"checksum_ok\\":0')
        self.fails_with("some of what arrived was wrong (checksum_ok is 0)")

    def test_a_run_that_says_that_it_failed_has_failed_though_its_program_ends_with_0(self):
        for code, why in (("3", "its run ended with exit code 3"), ("[1]", "its run ended with exit code [1]")):
            with self.subTest(code):
                self.altered('"{\\"event\\":\\"sample\\",\\"row\\":$row}"', '"{\\"event\\":\\"sample\\",\\"row\\":$row}" '
                             '"{\\"event\\":\\"end\\",\\"exit_code\\":%s}"' % code)
                self.fails_with(why)
                shutil.rmtree(self.path("out"))

    def test_a_build_that_is_replaced_meanwhile_is_named_and_nothing_is_judged(self):
        self.altered("case $name$side in", 'if [ "$count" = 2 ]; then cp "$0" "$0.new"; echo "# new" >>"$0.new"; chmod +x "$0.new"\n'
                     'mv "$0.new" "$0"; fi\ncase $name$side in')
        result = self.ab()
        self.assertEqual(result.code, 2, result)
        self.assertIn("B (%s) was replaced while it was measured; name a copy of it, and another --out" % self.path("b"), result.err)
        self.assertFalse(os.path.exists(self.path("out", "compare.md")))

    def test_the_same_program_on_both_sides_is_said(self):
        shutil.copy(self.path("a"), self.path("b"))
        self.assertIn("warning: A and B are the same program, as far as their files say, so that only chance makes them differ\n",
                      self.ab().out)

    def runs(self, name, code):
        """A wrapper, alike on both sides, whose launches say of which code they are."""
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write((INSTANT % "a").replace(ALL, ONE).replace(RUN, SAYING))
        os.chmod(self.path(name), 0o755)
        with open(self.path(name + ".linked"), "w", encoding="ascii") as file:
            file.write(code)

    def test_wrappers_that_are_alike_are_the_same_program_only_if_what_they_run_is(self):
        for other, said in (("1", True), ("2", False)):
            self.runs("a", "1")
            self.runs("b", other)
            warned = "warning: A and B are the same program, so that only chance makes them differ\n" in self.ab(out=other).out
            self.assertEqual(warned, said)

    def test_what_a_wrapper_runs_is_not_exchanged_without_being_named(self):
        other = ("B (%s) was replaced while it was measured: what it runs, or a library that it loads, is another one than at first; "
                 "name a copy, and another --out\n" % self.path("b"))
        for name in "ab":
            self.runs(name, "1")
        self.assertEqual(self.ab().code, 0)
        lines = self.lines()
        with open(self.path("out", "ab.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(lines[:-2])
        self.runs("b", "2")
        result = self.ab("--resume")
        self.assertEqual(result.code, 2, result)
        self.assertTrue(result.err.endswith(other), result)
        self.runs("b", "")  # as a bench-all says nothing that is older than its rounds
        self.assertEqual(self.ab("--resume").code, 2)
        self.runs("b", "1")
        with open(self.path("b"), encoding="ascii") as file:
            text = file.read()
        with open(self.path("b"), "w", encoding="ascii") as file:
            file.write(text.replace("case $name$side in", '[ "$count" = 5 ] && echo 3 >"$0.linked"\ncase $name$side in'))
        self.remove("b.same")
        result = self.ab(out="new")
        self.assertEqual(result.code, 2, result)
        self.assertTrue(result.err.endswith(other), result)
        self.assertFalse(os.path.exists(self.path("new", "compare.md")))

    def test_cases_that_a_build_no_longer_lists_do_not_vanish_by_resume(self):
        for name in "ab":
            self.side(name)
        self.assertEqual(self.ab().code, 1)  # "slow" is worse
        first, *pairs = self.lines()
        for name in "ab":
            self.altered(ALL, ONE, name)
        self.ab(out="new")
        # As if the builds were the same and only what they list were not.
        settings = {**json.loads(self.lines("new")[0]), "cases": json.loads(first)["cases"]}
        with open(self.path("out", "ab.jsonl"), "w", encoding="utf-8") as file:
            file.writelines([json.dumps(settings) + "\n", *pairs])
        result = self.ab("--resume")
        self.assertEqual(result.code, 2, result)
        self.assertIn("were made otherwise (cases)", result.err)

    def test_a_pair_of_a_case_that_is_not_compared_is_refused_with_its_line(self):
        self.ab()
        with open(self.path("out", "ab.jsonl"), "a", encoding="utf-8") as file:
            file.write(json.dumps({"event": "pair", "case": "other", "fresh": False, "seconds": 1, "a": {"rate": 1}, "b": {"rate": 1},
                                   "failure": ""}) + "\n")
        result = self.ab("--resume")
        self.assertEqual(result.code, 2, result)
        self.assertIn("line 14 is no pair of launches; delete that line to use the rest", result.err)

    def test_a_folder_launch_that_was_there_stays(self):
        os.makedirs(self.path("out", "launch"))
        with open(self.path("out", "launch", "thesis.txt"), "w", encoding="utf-8") as file:
            file.write("precious")
        self.assertEqual(self.ab().code, 0)
        self.assertEqual(os.listdir(self.path("out", "launch")), ["thesis.txt"])


if __name__ == "__main__":
    unittest.main()
