"""Rough surroundings: output that cannot be written, foreign modules and settings. One line, never a traceback."""

import os
import shlex
import signal
import subprocess
import sys
import time
import unittest
from unittest import mock

import support
from figures import plotting

REPORT = os.path.join(support.SCRIPTS, "report.py")
HIJACK = "print('hijacked')\nraise SystemExit(99)\n"


def mapped_by(process):
    """Returns which files a process has mapped, as text."""
    with open("/proc/%d/maps" % process, encoding="utf-8") as file:
        return file.read()


class Surroundings(unittest.TestCase):
    def setUp(self):
        context = support.fixture_run()
        self.run_ = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        self.run_.throughput("pipe", 64, [1e6])
        self.run_.write()

    def report(self, *arguments, options=("-I",), **more):
        return subprocess.run([sys.executable, *options, REPORT, self.run_.folder, *arguments], text=True, check=False,
                              stderr=subprocess.PIPE, **more)

    def says(self, done, code, words):
        self.assertEqual((done.returncode, done.stderr.count("\n")), (code, 1), done.stderr)
        self.assertTrue(done.stderr.startswith("report: "), done.stderr)
        self.assertIn(words, done.stderr)


class Output(Surroundings):
    def test_a_full_device_is_reported_in_one_line(self):
        for arguments in ((), ("pipe_vs_queue",)):
            with open("/dev/full", "w", encoding="utf-8") as full:
                self.says(self.report(*arguments, stdout=full), 7, "No space left on device")
        self.assertTrue(os.path.exists(self.run_.path("report.html")))

    def test_the_help_of_a_check_that_cannot_be_written_is_one_line_and_7(self):
        for name in ("compilers", "crash-table", "crash-tally", "mutants"):
            command = [sys.executable, "-I", os.path.join(support.SCRIPTS, "checks", name), "--help"]
            with self.subTest(name), open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run(command, text=True, check=False, stdout=full, stderr=subprocess.PIPE)
                self.assertEqual((done.returncode, done.stderr),
                                 (7, name + ": cannot write: No space left on device\n"))
                done = subprocess.run(command, text=True, check=False, capture_output=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_pipe_that_is_not_read_is_reported_in_one_line(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = self.report(stdout=writer)
        os.close(writer)
        self.says(done, 7, "Broken pipe")

    def test_a_closed_output_is_reported_in_one_line(self):
        self.says(self.report(preexec_fn=lambda: os.close(1)), 7, "standard output is closed")

    def test_errors_that_cannot_be_written_either_leave_the_exit_code(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([sys.executable, "-I", REPORT, self.run_.folder], stdout=full, stderr=full, check=False)
        self.assertEqual(done.returncode, 7)

    def test_a_terminal_without_the_letters_gets_others(self):
        self.run_.round_trips("pipe", [45310])
        self.run_.write()
        done = self.report(stdout=subprocess.PIPE, env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
                           options=("-I", "-X", "utf8=0"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_disk_that_fills_up_is_reported_in_one_line(self):
        import resource
        done = self.report(stdout=subprocess.PIPE, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (4096, 4096)))
        self.says(done, 7, "cannot write: File too large")

    def test_ctrl_c_ends_it_by_the_signal_and_without_a_traceback(self):
        code = "import os\nimport signal\nfrom data import console\n" \
               "console.leave('x', lambda _: os.kill(os.getpid(), signal.SIGINT))\n"
        done = subprocess.run([sys.executable, "-c", code], cwd=support.SCRIPTS, capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (-signal.SIGINT, b""))

    def test_ctrl_c_while_modules_are_imported_ends_it_without_a_word(self):
        with subprocess.Popen([sys.executable, "-I", REPORT, self.run_.folder], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler)) as process:
            until = time.monotonic() + 60
            while "numpy" not in mapped_by(process.pid) and time.monotonic() < until:
                pass  # the first of what matplotlib needs: there is more to come
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.communicate(timeout=60)[1], "")
        self.assertEqual(process.returncode, -signal.SIGINT)


class WithoutMatplotlib(Surroundings):
    """-S -E leaves the interpreter without its site packages."""

    def bare(self, name, *arguments, **variables):
        return subprocess.run([sys.executable, "-S", "-E", os.path.join(support.SCRIPTS, name), *arguments], text=True, check=False,
                              capture_output=True, env={**os.environ, **variables})

    def test_the_command_that_the_error_names_works(self):
        done = self.bare("report.py", self.run_.folder, GILFREE_PYTHON=sys.executable)
        self.says(done, 5, "cannot import matplotlib")
        named = shlex.split(done.stderr.split(": run ")[1])
        self.assertEqual(named[:2], [sys.executable, "-I"])
        again = subprocess.run(named, text=True, check=False, capture_output=True)
        self.assertEqual((again.returncode, again.stderr), (0, ""))
        self.assertTrue(os.path.exists(self.run_.path("report.html")))

    def test_every_command_that_draws_names_itself_in_it(self):
        done = self.bare("reference_figures.py", "a folder", GILFREE_PYTHON=sys.executable)
        self.says(done, 5, "reference_figures.py 'a folder'\n")

    def test_an_interpreter_that_lacks_it_too_is_not_named(self):
        self.assertNotIn("/bin/false", self.bare("report.py", self.run_.folder, GILFREE_PYTHON="/bin/false").stderr)
        with mock.patch.object(plotting, "has_matplotlib", return_value=False):
            self.assertEqual(plotting.remedy(["report.py", "a b"]),
                             "apt-get install python3-matplotlib, then run /usr/bin/python3 -I report.py 'a b'")
        self.assertFalse(plotting.has_matplotlib("/nowhere/python3"))

    def test_help_needs_none(self):
        for name in ("report.py", "reference_figures.py", "export.py"):
            for option in ("--help", "-h"):
                with self.subTest(name + " " + option):
                    done = self.bare(name, option)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertIn("Exit codes: 0 ", done.stdout)
                    self.assertIn(name, done.stdout)

    def test_help_that_cannot_be_written_is_one_line_and_7(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.says(self.report("--help", stdout=full), 7, "No space left on device")


class Foreign(Surroundings):
    def here(self, name, text):
        """A folder that holds a file of this name, to stand in and to have in PYTHONPATH."""
        folder = self.run_.path("here")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        return folder

    def unmoved(self, folder, **variables):
        done = self.report(stdout=subprocess.PIPE, cwd=folder, env={**os.environ, **variables})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertNotIn("hijacked", done.stdout)

    def test_modules_of_the_current_folder_and_of_the_environment_are_not_run(self):
        for name in ("csv.py", "sitecustomize.py", "usercustomize.py", "matplotlib.py", "numpy.py", "data.py"):
            with self.subTest(name):
                folder = self.here(name, HIJACK)
                self.unmoved(folder, PYTHONPATH=folder, PYTHONSTARTUP=os.path.join(folder, name))
                os.remove(os.path.join(folder, name))

    def test_settings_of_matplotlib_have_no_say(self):
        self.unmoved("/")
        plain = self.run_.read("plots/pipe_vs_queue_rate.svg")
        folder = self.here("matplotlibrc", "lines.linewidth: 9\nfigure.facecolor: red\nno such key: 1\n")
        self.unmoved(folder, MATPLOTLIBRC=folder)
        self.assertEqual(self.run_.read("plots/pipe_vs_queue_rate.svg"), plain)

    def test_a_home_that_cannot_be_written_is_not_mentioned(self):
        self.unmoved("/", HOME="/proc/1/nohome", MPLCONFIGDIR="/proc/1/nowhere")

    def test_every_command_of_ours_is_isolated(self):
        for name in [*os.listdir(support.SCRIPTS), *("checks/" + each for each in os.listdir(support.SCRIPTS + "/checks"))]:
            path = os.path.join(support.SCRIPTS, name)
            if os.path.isfile(path) and os.access(path, os.X_OK) and name != "checks/check_includes.py":
                with open(path, encoding="utf-8") as file:
                    first = file.readline()
                if "python" in first:
                    self.assertEqual(first, "#!/usr/bin/env -S python3 -I\n", name)

    def test_every_command_for_users_ends_by_leave(self):
        commands = [name for name in os.listdir(support.SCRIPTS)
                    if name.endswith(".py") and os.access(os.path.join(support.SCRIPTS, name), os.X_OK)]
        self.assertGreater(len(commands), 2)
        for name in commands:
            with open(os.path.join(support.SCRIPTS, name), encoding="utf-8") as file:
                self.assertTrue("    leave(" in file.read(), name)


if __name__ == "__main__":
    unittest.main()
