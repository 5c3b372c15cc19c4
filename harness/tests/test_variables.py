"""Variables BENCH_ALL_*: what is refused is named as it was given, and a flag that is false was not given."""

import unittest

from command import CommandTest

COUNT = ["run", "counting", "--no-report", "-q"]


class Variables(CommandTest):
    def test_a_value_of_a_variable_is_named_by_the_variable(self):
        two = ["ab", "--a", self.program, "--b", self.program, "--dry-run"]
        for words, name, value, said in (
                (two, "BENCH_ALL_ROUNDS", "abc", "BENCH_ALL_ROUNDS: 'abc' is not a whole number between 1 and 10000"),
                (two, "BENCH_ALL_STRICT", "maybe", "BENCH_ALL_STRICT: 'maybe' is neither true nor false; see bench-all ab --help"),
                (two, "BENCH_ALL_DELTA", "x", "BENCH_ALL_DELTA: 'x' is not a number between 0.1 and 1000; see bench-all ab --help"),
                (COUNT, "BENCH_ALL_WINDOW", "5", "BENCH_ALL_WINDOW: '5' is not a duration of at most a day; write 80ms, 0.5s or 2m")):
            with self.subTest(name):
                self.refuses(words, 2, said, environment={name: value})
        self.refuses([*two[:-1], "--resume"], 2, "--resume excludes BENCH_ALL_DRY_RUN; see bench-all ab --help",
                     environment={"BENCH_ALL_DRY_RUN": "1"})
        both = self.run_it(two[:-1], environment={"BENCH_ALL_DRY_RUN": "1", "BENCH_ALL_RESUME": "yes"})
        self.assertIn(both[::2], [(2, "bench-all: %s excludes %s; see bench-all ab --help\n" % pair) for pair in (
            ("BENCH_ALL_DRY_RUN", "BENCH_ALL_RESUME"), ("BENCH_ALL_RESUME", "BENCH_ALL_DRY_RUN"))])
        self.refuses([*COUNT, "--window", "6"], 2, "--window: '6' is not a duration of at most a day; write 80ms, 0.5s or 2m",
                     environment={"BENCH_ALL_WINDOW": "5ms"})

    def test_a_flag_whose_variable_is_false_was_not_given(self):
        two = ["ab", "--a", self.program, "--b", self.program, "--resume", "--out", "none"]
        remedy = "--resume: none has no rounds; leave --resume out"
        for false in "0", "false", "off", "no", "OFF", "n", "disable", "":
            with self.subTest(false):
                self.refuses(two, 2, remedy, environment={"BENCH_ALL_DRY_RUN": false, "BENCH_ALL_STRICT": false, "BENCH_ALL_QUIET": false})
                self.assertEqual(self.run_it(["list", "counting"], environment={"BENCH_ALL_JSON": false}).out[:9], "counting/")
                result = self.run_it(["counting", "--dry-run"], environment={"BENCH_ALL_NO_REPORT": false, "BENCH_ALL_LIST": false})
                self.assertIn("with the report", result.out)
        self.assertEqual(self.run_it(["list", "counting"], environment={"BENCH_ALL_JSON": "on"}).out[0], "[")


if __name__ == "__main__":
    unittest.main()
