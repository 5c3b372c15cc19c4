"""CPython's side of producer_consumer: queue's queues between threads, multiprocessing's between processes.

    python producer_consumer.py TALLY_FD SCOPE CONTENDER PRODUCERS CONSUMERS CAPACITY BYTES CPUS

Items are bytes objects, in a priority queue behind their priority. Each carries its producer and its
number; at the end every producer's have arrived, by count and by sum. Works on Python 2.7 and 3.
"""

import struct
import sys
import time

from tallies import Tally, note
from worker_group import WorkerGroup

WORD = struct.Struct("<Q")
NUMBER_BITS = 48
LAST = 2**64 - 1


def make_queue(scope, contender, capacity):
    if scope == "processes":
        import multiprocessing
        if contender == "cpython_joinable_queue":
            return multiprocessing.JoinableQueue(capacity)
        return multiprocessing.Queue(capacity)
    try:
        import queue
    except ImportError:
        import Queue as queue
    kind = {"cpython_lifo_queue": queue.LifoQueue, "cpython_priority_queue": queue.PriorityQueue}
    return kind.get(contender, queue.Queue)(capacity)


def wrap(contender, word, size):
    item = WORD.pack(word) + b"\0" * (size - 8)
    return (word % 8, item) if contender == "cpython_priority_queue" else item


def produce(me, descriptor, queue, contender, size, counters, producers, consumers):
    tally = Tally(descriptor, consumers)  # reads only
    number = 0
    while tally.running():
        queue.put(wrap(contender, me << NUMBER_BITS | number, size))
        number += 1
    counters[me] = number
    counters[16 + me] = 1
    if me == 0:
        while sum(counters[16:16 + producers]) < producers:
            time.sleep(0.0001)
        while sum(counters[48:48 + consumers]) < sum(counters[:producers]):
            time.sleep(0.0001)
        for _ in range(consumers):
            queue.put(wrap(contender, LAST, size))


def consume(me, descriptor, queue, contender, size, counters, counts, sums):
    tally = Tally(descriptor, me)
    joinable = contender == "cpython_joinable_queue"
    taken = 0
    while True:
        item = queue.get()
        if joinable:
            queue.task_done()
        if contender == "cpython_priority_queue":
            item = item[1]
        word = WORD.unpack_from(item, 0)[0]
        if word == LAST:
            return
        producer, number = word >> NUMBER_BITS, word & ((1 << NUMBER_BITS) - 1)
        if len(item) != size:
            tally.corrupt()
        counts[16 * me + producer] += 1
        sums[16 * me + producer] += number
        tally.count(1, size)
        taken += 1
        counters[48 + me] = taken


def main():
    descriptor, scope, contender, producers, consumers, capacity, size, cpus = sys.argv[1:]
    producers, consumers, size = int(producers), int(consumers), int(size)
    cpus = [int(cpu) for cpu in cpus.split(";")]
    group = WorkerGroup(scope)
    queue = make_queue(scope, contender, int(capacity))
    counters = group.array("Q", 64)
    counts, sums = group.array("Q", 256), group.array("Q", 256)
    for me in range(consumers):
        group.start(cpus[me], consume, me, int(descriptor), queue, contender, size, counters, counts,
                   sums)
    for me in range(producers):
        group.start(cpus[consumers + me], produce, me, int(descriptor), queue, contender, size,
                   counters, producers, consumers)
    group.measure()
    for me in range(producers):
        put = counters[me]
        if (sum(counts[me::16]), sum(sums[me::16])) != (put, put * (put - 1) // 2):
            note("error", "of producer %d's %d items %d arrived, or some twice and others not at "
                 "all" % (me, put, sum(counts[me::16])))


if __name__ == "__main__":
    main()
