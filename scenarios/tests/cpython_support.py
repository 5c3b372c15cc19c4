"""What the tests of CPython's programs share: a launch's shared memory, and the programs on the path."""

import os
import struct
import sys
import tempfile
import unittest

PROGRAMS = os.path.join(os.environ["PROJECT"], "scenarios", "contenders", "cpython")
sys.path.insert(0, PROGRAMS)
sys.dont_write_bytecode = True

import tallies  # noqa: E402

HEADER = struct.Struct("<QQQQ8sQ")
TALLY = struct.Struct("<QQQ")
WINDOWS = 2
HEADER_BYTES, FIELDS_BYTES = 8 * tallies.HEADER_WORDS, 8 * tallies.FIELDS_WORDS


class SharedMemory:
    """The shared memory of a launch, as harness/measure/tally.h lays it out."""

    def __init__(self, tally_count=4, windows=WINDOWS, magic=b"glftally", version=1):
        self.tally_bytes = FIELDS_BYTES + windows * tallies.BUCKETS * 8
        self._file = tempfile.TemporaryFile()
        self._file.truncate(HEADER_BYTES + tally_count * self.tally_bytes)
        self.fd = self._file.fileno()
        os.pwrite(self.fd, HEADER.pack(0, self.tally_bytes, tally_count, windows, magic, version), 0)

    def open_window(self, number):
        os.pwrite(self.fd, struct.pack("<Q", number), 0)

    def stop(self):
        self.open_window(tallies.STOP)

    def tally(self, number):
        """ops, bytes, errors."""
        at = HEADER_BYTES + number * self.tally_bytes
        return TALLY.unpack(os.pread(self.fd, TALLY.size, at))

    def latencies(self, number, window):
        """{bucket: count} of a window that is not empty."""
        at = HEADER_BYTES + number * self.tally_bytes + FIELDS_BYTES
        at += (window - 1) * tallies.BUCKETS * 8
        counts = struct.unpack("<%dQ" % tallies.BUCKETS,
                               os.pread(self.fd, 8 * tallies.BUCKETS, at))
        return {bucket: count for bucket, count in enumerate(counts) if count}

    def close(self):
        self._file.close()


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.memory = SharedMemory()
        self.addCleanup(self.memory.close)

    def tally(self, number=0):
        return tallies.Tally(self.memory.fd, number)

    def stops_after(self, count, function):
        """`function`, which ends the windows from its count-th call on."""
        calls = []

        def counted(*arguments):
            calls.append(arguments)
            if len(calls) >= count:
                self.memory.stop()
            return function(*arguments)
        return counted
