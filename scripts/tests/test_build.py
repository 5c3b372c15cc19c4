"""scripts/build and scripts/test: how they call CMake and CTest, which are replaced by stubs here."""

import os
import pathlib
import re
import select
import shutil
import subprocess
import tempfile
import unittest

import support


class Commands(unittest.TestCase):
    """A copy of the two scripts in a folder of its own, where cmake, ctest and setup are stubs."""

    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        for folder in ("scripts", "bin", "build/release/CMakeFiles"):
            (self.top / folder).mkdir(parents=True)
        for name in ("build", "test"):
            shutil.copy(os.path.join(support.SCRIPTS, name), self.top / "scripts" / name)
        self.stub("scripts/setup", "")
        self.stub("bin/cmake", 'echo "$@" >>calls')

    def stub(self, name, body):
        (self.top / name).write_text("#!/usr/bin/env bash\n%s\n" % body, encoding="utf-8")
        (self.top / name).chmod(0o755)

    def start(self, *command, **environment):
        path = "%s:%s" % (self.top / "bin", os.environ["PATH"])
        clean = {key: value for key, value in os.environ.items() if key != "GILFREE_WERROR"}
        return subprocess.Popen(command, cwd=self.top, env={**clean, "PATH": path, **environment},
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def build(self, **environment):
        done = self.start("scripts/build", "release", **environment)
        said = done.communicate()[1]
        calls = self.top / "calls"
        return done.returncode, said, calls.read_text("utf-8").splitlines() if calls.exists() else []

    def test_a_configured_folder_is_not_configured_again(self):
        (self.top / "build/release/build.ninja").touch()
        self.assertEqual(self.build(), (0, "", ["--build --preset release"]))

    def test_warnings_are_errors_only_where_the_environment_asks_for_it(self):
        self.assertEqual(self.build()[2][0], "--preset release")
        (self.top / "build/release/build.ninja").touch()
        self.assertIn("--preset release -DGILFREE_WERROR=ON", self.build(GILFREE_WERROR="ON")[2])

    def test_a_folder_that_was_moved_is_configured_afresh(self):
        for name in ("build.ninja", "CMakeCache.txt"):
            (self.top / "build/release" / name).touch()
        self.stub("bin/cmake", """echo "$@" >>calls
            [ ! -e build/release/CMakeCache.txt ] || { echo "CMakeCache.txt is of elsewhere"; exit 1; }""")
        code, said, calls = self.build()
        self.assertEqual((code, said), (0, ""))
        self.assertEqual(calls, ["--build --preset release", "--preset release",
                                 "--build --preset release"])

    def test_what_does_not_compile_is_shown_and_not_tried_twice(self):
        (self.top / "build/release/build.ninja").touch()
        self.stub("bin/cmake", 'echo "$@" >>calls; echo "queue.h:1: error"; exit 1')
        code, said, calls = self.build()
        self.assertEqual((code, len(calls)), (3, 1))
        self.assertIn("queue.h:1: error", said)

    def test_what_the_build_needs_and_lacks_is_said_in_one_line(self):
        self.stub("bin/cmake", """echo 'CMake Error at scripts/cmake/compiler.cmake:6 (message):
             ' >&2; echo '   gilfree needs g++ 11; install it' >&2; exit 1""")
        (self.top / "build/release/build.ninja").touch()
        self.assertEqual(self.build(GILFREE_WERROR="ON")[:2], (3, "build: gilfree needs g++ 11; install it\n"))

    def of_compiler(self, name, version):
        """What CMake says of a compiler: nothing, or why it is refused."""
        done = subprocess.run(["cmake", "-DCMAKE_CXX_COMPILER=c++", "-DCMAKE_CXX_COMPILER_ID=" + name,
                               "-DCMAKE_CXX_COMPILER_VERSION=" + version, "-P",
                               os.path.join(support.SCRIPTS, "cmake", "compiler.cmake")],
                              capture_output=True, text=True, check=False)
        return [line.strip() for line in done.stderr.splitlines() if "gilfree needs" in line]

    def test_a_compiler_that_is_too_old_is_refused_with_the_remedy(self):
        remedy = "install a newer one and name it: CXX=g++-12 in the environment"
        for name, version in (("GNU", "10.2.1"), ("GNU", "9.4.0"), ("Clang", "13.0.1")):
            self.assertEqual(self.of_compiler(name, version), [
                "gilfree needs g++ 11 or clang 14, and c++ is %s %s; %s" % (name, version, remedy)])
        for name, version in (("GNU", "11.4.0"), ("GNU", "15.1.0"), ("Clang", "14.0.0"), ("Intel", "1.0")):
            self.assertEqual(self.of_compiler(name, version), [])

    def test_the_readme_names_the_compilers_that_are_taken(self):
        top = pathlib.Path(support.ROOT)
        oldest = re.findall(r"set\(oldest_\w+ (\d+)\)", (top / "scripts/cmake/compiler.cmake").read_text("utf-8"))
        self.assertIn("g++ %s or clang %s," % tuple(oldest), (top / "README.md").read_text("utf-8"))

    def test_the_progress_of_the_tests_is_shown_line_by_line(self):
        os.mkfifo(self.top / "go")
        self.stub("bin/ctest", "echo 'Start 1: queue'; read -r <go; echo '100% tests passed, 0'")
        running = self.start("scripts/test")
        self.addCleanup(running.stdout.close)
        self.addCleanup(running.stderr.close)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        # If this line waited in a buffer, it would come only with the end of ctest.
        self.assertTrue(select.select([running.stdout], [], [], 60)[0], "nothing was shown")
        self.assertEqual(running.stdout.readline(), "Start 1: queue\n")
        (self.top / "go").write_text("\n", encoding="utf-8")
        self.assertEqual(running.stdout.read(), "100% tests passed, 0\n")
        self.assertEqual(running.wait(), 0)

    def test_the_crash_tests_table_stands_before_the_summary_and_ctests_exit_code_is_kept(self):
        self.stub("bin/ctest", """echo 60000 >build/release/crash-tally.txt
            echo 'Test #1: Failed'; echo '50% tests passed, 1 tests failed'; exit 8""")
        running = self.start("scripts/test")
        said = running.communicate()[0]
        self.assertEqual(said.splitlines(),
                         ["Test #1: Failed", "60000", "", "50% tests passed, 1 tests failed"])
        self.assertEqual(running.returncode, 1)


if __name__ == "__main__":
    unittest.main()
