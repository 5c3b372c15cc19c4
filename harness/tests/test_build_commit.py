"""The commit that a build records: that of its sources at each build, not at the run, and not of another repository."""

import os
import shutil
import subprocess
import tempfile
import unittest

SCRIPT = os.path.join(os.environ["PROJECT"], "harness", "record", "build_commit.cmake")

FILE = "harness/file.cc"


@unittest.skipUnless(shutil.which("cmake") and shutil.which("git"), "asks cmake and git")
class BuildCommit(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)
        self.sources, self.out = os.path.join(self.folder, "sources"), os.path.join(self.folder, "out.cc")
        os.mkdir(self.sources)
        os.mkdir(os.path.join(self.sources, "harness"))
        self.write(FILE, "text")

    def write(self, name, text):
        with open(os.path.join(self.sources, name), "w", encoding="utf-8") as file:
            file.write(text)

    def git(self, *words, folder=None):
        return subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *words], cwd=folder or self.sources,
                              check=True, text=True, capture_output=True).stdout.strip()

    def commit(self):
        self.git("add", ".")
        self.git("commit", "-q", "--allow-empty", "-m", "one")
        return self.git("rev-parse", "HEAD")

    def built(self, **environment):
        """What a build writes: the commit, and whether files differ from it."""
        subprocess.run(["cmake", "-DSOURCES=" + self.sources, "-DOUT=" + self.out, "-P", SCRIPT], check=True,
                       env={**os.environ, **environment})
        with open(self.out, encoding="utf-8") as file:
            return [line.split('"')[1] for line in file if line.startswith("const char")]

    def test_each_build_records_the_commit_and_whether_files_differ_from_it(self):
        self.git("init", "-q")
        one = self.commit()
        self.assertEqual(self.built(), [one, "no"])
        self.write("README.md", "changed")
        self.write("harness/README.md", "changed")
        self.write("results-of-a-run", "new")
        self.assertEqual(self.built(), [one, "no"])
        self.write(FILE, "changed")
        self.assertEqual(self.built(), [one, "yes"])
        self.git("checkout", FILE)
        self.write("harness/new.cc", "new")
        self.assertEqual(self.built(), [one, "yes"])
        two = self.commit()
        self.assertNotEqual(one, two)
        self.assertEqual(self.built(), [two, "no"])

    def test_a_build_at_the_same_commit_compiles_nothing_again(self):
        self.git("init", "-q")
        self.commit()
        self.built()
        os.utime(self.out, (1, 1))
        self.built()
        self.assertEqual(os.stat(self.out).st_mtime, 1)
        self.commit()
        self.built()
        self.assertNotEqual(os.stat(self.out).st_mtime, 1)

    def test_sources_of_no_repository_or_below_that_of_others_have_none(self):
        self.assertEqual(self.built(), ["", ""])
        self.git("init", "-q", folder=self.folder)
        self.git("add", "sources", folder=self.folder)
        self.git("commit", "-q", "-m", "theirs", folder=self.folder)
        self.assertEqual(self.built(), ["", ""])

    def test_a_hook_of_another_repository_changes_nothing(self):
        self.git("init", "-q")
        one = self.commit()
        other = os.path.join(self.folder, "other")
        self.git("init", "-q", other)
        self.assertEqual(self.built(GIT_DIR=os.path.join(other, ".git"), GIT_WORK_TREE=other), [one, "no"])

    def test_asking_git_takes_no_lock_that_a_commit_would_wait_for(self):
        self.git("init", "-q")
        self.commit()
        os.utime(os.path.join(self.sources, FILE), (1, 1))  # `git status` with its lock would note that it is as it was
        with open(os.path.join(self.sources, ".git", "index"), "rb") as file:
            before = file.read()
        self.built()
        with open(os.path.join(self.sources, ".git", "index"), "rb") as file:
            self.assertEqual(file.read(), before)


if __name__ == "__main__":
    unittest.main()
