"""bench-all ab REVISION REVISION: each is built once, and a build ends with the ab."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from command import LONGEST
from comparing import CASE, FAST, CompareTest


class Revisions(CompareTest):
    def git(self, *words, at=""):
        return subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *words], check=True, text=True,
                              cwd=self.path(at), capture_output=True).stdout.strip()

    def repository(self, build):
        """This folder becomes a repository of one commit, which is built by this script."""
        git = self.git
        git("init", "-q", "-b", "main")
        os.makedirs(self.path("scripts"))
        with open(self.path("scripts", "build"), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + build)
        os.chmod(self.path("scripts", "build"), 0o755)
        git("add", "-A")
        git("commit", "-qm", "one")

    # What is left of the build would be found by finds_no_debris().
    def test_a_build_ends_with_the_ab_that_was_killed_whatever_its_groups(self):
        self.repository('setsid sleep 1000 &\ntouch "%s"\nsleep 1000\n' % self.path("builds"))
        for number, code in ((signal.SIGKILL, -9), (signal.SIGTERM, 143)):
            with self.subTest(number), self.start(["ab", "HEAD", "HEAD", CASE, "--out", self.path("out"), *FAST]) as process:
                self.waits_until(lambda: os.path.exists(self.path("builds")), "it is not built")
                os.kill(process.pid, number)
                process.communicate(timeout=LONGEST)
                self.assertEqual(process.returncode, code)
                self.waits_until(lambda: not self.reap(), "the build goes on")
                os.remove(self.path("builds"))

    def test_a_revision_is_built_once_in_a_worktree_of_its_own(self):
        self.repository('mkdir -p build/release/bin && echo built >>built\n'
                        'ln -s "%s" build/release/bin/bench-all\n' % self.program)
        for out in ("one", "two"):
            result = self.run_it(["ab", "HEAD", "HEAD", CASE, "--rounds", "1", "--out",
                                  self.path(out), *FAST])
            self.assertEqual(result.code, 4, result)  # a round alone judges nothing
        self.assertEqual(sorted(os.listdir(self.path("build", "revisions"))),
                         [self.git("rev-parse", "HEAD"), self.git("rev-parse", "HEAD") + ".lock"])
        with open(os.path.join(self.tree(), "built"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "built\n")

    def tree(self, name="HEAD"):
        return self.path("build", "revisions", self.git("rev-parse", name))

    def ab(self, *words, quiet=True):
        """Of one round, which judges nothing: 4."""
        shutil.rmtree(self.path("out"), ignore_errors=True)
        return self.run_it(["ab", *(words or ("HEAD", "HEAD")), CASE, "--rounds", "1", "--out", self.path("out"),
                            *FAST[:None if quiet else -1]])

    # The commit that was built is in build/commit.
    BUILD = 'mkdir -p build/release/bin && ln -sf "%s" build/release/bin/bench-all && git rev-parse HEAD >build/commit\n'

    def test_a_tree_that_is_not_that_of_its_name_is_made_anew(self):
        self.repository(self.BUILD % self.program)
        self.git("commit", "-q", "--allow-empty", "-m", "two")
        commit, tree = self.git("rev-parse", "HEAD"), self.tree()
        def moved():
            self.git("checkout", "-q", "--force", "HEAD~1", at=tree)
        def changed():
            with open(os.path.join(tree, "scripts", "build"), "a", encoding="utf-8") as file:
                file.write("exit 1\n")
        def emptied():
            shutil.rmtree(tree)
            os.mkdir(tree)
        def half_made():
            os.remove(os.path.join(tree, "scripts", "build"))
            os.remove(os.path.join(tree, "build", "release", "bin", "bench-all"))
        def removed_while_locked():
            self.git("worktree", "lock", tree)
            shutil.rmtree(tree)
        for harm in (lambda: None, moved, changed, emptied, half_made, removed_while_locked):
            with self.subTest(harm.__name__):
                harm()
                result = self.ab()
                self.assertEqual(result.code, 4, result)
                self.assertEqual(self.git("status", "--porcelain", "--untracked-files=no", at=tree), "")
                self.assertEqual(self.git("rev-parse", "HEAD", at=tree), commit)
                with open(os.path.join(tree, "build", "commit"), encoding="ascii") as file:
                    self.assertEqual(file.read().strip(), commit)

    def test_a_commit_is_built_with_its_submodules(self):
        parts = tempfile.TemporaryDirectory()
        self.addCleanup(parts.cleanup)
        self.git("init", "-q", "-b", "main", at=parts.name)
        with open(os.path.join(parts.name, "part"), "w", encoding="ascii"):
            pass
        self.git("add", "part", at=parts.name)
        self.git("commit", "-qm", "part", at=parts.name)
        self.repository("[ -e parts/part ] || { echo no part; exit 1; }\n" + self.BUILD % self.program)
        allowed = ["-c", "protocol.file.allow=always"]
        self.git(*allowed, "submodule", "--quiet", "add", parts.name, "parts")
        self.git("commit", "-qm", "with parts")
        may = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always"}
        words = ["ab", "HEAD", "HEAD", CASE, "--rounds", "1", "--out", self.path("out"), *FAST]
        os.rename(parts.name, parts.name + ".away")
        result = self.run_it(words, environment=may)
        self.assertEqual(result.code, 2, result)
        self.assertRegex(result.err, r"^bench-all: commit %s does not build \(exit code 1: no part; its submodules cannot be checked out: .*\); see %s/.*\n$"
                         % (self.git("rev-parse", "HEAD"), self.tree()))
        os.rename(parts.name + ".away", parts.name)
        result = self.run_it(words, environment=may)
        self.assertEqual(result.code, 4, result)

    def test_two_builds_on_the_command_line_come_before_variables(self):
        self.repository(self.BUILD % self.program)
        variables = {"BENCH_ALL_A": self.program, "BENCH_ALL_B": self.program}
        words = [CASE, "--rounds", "1", "--dry-run"]
        result = self.run_it(["ab", "HEAD", "main", *words], environment=variables)
        self.assertEqual((result.code, result.out.count("to be built in")), (0, 2), result)
        for one in variables:
            result = self.run_it(["ab", "HEAD", "main", *words], environment={one: self.program})
            self.assertEqual((result.code, result.out.count("to be built in")), (0, 2), result)
        # Filters are no builds.
        result = self.run_it(["ab", *words[:1], *words], environment=variables)
        self.assertEqual((result.code, result.out.count("to be built in")), (0, 0), result)

    def test_a_name_of_a_program_and_of_a_commit_is_ambiguous(self):
        self.repository(self.BUILD % self.program)
        with open(self.path("main"), "w", encoding="ascii"):
            os.chmod(self.path("main"), 0o755)
        said = "'main' is ambiguous: a program and a commit; give './main' or the commit's number"
        for variables in ({}, {"BENCH_ALL_A": self.program, "BENCH_ALL_B": self.program}):
            self.refuses(["ab", "main", "HEAD", CASE], 2, said, environment=variables)

    def test_a_build_that_failed_does_not_count_though_it_left_a_program(self):
        self.repository(self.BUILD % self.program + 'echo sorry\n[ -e "%s" ] || exit 3\n' % self.path("heals"))
        for _ in range(2):
            result = self.ab()
            self.assertEqual((result.code, result.err), (
                2, "bench-all: commit %s does not build (exit code 3: sorry); see %s/build/bench-all.log\n"
                % (self.git("rev-parse", "HEAD"), self.tree())))
        with open(self.path("heals"), "w", encoding="ascii"):
            pass
        self.assertEqual(self.ab().code, 4)

    def test_of_two_at_once_one_builds_and_the_other_says_for_whom_it_waits(self):
        self.repository('echo built >>"%s"\nwhile [ ! -e "%s" ]; do sleep 0.01; done\n' % (self.path("builds"), self.path("go"))
                        + self.BUILD % self.program)
        words = ["ab", "HEAD", "HEAD", CASE, "--rounds", "1", *FAST[:-1]]
        with self.start([*words, "--out", self.path("one"), "-q"]) as one:
            self.waits_until(lambda: os.path.exists(self.path("builds")), "it is not built")
            with self.start([*words, "--out", self.path("two")]) as two:
                said = two.stderr.readline()
                with open(self.path("go"), "w", encoding="ascii"):
                    pass
                two.communicate(timeout=LONGEST)
            one.communicate(timeout=LONGEST)
        self.assertEqual(said, "bench-all: waiting for process %d, which builds commit %s\n" % (one.pid, self.git("rev-parse", "HEAD")))
        self.assertEqual((one.returncode, two.returncode), (4, 4))
        with open(self.path("builds"), encoding="ascii") as file:
            self.assertEqual(file.read(), "built\n")

    def test_2_for_a_name_of_several_commits_and_the_commits_are_in_every_output(self):
        self.repository(self.BUILD % self.program)
        self.git("tag", "twin")
        self.git("branch", "same")
        self.git("tag", "same")
        self.git("commit", "-q", "--allow-empty", "-m", "two")
        self.git("branch", "twin")
        one, two = self.git("rev-parse", "HEAD~1"), self.git("rev-parse", "HEAD")
        self.refuses(["ab", "twin", "main", CASE], 2,
                     "'twin' is ambiguous: refs/tags/twin is commit %s, refs/heads/twin is commit %s; give refs/tags/twin or "
                     "refs/heads/twin" % (one[:12], two[:12]))
        result = self.ab("same", "refs/heads/twin")
        self.assertEqual(result.code, 4, result)
        about = ["A: same, commit " + one, "B: refs/heads/twin, commit " + two]
        self.assertEqual(result.out.splitlines()[1:3], about)
        with open(self.path("out", "compare.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)[0]["about"], about)
        with open(self.path("out", "compare.md"), encoding="utf-8") as file:
            text = file.read()
        for line in about:
            self.assertIn("\n%s\n" % line, text)


if __name__ == "__main__":
    unittest.main()
