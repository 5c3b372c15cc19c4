"""A program of another project builds and runs with an installed gilfree, in each way there is.

GILFREE_BUILD is the build folder whose library, a static one, is installed; the shared library is built
here, once, and packaged. Needs cmake, a compiler and, for some ways, pkg-config and dpkg-dev.
"""

import csv
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import support

CONTENDERS = os.path.join(support.ROOT, "scenarios", "examples")
WARNINGS = "-O2 -Wall -Wextra -Wshadow -Werror"
FOREIGN = os.path.join(support.HERE, "foreign")
BUILD = os.environ.get("GILFREE_BUILD", os.path.join(support.ROOT, "build", "release"))
COMPILER = os.environ.get("CXX", "c++")
SAID = "0.1 process thread 49\n"


def run(*command, **environment):
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError("%s\n%s%s" % (" ".join(command), done.stdout, done.stderr))
    return done.stdout


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def configure(source, build, *options):
    run("cmake", "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
        "-DCMAKE_CXX_COMPILER=" + COMPILER, *options)


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="gilfree-install-")
        cls.addClassCleanup(shutil.rmtree, cls.top)
        cls.shared_build = os.path.join(cls.top, "shared-build")
        configure(support.ROOT, cls.shared_build, "-DGILFREE_DEVELOP=OFF", "-DBUILD_SHARED_LIBS=ON")
        run("cmake", "--build", cls.shared_build)
        cls.static, cls.shared = os.path.join(cls.top, "static"), os.path.join(cls.top, "shared")
        for build, prefix in ((BUILD, cls.static), (cls.shared_build, cls.shared)):
            run("cmake", "--install", build, "--component", "dev", "--prefix", prefix)
        run("cmake", "--install", cls.shared_build, "--component", "runtime", "--prefix", cls.shared)

    def setUp(self):
        self.build = os.path.join(self.top, self.id().rpartition(".")[2])

    def build_and_run(self, way, *options, **environment):
        configure(os.path.join(FOREIGN, way), self.build, *options)
        run("cmake", "--build", self.build)
        self.assertEqual(run(os.path.join(self.build, "foreign"), **environment), SAID)

    def test_find_package_static(self):
        self.build_and_run("find_package", "-DCMAKE_PREFIX_PATH=" + self.static)

    def test_find_package_shared(self):
        self.build_and_run("find_package", "-DCMAKE_PREFIX_PATH=" + self.shared)
        needed = run("readelf", "-d", os.path.join(self.build, "foreign"))
        self.assertIn("[libgilfree_primitives.so.0.1]", needed)

    def test_find_package_refuses_another_version(self):
        project = os.path.join(self.top, "other_version")
        shutil.copytree(os.path.join(FOREIGN, "find_package"), project)
        text = read(project, "CMakeLists.txt").replace("gilfree 0.1", "gilfree 0.2")
        with open(os.path.join(project, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write(text)
        with self.assertRaisesRegex(AssertionError, "compatible with requested version"):
            configure(project, self.build, "-DCMAKE_PREFIX_PATH=" + self.static)

    @unittest.skipUnless(shutil.which("pkg-config"), "no pkg-config here")
    def test_pkg_config(self):
        for prefix in self.static, self.shared:
            found = {"PKG_CONFIG_PATH": os.path.join(prefix, "lib", "pkgconfig")}
            self.assertEqual(run("pkg-config", "--modversion", "gilfree", **found), "0.1.0\n")
            flags = run("pkg-config", "--cflags", "--libs", "gilfree", **found).split()
            program = os.path.join(prefix, "foreign")
            run(COMPILER, "-std=c++20", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-o", program,
                os.path.join(FOREIGN, "main.cc"), *flags)
            self.assertEqual(run(program, LD_LIBRARY_PATH=os.path.join(prefix, "lib")), SAID)

    @unittest.skipUnless(shutil.which("pkg-config"), "no pkg-config here")
    def test_a_program_that_hides_its_symbols_shares_what_the_shared_library_has(self):
        program = os.path.join(self.shared, "hidden")
        for ways in (["-fvisibility=hidden", "-fvisibility-inlines-hidden"], []):
            flags = run("pkg-config", "--cflags", "--libs", "gilfree",
                        PKG_CONFIG_PATH=os.path.join(self.shared, "lib", "pkgconfig")).split()
            run(COMPILER, "-std=c++20", *ways, "-o", program, os.path.join(FOREIGN, "hidden.cc"), *flags)
            self.assertEqual(run(program, LD_LIBRARY_PATH=os.path.join(self.shared, "lib")), "lock queue pool\n")

    def test_each_variable_of_a_header_has_one_copy_beside_the_shared_library(self):
        marked, others = 0, []
        for folder, _, names in os.walk(os.path.join(support.ROOT, "primitives", "gilfree")):
            for name in (name for name in names if name.endswith(".h")):
                text = read(folder, name)
                marked += len(re.findall(r"(?m)^ *GILFREE_ONE_COPY (?:inline|static)", text))
                found = re.findall(r"(?m)^ *(?:inline|static) [\w ]*thread_local [^\n]+|^ *inline static (?:constinit )?std::atomic[^\n]+", text)
                others += [name + ": " + line.strip() for line in found if not re.search(r"\w::\w+_?\{\}", line)]
        self.assertGreaterEqual(marked, 8)
        self.assertEqual(others, [])

    def test_hidden_visibility_of_a_project_hides_nothing_that_the_shared_library_exports(self):
        self.build_and_run("add_subdirectory", "-DGILFREE=" + support.ROOT, "-DBUILD_SHARED_LIBS=ON",
                           "-DCMAKE_CXX_VISIBILITY_PRESET=hidden", "-DCMAKE_VISIBILITY_INLINES_HIDDEN=ON")

    def test_headers_in_a_folder_of_their_own_are_found(self):
        prefix = os.path.join(self.build, "prefix")
        configure(support.ROOT, self.build, "-DGILFREE_DEVELOP=OFF", "-DCMAKE_INSTALL_INCLUDEDIR=include/sub")
        targets = os.path.join(self.build, "CMakeFiles", "Export")
        found = [read(folder, name) for folder, _, names in os.walk(targets) for name in names if name == "gilfree-targets.cmake"]
        self.assertEqual(len(found), 1, targets)
        self.assertIn('INTERFACE_INCLUDE_DIRECTORIES "${_IMPORT_PREFIX}/include/sub"', found[0], prefix)

    def test_a_component_that_is_not_installed_is_named_with_the_remedy(self):
        os.makedirs(self.build)
        with open(os.path.join(self.build, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.22)\nproject(x LANGUAGES CXX)\n"
                       "find_package(gilfree 0.1 REQUIRED COMPONENTS harness)\n")
        done = subprocess.run(["cmake", "-S", self.build, "-B", os.path.join(self.build, "b"), "-DCMAKE_PREFIX_PATH=" + self.static],
                              capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("gilfree::harness is not in this installation: build and install gilfree with",
                      " ".join(done.stderr.split()))

    def assert_library_alone(self):
        """No tests, no flags of ours on the foreign program, nothing built but the library."""
        self.assertIn("Total Tests: 0\n", run("ctest", "--test-dir", self.build, "-N"))
        self.assertNotIn("python", read(self.build, "CMakeCache.txt").lower(), "it is looked for, and not needed")
        commands = read(self.build, "compile_commands.json")
        self.assertNotIn("-Wpedantic", commands)
        self.assertNotIn("_test.cc", commands)
        self.assertNotIn("-z,now", "".join(
            line for line in read(self.build, "build.ninja").splitlines() if "foreign" in line))

    def test_add_subdirectory(self):
        self.build_and_run("add_subdirectory", "-DGILFREE=" + support.ROOT)
        self.assert_library_alone()

    def test_fetch_content(self):
        archive = os.path.join(self.top, "gilfree.tar")
        run("tar", "-C", support.ROOT, "-cf", archive, "CMakeLists.txt", "primitives", "scripts")
        self.build_and_run("fetch_content", "-DGILFREE=" + archive, "-DBUILD_SHARED_LIBS=ON")
        self.assert_library_alone()

    def test_without_python_the_project_itself_is_configured_and_what_python_runs_is_skipped(self):
        configure(support.ROOT, self.build, "-DGILFREE_TEST_PYTHON=")
        done = run("ctest", "--test-dir", self.build, "-R", "^(harness.mistakes|scenarios.example_programs)$")
        self.assertEqual(done.count("***Skipped"), 2, done)

    def test_a_shared_library_exports_what_is_gilfrees(self):
        library = os.path.join(self.shared, "lib", "libgilfree_primitives.so")
        self.assertEqual(os.path.basename(os.path.realpath(library)),
                         "libgilfree_primitives.so.0.1.0")
        names = [line.split(" ", 2)[2]
                 for line in run("nm", "-DC", "--defined-only", library).splitlines()]
        self.assertIn("gilfree::Process::start()", names)
        self.assertEqual([name for name in names if "gilfree::" not in name], [])

    def test_a_static_library_exports_nothing_from_what_it_becomes_a_part_of(self):
        symbols = [line.split(None, 7) for line in run(
            "readelf", "-sWC", os.path.join(self.static, "lib", "libgilfree_primitives.a")).splitlines()]
        visible = {words[7]: words[5] for words in symbols
                   if len(words) == 8 and words[4] in ("GLOBAL", "WEAK", "UNIQUE") and words[6] != "UND"
                   and "gilfree::" in words[7]}
        self.assertEqual(visible["gilfree::Process::start()"], "HIDDEN")
        self.assertEqual([name for name, what in visible.items() if what != "HIDDEN"], [])

    def test_the_version_is_the_same_everywhere(self):
        header = read(self.static, "include", "gilfree", "version.h")
        numbers = re.findall(r"#define GILFREE_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", header)
        self.assertEqual(numbers, ["0", "1", "0"])
        self.assertIn('PACKAGE_VERSION "0.1.0"', read(self.static, "lib", "cmake", "gilfree",
                                                      "gilfree-config-version.cmake"))
        self.assertIn("## 0.1.0", read(support.ROOT, "CHANGELOG.md"))


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


@unittest.skipUnless(shutil.which("dpkg-shlibdeps"), "no dpkg-dev here")
class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="gilfree-packages-")
        cls.addClassCleanup(shutil.rmtree, cls.top)
        run(os.path.join(support.SCRIPTS, "package"), cls.top, GILFREE_BUILD=BUILD, CXX=COMPILER)
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
