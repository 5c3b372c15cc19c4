"""A program of another project builds and runs with the installed library, in each way there is.

The library of the build folder, a static one, is installed; the shared library is built here, once. Needs cmake, a
compiler and, for some ways, pkg-config.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

import support
from installed import BUILD, COMPILER, FOREIGN, SAID, configure, read, run


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

    def test_a_project_of_an_old_cmake_finds_it(self):
        if int(re.search(r"version (\d+)", run("cmake", "--version"))[1]) > 3:
            self.skipTest("CMake 4 takes no project that is older than what this file needs")
        self.project("cmake_minimum_required(VERSION 3.2)\nproject(x LANGUAGES CXX)\nfind_package(gilfree 0.1 REQUIRED)\n")
        done = subprocess.run(["cmake", "-S", self.build, "-B", os.path.join(self.build, "b"), "-G", "Ninja",
                               "-DCMAKE_PREFIX_PATH=" + self.static], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_where_boost_is_missing_it_is_not_found_and_that_is_no_error_of_its_own(self):
        self.project("cmake_minimum_required(VERSION 3.22)\nproject(x LANGUAGES CXX)\nfind_package(gilfree 0.1 QUIET)\n"
                     "message(\"found: ${gilfree_FOUND}\")\n")
        done = subprocess.run(["cmake", "-S", self.build, "-B", os.path.join(self.build, "b"), "-G", "Ninja", "-DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON",
                               "-DCMAKE_PREFIX_PATH=" + self.static], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr.strip()), (0, "found: 0"))

    def test_the_static_library_may_become_a_part_of_a_plugin(self):
        configure(support.ROOT, self.build, "-DGILFREE_DEVELOP=OFF", "-DCMAKE_BUILD_TYPE=Release")
        commands = [line for line in read(self.build, "compile_commands.json").splitlines() if '"command"' in line]
        self.assertGreater(len(commands), 20)
        self.assertEqual([line for line in commands if " -fPIC " not in line], [])

    def project(self, text):
        os.makedirs(self.build)
        with open(os.path.join(self.build, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write(text)

    def headers(self):
        """The public ones, as they are installed."""
        folder = os.path.join(self.static, "include", "gilfree")
        return sorted(name for name in os.listdir(folder) if name.endswith(".h"))

    def compile(self, compiler, headers, *flags):
        text = "".join("#include <gilfree/%s>\n" % name for name in headers)
        return subprocess.run([compiler, "-fsyntax-only", "-x", "c++", "-I" + os.path.join(self.static, "include"), *flags, "-"],
                              input=text, env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True, check=False).stderr

    def test_headers_that_are_no_systems_headers_have_no_warning_of_a_careful_project(self):
        self.assertGreater(len(self.headers()), 20)
        for compiler in filter(shutil.which, sorted({COMPILER, "g++", "clang++"})):
            said = self.compile(compiler, self.headers(), "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion",
                                "-Wsign-conversion")
            self.assertEqual(said, "", compiler)

    def test_an_older_standard_is_the_first_error_of_each_header(self):
        for name in self.headers():
            errors = [line for line in self.compile(COMPILER, [name], "-std=c++17", "-Wfatal-errors").splitlines() if "error: " in line]
            self.assertIn("gilfree needs C++20: compile with -std=c++20", errors[0], name)

    def test_the_licence_goes_with_each_copy(self):
        for prefix, packages in (self.static, ["gilfree/LICENSE", "libgilfree-dev/copyright"]), (
                self.shared, ["libgilfree-dev/copyright", "libgilfree-primitives0.1/copyright"]):
            for package in packages:
                self.assertEqual(read(prefix, "share", "doc", package), read(support.ROOT, "LICENSE"))

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


if __name__ == "__main__":
    unittest.main(verbosity=2)
