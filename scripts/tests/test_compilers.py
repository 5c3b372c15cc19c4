"""checks/compilers: what compiles passes, and what a compiler refuses is named, alone and together."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

CHECK = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "checks", "compilers")
COMPILER = os.environ.get("CXX", "c++")

CLEAN = {
    "primitives/gilfree/errors.h": "#pragma once\n#include <string>\nstd::string error();\n",
    "primitives/gilfree/errors.cc": '#include "gilfree/errors.h"\nstd::string error() { return {}; }\n',
    "primitives/examples/hello.cc":
        "#include <vector>\nstd::vector<int> task() { return {}; }\nint main() { task(); }\n",
    "primitives/examples/other.cc": "#include <gilfree/errors.h>\nvoid task() {}\nint main() { task(); }\n",
    "scenarios/main.cc": "int main() {}\n",
    "scenarios/tests/main_test.cc": "this is no C++\n",
}


@unittest.skipUnless(shutil.which(COMPILER), "no compiler here")
class Compilers(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="gilfree-compilers-")
        self.addCleanup(shutil.rmtree, self.root)
        os.makedirs(os.path.join(self.root, "scripts", "checks"))
        shutil.copy(CHECK, os.path.join(self.root, "scripts", "checks"))
        shutil.copytree(os.path.join(os.path.dirname(os.path.dirname(CHECK)), "data"), os.path.join(self.root, "scripts", "data"))
        for path, text in CLEAN.items():
            self.write(path, text)

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def check(self, *words, configured=True):
        sources = [os.path.join(folder, name) for folder, _, names in os.walk(self.root)
                   for name in names if name.endswith(".cc")]
        if configured:
            self.write("build/release/compile_commands.json", json.dumps(
                [{"file": file, "command": "c++ -I%s/primitives -O3 -c %s" % (self.root, file)}
                 for file in sources]))
        done = subprocess.run([sys.executable, os.path.join(self.root, "scripts/checks/compilers"), *words],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_what_compiles_passes_alone_and_together_in_both_standards(self):
        for words in ([], ["--each"], ["--all"]):
            with self.subTest(words):
                code, said = self.check(*words, COMPILER)
                self.assertEqual((code, said.count("ok"), said.count("\n")), (0, 2, 2), said)

    def test_a_header_that_does_not_include_what_it_uses_fails_alone(self):
        self.write("primitives/gilfree/queue.h", "#pragma once\nstd::string name();\n")
        self.assertEqual(self.check("--standards", "20", "--", COMPILER)[0], 0)
        code, said = self.check("--each", "--standards", "20", "--", COMPILER)
        self.assertEqual(code, 1)
        self.assertIn("1 of 5 units failed", said)
        self.assertIn("  primitives/gilfree/queue.h: primitives/gilfree/queue.h:2:", said)

    def test_a_warning_is_an_error_and_the_tests_are_not_looked_at(self):
        self.write("scenarios/main.cc", "int main() { int unused; }\n")
        self.assertEqual(self.check(COMPILER)[0], 0)
        code, said = self.check("--all", COMPILER)
        self.assertEqual(code, 1)
        self.assertIn("unused", said)
        self.assertNotIn("main_test", said)

    def test_a_source_that_is_no_unit_together_with_the_others_fails(self):
        self.write("primitives/gilfree/queue.cc", "static int error() { return 0; }\n")
        self.assertEqual(self.check(COMPILER)[0], 1)

    def test_a_compiler_that_is_not_there_and_a_tree_that_is_not_configured_are_told(self):
        self.assertEqual(self.check("g++-99"), (3, "compilers: there is no g++-99 here; apt-get install g++-99\n"))
        os.remove(os.path.join(self.root, "build/release/compile_commands.json"))
        code, said = self.check(COMPILER, configured=False)
        self.assertEqual(code, 3)
        self.assertIn("configure first: cmake --preset release", said)
        self.assertEqual(self.check("--standards", "17", "--", COMPILER)[0], 2)


if __name__ == "__main__":
    unittest.main()
