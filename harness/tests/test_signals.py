"""What a signal does, wherever it comes: the command ends at once or keeps what it has, and leaves nothing."""

import os
import signal
import stat
import time
import unittest

from command import LONGEST, CommandTest, children_of

ENDING = ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129))
SHORT = ["--window", "5ms", "--warmup", "1ms"]


class Signals(CommandTest):
    def hanging_python(self):
        """A program that says when it runs, and never ends; nor does what it has started."""
        path = self.path("python")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nsleep 1000 &\ntouch %s\nexec sleep 1000\n" % self.path("runs"))
        os.chmod(path, stat.S_IRWXU)
        return path

    def begin(self, words, **options):
        process = self.start(words, **options)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    # Its group is killed with it: finds_no_debris().
    def test_a_signal_while_an_interpreter_is_asked_ends_at_once(self):
        python = self.hanging_python()
        for words in (["list"], ["--dry-run"], ["run", "--no-report", "--out", "out"]):
            for number, code in ENDING:
                with self.subTest(words=words, number=number):
                    process = self.begin([*words, "--python", python])
                    self.waits_until(lambda: os.path.exists(self.path("runs")), "it is not asked")
                    os.kill(process.pid, number)
                    self.assertEqual(process.wait(5), code)
                    os.remove(self.path("runs"))
        self.assertFalse(os.path.exists(self.path("out")))

    def test_a_signal_while_the_answer_has_no_reader_ends_at_once(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, bytes(1 << 16))
        except BlockingIOError:
            os.set_blocking(writer, True)
        process = self.start(["list"], stdout=writer)
        os.close(writer)
        self.addCleanup(process.stderr.close)
        self.waits_until(lambda: self.is_writing(process.pid), "it does not write")
        os.kill(process.pid, signal.SIGTERM)
        self.assertEqual(process.wait(5), 143)

    def test_a_signal_while_the_report_is_drawn_ends_at_once(self):
        self.measures(["counting/who:steady/size:64", "--launches", "1", *SHORT])
        python = self.hanging_python()
        process = self.begin(["report", "out"], environment={"GILFREE_PYTHON": python, "GILFREE_SOURCE_DIR": os.environ["PROJECT"]})
        self.waits_until(lambda: os.path.exists(self.path("runs")), "it is not drawn")
        os.kill(process.pid, signal.SIGTERM)
        self.assertEqual(process.wait(5), 143)

    def is_writing(self, pid):
        """Whether it sleeps in write(1, ...): number of the call, first argument, ..."""
        return self.read_proc(pid, "syscall").split()[1:2] == ["0x1"]

    def begun(self, words, environment=None, **options):
        """A run that has measured something, and is going on."""
        process = self.begin(["run", *words, "--launches", "1000", *SHORT, "--no-report", "-q",
                              "--out", self.path("out")], environment=environment, **options)
        self.waits_until(lambda: os.path.exists(self.path("out", "events.jsonl")) and
                         len(self.events()) > 2, "the run does not begin")
        return process

    def test_an_ignored_signal_stays_ignored(self):
        def ignore():
            for number, _ in ENDING:
                signal.signal(number, signal.SIG_IGN)

        process = self.begun(["counting"], preexec_fn=ignore)
        before = len(self.events())
        for number, _ in ENDING:
            os.kill(process.pid, number)
        self.waits_until(lambda: len(self.events()) > before + 3, "it does not go on")
        self.assertIsNone(process.poll())
        process.kill()
        process.wait()

    # What is measured may end its own processes by SIGTERM.
    def test_what_is_measured_has_signals_as_by_default(self):
        def ignore_and_block():
            for number, _ in ENDING:
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})

        process = self.begin(["run", "trouble/kind:hang", "--no-report", "-q", "--out", "out"],
                             preexec_fn=ignore_and_block)
        launch = self.launch_of(process)
        self.waits_until(lambda: "SigIgn:\t0000000001000000\n" in self.status_of(launch) and  # SIGXFSZ
                         "SigBlk:\t0000000000000000\n" in self.status_of(launch),
                         "it has inherited signals")
        process.kill()
        process.wait()

    def launch_of(self, process):
        """The process that measures, as soon as it is that."""
        def launches():
            return [pid for pid in children_of(process.pid)
                    if "\0__launch\0" in self.read_proc(pid, "cmdline")]

        self.waits_until(launches, "no launch begins")
        return launches()[0]

    @staticmethod
    def read_proc(pid, name):
        try:
            with open("/proc/%d/%s" % (pid, name), encoding="utf-8") as file:
                return file.read()
        except OSError:
            return ""

    def status_of(self, pid):
        return self.read_proc(pid, "status")

    # timeout(1) sends its signal to the command and then to the command's group. Of two that wait for a process which has
    # lost its CPU, the kernel delivers the one with the smaller number first.
    def test_a_signal_that_comes_twice_in_a_moment_counts_once(self):
        process = self.begun(["counting"])
        os.kill(process.pid, signal.SIGTERM)
        os.kill(process.pid, signal.SIGINT)
        code = process.wait(LONGEST)
        self.assertIn(code, (143, 130))
        self.assertEqual(self.facts()["exit_code"], code)

    def test_a_stopped_run_goes_on_where_it_was(self):
        process = self.begin(["run", "counting/who:rare/size:64", "--launches", "1", "--no-report",
                              "--window", "300ms", "--timeout", "3s", "-q", "--out", "out"])
        launch = self.launch_of(process)
        os.kill(process.pid, signal.SIGSTOP)
        self.waits_until(lambda: "State:\tZ" in self.status_of(launch), "the launch does not end")
        time.sleep(4)  # the deadline goes by
        os.kill(process.pid, signal.SIGCONT)
        self.assertEqual(process.wait(LONGEST), 0)
        self.assertEqual([row["status"] for row in self.rows()], ["ok"])


if __name__ == "__main__":
    unittest.main()
