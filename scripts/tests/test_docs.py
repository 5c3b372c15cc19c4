"""The pages: each link leads to a file that is there, and decisions have one form and an index."""

import glob
import os
import re
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DECISIONS = ("primitives/docs/adr", "harness/docs")
LIBRARY = "primitives/gilfree"
PAGES_OF_FAULTS = ("primitives/docs/kinds-of-faults.md", "primitives/docs/python-faults.md")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def sources():
    """The text of each source of the library, by the name of the file."""
    paths = glob.glob(os.path.join(ROOT, LIBRARY, "**", "*.*"), recursive=True)
    return {os.path.basename(path): read(path) for path in paths}


def not_in_the_source(text, there):
    """What the page reading.md names that is not there: a file, or a function of a step in its file."""
    named = re.findall(r"`([a-z_]+\.(?:h|cc))`", text)
    steps = re.findall(r"\| `(\w+)` \| `([\w.]+)` \|", text)
    return ([name for name in named if name not in there]
            + ["%s in %s" % step for step in steps if not re.search(r"\b%s\(" % step[0], there.get(step[1], ""))])


def broken_links(page, text):
    """The targets of relative links in a page that are not there."""
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", CODE.sub("", text))
    return [target for target in targets if "://" not in target and not target.startswith("mailto:")
            and not os.path.exists(os.path.join(ROOT, os.path.dirname(page), target))]


def names_of_tests():
    """The tests that there are: of GoogleTest, of unittest, and those that only ctest knows."""
    there = set()
    for path in glob.glob(os.path.join(ROOT, "*", "tests", "**", "*.*"), recursive=True):
        if path.endswith((".cc", ".h", ".py")):
            text = read(path)
            there.update(re.findall(r"^(?:TYPED_)?TEST(?:_[FP])?\(\s*\w+,\s*(\w+)", text, re.MULTILINE))
            there.update(re.findall(r"^ +def (test_\w+)", text, re.MULTILINE))
    cmake = read("primitives/tests/CMakeLists.txt")
    there.update("rough." + name for name in re.findall(r"(?:rough_test\(|NAME rough\.)(\w+)", cmake))
    refused = re.search(r"foreach\(call ([\w ]+)\)", cmake).group(1).split()
    there.update("rough.without_" + call for call in refused)
    cases = re.findall(r"defined (\w+)", read("primitives/tests/does_not_compile.cc"))
    return there | {"does_not_compile." + case for case in cases}


def tests_named(text):
    """What the last column of a page's tables names: sentences in one word, and tests of ctest."""
    cells = [line.rstrip(" |").rpartition("|")[2] for line in text.splitlines() if line.startswith("|")]
    return re.findall(r"\b(?:rough|does_not_compile)\.\w+|\btest_\w+|\b[A-Z]\w*[a-z][A-Z]\w{8,}", "\n".join(cells))


def all_pages():
    folders = ("", ".github/", "primitives/**/", "harness/**/", "scenarios/**/", "scripts/**/", "results/**/")
    return [os.path.relpath(path, ROOT) for folder in folders
            for path in glob.glob(os.path.join(ROOT, folder + "*.md"), recursive=True) if "/local/" not in path]


def missing_commands(text):
    """The scripts and tests that a page tells to run, and that are not there."""
    code = "\n".join(CODE.findall(text) + re.findall("`[^`\n]+`", CODE.sub("", text)))
    scripts = re.findall(r"(?<![\w/.])(?:\./)?(scripts/[\w/.-]*\w)", code)
    # A word in capitals stands for any.
    missing = [script for script in scripts if not glob.glob(os.path.join(ROOT, re.sub("[A-Z]{4,}", "*", script)) + "*")]
    for program, test in re.findall(r"bin/(\w+_test)(?: --gtest_filter='?\*?(\w+))?", code):
        sources = glob.glob(os.path.join(ROOT, "*", "tests", program + ".cc"))
        if not sources or test not in read(sources[0]):
            missing.append(program + (" " + test if test else ""))
    return missing


class Docs(unittest.TestCase):
    def test_each_link_leads_somewhere(self):
        pages = all_pages()
        self.assertIn(".github/CONTRIBUTING.md", pages)
        self.assertGreater(len(pages), 20)
        for page in pages:
            with self.subTest(page=page):
                self.assertEqual(broken_links(page, read(page)), [])

    def test_a_link_that_leads_nowhere_is_seen(self):
        self.assertEqual(broken_links("README.md", "[a](primitives/README.md#x) [b](no/such.md)"), ["no/such.md"])

    def test_the_reading_order_names_files_and_functions_that_are_there(self):
        there, text = sources(), read("primitives/docs/reading.md")
        self.assertEqual(not_in_the_source(text, there), [])
        folders = re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE)
        self.assertEqual(sorted(folders), sorted(os.listdir(os.path.join(ROOT, LIBRARY, "detail"))))
        for lost in (text.replace("`ring.h`", "`rung.h`"), text.replace("`enter_biased`", "`enter_hastily`")):
            self.assertNotEqual(not_in_the_source(lost, there), [])

    def test_the_scripts_and_tests_that_a_page_tells_to_run_are_there(self):
        for page in all_pages():
            with self.subTest(page=page):
                self.assertEqual(missing_commands(read(page)), [])

    def test_a_command_that_is_not_there_is_seen(self):
        self.assertEqual(missing_commands("```\n./scripts/nothing x\nbin/queue_test --gtest_filter='*NoSuch*'\n```\n"
                                          "as `scripts/checks/none` and `scripts/test` do, and bin/no_test"),
                         ["scripts/nothing", "scripts/checks/none", "queue_test NoSuch"])

    def test_the_tests_that_the_pages_of_faults_name_are_there(self):
        there = names_of_tests()
        for page in PAGES_OF_FAULTS:
            with self.subTest(page=page):
                named = tests_named(read(page))
                self.assertGreater(len(named), 30)
                self.assertEqual([name for name in named if name not in there], [])
        lost = "| a | b | ANameThatIsNoTest, `rough.without_reason` |\n| c | d | test_of_nothing |\n"
        self.assertEqual([name for name in tests_named(lost) if name not in there],
                         ["ANameThatIsNoTest", "rough.without_reason", "test_of_nothing"])

    def test_each_decision_has_the_three_parts_in_order(self):
        for folder in DECISIONS:
            for path in sorted(glob.glob(os.path.join(ROOT, folder, "0*.md"))):
                with self.subTest(decision=path):
                    parts = re.findall(r"^## (.*)$", read(path), re.MULTILINE)
                    self.assertEqual(parts, ["Context", "Decision", "Consequences"])
                    self.assertTrue(read(path).startswith("# %s " % os.path.basename(path)[:4]))

    def test_the_index_names_each_decision_and_each_number_without_one(self):
        for folder in DECISIONS:
            with self.subTest(index=folder):
                text = read(folder, "README.md")
                there = sorted(os.path.basename(path) for path in glob.glob(os.path.join(ROOT, folder, "0*.md")))
                self.assertEqual(re.findall(r"\]\((0[^)]+)\) \|", text), there)
                for number in range(1, int(there[-1][:4]) + 1):
                    self.assertIn("%04d" % number, text)


if __name__ == "__main__":
    unittest.main()
