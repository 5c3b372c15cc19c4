#!/usr/bin/env python3
"""A contender for --contender-program in Python: pipe_vs_queue over a pair of sockets.

    bench-all pipe_vs_queue --contender mine,pipe2 --contender-program mine=scenarios/examples/contender.py

The page harness/docs/contender-program.md describes what it is given and what it must do.
"""

import mmap
import os
import socket
import struct
import sys
import time

MAGIC, VERSION, STOP, LAST = b"glftally", 1, 2**64 - 1, 2**64 - 1
BUCKETS = 2240
TALLIES = 64 + 286784  # bytes of the header and of tally 0


def give_up(line):
    """Says why it does not begin, where bench-all reads it."""
    print(line)
    sys.exit(1)


class Tally:
    """The counts of this process, in the memory that bench-all reads."""

    def __init__(self, descriptor):
        try:
            self.words = memoryview(mmap.mmap(descriptor, TALLIES)).cast("Q")
        except (OSError, ValueError) as why:
            give_up("error the tally cannot be mapped: %s" % why)
        if self.words[4].to_bytes(8, "little") != MAGIC or self.words[5] != VERSION:
            give_up("error this program knows version %d of the tally alone" % VERSION)
        self.ops, self.latency = 8, 16  # tally 0: its counts, and its histograms behind them

    def running(self):
        return self.words[0] != STOP

    def count(self, size, is_right):
        self.words[self.ops] += 1
        self.words[self.ops + 1] += size
        self.words[self.ops + 2] += not is_right

    def record(self, nanoseconds):
        window = self.words[0]
        if 0 < window < STOP:
            self.words[self.latency + (window - 1) * BUCKETS + bucket(nanoseconds)] += 1


def bucket(nanoseconds):
    if nanoseconds < 128:
        return nanoseconds
    shift = nanoseconds.bit_length() - 7
    return min(64 + shift * 64 + (nanoseconds >> shift) - 64, BUCKETS - 1)


def message(number, size):
    word = struct.pack("<Q", number)
    return word + (bytes(size - 8) if size < 16 else bytes(size - 16) + word)


def receive(end, size):
    """Returns the number of a message, None if its two ends differ."""
    payload = end.recv(size, socket.MSG_WAITALL)
    number = payload[:8]
    return struct.unpack("<Q", number)[0] if size < 16 or payload[-8:] == number else None


def stream(tally, end, size):
    """Counts what arrives."""
    expected = 0
    while (number := receive(end, size)) != LAST:
        tally.count(size, number == expected)
        expected += 1


def ask(tally, end, size):
    """Counts and times round trips."""
    number = 0
    while tally.running():
        before = time.monotonic_ns()
        end.sendall(message(number, size))
        answer = receive(end, size)
        tally.record(time.monotonic_ns() - before)
        tally.count(size, answer == number)
        number += 1
    end.sendall(message(LAST, size))


def other_process(tally, end, mode, size):
    number = 0
    while mode == "throughput" and tally.running():
        end.sendall(message(number, size))
        number += 1
    while mode == "ping_pong" and (number := receive(end, size)) != LAST:
        end.sendall(message(number, size))
    if mode == "throughput":
        end.sendall(message(LAST, size))


def main():
    if len(sys.argv) != 7 or sys.argv[2] != "pipe_vs_queue":
        give_up("skipped this program answers pipe_vs_queue alone")
    descriptor, _, mode, size, one, other = sys.argv[1:]
    tally, size = Tally(int(descriptor)), int(size)
    mine, others = socket.socketpair()
    child = os.fork()
    os.sched_setaffinity(0, {int(other if child == 0 else one)})
    if child == 0:
        mine.close()  # so that it ends if the other process is killed
        other_process(tally, others, mode, size)
        os._exit(0)
    others.close()
    os.write(1, b"r")
    (stream if mode == "throughput" else ask)(tally, mine, size)
    os.waitpid(child, 0)
    print("primitive socketpair\nwait block\nverified 1")


if __name__ == "__main__":
    main()
