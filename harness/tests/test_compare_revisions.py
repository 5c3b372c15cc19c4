"""bench-all ab REVISION REVISION: each is built once, and a build ends with the ab."""

import os
import signal
import subprocess
import unittest

from command import LONGEST
from comparing import CASE, FAST, CompareTest


class Revisions(CompareTest):
    def repository(self, build):
        """This folder becomes a repository of one commit, which is built by this script."""
        def git(*words):
            subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *words], check=True,
                           cwd=self.folder, capture_output=True)
        git("init", "-q")
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
        trees = os.listdir(self.path("build", "revisions"))
        self.assertEqual(len(trees), 1)
        with open(self.path("build", "revisions", trees[0], "built"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "built\n")


if __name__ == "__main__":
    unittest.main()
