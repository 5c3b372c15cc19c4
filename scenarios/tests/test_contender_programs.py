"""--contender-program: the examples in C, Go and Python, and programs that do not do what they should."""

import json
import os
import shutil
import subprocess
import sys
import unittest

from command import CommandTest

EXAMPLES = os.path.join(os.environ["PROJECT"], "scenarios", "examples")
NAME = "mine"


class ContenderPrograms(CommandTest):
    program = os.environ["BENCH_ALL"]
    PAGE = "(harness/docs/contender-program.md)"

    def measures_program(self, command, *words, code=0):
        self.measures(["^pipe_vs_queue/", "--contender", NAME, "--contender-program",
                       NAME + "=" + command, "--launches", "1", "--window", "20ms", *words], code)
        return self.rows()

    def answers(self, command, placements=("apart", "together")):
        """It answers all that pipe_vs_queue asks, and says that it checks its payloads."""
        rows = self.measures_program(command, "--bytes", "8,15,64,64k", "--placement", ",".join(placements))
        self.assertEqual(len(rows), 8 + (len(placements) > 1))
        for row in rows:
            with self.subTest(row["case"]):
                self.assertEqual((row["status"], row["error"]), ("ok", ""))
                self.assertEqual((row["verified"], row["checksum_ok"]), ("1", "1"))
                self.assertGreaterEqual(int(row["ops"]), 1)
                self.assertGreater(int(row["bytes"]), 0)
                self.assertEqual(int(row["bytes"]) % int(row["msg_bytes"]), 0)
                if row["mode"] == "ping_pong":
                    self.assertGreater(float(row["lat_p50_ns"]), 0)

    def build(self, *command):
        done = subprocess.run([*command], cwd=self.folder, capture_output=True, text=True, check=False,
                              env={**os.environ, "GOCACHE": self.path("cache"), "GO111MODULE": "off"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    @unittest.skipUnless(shutil.which("cc"), "no C compiler here")
    def test_a_program_in_c(self):
        self.build("cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", self.path("prog"),
                   os.path.join(EXAMPLES, "contender.c"))
        self.answers("./prog")

    @unittest.skipUnless(shutil.which("go"), "no Go toolchain here (apt-get install golang-go)")
    def test_a_program_in_go(self):
        self.build("go", "build", "-o", self.path("prog"), os.path.join(EXAMPLES, "contender.go"))
        self.answers("./prog", placements=("apart",))
        shutil.rmtree(self.path("out"))
        (row,) = self.measures_program("./prog", "--bytes", "64", "--placement", "together", code=5)
        self.assertEqual(row["error"], "mine: goroutines run on any CPU, not on one")

    def test_a_program_in_python(self):
        self.answers("%s %s" % (sys.executable, os.path.join(EXAMPLES, "contender.py")))

    def script(self, text):
        with open(self.path("prog"), "w", encoding="utf-8") as file:
            file.write("#!%s\nimport sys, struct, mmap, os\n%s\n" % (sys.executable, text))
        os.chmod(self.path("prog"), 0o700)
        return "./prog"

    def test_it_gets_the_question_and_reads_the_tallys_magic_and_version(self):
        rows = self.measures_program(self.script(
            "memory = mmap.mmap(int(sys.argv[1]), 0)\n"
            "print('skipped', *sys.argv[2:5], memory[32:40].decode(), struct.unpack_from('<Q', memory, 40)[0])"),
            "--bytes", "64", "--mode", "throughput", code=5)
        self.assertEqual([row["error"] for row in rows], ["mine: pipe_vs_queue throughput 64 glftally 1"])

    def error_of(self, text, status="failed", code=3, mode="throughput", words=()):
        rows = self.measures_program(self.script(text), "--bytes", "64", "--mode", mode, "--placement", "apart",
                                     *words, code=code)
        self.assertEqual([row["status"] for row in rows], [status])
        shutil.rmtree(self.path("out"))
        return rows[0]["error"]

    def test_a_program_that_does_not_do_what_it_should_is_a_row_with_a_reason(self):
        self.assertEqual(self.error_of("sys.exit(3)"),
                         "the mine program ended with exit code 3; see \"When it fails\" " + self.PAGE)
        self.assertEqual(self.error_of("print('error out of pigeons')"), "mine: out of pigeons")
        self.assertEqual(self.error_of("pass"), "the mine program ended before it wrote the byte r, which opens "
                                                "the windows " + self.PAGE)
        self.assertEqual(self.error_of("os.kill(os.getpid(), 9)"),
                         "the mine program was killed by signal 9 (Killed); see \"When it fails\" " + self.PAGE)

    def test_a_row_ends_with_what_the_program_wrote_last_to_standard_error(self):
        self.assertRegex(self.error_of("import no_such_module"),
                         "exit code 1; .*; it last wrote to standard error: "
                         "ModuleNotFoundError: No module named 'no_such_module'$")

    def test_one_that_ends_while_it_is_measured_is_no_measurement(self):
        text = self.COUNTS.replace("words[8] += 1", "words[8] += 1; words[0] == 1 and sys.exit(0)")
        self.assertEqual(self.error_of(text), "the program ended while it was measured; it works until `window` is "
                                              "the stop value, 2^64 - 1 " + self.PAGE)

    def test_one_that_hangs_is_a_timeout_that_says_at_what(self):
        error = self.error_of("__import__('signal').pause()",
                              "timeout", 6, words=("--timeout", "5s"))
        self.assertEqual(error, "still running after 5 s: the mine program has not written the byte r, which opens "
                                "the windows " + self.PAGE)
        error = self.error_of(self.COUNTS + "__import__('signal').pause()", "timeout", 6, words=("--timeout", "10s"))
        self.assertEqual(error, "still running after 10 s: the mine program was told to stop, and it or a process "
                                "that it started has not " + self.PAGE)

    def test_one_that_counts_nothing_or_no_round_trip_is_told_where(self):
        self.assertRegex(self.error_of(self.COUNTS.replace("words[8] += 1", "pass")),
                         "^no operation was done in .*; a program counts them at byte 64 of the shared memory")
        self.assertEqual(self.error_of(self.COUNTS, mode="ping_pong"),
                         "no round trip is in the histogram of the window; in ping_pong a program adds each " + self.PAGE)

    def test_megabytes_of_any_bytes_on_either_output_are_one_printable_line(self):
        noise = "%s.buffer.write(bytes(range(256)) * 40000)\n"
        for text in noise % "sys.stdout", self.COUNTS + noise % "sys.stdout", noise % "sys.stderr" + "sys.exit(1)\n":
            with self.subTest(text):
                error = self.error_of(text)
                self.assertTrue(error.isprintable(), error)
                self.assertLess(len(error), 1100)
                self.assertIn(self.PAGE, error)

    def test_what_a_program_may_not_note_fails_its_row_and_changes_no_column(self):
        """A row that said `impl queue` would be one of gilfree's Queue."""
        said = "the mine program wrote '%s', which is no note; write all else to standard error " + self.PAGE
        self.assertEqual(self.error_of(self.COUNTS + "print('\\nimpl queue')"), said % "impl queue")
        self.assertEqual(self.error_of("import time\nprint('starting', flush=True)\ntime.sleep(1000)"),
                         said % "starting")

    COUNTS = ("words = memoryview(mmap.mmap(int(sys.argv[1]), 0)).cast('Q')\nprint('r', end='', flush=True)\n"
              "while words[0] != 2**64 - 1:\n    words[8] += 1; words[9] += 64\n")

    def test_what_a_program_does_not_check_is_not_called_verified(self):
        (row,) = self.measures_program(self.script(self.COUNTS), "--bytes", "64", "--mode", "throughput")
        self.assertEqual((row["status"], row["verified"]), ("ok", "0"))
        self.assertEqual(row["warning"], "unverified: its payloads were not checked")

    def test_what_a_program_checks_has_no_warning(self):
        (row,) = self.measures_program(self.script(self.COUNTS + "print('verified 1')"), "--bytes", "64", "--mode", "throughput")
        self.assertEqual((row["status"], row["verified"], row["warning"]), ("ok", "1", ""))

    def test_counts_that_contradict_each_other_fail_the_row(self):
        self.assertRegex(self.error_of(self.COUNTS.replace("words[9] += 64", "pass")),
                         r"^it counted 0 bytes for \d+ operations of 64; a program adds the size of a message at byte 72")
        self.assertRegex(self.error_of(self.COUNTS.replace("words[8] += 1", "words[8] += 2**40")),
                         "more than a machine can do; a program adds 1 for each")
        twice = self.COUNTS + "    w = words[0]\n    if 0 < w < 17: words[16 + (w - 1) * 2240 + 100] += 2\n"
        self.assertRegex(self.error_of(twice, mode="ping_pong"), "^it recorded more latencies than it did operations; ")

    def test_a_name_that_another_question_has_is_refused(self):
        """The report knew it by its name alone, and called the program gilfree's Lock."""
        for name, scenario in ("lock", "lock_contention"), ("queue", "pipe_vs_queue"), ("thread_pool", "pool_tasks"):
            self.refuses(["pipe_vs_queue", "--contender-program", "%s=sh" % name], 2,
                         "--contender-program: %s has a contender '%s'; choose another name" % (scenario, name))

    def test_a_program_that_was_changed_meanwhile_is_no_part_of_the_same_run(self):
        self.measures(["^pipe_vs_queue/", "--contender", NAME, "--contender-program", NAME + "=" + self.script(self.COUNTS), "--bytes", "64",
                       "--mode", "throughput", "--placement", "apart", "--launches", "2", "--window", "20ms"])
        log = self.path("out", "events.jsonl")
        with open(log, encoding="utf-8") as file:
            lines = file.read().splitlines(keepends=True)
        self.assertIn("prog", "".join(json.loads(lines[0])["programs"][NAME]))
        with open(log, "w", encoding="utf-8") as file:
            file.writelines(lines[:-2])  # the run's end, and a launch
        self.script(self.COUNTS + "# changed\n")
        self.refuses(["run", "--resume", self.path("out"), "-q"], 2, "--resume: this is not what the run began with (another program: mine of "
                     "--contender-program was changed); begin a new run")
        os.remove(self.path("prog"))
        self.refuses(["run", "--resume", self.path("out"), "-q"], 2, "--resume: %s cannot go on: ./prog of --contender-program mine is gone; "
                     "put it back as it was, and --resume goes on; or begin a new run" % self.path("out"))
        self.script(self.COUNTS)
        os.chmod(self.path("prog"), 0o600)
        self.refuses(["run", "--resume", self.path("out"), "-q"], 2, "--resume: %s cannot go on: --contender-program: './prog' may not be "
                     "executed; chmod +x it, or name what runs it, as in \"mine=python3 prog.py\"; put it back as it was, and --resume goes on; or "
                     "begin a new run" % self.path("out"))
        self.script(self.COUNTS)
        self.assertEqual(self.run_it(["run", "--resume", self.path("out"), "-q", "--no-report"]).code, 0)

    def test_a_file_that_a_program_writes_is_no_part_of_it(self):
        self.script(self.COUNTS.replace("sys.argv[1]", "sys.argv[3]") + "open(sys.argv[2], 'a').write('x')")
        self.measures(["^pipe_vs_queue/", "--contender", NAME, "--contender-program", NAME + "=./prog -o trace", "--bytes", "64",
                       "--mode", "throughput", "--placement", "apart", "--launches", "2", "--window", "20ms"])
        with open(self.path("out", "events.jsonl"), encoding="utf-8") as file:
            lines = file.read().splitlines(keepends=True)
        with open(self.path("out", "events.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(lines[:-2])
        self.assertGreater(os.path.getsize(self.path("trace")), 0)
        self.assertEqual(self.run_it(["run", "--resume", self.path("out"), "-q", "--no-report"]).code, 0)

    def test_a_program_whose_folder_has_a_space_takes_arguments(self):
        os.mkdir(self.path("my dir"))
        self.script(self.COUNTS.replace("sys.argv[1]", "sys.argv[3]") + "print('primitive', *sys.argv[1:3])")
        os.rename(self.path("prog"), self.path("my dir", "prog"))
        (row,) = self.measures_program("'./my dir/prog' --flag \"two words\"", "--bytes", "64", "--mode", "throughput")
        self.assertEqual((row["status"], row["primitive"]), ("ok", "--flag two words"))

    def test_a_run_with_a_relative_program_is_resumed_from_any_folder(self):
        rows = self.measures_program(self.script(self.COUNTS), "--bytes", "64", "--mode", "throughput", "--placement", "apart")
        self.assertEqual(len(rows), 1)
        lines = open(self.path("out", "events.jsonl"), encoding="utf-8").readlines()
        with open(self.path("out", "events.jsonl"), "w", encoding="utf-8") as file:
            file.write(lines[0])
        os.mkdir(self.path("other"))
        result = self.run_it(["run", "--resume", os.path.join("..", "out"), "--no-report", "-q"], cwd=self.path("other"))
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual([row["status"] for row in self.rows()], ["ok"])

    def test_where_the_scripts_are_is_said_from_where_a_run_is_resumed(self):
        self.measures_program(self.script(self.COUNTS), "--bytes", "64", "--mode", "throughput", "--placement", "apart")
        with open(self.path("out", "events.jsonl"), encoding="utf-8") as file:
            first = file.readline()
        with open(self.path("out", "events.jsonl"), "w", encoding="utf-8") as file:
            file.write(json.dumps({**json.loads(first), "command": [
                word for word in json.loads(first)["command"] if word != "--no-report"]}) + "\n")
        os.mkdir(self.path("other"))
        result = self.run_it(["run", "--resume", "../out", "-q"], cwd=self.path("other"), environment={"GILFREE_SOURCE_DIR": "./none"})
        self.assertIn("no report: %s/./none/scripts/report.py is missing" % self.path("other"), result.err)

    def test_a_folder_that_is_gone_is_named_where_programs_are_in_it(self):
        self.measures_program(self.script(self.COUNTS), "--bytes", "64", "--mode", "throughput", "--placement", "apart")
        first, *_ = open(self.path("out", "events.jsonl"), encoding="utf-8").readlines()
        with open(self.path("out", "events.jsonl"), "w", encoding="utf-8") as file:
            file.write(json.dumps({**json.loads(first), "folder": "/no/such"}) + "\n")
        self.refuses(["run", "--resume", "out"], 2, "--resume: out was begun in /no/such, which cannot be entered "
                                                    "(No such file or directory); put it back, or begin a new run")

    def test_text_in_a_column_of_numbers_fails_the_row_and_not_the_run(self):
        self.assertEqual(self.error_of(self.COUNTS + "print('verified yes')"),
                         "mine: the note 'verified yes' is refused; verified is 0 or 1 " + self.PAGE)

    def test_a_count_that_goes_back_fails_the_row(self):
        text = ("words = memoryview(mmap.mmap(int(sys.argv[1]), 0)).cast('Q')\nwords[8] = 2**40\n"
                "print('r', end='', flush=True)\nwhile words[0] != 2**64 - 1:\n"
                "    if words[0] == 1: words[8] = 2**20\n")
        self.assertEqual(self.error_of(text), "the count of operations went back; write it as one word, and never "
                                              "less than before")

    def test_an_error_that_it_counts_fails_the_row(self):
        self.assertEqual(self.error_of(self.COUNTS + "    words[10] = 1"), "1 payload arrived wrong")

    def test_the_program_stands_in_the_runs_facts(self):
        self.measures_program(self.script(self.COUNTS), "--bytes", "64", "--mode", "throughput")
        self.assertEqual(self.facts()["contenders"][NAME], {"family": "program", "label": NAME})


if __name__ == "__main__":
    unittest.main(verbosity=2)
