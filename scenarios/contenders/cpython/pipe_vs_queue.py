"""CPython's side of pipe_vs_queue: the same messages through Pipe, Queue or SimpleQueue.

    python pipe_vs_queue.py TALLY_FD CHANNEL MODE BYTES CPU_OF_ONE CPU_OF_OTHER

Messages are bytes objects, sent as a user would: connection.send(), queue.put(). Each begins with
its sequence number and, from 16 bytes on, ends with it. Works on Python 2.7 and 3.
"""

import multiprocessing
import struct
import sys

from tallies import Tally, announce_ready, clock, die_with_parent, stay_on

NUMBER = struct.Struct("<Q")
LAST = 2**64 - 1


def make_channel(kind):
    """Returns what sends and what receives, of a one-way channel."""
    if kind == "cpython_pipe":
        receiver, sender = multiprocessing.Pipe(duplex=False)
        return sender.send, receiver.recv
    if kind == "cpython_queue":
        queue = multiprocessing.Queue(1024)
    elif hasattr(multiprocessing, "SimpleQueue"):
        queue = multiprocessing.SimpleQueue()
    else:
        queue = multiprocessing.queues.SimpleQueue()
    return queue.put, queue.get


def message(number, size):
    head = NUMBER.pack(number)
    return head + (b"\0" * (size - 8) if size < 16 else b"\0" * (size - 16) + head)


def number_of(payload, size):
    """Returns its sequence number, or None if the payload is not what was sent."""
    if len(payload) != size:
        return None
    number = NUMBER.unpack_from(payload, 0)[0]
    whole = size < 16 or NUMBER.unpack_from(payload, size - 8)[0] == number
    return number if whole else None


def produce(tally, send, size):
    number = 0
    while tally.running():
        send(message(number, size))
        number += 1
    send(message(LAST, size))


def consume(tally, receive, size):
    expected = 0
    while True:
        payload = receive()
        number = number_of(payload, size)
        if number == LAST:
            return
        if number != expected:
            tally.corrupt()
        expected += 1
        tally.count(1, size)


def ask(tally, send, receive, size):
    number = 0
    before = clock()
    while tally.running():
        send(message(number, size))
        answer = number_of(receive(), size)
        after = clock()
        tally.record(int((after - before) * 1e9))
        if answer != number:
            tally.corrupt()
        tally.count(1, size)
        number += 1
        before = clock()
    send(message(LAST, size))


def answer(send, receive, size):
    while True:
        payload = receive()
        if number_of(payload, size) == LAST:
            return
        send(payload)


def main():
    descriptor, kind, mode, size, one, other = sys.argv[1:]
    size = int(size)
    tally = Tally(int(descriptor), 0)
    there = make_channel(kind)
    back = make_channel(kind) if mode == "ping_pong" else None

    def worker():
        die_with_parent()
        stay_on(int(other))
        if mode == "throughput":
            produce(tally, there[0], size)
        else:
            answer(back[0], there[1], size)

    process = multiprocessing.Process(target=worker)
    process.daemon = True
    process.start()
    stay_on(int(one))
    announce_ready()
    if mode == "throughput":
        consume(tally, there[1], size)
    else:
        ask(tally, there[0], back[1], size)
    process.join()


if __name__ == "__main__":
    if sys.version_info >= (3, 4):
        multiprocessing.set_start_method("fork")
    main()
