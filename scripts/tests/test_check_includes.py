"""The include arrows: what holds passes, and each kind of forbidden include is named."""

import os
import subprocess
import sys
import tempfile
import unittest

CHECK = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "checks", "check_includes.py")

CLEAN = {
    "primitives/gilfree/errors.h": "",
    "primitives/gilfree/queue.h": '#include <atomic>\n#include "gilfree/detail/queue/ring.h"\n',
    "primitives/gilfree/detail/queue/ring.h":
        '#include <boost/interprocess/mapped_region.hpp>\n#include "gilfree/detail/lock/mutex.h"\n',
    "primitives/gilfree/detail/lock/mutex.h": '#include "gilfree/errors.h"\n',
    "primitives/tests/queue_test.cc":
        '#include <gtest/gtest.h>\n#include "gilfree/detail/queue/ring.h"\n'
        '#include "primitives/tests/support/scopes.h"\n',
    "primitives/tests/support/scopes.h": "",
    "primitives/examples/hello.cc": '#include <gilfree/queue.h>\n',
    "harness/measure/engine.cc": "#include <benchmark/benchmark.h>\n",
    "harness/command/options.cc": '#include <CLI/CLI.hpp>\n#include "harness/scenario.h"\n',
    "harness/scenario.h": "",
    "scenarios/wakeup.cc": '#include "harness/scenario.h"\n#include <gilfree/queue.h>\n',
    "scenarios/contenders/zeromq.h": "#include <zmq.h>\n",
    "scenarios/examples/mine.cc": "#include <gilfree/bench/contender.h>\n",
    "scenarios/public/gilfree/bench/contender.h": '#include "scenarios/wakeup.h"\n',
    "scenarios/wakeup.h": "",
    "scripts/report.py": "import json\nfrom figures import figure\n",
    "scripts/data/__init__.py": "",
    "scripts/figures/figure.py": "import matplotlib.pyplot as pyplot\n",
}


def check(files):
    """(exit code, output) of the check on a tree that is clean but for these files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**CLEAN, **files}.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True,
                              check=False)
    return done.returncode, done.stdout


class Includes(unittest.TestCase):
    def refuses(self, path, line, words):
        code, said = check({path: "\n" + line + "\n"})
        self.assertEqual(code, 1, "%s in %s passed" % (line, path))
        self.assertTrue(said.startswith(path + ":2: "), said)
        self.assertIn(words, said)
        self.assertEqual(said.count("\n"), 1, said)

    def test_a_tree_whose_arrows_hold_passes(self):
        self.assertEqual(check({}), (0, ""))

    def test_the_harness_never_includes_primitives(self):
        for line in ('#include "gilfree/queue.h"', "#include <gilfree/queue.h>"):
            self.refuses("harness/measure/usage.h", line, "never includes the primitives")

    def test_the_harness_never_includes_scenarios(self):
        self.refuses("harness/plan/plan.h", '#include "scenarios/wakeup.cc"', "never includes scenarios/")

    def test_the_storeys_of_the_harness_include_downwards_only(self):
        self.refuses("harness/measure/usage.cc", '#include "harness/run/launch.h"',
                     "harness/measure is below harness/run")
        self.refuses("harness/base/files.cc", '#include "harness/scenario.h"',
                     "harness/base is below harness/scenario")
        self.refuses("harness/judge/verdict.cc", '#include "harness/judge/reports/cells.h"',
                     "harness/judge is below harness/judge/reports")
        self.assertEqual(check({"harness/judge/verdict.h": "", "harness/judge/reports/cells.cc":
                                '#include "harness/judge/verdict.h"\n'}), (0, ""))
        self.refuses("harness/usage.cc", '#include "harness/scenario.h"', "is no storey")

    def test_scenarios_include_what_the_harness_offers_them(self):
        self.refuses("scenarios/wakeup.cc", '#include "harness/run/launch.h"', "is inside harness/")

    def test_primitives_include_nothing_of_ours_outside(self):
        self.refuses("primitives/gilfree/lock.h", '#include "harness/scenario.h"',
                     "never includes harness/")

    def test_arrows_go_down_the_storeys(self):
        for path, target in (("detail/lock/mutex.h", "detail/queue/ring.h"),
                             ("detail/queue/ring.h", "queue.h"),
                             ("lock.h", "queue.h")):
            self.refuses("primitives/gilfree/" + path, '#include "gilfree/%s"' % target,
                         "stands above this file")

    def test_a_public_header_that_is_not_listed_stands_on_what_it_includes(self):
        latch = {"primitives/gilfree/latch.h": '#include "gilfree/detail/lock/mutex.h"\n'}
        self.assertEqual(check({**latch, "primitives/gilfree/detail/queue/ring.h":
                                '#include "gilfree/latch.h"\n'}), (0, ""))
        code, said = check({**latch, "primitives/gilfree/detail/wait/x.h": '#include "gilfree/latch.h"\n'})
        self.assertEqual(code, 1)
        self.assertIn('"gilfree/latch.h" stands above this file', said)
        self.assertEqual(check({"primitives/gilfree/wide.h": '#include "gilfree/queue.h"\n'}), (0, ""))

    def test_a_public_header_that_includes_itself_is_named(self):
        code, said = check({"primitives/gilfree/a.h": '#include "gilfree/b.h"\n',
                            "primitives/gilfree/b.h": '#include "gilfree/a.h"\n'})
        self.assertEqual(code, 1)
        self.assertIn("gilfree/a.h has no storey", said)

    def test_a_file_without_a_storey_is_named(self):
        self.refuses("primitives/gilfree/detail/odd/new.h", '#include "gilfree/errors.h"', "no storey")

    def test_the_inner_parts_are_not_for_users(self):
        for path in ("scenarios/lock.cc", "primitives/examples/lock.cc"):
            self.refuses(path, "#include <gilfree/detail/queue/ring.h>", "inner part")

    def test_what_users_of_the_suite_include_is_there(self):
        self.refuses("scenarios/examples/mine.cc", "#include <gilfree/bench/report.h>", "there is no")
        self.refuses("primitives/gilfree/lock.h", '#include "gilfree/bench/contender.h"', "there is no")

    def test_the_inner_parts_are_open_to_tests(self):
        self.assertEqual(check({"scenarios/tests/ring_test.cc":
                                '#include "gilfree/detail/queue/ring.h"\n'}), (0, ""))

    def test_test_support_is_for_tests(self):
        self.refuses("primitives/gilfree/lock.h", '#include "primitives/tests/support/scopes.h"',
                     "support for tests")

    def test_paths_start_at_the_root(self):
        for target in ("queue.h", "../gilfree/queue.h", "detail/queue/ring.h"):
            self.refuses("primitives/gilfree/lock.h", '#include "%s"' % target, "start at the root")

    def test_the_library_is_included_by_its_name(self):
        self.refuses("scenarios/lock.cc", '#include "primitives/gilfree/queue.h"', "<gilfree/...>")

    def test_the_library_includes_its_own_headers_in_quotes(self):
        self.refuses("primitives/gilfree/pipe.h", "#include <gilfree/queue.h>", "in quotes")

    def test_what_is_included_exists(self):
        self.refuses("primitives/gilfree/lock.h", '#include "gilfree/quue.h"', "there is no")

    def test_a_generated_header_counts_as_existing(self):
        self.assertEqual(check({"harness/record/facts.h.in": "",
                                "harness/record/x.cc": '#include "harness/record/facts.h"\n'}), (0, ""))

    def test_third_parties_have_their_place(self):
        for path, target in (("primitives/gilfree/lock.h", "benchmark/benchmark.h"),
                             ("primitives/gilfree/lock.h", "zmq.h"),
                             ("primitives/gilfree/lock.h", "gtest/gtest.h"),
                             ("harness/measure/usage.cc", "benchmark/benchmark.h"),
                             ("harness/measure/usage.cc", "boost/interprocess/mapped_region.hpp"),
                             ("scenarios/lock.cc", "zmq.h")):
            self.refuses(path, "#include <%s>" % target, "does not include <%s>" % target)

    def test_scripts_import_the_standard_library_matplotlib_and_each_other(self):
        self.refuses("scripts/scenarios/plot_lock.py", "import pandas", "do not import pandas")

    def test_scripts_import_from_the_storeys_below(self):
        self.refuses("scripts/data/words.py", "from figures.lines import draw", "scripts/data is below scripts/figures")
        self.refuses("scripts/figures/dots.py", "import page.markup", "scripts/figures is below scripts/page")
        self.assertEqual(check({"scripts/page/markup.py": "from data import words\nfrom page import colours\n"}), (0, ""))

    def test_scripts_read_only_results(self):
        self.refuses("scripts/scenarios/plot_lock.py", "open('harness/record/columns.h')", "only what is under results/")

    def test_a_script_that_is_no_python_is_named(self):
        self.refuses("scripts/scenarios/plot_lock.py", "def draw(", "is no Python")

    def test_a_folder_that_is_no_root_is_a_mistake_of_its_own(self):
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([sys.executable, CHECK, empty], capture_output=True, text=True,
                                  check=False)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
