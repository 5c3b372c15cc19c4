"""Output, errors and exit codes of a command, in this process; test_surroundings.py runs real ones."""

import contextlib
import io
import os
import unittest
from unittest import mock

import support  # noqa: F401, finds the scripts
from data import console, files


class Full(io.StringIO):
    """A device on which nothing can be written."""

    def write(self, *_text):
        raise OSError(28, "No space left on device")

    flush = write


class Said(unittest.TestCase):
    def test_a_line_is_written_with_what_the_terminal_lacks_replaced(self):
        raw = io.BytesIO()
        terminal = io.TextIOWrapper(raw, encoding="ascii")
        with contextlib.redirect_stdout(terminal):
            console.say("45.3 µs")
        self.assertEqual(raw.getvalue(), b"45.3 ?s\n")
        terminal.close()

    def test_an_output_that_is_closed_or_full_is_an_error_of_the_system(self):
        for stream in (None, Full()):
            with contextlib.redirect_stdout(stream), self.assertRaises(OSError):
                console.say("x")

    def test_a_failure_is_one_line_whatever_its_reason_holds(self):
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            self.assertEqual(console.fail("report", 2, "a\nb   c"), 2)
        self.assertEqual(err.getvalue(), "report: a b c\n")

    def test_errors_that_cannot_be_written_leave_the_code(self):
        for stream in (None, Full()):
            with contextlib.redirect_stderr(stream):
                self.assertEqual(console.fail("report", 2, "x"), 2)

    def test_an_error_of_the_system_is_named_with_its_file_if_it_has_one(self):
        self.assertEqual(console.reason(OSError(28, "No space left on device")), "No space left on device")
        self.assertEqual(console.reason(OSError(2, "No such file or directory", "x")), "No such file or directory: x")
        self.assertEqual(console.reason(OSError("standard output is closed")), "standard output is closed")


class Left(unittest.TestCase):
    def leave(self, main):
        err = io.StringIO()
        with contextlib.redirect_stderr(err), self.assertRaises(SystemExit) as end:
            console.leave("report", main)
        return end.exception.code, err.getvalue()

    def test_the_code_of_main_is_the_commands(self):
        self.assertEqual(self.leave(lambda _: 3), (3, ""))

    def test_an_uncaught_error_of_the_system_is_one_line_and_seven(self):
        def main(_):
            raise OSError(28, "No space left on device")
        self.assertEqual(self.leave(main), (7, "report: cannot write: No space left on device\n"))

    def test_an_interrupt_ends_the_process_by_its_signal(self):
        def main(_):
            raise KeyboardInterrupt
        with mock.patch.object(os, "kill") as kill, mock.patch.object(console.signal, "signal"), \
                self.assertRaises(KeyboardInterrupt):
            console.leave("report", main)
        kill.assert_called_once_with(os.getpid(), console.signal.SIGINT)

    def test_streams_that_fail_are_pointed_at_nothing(self):
        with mock.patch.object(os, "dup2") as dup2, contextlib.redirect_stdout(Full()):
            console.abandon_output()
        self.assertEqual([call.args[1] for call in dup2.call_args_list], [1])


class Files(unittest.TestCase):
    def test_a_file_is_replaced_as_a_whole(self):
        with support.fixture_run() as run:
            files.write_text(run.path("x"), "old")
            with mock.patch.object(os, "replace", side_effect=OSError(28, "No space left on device")), \
                    self.assertRaises(OSError) as error:
                files.write_text(run.path("x"), "new")
            self.assertEqual(error.exception.filename, run.path("x"))
            self.assertEqual((run.read("x"), os.listdir(run.folder)), ("old", ["x"]))

    def test_of_two_that_write_a_file_at_once_each_writes_it_whole(self):
        with support.fixture_run() as run:
            with files.whole(run.path("x")) as beside, open(beside, "w", encoding="utf-8") as file:
                file.write("mine, ")
                file.flush()
                other = os.fork()
                if other == 0:
                    try:
                        files.write_text(run.path("x"), "of the other")
                        os._exit(0)
                    finally:
                        os._exit(1)
                self.assertEqual(os.waitpid(other, 0)[1], 0)
                self.assertEqual(run.read("x"), "of the other")
                file.write("all of it")
            self.assertEqual((run.read("x"), os.listdir(run.folder)), ("mine, all of it", ["x"]))

    def test_what_fails_in_any_way_leaves_what_was_there(self):
        with support.fixture_run() as run:
            files.write_text(run.path("x"), "old")
            with self.assertRaises(ValueError), files.whole(run.path("x")) as beside:
                with open(beside, "w", encoding="utf-8") as file:
                    file.write("half")
                raise ValueError("of a picture")
            self.assertEqual((run.read("x"), os.listdir(run.folder)), ("old", ["x"]))

    def test_a_table_is_that_of_rfc_4180_with_single_line_ends(self):
        with support.fixture_run() as run:
            files.write_csv(run.path("x.csv"), ["a", "b"], [[1, 'say "µ", twice\n'], [None, ""]])
            self.assertEqual(run.read("x.csv"), 'a,b\n1,"say ""µ"", twice\n"\n,\n')


if __name__ == "__main__":
    unittest.main()
