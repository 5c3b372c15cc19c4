"""The manual, and what shells complete: both are made of the options that --help has."""

import os
import pty
import re
import select
import shutil
import subprocess
import unittest

from command import LONGEST, CommandTest

BASH = """
source <("$0" completion bash)
compopt() { printf '%s\\n' "compopt $*" >>said; }
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_bench_all
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
"""
# A shell at a terminal in which bench-all is a function that prints what it is called with, with completion loaded. What
# is printed differs from what is typed, which the terminal shows as well.
SHOW = "bench-all() { printf 'GO''T<'; printf '[%s]' \"$@\"; printf '>\\n'; }; echo RE''ADY\n"
TERMINALS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "PS1=; bind 'set enable-bracketed-paste off'; . ./bash; " + SHOW),
    # By default a tab completes only where nothing is typed behind it yet.
    "zsh": (["zsh", "-f", "-i"], "zstyle '*' insert-tab false; PS1= fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; "
            + SHOW),
}
FORMATS = ["github", "json", "junit", "md", "table"]


class Completion(CommandTest):
    program = os.environ["BENCH_ALL"]

    def options(self):
        """Those that --help names."""
        text = self.run_it(["--help"]).out
        declared = re.findall(r"(?m)^ +((?:-\w, *)?--[\w-]+(?:, *--[\w-]+)*)", text)
        return sorted(set(re.findall(r"--[\w-]+", " ".join(declared))))

    def output_of(self, *command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False,
                              env={**os.environ, "HOME": self.folder, "LC_ALL": "C.UTF-8", "TERM": "dumb"}, timeout=LONGEST)
        self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        return done.stdout

    def bash(self, *words):
        return self.output_of("bash", "-c", BASH, self.program, "bench-all", *words).splitlines()

    def test_bash_completes_commands_scenarios_and_options(self):
        self.assertEqual(self.bash("re"), ["report"])
        self.assertEqual(self.bash("pipe_"), ["pipe_vs_queue"])
        self.assertEqual(self.bash("--prof"), ["--profile"])
        self.assertEqual(sorted(word for word in self.bash("pipe_vs_queue", "--")), self.options())

    def test_bash_completes_values(self):
        self.assertEqual(sorted(self.bash("--profile", "")), ["full", "quick", "smoke"])
        self.assertEqual(self.bash("--profile", "=", "sm"), ["smoke"])
        self.assertEqual(self.bash("--order", "g"), ["given"])
        self.assertIn("ping_pong", self.bash("--mode", ""))
        self.assertEqual(self.bash("completion", ""), ["bash", "zsh", "fish"])

    def test_bash_completes_the_last_of_a_list(self):
        self.assertEqual(self.bash("--contender", "queue,boost_lock"), ["queue,boost_lockfree_queue"])
        self.assertEqual(self.bash("--channel", "queue,pipe2_1"), ["queue,pipe2_1m"])

    def test_bash_completes_folders(self):
        os.mkdir(self.path("some_folder"))
        with open(self.path("some_file"), "w", encoding="utf-8"):
            pass
        self.assertEqual(self.bash("--out", "some"), ["some_folder"])
        self.assertEqual(self.bash("report", "some"), ["some_folder"])
        self.assertEqual(sorted(self.bash("--python", "some")), ["some_file", "some_folder"])

    def test_bash_completes_the_options_of_ab(self):
        self.assertEqual(self.bash("ab", "--str"), ["--strict"])
        self.assertEqual(self.bash("aa", "--str"), [])
        self.assertEqual(self.bash("aa", "--tri"), ["--trials"])

    def test_bash_completes_an_option_as_the_command_has_it(self):
        for command in "ab", "compare":
            self.assertEqual(sorted(self.bash(command, "--format", "")), FORMATS)
        self.assertEqual(sorted(self.bash("noise", "--format", "")), ["json", "table"])
        self.assertEqual(sorted(self.bash("report", "--format", "")), ["html", "json", "md"])
        self.assertIn("wakeup", self.bash("ab", "--resume", ""))  # a flag there, a folder of `run`
        self.assertEqual(sorted(self.bash("stress", "--fault", "kill,d")), ["kill,delay"])
        self.assertEqual(sorted(self.bash("ab", "--load", "")), ["full", "half", "none"])
        self.assertEqual(self.bash("list", "--resu"), [])

    def test_bash_completes_what_each_command_takes(self):
        os.mkdir(self.path("some_folder"))
        for words in ["compare"], ["compare", "some_folder"], ["report", "some_folder"], ["fleet", "status"]:
            self.assertIn("some_folder", self.bash(*words, ""))
            self.assertNotIn("run", self.bash(*words, ""))
        self.assertIn("some_folder", self.bash("ab", ""))
        self.assertEqual(self.bash("ab", "main", "HEAD", "wak"), ["wakeup"])
        self.assertEqual(self.bash("stress", "litm"), ["litmus"])
        self.assertEqual(self.bash("env", ""), [])
        self.assertEqual(self.bash("--profile", "smoke", "rep"), ["report"])
        self.assertEqual(self.bash("--out", "list", "--resu"), ["--resume"])  # a value is no command
        self.assertEqual(self.bash("fleet", "--out", "x", "--", "pipe_"), ["pipe_vs_queue"])
        self.assertEqual(self.bash("fleet", "--out", "x", "--", "--profile", "sm"), ["smoke"])
        with open(self.path("floor.json"), "w", encoding="utf-8"):
            pass
        self.assertEqual(self.bash("ab", "--floor", "fl"), ["floor.json"])

    def test_bash_completes_a_folder_as_a_name_of_a_file(self):
        os.makedirs(self.path("res ults/local"))
        self.assertEqual(self.bash("--out", "res"), ["res ults"])
        self.assertEqual(self.bash("--out", "res\\ u"), ["res ults"])
        with open(self.path("bash"), "w", encoding="utf-8") as file:
            file.write(self.run_it(["completion", "bash"]).out)
        self.assertEqual(self.typed_into("bash", "--out re\tlo\t"), ["--out", "res ults/local/"])
        self.assertEqual(self.typed_into("bash", "compare \"re\t"), ["compare", "res ults/"])
        self.assertEqual(self.typed_into("bash", "ab --format ju\t"), ["ab", "--format", "junit"])

    def test_no_shell_is_told_which_cpus_this_machine_has(self):
        for command in ["man"], ["completion", "bash"], ["completion", "zsh"], ["completion", "fish"]:
            text = self.run_it(command, environment={"SOURCE_DATE_EPOCH": "1"}).out
            self.assertNotRegex(text, r"(each pair of cores|number of (producers|consumers|workers)) \(")
            one = self.output_of("taskset", "-c", str(min(os.sched_getaffinity(0))), "env", "SOURCE_DATE_EPOCH=1", self.program, *command)
            self.assertEqual(one, text)

    @unittest.skipUnless(shutil.which("fish"), "no fish here")
    def test_fish(self):
        with open(self.path("script"), "w", encoding="utf-8") as file:
            file.write(self.run_it(["completion", "fish"]).out)

        def completes(line):
            text = self.output_of("fish", "--no-config", "-c", "source script; complete -C '%s'" % line)
            return sorted(each.split("\t")[0] for each in text.splitlines())
        self.assertEqual(completes("bench-all --prof"), ["--profile"])
        self.assertEqual(completes("bench-all --profile "), ["full", "quick", "smoke"])
        self.assertEqual(completes("bench-all pipe_"), ["pipe_vs_queue"])
        self.assertEqual(completes("bench-all completion "), ["bash", "fish", "zsh"])
        self.assertEqual(completes("bench-all ab --str"), ["--strict"])
        self.assertIn("queue,boost_lockfree_queue", completes("bench-all --contender queue,boost_l"))
        self.assertEqual(completes("bench-all ab --format "), FORMATS)
        self.assertEqual(completes("bench-all noise --format "), ["json", "table"])
        self.assertEqual(completes("bench-all stress --fault k"), ["kill"])
        self.assertEqual(completes("bench-all list --resu"), [])
        os.mkdir(self.path("some_folder"))
        with open(self.path("some_floor"), "w", encoding="utf-8"):
            pass
        for first in "compare", "compare x", "report", "fleet status":
            self.assertEqual(completes("bench-all %s some_f" % first), ["some_folder/"])
        for first in "ab", "ab --floor":
            self.assertEqual(completes("bench-all %s some_f" % first), ["some_floor", "some_folder/"])
        self.assertEqual(completes("bench-all ab main HEAD wak"), ["wakeup"])
        named = completes("bench-all --")
        self.assertEqual([each for each in self.options() if each not in named], [])

    def typed_into(self, shell, line):
        """What a command `bench-all` is called with, when this is typed after it; nothing else may have been printed."""
        program, preparation = TERMINALS[shell]
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvpe(program[0], program, {"TERM": "dumb", "LC_ALL": "C.UTF-8", "HOME": ".", "PATH": os.environ["PATH"]})
        said = ""

        def await_text(text):
            nonlocal said
            while text not in said:
                ready, _, _ = select.select([terminal], [], [], LONGEST)
                self.assertTrue(ready, said)
                said += os.read(terminal, 4096).decode()
        try:
            os.write(terminal, preparation.encode())
            await_text("READY")
            os.write(terminal, ("bench-all %s\n" % line).encode())
            await_text("]>\r\n")
        finally:
            os.close(terminal)
            os.waitpid(pid, 0)
        self.assertNotIn("not enough arguments", said)
        return re.findall(r"\[([^]]*)\]", said.rpartition("GOT<")[2].partition("]>")[0] + "]")

    @unittest.skipUnless(shutil.which("zsh"), "no zsh here")
    def test_zsh(self):
        with open(self.path("_bench-all"), "w", encoding="utf-8") as file:
            file.write(self.run_it(["completion", "zsh"]).out)
        self.output_of("zsh", "-n", "_bench-all")

        def completed(line):
            return " ".join(self.typed_into("zsh", line + "\t")).strip()
        self.assertEqual(completed("--profile sm"), "--profile smoke")
        self.assertEqual(completed("--prof"), "--profile")
        self.assertEqual(completed("--order=g"), "--order=given")
        self.assertEqual(completed("pipe_"), "pipe_vs_queue")
        self.assertEqual(completed("compl"), "completion")
        self.assertEqual(completed("completion fi"), "completion fish")
        self.assertEqual(completed("ab --stri"), "ab --strict")
        self.assertEqual(completed("--contender queue,boost_l"), "--contender queue,boost_lockfree_queue")
        self.assertEqual(completed("compare --format j\tu"), "compare --format junit")
        self.assertEqual(completed("noise --format j"), "noise --format json")
        self.assertEqual(completed("stress --fault k"), "stress --fault kill")
        for option in "ab --load=n", "aa --power=5", "fleet --nodes=n":  # also where no word is known
            self.assertIn(option, completed(option))
        os.mkdir(self.path("some_folder"))
        with open(self.path("some_floor"), "w", encoding="utf-8"):
            pass
        for first in "compare", "compare x", "report", "fleet status":
            self.assertEqual(completed(first + " some_f").rstrip("/"), first + " some_folder")
        self.assertEqual(completed("ab --floor some_fl"), "ab --floor some_floor")
        self.assertEqual(completed("ab some_fl"), "ab some_floor")
        self.assertEqual(completed("ab main HEAD wak"), "ab main HEAD wakeup")
        self.assertEqual(completed("fleet --out x -- pipe_"), "fleet --out x -- pipe_vs_queue")

    @unittest.skipUnless(shutil.which("mandoc"), "no mandoc here")
    def test_the_manual_is_well_formed(self):
        with open(self.path("bench-all.1"), "w", encoding="utf-8") as file:
            file.write(self.run_it(["man"]).out)
        self.assertEqual(self.output_of("mandoc", "-Tlint", "-W", "style", "bench-all.1"), "")
        page = self.output_of("mandoc", "-Tascii", "-O", "width=200", "bench-all.1")
        page = re.sub(".\b", "", page)
        for heading in ("NAME", "SYNOPSIS", "OPTIONS", "AXES", "SCENARIOS", "EXIT STATUS", "EXAMPLES"):
            self.assertRegex(page, "(?m)^%s$" % heading)
        self.assertEqual([each for each in self.options() if each not in page], [])
        self.assertIn("--trials", page)

    def test_the_synopsis_of_the_manual_has_each_command(self):
        page = self.run_it(["man"]).out
        part = {name: page.split(".SH %s\n" % name)[1].split(".SH ")[0] for name in ("COMMANDS", "SYNOPSIS")}
        commands = re.findall(r"(?m)^\.TP\n\\fB([a-z]+)\\fR$", part["COMMANDS"])
        self.assertIn("noise", commands)
        self.assertEqual([each for each in commands if not re.search(r"(?<![a-z])%s(?![a-z])" % each, part["SYNOPSIS"])], [])

    def test_help_says_the_defaults_an_example_and_the_exit_codes(self):
        for command, options in (("ab", ("--rounds 12", "--delta 5", "--out compare")), ("compare", ("--delta 5",)),
                                 ("aa", ("--trials 20", "--rounds 12", "--delta 5", "--out compare")), ("noise", ("--time-budget 10s",))):
            text = self.run_it([command, "--help"]).out
            for option in options:
                name, default = option.split()
                with self.subTest(command=command, option=option):
                    self.assertRegex(text, r"(?m)^  .*%s\b[^\n]*\n[^\n]*\(%s\)" % (name, default))
            self.assertRegex(text, r"(?m)^Exit codes: 0 .*(\n.*)*7 cannot write")
            self.assertRegex(text, r"(?m)^Examples?: `bench-all %s " % command)

    def test_the_manual_has_the_date_that_it_is_given(self):
        page = self.run_it(["man"], environment={"SOURCE_DATE_EPOCH": "86400"}).out
        self.assertTrue(page.startswith(".TH BENCH\\-ALL 1 1970-01-02 \"gilfree 0."), page[:60])

    def test_another_shell_is_refused(self):
        self.refuses(["completion", "tcsh"], 2, "completion: there is no 'tcsh'; choose bash, zsh or fish")
        self.refuses(["completion"], 2, "shell is required; see bench-all --help")


if __name__ == "__main__":
    unittest.main(verbosity=2)
