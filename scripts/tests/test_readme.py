"""README.md names only what is there. Its program is compiled and run as test sources.readme."""

import json
import os
import re
import unittest

import support


class Readme(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(support.ROOT, "README.md"), encoding="utf-8") as file:
            self.text = file.read()

    def test_every_file_that_it_names_exists(self):
        named = re.findall(r"\]\(([^)]+)\)", self.text) + re.findall(r"`([\w.]+/[\w./]*)`", self.text)
        self.assertGreater(len(named), 8)
        for path in named:
            if "NAME" in path or path.startswith("results/"):  # the reader's own, and what is measured
                continue
            root = "primitives" if path.startswith("gilfree/") else ""  # as it is included
            self.assertTrue(os.path.exists(os.path.join(support.ROOT, root, path)), path)

    def test_every_command_that_it_shows_is_there(self):
        for command in re.findall(r"^\./(\S+)", self.text, re.M):
            self.assertTrue(os.access(os.path.join(support.ROOT, command), os.X_OK), command)

    def test_it_opens_with_what_it_is_the_question_and_its_figure(self):
        self.assertRegex(self.text, r"^# gilfree\n\ngilfree is [^!]*\?\*\*\n\n!\[")

    def test_it_is_short(self):
        self.assertLessEqual(self.text.count("\n"), 100)


class Scripts(unittest.TestCase):
    """scripts/README.md: its index is whole."""

    def setUp(self):
        with open(os.path.join(support.SCRIPTS, "README.md"), encoding="utf-8") as file:
            self.named = [os.path.basename(name) for name in re.findall(r"`([\w/-]+(?:\.\w+)?)[` ]", file.read())]
        self.there = {name for folder, _, names in os.walk(support.SCRIPTS) for name in names
                      if os.path.basename(folder) not in ("cmake", "tests", "__pycache__")
                      and "/tests/" not in folder}

    def test_every_script_is_in_it(self):
        for name in self.there:
            if not name.startswith(("plot_", "pipe_vs_queue_", "README", "CMakeLists", "__init__")):
                self.assertIn(name, self.named)

    def test_every_script_that_it_names_is_there(self):
        for name in self.named:
            if name.endswith((".py", ".css", ".js")) and not name.startswith(("plot_", "test_", "support", "fills")):
                self.assertIn(name, self.there)


class Reference(unittest.TestCase):
    """results/reference/, from which the figure is."""

    def setUp(self):
        with open(os.path.join(support.ROOT, "results/reference/run.json"), encoding="utf-8") as file:
            self.text = file.read()

    def test_it_was_measured_from_a_commit(self):
        self.assertIs(json.loads(self.text)["tool"]["git_dirty"], False)

    def test_it_names_no_folder_of_the_measuring_machine(self):
        self.assertNotRegex(self.text, r'"/(?!usr/bin/)')


if __name__ == "__main__":
    unittest.main()
