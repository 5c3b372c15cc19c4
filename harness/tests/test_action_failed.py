"""The action says `failed` unless its call of `ab` made a comparison, and builds the base with its submodules."""

import os
import subprocess
import unittest

from gating import ActionTest, FAKE, MAY


class Failed(ActionTest):
    def test_without_a_comparison_of_this_call_that_agrees_with_the_exit_code_the_verdict_is_failed(self):
        self.pull(1000, 1000)
        wrote_none = "ab ended with %d and wrote no whole compare.json"
        for said, ends, cut, why in (
                ("nothing", 0, "", wrote_none % 0), ("nothing", 1, "", wrote_none % 1), ("nothing", 4, "", wrote_none % 4),
                ("same", 0, "yes", wrote_none % 0),
                ("same", 1, "", "ab ended with 1, but its compare.json says 'not worse'"),
                ("worse", 0, "", "ab ended with 0, but its compare.json says 'worse'"),
                ("worse", 4, "", "ab ended with 4, but its compare.json says 'worse'")):
            for fail_on in "worse", "incomparable", "undecided", "never":
                with self.subTest(said=said, ends=ends, cut=cut, fail_on=fail_on):
                    code, told, named, out = self.fake(said, ends, fail_on, CUT=cut)
                    self.assertEqual((code, told, named), (2, "code=2", "verdict=failed"), out)
                    self.assertIn("bench-all: %s\n" % why, out)
                    self.assertNotIn("table=", self.read("output"))

    def test_a_comparison_that_was_there_before_is_none_of_this_call(self):
        self.pull(1000, 1000)
        kept = self.path("kept")
        self.assertEqual(self.fake("same", 0, "never", OUT=kept)[2], "verdict=passed")
        self.assertEqual(self.fake("nothing", 0, "never", OUT=kept)[0:3], (2, "code=2", "verdict=failed"))
        self.assertEqual(self.fake("same", 0, "never", OUT=kept)[2], "verdict=passed")
        # Of a folder that `ab` refuses nothing is removed, and nothing is built for it.
        open(os.path.join(kept, "ab.jsonl"), "w", encoding="ascii").close()
        code, _, named, out = self.fake("same", 0, "never", OUT=kept, BUILD="exit 3")
        self.assertEqual((code, named), (2, "verdict=failed"))
        self.assertIn("bench-all: the input out is '%s', which holds a comparison already; name another folder\n" % kept, out)
        self.assertIn("compare.json", os.listdir(kept))

    def test_a_program_that_is_no_bench_all_is_named(self):
        self.pull(1000, 1000)
        for ends in 0, 1, 3, 4:
            with self.subTest(ends):
                code, told, named, out = self.fake("nothing", ends, "never", NAMED="another")
                self.assertEqual((code, told, named), (2, "code=2", "verdict=failed"), out)
                self.assertIn("bench-all: 'bin/bench-all' is no bench-all: it ended with %d and compared nothing; "
                              "set the input program\n" % ends, out)

    def test_an_option_among_the_filters_is_refused_before_anything_is_built(self):
        self.pull(1000, 1000)
        for word in "--dry-run", "-n", "--", "-q":
            with self.subTest(word):
                result = self.compare(FILTER="counting %s" % word, BUILD="exit 3")
                self.assertEqual(result.code, 2)
                self.assertEqual(result.err, "bench-all: the input filter has the option '%s'; it takes regular expressions, and "
                                             "launch-options takes options\n" % word)
                self.assertTrue(self.read("output").endswith("code=2\nverdict=failed\n"))

    def test_variables_of_the_job_do_not_reach_ab_and_are_named(self):
        self.pull(1000, 1000)
        out = self.fake("same", 0, "worse", BENCH_ALL_DELTA="900", BENCH_ALL_DRY_RUN="1")[3]
        self.assertEqual(self.read("variables"), "")
        for name in "BENCH_ALL_DELTA", "BENCH_ALL_DRY_RUN":
            self.assertIn("::warning::bench-all: %s of the job does not reach ab; set an input of the action instead\n" % name, out)

    def test_what_ends_the_action_early_has_outputs_as_well(self):
        self.pull(1000, 1000)
        result = self.compare(RUNNER_TEMP=self.path("nowhere"))
        self.assertEqual(result.code, 2)
        self.assertIn("bench-all: the action ended before it compared anything\n", result.err)
        self.assertEqual(self.read("output"), "code=2\nverdict=failed\n")

    def pull_with_submodules(self):
        """The same with a submodule that has one itself; all are checked out."""
        for name in "deep", "part":
            os.makedirs(self.path(name))
            self.git("init", "-q", "-b", "main", at=name)
            with open(self.path(name, "file"), "w", encoding="ascii"):
                pass
            self.git("add", "file", at=name)
            if name == "part":
                self.git("submodule", "--quiet", "add", self.path("deep"), "deep", at=name)
            self.git("commit", "-qm", name, at=name)
        os.makedirs(self.path("tree"))
        self.git("init", "-q", "-b", "main")
        self.git("submodule", "--quiet", "add", self.path("part"), "parts of it")
        self.git("submodule", "--quiet", "update", "--init", "--recursive")
        self.commit(1000)
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.commit(1000)

    def test_the_base_has_the_submodules_that_are_checked_out(self):
        self.pull_with_submodules()
        is_there = "[ -e 'parts of it/%s' ]"
        whole = is_there % "deep/file"
        part = is_there % "file" + " && ! " + whole
        nothing = "! " + is_there % "file"
        for harm, expected in (None, whole), ("deep", part), (".", nothing):
            with self.subTest(harm=harm):
                if harm == "deep":
                    self.git("submodule", "--quiet", "deinit", "-f", "deep", at="tree/parts of it")
                elif harm:
                    self.git("submodule", "--quiet", "deinit", "-f", "--all")
                code, _, named, out = self.fake("same", 0, "never", BUILD="{ %s; } || exit 9\n%s" % (expected, FAKE), **MAY)
                self.assertEqual((code, named), (0, "verdict=passed"), out)
        out = self.fake("same", 0, "never", BUILD="exit 9")[3]
        self.assertRegex(out, "failed \\(9\\) in the base [0-9a-f]+; submodules are not checked out: give actions/checkout submodules: "
                              "recursive; a base")
        listed = subprocess.run(["git", "worktree", "list"], cwd=self.path("tree"), text=True, capture_output=True, check=True)
        self.assertEqual(len(listed.stdout.splitlines()), 1)

    def test_a_base_whose_submodules_cannot_be_had_is_built_without_them_and_its_failure_says_so(self):
        self.pull_with_submodules()
        os.rename(self.path("part"), self.path("away"))
        code, _, named, out = self.fake("same", 0, "never", **MAY)
        self.assertEqual((code, named), (0, "verdict=passed"), out)
        self.assertIn("::warning::bench-all: the base is built without submodules that this revision may have; its submodules "
                      "cannot be checked out: ", out)
        out = self.fake("same", 0, "never", BUILD="exit 9", **MAY)[3]
        self.assertRegex(out, "failed \\(9\\) in the base [0-9a-f]+; its submodules cannot be checked out: .*; a base that has no ")


if __name__ == "__main__":
    unittest.main()
