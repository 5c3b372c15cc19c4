"""Contenders of another project, and the Debian packages: what is installed of the harness and of bench-all.

Needs cmake, a compiler and, for the packages, dpkg-dev.
"""

import csv
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import support
from installed import BUILD, COMPILER, FOREIGN, SAID, configure, read, run

CONTENDERS = os.path.join(support.ROOT, "scenarios", "examples")
WARNINGS = "-O2 -Wall -Wextra -Wshadow -Werror"


class Contenders(unittest.TestCase):
    """The examples of scenarios/examples, copied out of the tree and built with gilfree::harness."""

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="gilfree-contenders-")
        cls.addClassCleanup(shutil.rmtree, cls.top)
        cls.prefix, cls.build = os.path.join(cls.top, "prefix"), os.path.join(cls.top, "build")
        for component in "dev", "bench", "bench_dev":
            run("cmake", "--install", BUILD, "--component", component, "--prefix", cls.prefix)
        shutil.copytree(CONTENDERS, os.path.join(cls.top, "examples"))
        configure(os.path.join(cls.top, "examples", "foreign"), cls.build,
                  "-DCMAKE_PREFIX_PATH=" + cls.prefix, "-DCMAKE_CXX_FLAGS=" + WARNINGS)
        run("cmake", "--build", cls.build)

    def test_all_that_is_installed_is_built_with_bench_all_as_scripts_bench_all_does(self):
        inputs = run("ninja", "-C", BUILD, "-t", "query", "bin/bench-all").split()
        self.assertIn("scenarios/libgilfree_bench.a", inputs)
        self.assertIn("primitives/libgilfree_primitives.a", inputs)

    def run_in_a_folder(self, *command):
        """The rows, and the folder of the run."""
        folder = os.path.join(self.top, self.id().rpartition(".")[2])
        os.mkdir(folder)
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        (name,) = os.listdir(os.path.join(folder, "results", "local"))
        result = os.path.join(folder, "results", "local", name)
        with open(os.path.join(result, "samples.csv"), encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file)), result

    def test_a_queue_has_its_rows_its_line_in_the_figure_and_checked_payloads(self):
        rows, result = self.run_in_a_folder(
            os.path.join(self.build, "spsc_queue"), "pipe_vs_queue", "--contender", "mine,queue,pipe2",
            "--bytes", "64,1k,64k", "--mode", "throughput", "--wait", "native", "--launches", "1",
            "--window", "20ms")
        mine = [row for row in rows if row["impl"] == "mine"]
        self.assertEqual(sorted(int(row["msg_bytes"]) for row in mine), [64, 1024, 65536])
        self.assertEqual({(row["status"], row["verified"], row["checksum_ok"]) for row in rows},
                         {("ok", "1", "1")})
        self.assertIn("my SPSC queue", read(result, "plots", "pipe_vs_queue_rate.svg"))
        self.assertIn("my SPSC queue", read(result, "report.html"))

    def test_a_mutex_has_its_rows_between_threads_and_between_processes(self):
        rows, result = self.run_in_a_folder(os.path.join(self.build, "ticket_mutex"), "lock_contention",
                                            "--profile", "smoke", "--contender", "mine,pthread_mutex,lock")
        self.assertEqual({row["scope"] for row in rows if row["impl"] == "mine"}, {"thread", "process"})
        self.assertEqual({(row["status"], row["checksum_ok"]) for row in rows}, {("ok", "1")})
        self.assertIn("my ticket mutex", read(result, "report.html"))

    def test_a_project_that_asks_for_primitives_alone_needs_no_library_of_the_harness(self):
        project = os.path.join(self.top, "alone")
        os.mkdir(project)
        with open(os.path.join(project, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.22)\nproject(alone LANGUAGES CXX)\n"
                       "find_package(gilfree 0.1 REQUIRED COMPONENTS primitives)\n"
                       "if(TARGET gilfree::harness OR TBB_FOUND OR absl_FOUND)\n"
                       "  message(FATAL_ERROR \"looked for more\")\nendif()\n")
        configure(project, os.path.join(project, "build"), "-DCMAKE_PREFIX_PATH=" + self.prefix)


    def test_a_library_that_is_missing_is_named_before_anything_is_built(self):
        project = os.path.join(self.top, "missing")
        os.mkdir(project)
        with open(os.path.join(project, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.22)\nproject(missing LANGUAGES CXX)\n"
                       "set(CMAKE_FIND_LIBRARY_SUFFIXES .none)\nfind_package(gilfree 0.1 REQUIRED COMPONENTS harness)\n")
        with self.assertRaisesRegex(AssertionError, "gilfree::harness needs lib[a-z0-9]+"):
            configure(project, os.path.join(project, "build"), "-DCMAKE_PREFIX_PATH=" + self.prefix)

    def test_the_page_that_errors_name_is_installed_with_its_examples(self):
        docs = os.path.join(self.prefix, "share", "doc", "gilfree")
        self.assertIn("TALLY_FD", read(docs, "harness", "docs", "contender-program.md"))
        self.assertEqual(sorted(os.listdir(os.path.join(docs, "scenarios", "examples"))),
                         ["contender.c", "contender.go", "contender.py"])


@unittest.skipUnless(shutil.which("dpkg-shlibdeps"), "no dpkg-dev here")
class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="gilfree-packages-")
        cls.addClassCleanup(shutil.rmtree, cls.top)
        run(os.path.join(support.SCRIPTS, "package"), cls.top, GILFREE_BUILD=BUILD, GILFREE_BUILT="yes", CXX=COMPILER)
        cls.root = os.path.join(cls.top, "root")
        cls.control = {}
        for name in sorted(os.listdir(cls.top)):
            if name.endswith(".deb"):
                package = os.path.join(cls.top, name)
                run("dpkg-deb", "-x", package, cls.root)
                cls.control[name.partition("_")[0]] = run("dpkg-deb", "-f", package)

    def field(self, package, name):
        return re.search("^%s: (.*)$" % name, self.control[package], re.MULTILINE).group(1)

    def test_there_are_four_which_depend_on_each_other(self):
        self.assertEqual(sorted(self.control), ["bench-all", "libgilfree-bench-dev", "libgilfree-dev",
                                                "libgilfree-primitives0.1"])
        self.assertIn("libgilfree-dev (= 0.1.0)", self.field("libgilfree-bench-dev", "Depends"))
        self.assertIn("libgilfree-primitives0.1 (= 0.1.0)", self.field("libgilfree-dev", "Depends"))
        self.assertIn("libboost-dev", self.field("libgilfree-dev", "Depends"))
        self.assertRegex(self.field("libgilfree-primitives0.1", "Depends"), r"libc6 .*libstdc\+\+6")

    def test_the_harness_depends_on_each_library_that_it_was_built_with(self):
        linked = read(self.root, "usr", "lib", "cmake", "gilfree", "gilfree-harness.cmake")
        depends = self.field("libgilfree-bench-dev", "Depends")
        for library, package in (("benchmark", "libbenchmark-dev"), ("hwloc", "libhwloc-dev"), ("re2", "libre2-dev"), ("zmq", "libzmq3-dev"),
                                 ("uring", "liburing-dev"), ("TBB", "libtbb-dev"), ("absl", "libabsl-dev")):
            self.assertEqual(bool(re.search(r"foreach\([^)]*\b%s\b" % library, linked)), package in depends, library)
        self.assertIn("libre2-dev", depends)
        self.assertNotIn("Recommends", self.control["libgilfree-bench-dev"])

    def test_each_has_its_licence(self):
        for package in self.control:
            self.assertEqual(read(self.root, "usr", "share", "doc", package, "copyright"), read(support.ROOT, "LICENSE"))

    def test_a_foreign_program_is_built_with_them(self):
        build = os.path.join(self.top, "build")
        configure(os.path.join(FOREIGN, "find_package"), build,
                  "-DCMAKE_PREFIX_PATH=" + os.path.join(self.root, "usr"))
        run("cmake", "--build", build)
        self.assertEqual(run(os.path.join(build, "foreign")), SAID)

    def test_bench_all_has_a_manual_and_completions(self):
        share = os.path.join(self.root, "usr", "share")
        self.assertIn(".TH BENCH\\-ALL 1", read(share, "man", "man1", "bench-all.1"))
        self.assertIn("complete -F", read(share, "bash-completion", "completions", "bench-all"))
        self.assertIn("#compdef bench-all", read(share, "zsh", "vendor-completions", "_bench-all"))
        self.assertIn("complete -c", read(share, "fish", "vendor_completions.d", "bench-all.fish"))

    def test_a_contender_is_built_with_them(self):
        build = os.path.join(self.top, "contenders")
        configure(os.path.join(CONTENDERS, "foreign"), build,
                  "-DCMAKE_PREFIX_PATH=" + os.path.join(self.root, "usr"))
        run("cmake", "--build", build, "--target", "spsc_queue")
        listed = run(os.path.join(build, "spsc_queue"), "list", "--contender", "mine")
        self.assertIn("pipe_vs_queue/contender:mine/", listed)

    def test_bench_all_runs_and_leaves_its_results_in_the_current_folder(self):
        program = os.path.join(self.root, "usr", "bin", "bench-all")
        elsewhere = os.path.join(self.top, "elsewhere")
        os.mkdir(elsewhere)
        done = subprocess.run([program, "--profile", "smoke", "semaphore_pool"], cwd=elsewhere,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        (result,) = os.listdir(os.path.join(elsewhere, "results", "local"))
        self.assertIn("report.html", os.listdir(os.path.join(elsewhere, "results", "local", result)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
