"""The commands that repeat a run: without folders of the machine that measured, with what made the run."""

import unittest

import support  # noqa: F401, finds the scripts
from data.commands import command_of, program_of


def command(*words, scenario=None, **facts):
    return command_of({"command": ["/some/where/bench-all", *words], **facts}, scenario)


class Commands(unittest.TestCase):
    def test_the_folder_of_the_results_is_left_out_however_it_was_named(self):
        for words in (("--out", "/x"), ("-o", "/x"), ("--out=/x",)):
            self.assertEqual(command(*words, seed=7), "./scripts/bench-all --seed 7")

    def test_a_seed_and_a_profile_are_named_also_if_they_were_not_given(self):
        self.assertEqual(command(seed=7, profile="quick"), "./scripts/bench-all --profile quick --seed 7")
        self.assertEqual(command("--seed", "9", "--profile=smoke", seed=9, profile="smoke"),
                         "./scripts/bench-all --seed 9 --profile=smoke")

    def test_one_scenario_takes_the_place_of_the_filters(self):
        self.assertEqual(command("run", "-q", "^pipe", "--bytes", "64", scenario="wakeup"),
                         "./scripts/bench-all wakeup --bytes 64")
        self.assertEqual(command("run", "--json", "^pipe"), "./scripts/bench-all '^pipe' --json")

    def test_the_program_is_that_which_a_reader_can_run(self):
        for program, shown in (("build/release/bin/bench-all", "./scripts/bench-all"), ("/x/build/clang/bin/bench-all", "./scripts/bench-all"),
                               ("bench-all", "bench-all"), ("/usr/bin/bench-all", "bench-all"), ("/opt/gilfree/bin/bench-all", "bench-all"),
                               ("./mine", "./mine"), ("/home/me/build/mine", "/home/me/build/mine")):
            self.assertEqual(program_of({"command": [program, "wakeup"]}), shown)
        self.assertEqual(command_of({"command": ["./my queue", "wakeup"]}), "'./my queue' wakeup")

    def test_a_run_that_does_not_know_its_command_is_repeated_by_default(self):
        self.assertEqual(command_of({}), "./scripts/bench-all")


if __name__ == "__main__":
    unittest.main()
