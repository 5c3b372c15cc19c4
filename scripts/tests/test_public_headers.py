"""Each public header of the library states its contract under the same six labels, in one order."""

import glob
import os
import re
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LABELS = ["Order", "Cost", "Blocking", "Errors", "Visibility", "Crash"]
LEAST_COMMENTS = 35  # percent of the lines that are not empty
# Pages of contents, names and types alone: nothing in them waits, fails or is shared.
WITHOUT_CONTRACT = {"errors.h", "multiprocessing.h", "pool_options.h", "scope.h", "threading.h", "version.h"}


def labels_of(text):
    """The labels in the comment that opens a header."""
    opening = text.split("#pragma once")[0]
    return re.findall(r"^// (%s)  +\S" % "|".join(LABELS), opening, re.MULTILINE)


def comment_share(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return sum(line.startswith("//") for line in lines), len(lines)


class PublicHeaders(unittest.TestCase):
    def setUp(self):
        self.headers = {}
        for path in sorted(glob.glob(os.path.join(ROOT, "primitives", "gilfree", "*.h"))):
            with open(path, encoding="utf-8") as file:
                self.headers[os.path.basename(path)] = file.read()

    def test_there_are_headers(self):
        self.assertGreater(len(self.headers), 20)
        self.assertLessEqual(WITHOUT_CONTRACT, set(self.headers))

    def test_each_has_the_six_labels_in_one_order(self):
        for name, text in self.headers.items():
            if name not in WITHOUT_CONTRACT:
                with self.subTest(header=name):
                    self.assertEqual(labels_of(text), LABELS)

    def test_more_than_a_third_of_them_is_comments(self):
        counts = [comment_share(text) for text in self.headers.values()]
        comments, lines = (sum(column) for column in zip(*counts))
        print("comments in public headers: %d of %d lines, %.0f %%"
              % (comments, lines, 100 * comments / lines))
        self.assertGreaterEqual(100 * comments, LEAST_COMMENTS * lines)

    def test_each_queue_lists_its_members(self):
        members = ("put", "try_put", "put_many", "get", "try_get", "get_many", "close", "qsize", "capacity")
        for name in ("queue.h", "lifo_queue.h", "priority_queue.h", "joinable_queue.h", "simple_queue.h"):
            for member in members:
                with self.subTest(header=name, member=member):
                    self.assertRegex(self.headers[name], r"\bBase::%s[,;]" % member)

    def test_the_contents_pages_say_what_each_name_is(self):
        for name in ("multiprocessing.h", "threading.h"):
            text = self.headers[name]
            for alias in re.findall(r"\n([^\n]*)\n(?:template [^\n]*\n)?using (\w+) =", text):
                with self.subTest(header=name, name=alias[1]):
                    self.assertRegex(alias[0], r"^// \w+\.h: ")

    def test_a_label_that_is_missing_or_out_of_order_is_seen(self):
        header = "".join("// %-11s text\n" % label for label in LABELS) + "#pragma once\n"
        self.assertEqual(labels_of(header), LABELS)
        self.assertNotEqual(labels_of(header.replace("// Cost ", "// Costs")), LABELS)
        self.assertNotEqual(labels_of("// Crash       text\n" + header), LABELS)


if __name__ == "__main__":
    unittest.main()
