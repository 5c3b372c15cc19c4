"""checks/cmake_version: what CMake 3.22 lacks is found in CMake files, presets and scripts, and there is none here."""

import importlib.machinery
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import support

PATH = os.path.join(support.SCRIPTS, "checks", "cmake_version")
sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("cmake_version", PATH)
cmake_version = importlib.util.module_from_spec(importlib.util.spec_from_loader("cmake_version", LOADER))
LOADER.exec_module(cmake_version)

HELP = {
    "Help/command/block.rst": "block\n-----\n\n.. versionadded:: 3.25\n\nEvaluates.\n",
    "Help/command/file.rst": "file\n----\n\n``RANGE_END <value>``\n  .. versionadded:: 3.24\n\n  The end.\n\n"
                             ".. versionadded:: 3.26\n  The ``TOUCH`` option gives a time.\n\n"
                             "``GENERATE``\n  .. versionadded:: 3.20\n",
    "Help/variable/LINUX.rst": "LINUX\n-----\n\n.. versionadded:: 3.25\n\nTrue.\n",
    "Help/prop_tgt/HEADER_SETS.rst": "HEADER_SETS\n---\n\n.. versionadded:: 3.23\n\nList.\n",
    "Help/prop_tgt/SYSTEM.rst": "SYSTEM\n------\n\n.. versionadded:: 3.25\n\nWhether.\n",
    "Help/manual/cmake.1.rst": ".. option:: --fresh\n\n .. versionadded:: 3.24\n\n Anew.\n",
    "Help/manual/ctest.1.rst": "",
    "Help/manual/cmake-generator-expressions.7.rst":
        ".. genex:: $<LINK_LIBRARY:feature,libraries>\n\n  .. versionadded:: 3.24\n",
    "Modules/FetchContent.cmake": "``FIND_PACKAGE_ARGS``\n  .. versionadded:: 3.24\n",
}


class CMakeVersion(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        for path, text in HELP.items():
            self.write("share/" + path, text)
        self.write("CMakePresets.json", '{"version": 3}')

    def write(self, path, text):
        (self.top / path).parent.mkdir(parents=True, exist_ok=True)
        (self.top / path).write_text(text, encoding="utf-8")

    def faults(self):
        return list(cmake_version.faults(str(self.top), str(self.top / "share")))

    def is_found_in_cmake(self, text, what):
        self.write("CMakeLists.txt", text)
        self.assertEqual(self.faults(), ["CMakeLists.txt: %s is of CMake %s" % what] if what else [])

    def test_what_is_new_is_named_with_its_version(self):
        self.is_found_in_cmake("block()\nset(a 1)\n", ("block()", "3.25"))
        self.is_found_in_cmake("if(LINUX)\nendif()\n", ("LINUX", "3.25"))
        self.is_found_in_cmake("file(DOWNLOAD x\n  RANGE_END 7)\n", ("file(... RANGE_END)", "3.24"))
        self.is_found_in_cmake("FILE(ARCHIVE_EXTRACT x TOUCH)\n", ("file(... TOUCH)", "3.26"))
        self.is_found_in_cmake("set_target_properties(a PROPERTIES HEADER_SETS b)\n", ("HEADER_SETS", "3.23"))
        self.is_found_in_cmake("target_link_libraries(a $<LINK_LIBRARY:WHOLE_ARCHIVE,b>)\n", ("$<LINK_LIBRARY:", "3.24"))
        self.is_found_in_cmake("FetchContent_Declare(a FIND_PACKAGE_ARGS 1)\n", ("FIND_PACKAGE_ARGS", "3.24"))

    def test_what_is_older_or_means_something_else_is_not(self):
        for text in ("file(GENERATE x)\n", "other(TOUCH)\n", "# block()\nset(a 1)  # LINUX\n", "set(block 1)\n",
                     "target_include_directories(a SYSTEM PRIVATE b)\n", "add_subdirectory(a b EXCLUDE_FROM_ALL)\n"):
            self.is_found_in_cmake(text, None)

    def test_a_policy_that_3_22_does_not_know_needs_a_guard(self):
        self.is_found_in_cmake("cmake_policy(SET CMP0167 NEW)\n",
                               ("CMP0167 without if(POLICY CMP0167)", "a later one"))
        self.is_found_in_cmake("if(POLICY CMP0167)\n  cmake_policy(SET CMP0167 NEW)\nendif()\n", None)
        self.is_found_in_cmake("cmake_policy(SET CMP0128 NEW)\n", None)

    def test_options_of_the_command_are_found_in_shell_scripts(self):
        self.write("scripts/build", "#!/usr/bin/env bash\n# cmake --fresh is newer\ngit --fresh\ncmake --fresh -B b\n")
        self.assertEqual(self.faults(), ["scripts/build: --fresh is of CMake 3.24"])

    def test_presets_of_a_later_version_are_found(self):
        self.write("CMakePresets.json", '{"version": 4}')
        self.assertEqual(self.faults(), ["CMakePresets.json: version 4; CMake 3.22 reads up to 3"])

    def test_there_is_nothing_of_it_here(self):
        done = subprocess.run([PATH], capture_output=True, text=True, check=False)
        if done.returncode == 77:
            self.skipTest(done.stderr)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    unittest.main()
