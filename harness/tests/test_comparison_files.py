"""docs/comparison-files.md names every column and key of what ab and aa write, and no column that they do not write; the README says how
many rounds the sign test takes."""

import json
import math
import os
import re
import unittest

from comparing import CASE, FAST, InstantTest


def page():
    with open(os.path.join(os.environ["PROJECT"], "harness", "docs", "comparison-files.md"), encoding="utf-8") as file:
        return file.read()


def named(text):
    """The names in the first cell of each line of the tables."""
    return [name for cell in re.findall(r"(?m)^\| (`[^|]+) \|", text) for name in re.findall(r"`(\w+)`", cell)]


class Files(InstantTest):
    def section(self, title):
        found = re.search(r"(?ms)^## %s:.*?(?=^## |\Z)" % re.escape(title), page())
        self.assertTrue(found, title)
        return named(found.group())

    def read(self, name):
        with open(self.path("out", name), encoding="utf-8") as file:
            return file.read()

    def test_those_of_ab(self):
        self.run_it(["ab", "--a", self.side("a"), "--b", self.side("b"), "--rounds", "12", "--out", self.path("out"), "-q"])
        self.assertEqual(self.section("compare.csv"), self.read("compare.csv").split("\n", 1)[0].split(","))
        comparison, = json.loads(self.read("compare.json"))
        keys = {*comparison, *(key for row in comparison["rows"] for key in row)}
        self.assertEqual(keys - set(self.section("compare.json")), set())
        lines = [json.loads(line) for line in self.read("ab.jsonl").splitlines()]
        self.assertTrue(any(line.get("fresh") for line in lines))
        self.assertEqual({key for line in lines for key in line} - set(self.section("ab.jsonl")), set())

    def test_those_of_aa(self):
        self.assertEqual(self.run_it(["aa", CASE, "--rounds", "6", "--trials", "1", "--out", self.path("out"), *FAST]).code, 0)
        facts = json.loads(self.read("aa.json"))
        self.assertEqual({*facts, *facts["total"]} - {*self.section("aa.json"), "by_case", "by_trial"}, set())


def fewest_rounds(metrics, against):
    """The fewest rounds, so many of them against the others, of which the two-sided sign test gives 5 % of one metric's share."""
    rounds = 2 * against + 1
    while 2 * sum(math.comb(rounds, each) for each in range(against + 1)) / 2 ** rounds > 0.05 / metrics:
        rounds += 1
    return rounds


class Rounds(unittest.TestCase):
    def test_the_readme_says_how_many_rounds_tell_a_change_from_chance_also_if_some_say_the_opposite(self):
        with open(os.path.join(os.environ["PROJECT"], "harness", "README.md"), encoding="utf-8") as file:
            lines = re.search(r"(?m)^\| metrics \|.*\n.*\n((?:\|.*\n)+)", file.read())
        metrics, *counts = [list(map(int, re.findall(r"\| (\d+) ", line))) for line in
                            (lines.group().splitlines()[0], *lines.group(1).splitlines())]
        self.assertEqual(metrics, [1, 10, 100, 200])
        self.assertEqual(counts, [[fewest_rounds(each, against) for each in metrics] for against in range(3)])


if __name__ == "__main__":
    unittest.main()
