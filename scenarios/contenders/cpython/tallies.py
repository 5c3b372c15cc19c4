"""Tallies: counting into the shared memory of a launch (its layout: harness/measure/tally.h).

    tally = Tally(int(sys.argv[1]), 0)
    while tally.running():
        tally.count(1, len(payload))
        tally.record(nanoseconds)

Works on Python 2.7 and 3.
"""

import ctypes
import ctypes.util
import mmap
import os
import signal
import struct
import sys
import time

HEADER_BYTES = 64
FIELDS_BYTES = 64
SUB_BITS = 6
FIRST = 128
BUCKETS = 2240
STOP = 2**64 - 1

clock = getattr(time, "perf_counter", None) or time.time


class Tally(object):
    def __init__(self, descriptor, party):
        self._memory = mmap.mmap(descriptor, os.fstat(descriptor).st_size)
        tally_bytes = struct.unpack_from("<Q", self._memory, 8)[0]
        self._at = HEADER_BYTES + party * tally_bytes
        self._ops, self._bytes = 0, 0
        self._word = struct.Struct("<Q")
        self._words = struct.Struct("<QQ")

    def window(self):
        return self._word.unpack_from(self._memory, 0)[0]

    def running(self):
        return self._word.unpack_from(self._memory, 0)[0] != STOP

    def count(self, ops, payload_bytes):
        self._ops += ops
        self._bytes += payload_bytes
        self._words.pack_into(self._memory, self._at, self._ops, self._bytes)

    def corrupt(self):
        errors = self._word.unpack_from(self._memory, self._at + 16)[0]
        self._word.pack_into(self._memory, self._at + 16, errors + 1)

    def measuring(self):
        return 0 < self.window() < STOP

    def record(self, nanoseconds):
        window = self.window()
        if window == 0 or window == STOP:
            return
        at = self._at + FIELDS_BYTES + ((window - 1) * BUCKETS + bucket(nanoseconds)) * 8
        self._word.pack_into(self._memory, at, self._word.unpack_from(self._memory, at)[0] + 1)


def bucket(value):
    """Returns the histogram's bucket of a latency, as harness/measure/histogram.h computes it."""
    if value < FIRST:
        return value
    shift = value.bit_length() - 1 - SUB_BITS
    if shift + SUB_BITS >= 40:
        return BUCKETS - 1
    return FIRST + (shift - 1) * (1 << SUB_BITS) + (value >> shift) - (1 << SUB_BITS)


def die_with_parent():
    """Lets the kernel kill this process when its parent dies: it must not outlive the launch."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def stay_on(cpu):
    """Pins this process, also on Python 2.7, which has no os.sched_setaffinity."""
    mask = ctypes.c_ulong(1 << cpu)
    ctypes.CDLL(None).sched_setaffinity(0, ctypes.sizeof(mask), ctypes.byref(mask))


def announce_ready():
    """Tells the launch that the windows may open."""
    sys.stdout.write("r")
    sys.stdout.flush()


def note(column, value):
    """Writes a fact for the row. Column "error" fails it; "skipped", before the start, skips it."""
    sys.stdout.write("%s %s\n" % (column, value))
    sys.stdout.flush()
