"""What the machine refuses, limits or hides is a message or an empty cell, never a hang or an abort."""

import ctypes
import os
import resource
import struct
import unittest

from command import LONGEST, OWN_MOUNTS, CommandTest

COUNT = ["run", "counting/who:steady/size:64", "--launches", "1", "--window", "5ms", "--warmup", "1ms",
         "--no-report", "-q", "--out", "out"]
IS_X86_64 = os.uname().machine == "x86_64"
PRCTL, MEMFD_CREATE, PIDFD_OPEN, SETPGID = 157, 319, 434, 109
EPERM, ENOSYS = 1, 38


def refuse(error, *calls):
    """From now on these system calls of this process fail: a seccomp filter."""
    def statement(code, jump_true, jump_false, value):
        return struct.pack("HBBI", code, jump_true, jump_false, value)

    load, equal, give = 0x20, 0x15, 0x06
    lines = [statement(load, 0, 0, 0)]
    for call in calls:
        lines += [statement(equal, 0, 1, call), statement(give, 0, 0, 0x00050000 | error)]
    lines.append(statement(give, 0, 0, 0x7FFF0000))
    code = ctypes.create_string_buffer(b"".join(lines))
    program = struct.pack("HxxxxxxP", len(lines), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def limit(which, number):
    return lambda: resource.setrlimit(which, (number, number))


class Surroundings(CommandTest):
    def under(self, prepare, words):
        return self.run_it(words, preexec_fn=prepare)

    @unittest.skipUnless(IS_X86_64, "the numbers of the calls are those of x86-64")
    def test_a_refused_call_that_can_be_done_without(self):
        for call in (PIDFD_OPEN, MEMFD_CREATE, SETPGID, PRCTL):
            for error in (EPERM, ENOSYS):
                with self.subTest(call=call, error=error):
                    result = self.under(lambda: refuse(error, call), COUNT)
                    self.assertEqual(result, (0, "", ""))
                    row, = self.rows()
                    self.assertEqual(row["status"], "ok")
                    os.rename(self.path("out"), self.path("out-%d-%d" % (call, error)))

    def test_few_descriptors_are_enough(self):
        result = self.under(limit(resource.RLIMIT_NOFILE, 14), COUNT)
        self.assertEqual(result, (0, "", ""))

    def test_too_few_descriptors_are_named(self):
        for most, file in ((4, "events.jsonl"), (5, "run.json")):
            result = self.under(limit(resource.RLIMIT_NOFILE, most), COUNT)
            self.assertEqual(result, (7, "", "bench-all: cannot write results: %s/%s: Too many "
                                             "open files; raise ulimit -n\n" % (self.path("out"), file)))
            self.assertFalse(os.path.exists(self.path("out")))

    def test_a_launch_that_finds_no_descriptor_is_a_row(self):
        for most in range(5, 14):
            with self.subTest(most):
                result = self.under(limit(resource.RLIMIT_NOFILE, most), COUNT)
                self.assertIn(result.code, (0, 3, 7), result)
                if result.code == 7:
                    self.assertIn("Too many open files; raise ulimit -n", result.err)
                    self.assertEqual(result.err.count("\n"), 1)
                if result.code == 3:
                    self.assertRegex(self.samples()[0]["error"], "open files")
                if os.path.exists(self.path("out")):
                    os.rename(self.path("out"), self.path("out-%d" % most))

    def test_files_that_may_not_grow_are_named(self):
        result = self.under(limit(resource.RLIMIT_FSIZE, 512), COUNT)
        self.assertEqual(result, (7, "", "bench-all: cannot write results: %s/events.jsonl: File too "
                                         "large; raise ulimit -f\n" % self.path("out")))
        result = self.under(limit(resource.RLIMIT_FSIZE, 100 << 10), COUNT)
        self.assertEqual(result.code, 3)
        row, = self.rows()
        self.assertEqual(row["error"], "there is no shared memory for the tallies: File too large; "
                                       "raise ulimit -f")

    def test_the_machine_is_described_with_few_descriptors(self):
        result = self.under(limit(resource.RLIMIT_NOFILE, 4), ["env", "--json"])
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertIn('"nofile": 4', result.out)

    @unittest.skipUnless(OWN_MOUNTS, "only root can hide /proc")
    def test_without_proc_the_facts_are_null_and_the_cells_empty(self):
        script = 'mount -t tmpfs none /proc && exec "$@"'
        words = ["unshare", "--mount", "sh", "-c", script, "sh", self.program]
        import subprocess
        env = {**os.environ, "GILFREE_SOURCE_DIR": self.folder}
        result = subprocess.run([*words, "env", "--json"], cwd=self.folder, env=env, timeout=LONGEST,
                                capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for name in ("cpu_model", "virt", "load_avg"):
            self.assertIn('"%s": null' % name, result.stdout)
        result = subprocess.run([*words, *COUNT], cwd=self.folder, env=env, timeout=LONGEST,
                                capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        row, = self.rows()
        self.assertEqual((row["status"], row["cpu_user_s"], row["ctx_vol"]), ("ok", "", ""))


if __name__ == "__main__":
    unittest.main()
