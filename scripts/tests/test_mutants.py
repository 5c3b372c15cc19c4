#!/usr/bin/env -S python3 -I
"""The mistakes that scripts/checks/mutants makes, and what it says of them."""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import sys
import tempfile
import types
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.dirname(HERE)
sys.path[:0] = [os.path.join(SCRIPTS, "checks"), SCRIPTS]

from mutation.operators import mutants_of  # noqa: E402
from mutation.subjects import DETAIL, TESTS  # noqa: E402


def command():
    """The command, as a module."""
    loader = importlib.machinery.SourceFileLoader("mutants", os.path.join(SCRIPTS, "checks/mutants"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutants", loader))
    loader.exec_module(module)
    return module


UNLOCK = """\
  void unlock() {
    owner_.store(kNoOwner, std::memory_order_release);  // commit
    freed_.notify_one();
    if (starving_ && !is_late(1)) yield();
  }
"""


def kinds_of(text):
    return {(each.kind, each.line) for each in mutants_of("a.h", text)}


class Operators(unittest.TestCase):
    def test_a_statement_is_left_out_and_called_by_what_it_did(self):
        found = {each.kind: each for each in mutants_of("a.h", UNLOCK)}
        self.assertEqual(found["store left out"].after, ("    (void)0;",))
        self.assertEqual(found["wake-up left out"].line, 3)

    def test_a_commit_moves_behind_the_next_statement(self):
        moved = next(each for each in mutants_of("a.h", UNLOCK) if each.kind == "commit moved")
        lines = moved.applied_to(UNLOCK).split("\n")
        self.assertIn("notify_one", lines[1])
        self.assertIn("store", lines[2])

    def test_orders_comparisons_conditions_and_numbers_change(self):
        self.assertLessEqual({("order weakened", 2), ("and for or", 4), ("condition negated", 4), ("number off by one", 4)},
                             kinds_of(UNLOCK))
        self.assertIn(("comparison turned round", 1), kinds_of("    if (a == b) return;\n"))
        self.assertIn(("comparison off by one", 1), kinds_of("    for (int i = 0; i < n; ++i) {\n"))
        self.assertIn(("answer turned round", 1), kinds_of("    return true;\n"))

    def test_comments_and_declarations_stay_as_they_are(self):
        for text in ("// a == b, notify();\n", "#include <a.h>\n", "static_assert(a == 1);\n", "  using A = B<1, 2>;\n",
                     "template <int N = 1, bool B = true>\n", "  int f(int a);  // a == 1\n"):
            with self.subTest(text):
                self.assertEqual(kinds_of(text), set())

    def test_the_middle_of_a_statement_is_not_left_out(self):
        self.assertEqual([each for each in mutants_of("a.h", "  const int a =\n      b.load(c);\n")], [])

    def test_a_mutant_keeps_its_name_when_its_line_moves_and_is_not_applied_to_another(self):
        names = {each.name for each in mutants_of("a.h", UNLOCK)}
        later = mutants_of("a.h", "\n// more\n" + UNLOCK)
        self.assertEqual({each.name for each in later}, names)
        with self.assertRaisesRegex(ValueError, "another line"):
            later[0].applied_to(UNLOCK)

    def test_two_equal_lines_are_two_mutants(self):
        twice = mutants_of("a.h", "  void f() {\n    notify();\n  }\n  void g() {\n    notify();\n  }\n")
        self.assertEqual(len({each.name for each in twice}), len(twice))
        self.assertEqual([each.line for each in twice], [2, 5])


class Subjects(unittest.TestCase):
    def test_every_file_and_every_test_is_there(self):
        root = os.path.dirname(SCRIPTS)
        for file, tests in TESTS.items():
            self.assertTrue(os.path.exists(os.path.join(root, DETAIL, file)), file)
            for test in tests:
                self.assertTrue(os.path.exists(os.path.join(root, "primitives/tests", test + ".cc")), test)


class Runs(unittest.TestCase):
    def judged(self, builds, passes):
        """The row of a mutant in a tree whose tests build and pass as these say; and the file afterwards."""
        mutants = command()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, DETAIL, "lock/mutex.h")
            os.makedirs(os.path.dirname(path))
            mutants.write(path, UNLOCK)
            tree = mutants.Tree(folder)
            tree.builds = lambda test: builds(test, mutants.read(path))
            tree.passes = lambda test, most: (passes(test, mutants.read(path)), 1.25)
            for test in TESTS["lock/mutex.h"]:
                self.assertTrue(tree.learn(test))
            mutant = next(each for each in mutants_of(DETAIL + "lock/mutex.h", UNLOCK) if each.kind == "wake-up left out")
            return tree.judge(mutant), mutants.read(path)

    def test_the_first_test_that_fails_has_found_it_and_the_file_is_as_before(self):
        row, after = self.judged(lambda test, text: True, lambda test, text: test != "waiter_deaths_test" or "notify" in text)
        self.assertEqual((row["verdict"], row["by"], row["seconds"]), ("found", "waiter_deaths_test", 3.8))
        self.assertEqual(after, UNLOCK)

    def test_one_that_all_tests_pass_survived(self):
        row, after = self.judged(lambda test, text: True, lambda test, text: True)
        self.assertEqual((row["verdict"], row["by"]), ("survived", ""))
        self.assertEqual(after, UNLOCK)

    def test_what_does_not_compile_is_no_mutant(self):
        row, after = self.judged(lambda test, text: "notify" in text, lambda test, text: True)
        self.assertEqual(row["verdict"], "invalid")
        self.assertEqual(after, UNLOCK)

    def test_each_is_in_one_part_and_the_first_are_the_same_each_time(self):
        mutants = command()
        known = {each.name: each for each in mutants_of("a.h", UNLOCK)}

        def names(part, most):
            options = types.SimpleNamespace(file="", name="", most=most, part=part)
            return [each.name for each in mutants.chosen(known, options)]

        self.assertEqual(sorted(names((1, 2), 0) + names((2, 2), 0)), sorted(known))
        self.assertEqual(names((1, 1), 3), sorted(known)[:3])

    def test_the_table_counts_by_kind_and_shows_what_survived(self):
        mutants = command()
        base = {"file": DETAIL + "lock/mutex.h", "line": 3, "before": ["a || b;"], "after": ["a && b;"], "seconds": 2.0}
        rows = [{**base, "name": "1", "kind": "and for or", "verdict": "found", "by": "lock_test"},
                {**base, "name": "2", "kind": "and for or", "verdict": "survived", "by": ""},
                {**base, "name": "3", "kind": "and for or", "verdict": "invalid", "by": ""}]
        text = mutants.table(rows)
        self.assertIn("| and for or | 2 | 1 (50 %) | lock_test 1 | 2.0 |", text)
        self.assertIn("| 2, and for or | lock/mutex.h:3 | `a \\|\\| b;` | `a && b;` |", text)

    def test_a_run_goes_on_behind_the_last_whole_line(self):
        mutants = command()
        with tempfile.TemporaryDirectory() as folder:
            mutants.write(os.path.join(folder, mutants.JSONL), json.dumps({"name": "1"}) + '\n{"name": "2')
            self.assertEqual([row["name"] for row in mutants.rows_of(folder)], ["1"])

    def test_wrong_usage_ends_with_2(self):
        mutants, err = command(), io.StringIO()
        with contextlib.redirect_stderr(err):
            self.assertEqual(mutants.main([]), 2)
            for bad in (["x", "--part", "3/2"], ["x", "--most", "many"]):
                with self.assertRaises(SystemExit) as ended:
                    mutants.main(bad)
                self.assertEqual(ended.exception.code, 2)
        self.assertIn("where to?", err.getvalue())


if __name__ == "__main__":
    unittest.main()
