"""bench-all noise: a score of the machine, in a table for people and as JSON for programs."""

import json
import os
import re
import signal
import unittest

from command import LONGEST, CommandTest


class Noise(CommandTest):
    def test_it_says_a_score_its_probes_and_what_to_do(self):
        result = self.run_it(["noise", "--time-budget", "1.5s"])
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertRegex(result.out, r"\A(score \d+ of 100, (quiet|usable|noisy|unfit): a change below about [\d.]+ % "
                                     r"is not worth looking for here|no score, which takes every probe: [a-z -]+: )")
        for probe in ("compute", "wake-up"):
            self.assertRegex(result.out, r"(?m)^%s +[\d.]+ [num]s +[\d.]+ %% +\+" % probe)

    def test_without_a_probe_there_is_no_score_whatever_the_others_say(self):
        cpu = min(os.sched_getaffinity(0))
        result = self.run_it(["noise", "--time-budget", "2s"], preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
        why = "it needs two CPUs, and only one may be used; allow two or more"
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertRegex(result.out, r"\Ano score, which takes every probe: .*cache line: %s(; wake-up: .*)?\n" % why)
        self.assertIn("\ncache line   not measured: %s\n" % why, result.out)
        self.assertNotIn("sets the score", result.out)

    def test_as_json_each_cause_has_its_remedy(self):
        result = self.run_it(["noise", "--time-budget", "200ms", "--format", "json"])
        facts = json.loads(result.out)
        self.assertEqual(set(facts), {"score", "reason", "grade", "smallest_effect", "probes", "causes", "machine"})
        self.assertEqual(facts["score"] is None, facts["grade"] == "unknown")
        self.assertEqual(facts["score"] is None, facts["smallest_effect"] is None)
        self.assertEqual(facts["score"] is None, any(probe["smallest_effect"] is None for probe in facts["probes"]))
        self.assertEqual(facts["score"] is None, facts["reason"] is not None)
        self.assertIn("compute", [probe["probe"] for probe in facts["probes"]])
        for cause in facts["causes"]:
            self.assertTrue(cause["cause"] and cause["remedy"], cause)
        self.assertGreaterEqual(facts["machine"]["cpus"], 1)

    def test_its_page_names_each_key_and_no_other(self):
        with open(os.path.join(os.environ["PROJECT"], "harness", "docs", "noise.md"), encoding="utf-8") as file:
            tables = file.read().split("\n## ")
        facts = json.loads(self.run_it(["noise", "--time-budget", "200ms", "--format", "json"]).out)
        for table, written in zip(tables, (facts, facts["probes"][0], facts["machine"])):
            cells = re.findall(r"(?m)^\| (`[^|]+) \|", table)
            named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
            self.assertEqual(named, set(written), table[:40])

    def test_it_ends_at_once_when_it_is_interrupted(self):
        with self.start(["noise", "--time-budget", "1h"]) as process:
            self.waits_until(lambda: len(self.threads_of(process.pid)) > 1, "it did not begin")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=LONGEST)
        self.assertEqual(process.returncode, 130)

    @staticmethod
    def threads_of(pid):
        return os.listdir("/proc/%d/task" % pid)

    def test_wrong_words_are_named(self):
        self.refuses(["noise", "--time-budget", "10"], 2,
                     "--time-budget: '10' is not a duration of at most a day; write 80ms, 0.5s or 2m")
        self.refuses(["noise", "--format", "xml"], 2, "--format: xml not in {table,json}; see bench-all noise --help")
        self.refuses(["noise", "now"], 2,
                     "The following argument was not expected: now; see bench-all noise --help")

    def test_an_unknown_option_is_named_without_its_value_and_several_in_their_order(self):
        self.refuses(["noise", "--out", "x"], 2, "The following argument was not expected: --out; see bench-all noise --help")
        self.refuses(["noise", "now", "--out", "x", "--deep=3", "then"], 2,
                     "The following arguments were not expected: now --out --deep=3 then; see bench-all noise --help")


if __name__ == "__main__":
    unittest.main()
