"""What cannot be done is said in one line, with an exit code, and nothing is left of the attempt."""

import os
import stat
import subprocess
import unittest

from command import OWN_MOUNTS, CommandTest, mount_small_disk

COUNT = ["run", "counting", "--no-report", "-q"]


NAMES = "; the scenarios are: counting trouble; for the commands see bench-all --help"


class Mistakes(CommandTest):
    def test_a_word_that_is_no_command_is_not_taken_for_a_filter(self):
        for words in (["compares", "a", "b"], ["a"], ["lis"], ["repor", "some/folder"]):
            with self.subTest(words):
                self.refuses(words, 2, "no case matches '%s'%s" % (words[0], NAMES))

    def test_options_that_a_command_would_ignore(self):
        for words, option in ((["env", "--size", "64"], "--size"),
                              (["report", "out", "--launches", "3"], "--launches"),
                              (["list", "--out", "x"], "--out")):
            with self.subTest(words):
                self.refuses(words, 2,
                             "%s: `%s` does not use it; leave it out" % (option, words[0]))

    def test_an_expression_that_takes_a_backtracking_search_for_ever(self):
        self.refuses(["([a-z_/:0-9]+)+$!"], 2, "no case matches '([a-z_/:0-9]+)+$!'" + NAMES)
        self.refuses(["(" * 20000], 2, "filter: '%s...' is not a regular expression; write a part "
                     "of a case's name, as `bench-all list` shows them" % ("(" * 80))

    def test_words_that_make_no_sense(self):
        for words, said in (
                (["--size", "banana"], "--size: 'banana' is not a whole number; write 64, 1k, 1M, "
                                       "a list 8,64 or a range 1:16:*2"),
                (["--who", "nobody"], "--who: there is no 'nobody'; choose from: steady rare"),
                (["sleeping"], "no case matches 'sleeping'" + NAMES),
                (["counting/size:9"], "no case matches 'counting/size:9'" + NAMES),
                (["counting/size:6"], "no case matches 'counting/size:6'" + NAMES),
                (["--exclude", "nonsense"], "--exclude: 'nonsense' leaves nothing out; "
                                            "`bench-all list` shows the cases"),
                (["--json"], "--json: `run` does not use it; leave it out"),
                (["("], "filter: '(' is not a regular expression; write a part of a case's "
                        "name, as `bench-all list` shows them"),
                ([""], "filter: it is empty; write a part of a case's name, as `bench-all list` "
                       "shows them"),
                (["counting", "--kind", "hang"], "--kind: none of the scenarios that are left has "
                                                 "it; it belongs to: trouble"),
                (["--launches", "0"], "--launches: '0' is not a whole number between 1 "
                                      "and 10000"),
                (["--seed", "nonsense"], "--seed: 'nonsense' is not a whole number below 2^64"),
                (["--window", "5"], "--window: '5' is not a duration of at most a day; "
                                    "write 80ms, 0.5s or 2m"),
                (["--profile", "huge"], "--profile: there is no 'huge'; "
                                        "choose smoke, quick or full"),
                (["--python", "/nonexistent"], "--python: /nonexistent does not run; "
                                               "name a Python interpreter"),
                (["--out", ""], "--out: the name of the folder is empty")):
            with self.subTest(words):
                self.refuses(["run", *words], 2, said)

    def test_an_empty_word_does_not_ask_for_nothing(self):
        """A variable that a script forgot to set: `--baseline "$BASE"` must not switch the gate off."""
        two = ["ab", "--a", self.program, "--b", self.program, "--dry-run"]
        name = "'' is no name of a baseline; use letters, digits, '.', '-' and '_', none of '.' and '-' first"
        word, see = "%s: it is empty; give it a value or leave it out; see bench-all%s --help", "compare: the name of a run is empty"
        for words, said in (
                ([*COUNT, "--baseline", ""], name), ([*COUNT, "--save-baseline", ""], name),
                (["compare", "--baseline", "", "x"], see), (["compare", "", "x"], see),
                ([*two, "--load", ""], word % ("--load", " ab")), (["aa", "--dry-run", "--a", ""], word % ("--a", " aa")),
                (["ab", "--a", "", "--b", "", self.program, self.program], word % ("--a", " ab")),
                (["ab", "--a", self.program, "--b", self.program, "--out", "", "--resume"], "--out: the name of the folder is empty"),
                (["report", "x", "--format", ""], word % ("--format", "")), (["report", ""], word % ("folder", "")),
                (["completion", ""], word % ("shell", "")), (["fleet", "--out", "x", "--via", ""], word % ("--via", " fleet")),
                (["fleet", "--out", "x", "--nodes", ""], word % ("--nodes", " fleet")), (["fleet", "status", ""], word % ("folder", " fleet"))):
            with self.subTest(words):
                self.refuses(words, 2, said)

    def test_whole_numbers_are_decimal_and_lists_have_no_gaps(self):
        two = ["ab", "--a", self.program, "--b", self.program, "--dry-run", "counting/who:steady/size:8/place:here"]
        self.assertIn("\n12 rounds of 1 case", self.run_it([*two, "--rounds", "012"]).out)
        self.refuses([*two, "--rounds", "0x6"], 2, "--rounds: '0x6' is not a whole number between 1 and 10000")
        self.refuses(["aa", "--dry-run", "--trials", "0x6"], 2, "--trials: '0x6' is not a whole number between 1 and 100000")
        self.refuses(["aa", "--dry-run", "--power", "5,,10"], 2, "--power: '' is not a number between 0.1 and 1000")

    def test_a_name_of_a_folder_that_is_too_long_is_named_with_its_option(self):
        long = "x" * 300
        for words in (["ab", "--a", self.program, "--b", self.program, "--rounds", "6"], ["aa", "--rounds", "6"], COUNT):
            self.refuses([*words, "--out", long], 2, "--out: cannot write to %s (File name too long)" % self.path(long))

    def test_an_unknown_option(self):
        for words in (["--nonsense"], ["run", "--nonsense=3"], ["list", "--siez", "8"]):
            with self.subTest(words):
                result = self.run_it(words)
                self.assertEqual((result.code, result.out), (2, ""))
                self.assertEqual(result.err.count("\n"), 1)
                self.assertIn(words[-1 if len(words) < 3 else 1].split("=")[0], result.err)
                self.assertIn("see bench-all --help", result.err)

    def test_a_dry_run_that_takes_longer_than_its_budget_does_not_say_that_it_ends_within(self):
        words = ["run", "counting", "--dry-run", "--profile", "quick"]
        first = self.run_it([*words, "--time-budget", "1s"]).out.splitlines()[0]
        self.assertRegex(first, r" s with the report; all launches of decisive cases and one of each other need more than 1 s \(--time-budget\)")
        self.assertNotIn("to end within", first)
        self.assertRegex(self.run_it([*words, "--time-budget", "1ms", "--no-report"]).out.splitlines()[0], r"\d s; all launches of decisive ")
        enough = self.run_it([*words, "--time-budget", "30s"]).out.splitlines()[0]
        self.assertNotIn("need more than", enough)

    def test_a_dry_run_measures_nothing(self):
        result = self.run_it(["run", "counting", "--dry-run", "--out", self.path("out")])
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertIn("8 cases, 48 launches of 1 window: about ", result.out)
        self.assertEqual(os.listdir(self.folder), [])

    def test_one_of_a_thing_is_in_the_singular(self):
        one = "counting/who:steady/size:8/place:here"
        self.assertRegex(self.run_it([one, "--dry-run", "--launches", "1"]).out, r"\A1 case, 1 launch of 1 window: about ")
        self.assertRegex(self.run_it(["ab", "--a", self.program, "--b", self.program, one, "--dry-run", "--rounds", "1"]).out,
                         r"(?m)^1 round of 1 case, 2 launches: about ")
        self.assertIn("bench-all: 1 launch done\n", self.run_it([one, "--launches", "1", "--window", "20ms", "--no-report"]).err)


class Folders(CommandTest):
    def test_a_file_is_no_folder_for_results(self):
        with open(self.path("file"), "w", encoding="utf-8"):
            pass
        for words in (COUNT, [*COUNT, "--dry-run"]):
            self.refuses([*words, "--out", self.path("file")], 2, "--out: %s is not a folder" % self.path("file"))

    def test_a_folder_that_holds_a_run_keeps_it(self):
        self.measures(["counting", "--profile", "smoke"])
        before = self.events()
        for words in (COUNT, [*COUNT, "--dry-run"]):
            self.refuses([*words, "--out", "out"], 2, "--out: %s holds a run already; name another folder" % self.path("out"))
        self.assertEqual(self.events(), before)

    def test_a_folder_that_cannot_be_made(self):
        self.refuses([*COUNT, "--out", "/proc/nowhere/out"], 2,
                     "--out: cannot write to /proc/nowhere/out (No such file or directory)")

    @unittest.skipIf(os.geteuid() == 0, "root may write where others may not")
    def test_a_folder_that_may_not_be_written_to(self):
        os.chmod(self.folder, stat.S_IRUSR | stat.S_IXUSR)
        self.addCleanup(os.chmod, self.folder, stat.S_IRWXU)
        self.refuses([*COUNT, "--out", self.path("out")], 2,
                     "--out: cannot write to %s (Permission denied)" % self.path("out"))

    def test_a_report_of_what_is_no_run(self):
        said = "%s: no such run; name a folder that `run` wrote"
        os.mkdir(self.path("empty"))
        self.refuses(["report", "empty"], 2, said % "empty/events.jsonl")
        self.refuses(["report", "/nonexistent"], 2, said % "/nonexistent/events.jsonl")

    def test_a_report_whose_script_is_gone(self):
        """GILFREE_SOURCE_DIR is a folder without scripts here, as that of an installed gilfree that was removed."""
        self.measures(["counting", "--profile", "smoke"])
        said = ("bench-all: no report: %s is missing; install gilfree again, or name the folder that has scripts/ in "
                "GILFREE_SOURCE_DIR, then run bench-all report %%s\n" % self.path("scripts", "report.py"))
        result = self.run_it(["report", "out"])
        self.assertEqual((result.code, result.err), (7, said % "out"))
        result = self.run_it(["run", "counting", "--profile", "smoke", "-q", "-o", "other"])
        self.assertEqual((result.code, result.err), (0, said % self.path("other")), "it was measured all the same")

    def test_a_report_of_something_else(self):
        os.mkdir(self.path("other"))
        with open(self.path("other", "events.jsonl"), "w", encoding="utf-8") as file:
            file.write('{"event": "sale", "price": 3}\n')
        self.refuses(["report", "other"], 2,
                     "other/events.jsonl: line 1: 'event' is not run, sample or end")

    def test_a_report_of_a_damaged_run(self):
        self.measures(["counting", "--profile", "smoke"])
        with open(self.path("out", "events.jsonl"), "r+", encoding="utf-8") as file:
            lines = file.readlines()
            lines[1] = lines[1][:40] + "\n"
            file.seek(0)
            file.writelines(lines)
        self.refuses(["report", "out"], 2, "out/events.jsonl: line 2: is not JSON; "
                                           "delete that line to use the rest")

    def test_a_report_of_a_run_that_was_edited(self):
        self.measures(["counting", "--profile", "smoke"])
        with open(self.path("out", "events.jsonl"), encoding="utf-8") as file:
            run, first, *others = file.readlines()
        for lines, said in (([run, first, first], "line 3: is the same row as line 2"),
                            ([run, first, run], "line 3: a second run begins; a folder holds one"),
                            ([run, first.replace('"ops":', '"ops":"a few","was":')],
                             "line 2: 'ops' is not a number")):
            with self.subTest(said):
                with open(self.path("out", "events.jsonl"), "w", encoding="utf-8") as file:
                    file.writelines(lines)
                self.refuses(["report", "out"], 2, "out/events.jsonl: " + said)


class Outputs(CommandTest):
    def test_the_answer_has_no_reader(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            for words in (["list"], ["env"], ["run", "-n"]):
                with self.subTest(words):
                    result = self.run_it(words, stdout=full)
                    self.assertEqual(result.code, 7)
                    self.assertEqual(result.err, "bench-all: cannot write to standard output\n")

    def test_the_answer_has_no_reader_but_the_results_are_written(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = self.run_it(["counting", "--profile", "smoke", "--no-report", "-o", "out"],
                                 stdout=full)
        self.assertEqual(result.code, 7)
        self.assertEqual(len(self.rows()), 2)

    def without_reader(self, stream, words):
        """The result with this stream a pipe that is read no more."""
        reader, writer = os.pipe()
        os.close(reader)
        try:
            return self.run_it(words, **{stream: writer})
        finally:
            os.close(writer)

    def test_7_without_a_word_where_the_reader_of_the_answer_has_gone(self):
        for out in ("out", "other"):
            self.measures(["counting/who:steady/size:64", "--launches", "1", "--window", "5ms"], out=out)
        for words in (["list"], ["env"], ["--help"], ["--version"], ["ab", "--help"], ["man"], ["stress", "--list"],
                      ["noise", "-t", "100ms"], ["compare", "out", "other"], ["run", "-n"]):
            with self.subTest(words):
                result = self.without_reader("stdout", words)
                self.assertEqual((result.code, result.err), (7, ""))

    def test_a_measurement_goes_on_without_a_reader_of_its_progress(self):
        case = "counting/who:steady/size:64"
        short = ["--window", "5ms", "--warmup", "1ms"]
        run = self.without_reader("stderr", ["run", case, "--launches", "2", "--no-report", "--out", "run", *short])
        self.assertEqual((run.code, len(self.rows("run"))), (0, 2))
        ab = self.without_reader("stderr", ["ab", "--a", self.program, "--b", self.program, case, "--rounds", "6", "--delta", "1000", "--out", "ab",
                                            *("--launch-option=%s=%s" % (short[i], short[i + 1]) for i in (0, 2))])
        self.assertEqual(ab.code, 0)
        self.assertTrue(os.path.exists(self.path("ab", "compare.csv")))

    # The first file that is opened must not become standard output.
    def test_closed_standard_streams_do_no_harm(self):
        code = subprocess.call(
            ["sh", "-c", 'exec "$0" counting --profile smoke --no-report -o out <&- >&- 2>&-',
             self.program], cwd=self.folder)
        self.assertEqual(code, 7)
        self.assertEqual([event["event"] for event in self.events()],
                         ["run", "sample", "sample", "end"])


@unittest.skipUnless(OWN_MOUNTS, "only root can make a small disk")
class FullDisks(CommandTest):
    SPACE = 64 << 10

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("disk"))
        mount_small_disk(self.path("disk"), self.SPACE)
        self.addCleanup(subprocess.check_call, ["umount", self.path("disk")])

    def fill(self, but):
        with open(self.path("disk", "filler"), "wb") as file:
            file.write(bytes(self.SPACE - but))

    def test_nothing_is_left_where_nothing_fits(self):
        self.fill(but=0)
        out = self.path("disk", "deep", "out")
        self.refuses([*COUNT, "--out", out], 7, "cannot write results: %s/events.jsonl: "
                                                "No space left on device" % out)

    def test_what_was_measured_until_then_is_kept(self):
        self.fill(but=12 << 10)  # enough to begin with
        out = self.path("disk", "out")
        result = self.run_it([*COUNT, "--launches", "100", "--window", "5ms", "--out", out])
        self.assertEqual(result.code, 7)
        self.assertEqual(result.err, "bench-all: cannot write results: %s/events.jsonl: No space "
                                     "left on device; what was measured until then is in "
                                     "events.jsonl there\n" % out)
        os.remove(self.path("disk", "filler"))
        self.assertEqual(self.run_it(["report", out, "--no-report"]).code, 0)
        self.assertGreater(len(self.rows(out)), 0)
        self.assertEqual(len(self.rows(out)), len(self.samples(out)))


if __name__ == "__main__":
    unittest.main()
