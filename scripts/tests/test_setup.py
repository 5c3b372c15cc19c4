"""The shell scripts: setup on machines that lack things, and that all of them are valid bash."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import support

TOOLS = ("bash", "id", "mkdir", "mktemp", "tail", "rm", "ls", "false", "grep", "sed")


class Setup(unittest.TestCase):
    """Run with a path in which hardly anything is: g++, cmake and ninja are missing there."""

    def setUp(self):
        self.path = tempfile.mkdtemp()
        self.wait = "300"
        self.addCleanup(shutil.rmtree, self.path)
        for tool in TOOLS:
            os.symlink(shutil.which(tool), os.path.join(self.path, tool))

    def stub(self, name, body):
        path = os.path.join(self.path, name)
        if os.path.lexists(path):
            os.remove(path)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!%s\n%s\n" % (shutil.which("bash"), body))
        os.chmod(path, 0o755)

    def setup_(self, *options):
        done = subprocess.run(["bash", os.path.join(support.SCRIPTS, "setup"), *options],
                              env={"PATH": self.path, "GILFREE_APT_WAIT": self.wait,
                                   "GILFREE_LEFT_OUT": os.path.join(self.path, "kept", "left-out")}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        asked = pathlib.Path(self.path, "asked")
        return done.returncode, done.stderr, asked.read_text("utf-8") if asked.exists() else ""

    def test_where_nothing_can_be_installed_it_says_what_to_install(self):
        self.stub("id", "echo 0")
        code, said, _ = self.setup_()
        self.assertEqual(code, 2)
        self.assertRegex(said.splitlines()[-1], "as root: apt-get install g\\+\\+ cmake ninja-build")

    def test_what_is_missing_is_installed_in_one_go(self):
        self.stub("id", "echo 0")
        self.stub("apt-get", 'echo "$@" >> %s/asked' % self.path)
        code, _, asked = self.setup_()
        self.assertEqual(code, 0)
        self.assertEqual(asked.splitlines()[0], "update -qq")
        self.assertRegex(asked.splitlines()[1], "^install -y .* g\\+\\+ cmake ninja-build")
        self.assertEqual(len(asked.splitlines()), 2)

    def test_what_is_only_wished_for_may_stay_away(self):
        self.stub("id", "echo 0")
        for tool in ("g++", "cmake", "ninja"):
            self.stub(tool, "")
        self.stub("apt-get", '[ "$1" = update ]')
        code, said, _ = self.setup_()
        self.assertEqual(code, 0, said)
        self.assertRegex(said.splitlines()[-1], "going on without .*git")

    def test_one_package_that_does_not_exist_keeps_no_other_out(self):
        self.stub("id", "echo 0")
        self.stub("apt-get", 'echo "$@" >> %s/asked; [[ "$*" != *" ninja-build"* ]]' % self.path)
        code, said, asked = self.setup_()
        self.assertEqual(code, 2)
        self.assertIn("\ninstall -y -qq --no-install-recommends g++\n", asked)
        self.assertRegex(said.splitlines()[-1], "apt-get install ninja-build $")

    def test_it_names_each_optional_package_that_stays_away_with_the_reason(self):
        self.stub("id", "echo 0")
        for tool in ("g++", "cmake", "ninja"):
            self.stub(tool, "")
        self.stub("apt-get", """case $* in
          *" git") echo "E: Unable to locate package git" >&2; exit 100 ;;
          *git*) exit 100 ;;
        esac""")
        code, said, _ = self.setup_()
        self.assertEqual(code, 0, said)
        self.assertEqual(said.splitlines()[-1],
                         "setup: going on without git: Unable to locate package git")

    def refuse_git(self):
        """All that is needed is there; git is to be had nowhere."""
        self.stub("id", "echo 0")
        for tool in ("g++", "cmake", "ninja"):
            self.stub(tool, "")
        self.stub("apt-get", """echo "$@" >> %s/asked
            [[ "$*" != *" git"* ]] || { echo "E: Unable to locate package git" >&2; exit 100; }""" % self.path)

    def test_what_could_not_be_had_is_not_asked_for_again_within_a_day(self):
        self.refuse_git()
        self.setup_()
        self.assertFalse(pathlib.Path(self.path, "kept").exists(), "the folder of builds is for the one who builds")
        pathlib.Path(self.path, "kept").mkdir()
        self.assertEqual(self.setup_()[0], 0)
        asked = pathlib.Path(self.path, "asked")
        self.assertIn("update", asked.read_text("utf-8"))
        for command in "install -y -qq --no-install-recommends git\n", "":
            asked.unlink(missing_ok=True)
            kept = pathlib.Path(self.path, "kept", "left-out")
            lines = kept.read_text("utf-8").split()
            self.assertIn("git", lines)
            if command:  # as if a day had passed
                kept.write_text("\n".join(["1"] + lines[1:]) + "\n", encoding="utf-8")
            code, said, now_asked = self.setup_()
            self.assertEqual(code, 0, said)
            self.assertIn(command, now_asked)
            if not command:
                self.assertEqual(now_asked, "")
            self.assertRegex(said, "going on without .*git")

    def test_without_root_it_says_why_an_optional_package_stays_away(self):
        self.refuse_git()
        self.stub("id", "echo 1000")
        code, said, asked = self.setup_()
        self.assertEqual((code, asked), (0, ""))
        self.assertIn("setup: going on without git: installing takes root, or sudo\n", said)
        self.stub("id", "echo 0")
        self.assertIn("git", self.setup_()[2], "what was refused a user is asked for by root")

    def test_a_note_that_is_damaged_or_of_another_time_is_none(self):
        self.refuse_git()
        pathlib.Path(self.path, "kept").mkdir()
        for time in "abc", "", "99999999999", "08":
            pathlib.Path(self.path, "kept", "left-out").write_text(time + "\ngit\n", encoding="utf-8")
            pathlib.Path(self.path, "asked").unlink(missing_ok=True)
            code, _, asked = self.setup_()
            self.assertEqual(code, 0)
            self.assertIn("git", asked, time)

    def hold_apts_lock(self, times):
        self.stub("id", "echo 0")
        self.stub("sleep", "echo slept >> %s/asked" % self.path)
        self.stub("apt-get", """echo "$@" >> %s/asked
            ((tries = $(grep -c ^$1 %s/asked) )); ((tries > %d)) && exit 0
            echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (cloud)" >&2
            exit 100""" % (self.path, self.path, times))

    def test_it_waits_while_another_program_holds_apts_lock_and_says_which(self):
        self.hold_apts_lock(2)
        code, said, asked = self.setup_()
        self.assertEqual(code, 0, said)
        waiting = [line for line in said.splitlines() if "waiting" in line]
        self.assertEqual(len(waiting), 2, said)  # one line for the update, one for the install
        self.assertIn("up to 300 s", waiting[0])
        self.assertIn("/var/lib/apt/lists/lock. It is held by process 7 (cloud)", waiting[0])
        self.assertEqual(asked.count("slept"), 4)

    def test_it_gives_up_waiting_for_apts_lock_in_the_end_and_says_why(self):
        self.hold_apts_lock(1000)
        self.wait = "0"
        code, said, asked = self.setup_()
        self.assertEqual(code, 2)
        self.assertEqual(asked, "update -qq\n")
        self.assertIn("It is held by process 7 (cloud)", said.splitlines()[-2])
        self.assertIn("apt-get install g++", said.splitlines()[-1])

    def test_a_source_that_cannot_be_updated_keeps_no_package_out(self):
        self.stub("id", "echo 0")
        self.stub("apt-get", """echo "$@" >> %s/asked
            [ "$1" != update ] || { echo "E: no Release file" >&2; exit 100; }""" % self.path)
        code, said, asked = self.setup_()
        self.assertEqual(code, 0, said)
        self.assertIn("install -y", asked)

    def test_without_root_and_without_sudo_nothing_is_asked_of_the_package_manager(self):
        self.stub("id", "echo 1000")
        self.stub("apt-get", 'echo "$@" >> %s/asked' % self.path)
        code, _, asked = self.setup_()
        self.assertEqual((code, asked), (2, ""))

    def test_an_unknown_option_is_refused(self):
        self.assertEqual(self.setup_("--everything")[0], 2)


class Shell(unittest.TestCase):
    def test_every_script_is_valid_bash_and_may_be_run(self):
        for name in ("bench-all", "build", "package", "setup", "test", "../.ci/run", "checks/check_format", "checks/cpp-coverage",
                     "checks/fuzz", "checks/lint", "checks/python-coverage", "checks/tidy", "tests/adopt", "tests/bare-root"):
            path = os.path.join(support.SCRIPTS, name)
            self.assertTrue(os.access(path, os.X_OK), name)
            subprocess.run(["bash", "-n", path], check=True)

    def test_what_is_packaged_is_built_first_in_the_folder_that_is_named(self):
        top = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, top)
        (top / "scripts").mkdir()
        (top / "bin").mkdir()
        shutil.copy(os.path.join(support.SCRIPTS, "package"), top / "scripts")
        for path in "scripts/build", "bin/cmake", "bin/cpack", "bin/dpkg-shlibdeps":
            (top / path).write_text("#!/bin/sh\necho %s \"$@\" >>'%s/asked'\n" % (path, top), encoding="utf-8")
            (top / path).chmod(0o755)
        for folder, built in ("build/release", "scripts/build release bench-all gilfree_bench"), (
                "build/mine", "bin/cmake --build build/mine --target bench-all gilfree_bench"):
            archive = top / folder / "scenarios" / "libgilfree_bench.a"
            archive.parent.mkdir(parents=True)
            archive.touch()  # of older sources
            (top / "packages").mkdir(exist_ok=True)
            (top / "packages" / "one.deb").touch()
            subprocess.run([top / "scripts" / "package", top / "packages"], check=True, stdout=subprocess.DEVNULL,
                           env={"PATH": "%s:%s" % (top / "bin", os.environ["PATH"]), "GILFREE_BUILD": folder})
            asked = (top / "asked").read_text("utf-8").splitlines()
            self.assertIn(built, asked)
            last = "bin/cpack --config %s/CPackConfig.cmake" % folder
            self.assertEqual([line.startswith(last) for line in asked[asked.index(built):]].count(True), 1)

    def test_pages_name_the_generator_that_setup_installs(self):
        named = 0
        for page in "README.md", "scenarios/README.md", "primitives/README.md":
            text = pathlib.Path(support.ROOT, page).read_text("utf-8")
            for command in re.findall(r"cmake (?:-G \w+ )?-B ", text):
                self.assertEqual(command, "cmake -G Ninja -B ", page)
                named += 1
        self.assertGreaterEqual(named, 2)

    def test_flake8_is_given_each_python_file_also_those_without_an_ending(self):
        top = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, top)
        shutil.copytree(os.path.join(support.SCRIPTS, "checks"), top / "scripts" / "checks")
        for folder in ("primitives", "harness", "scenarios", "bin"):
            (top / folder).mkdir()
        (top / "bin" / "flake8").write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", encoding="utf-8")
        (top / "bin" / "flake8").chmod(0o755)
        done = subprocess.run([top / "scripts" / "checks" / "lint", "python"], capture_output=True, text=True,
                              env={"PATH": "%s:%s" % (top / "bin", os.environ["PATH"])}, check=True)
        given = done.stdout.split()
        for name in ("check_includes.py", "compilers", "cmake_version"):
            self.assertIn("scripts/checks/" + name, given)
        self.assertNotIn("scripts/checks/lint", given)

    def test_a_bare_root_without_a_release_or_with_an_unknown_step_is_refused(self):
        script = os.path.join(support.SCRIPTS, "tests", "bare-root")
        for words in [], ["trixie", "/tmp/none", "brew"]:
            done = subprocess.run([script, *words], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("bare-root: ", done.stderr)


if __name__ == "__main__":
    unittest.main()
