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
import sys
import time

HEADER_WORDS = 8
FIELDS_WORDS = 8
SUB_BITS = 6
FIRST = 128
BUCKETS = 2240
STOP = 2**64 - 1

NO_INTERPRETERS = "no InterpreterPoolExecutor before 3.14; name a later interpreter with --python"

clock = getattr(time, "perf_counter", None) or time.time


def words_of(memory):
    """Returns shared memory as 64-bit words, each of which is read and written whole.

    struct.pack_into() is no way to write what another process reads: it sets the bytes to 0 first,
    and then writes them one at a time.
    """
    if sys.version_info >= (3,):
        return memoryview(memory).cast("Q")
    return (ctypes.c_uint64 * (len(memory) // 8)).from_buffer(memory)


MAPPED = {}


def mapped(descriptor):
    """Returns the words of a shared memory, mapped once: hundreds of threads would need as many descriptors."""
    status = os.fstat(descriptor)
    file = status.st_dev, status.st_ino
    if file not in MAPPED:
        MAPPED[file] = words_of(mmap.mmap(descriptor, status.st_size))
    return MAPPED[file]


class Tally(object):
    def __init__(self, descriptor, party):
        self._words = mapped(descriptor)
        self._ops = HEADER_WORDS + party * (self._words[1] // 8)
        self._bytes, self._errors = self._ops + 1, self._ops + 2

    def window(self):
        return self._words[0]

    def running(self):
        return self._words[0] != STOP

    def count(self, ops, payload_bytes):
        self._words[self._ops] += ops
        self._words[self._bytes] += payload_bytes

    def corrupt(self):
        self._words[self._errors] += 1

    def measuring(self):
        return 0 < self.window() < STOP

    def record(self, nanoseconds):
        window = self.window()
        if window == 0 or window == STOP:
            return
        histogram = self._ops + FIELDS_WORDS + (window - 1) * BUCKETS
        self._words[histogram + bucket(nanoseconds)] += 1


def bucket(value):
    """Returns the histogram's bucket of a latency, as harness/measure/histogram.h computes it."""
    if value < FIRST:
        return value if value > 0 else 0  # a clock that was set back; -1 would be another counter
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
    mask = mask_of(cpu)
    if ctypes.CDLL(None, use_errno=True).sched_setaffinity(0, ctypes.sizeof(mask), mask) != 0:
        raise OSError(ctypes.get_errno(), "cannot run on CPU %d" % cpu)


def mask_of(cpu):
    """Returns a set of one CPU, as the kernel reads it: bit after bit of 64-bit words."""
    mask = (ctypes.c_uint64 * (cpu // 64 + 1))()
    mask[cpu // 64] = 1 << cpu % 64
    return mask


def announce_ready():
    """Tells the launch that the windows may open, and whether this interpreter has the GIL now.

    All modules have been imported: one that is not made for it gives a free-threaded interpreter the GIL back.
    """
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    sys.stdout.write("rgil %s\n" % ("on" if has_gil else "off"))
    sys.stdout.flush()


def note(column, value):
    """Writes a fact for the row. Column "error" fails it; "skipped", before the start, skips it."""
    sys.stdout.write("%s %s\n" % (column, value))
    sys.stdout.flush()
