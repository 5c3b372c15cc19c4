"""bench-all --format github: thousands of cases keep to what GitHub takes."""

import json
import os
import unittest

from command import CommandTest


class Github(CommandTest):
    def write_run(self, name, rate, cases):
        """A run of this many cases and five launches of each, made up."""
        os.makedirs(self.path(name))
        rows = [{"run_id": name, "case": "made_up/with:a_name_of_usual_length/number:%d" % case, "status": "ok", "launch": launch,
                 "repetition": 1, "ops_per_s": rate + launch} for case in range(cases) for launch in range(1, 6)]
        events = [{"event": "run", "run_id": name, "host": {"cpu_model": "made up"}, "build": {"type": "Release"}},
                  *({"event": "sample", "row": row} for row in rows),
                  {"event": "end", "exit_code": 0}]
        with open(self.path(name, "events.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(event) + "\n" for event in events)

    def test_a_summary_that_is_none_or_cannot_be_written_does_not_hide_the_verdict(self):
        self.write_run("a", 1000.0, 1)
        self.write_run("b", 500.0, 1)
        said = "bench-all: GITHUB_STEP_SUMMARY: /dev/null/x cannot be written (Not a directory); the log of this step has a line for each row\n"
        for summary, err in (("", ""), ("/dev/null/x", said)):
            result = self.run_it(["compare", "a", "b", "--format", "github"], environment={"GITHUB_STEP_SUMMARY": summary})
            self.assertEqual((result.code, result.err), (1, err))
            self.assertIn("::error title=worse::", result.out)

    def test_a_summary_of_thousands_of_cases_is_no_longer_than_github_takes(self):
        self.write_run("a", 1000.0, 8000)
        self.write_run("b", 500.0, 8000)
        words, summary = ["compare", "a", "b", "--format", "github"], self.path("summary.md")
        for before, said in ((400_000, "^$"), (1_000_000, "^bench-all: GITHUB_STEP_SUMMARY has no room for the table, .*\n$")):
            with self.subTest(before):
                with open(summary, "w", encoding="utf-8") as file:
                    file.write("x" * before)
                result = self.run_it(words, environment={"GITHUB_STEP_SUMMARY": summary})
                self.assertEqual(result.code, 1, result.err)
                self.assertRegex(result.err, said)
                self.assertEqual(result.out.count("\n::error title=worse::"), 8000)
                self.assertLess(os.path.getsize(summary), 1 << 20)
                with open(summary, encoding="utf-8") as file:
                    text = file.read()
                if not result.err:
                    self.assertGreater(len(text), 990_000)
                    self.assertTrue(text.endswith(" |\n\n%d more rows left out, since there is no room: the log of this step has a "
                                                  "line for each\n" % (8000 - text.count("| worse |"))), text[-300:])


if __name__ == "__main__":
    unittest.main()
