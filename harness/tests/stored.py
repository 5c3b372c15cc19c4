"""What the tests of stored runs share: runs of an operation of any length."""

import json

from command import CommandTest

CASE = "counting/who:steady/size:8/place:here"
FAST = ["--launches", "6", "--window", "40ms", "--warmup", "1ms", "--no-report", "-q"]


class StoredTest(CommandTest):
    def run_case(self, pause_us, *words):
        """One run of an operation of this length."""
        return self.run_it(["run", CASE, *FAST, *words],
                           environment={"FIXTURE_PAUSE_US": str(pause_us)})

    def store(self, name, pause_us):
        result = self.run_case(pause_us, "--out", self.path(name))
        self.assertEqual(result.code, 0, result)
        return self.path(name)

    def edit_facts(self, name, change):
        """Changes the facts of a stored run."""
        path = self.path(name, "events.jsonl")
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        facts = json.loads(lines[0])
        change(facts)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join([json.dumps(facts), *lines[1:]]) + "\n")
