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


class FlowCounters(object):
    """What the workers write down; `array(kind, length)` is zeroed and seen by all."""

    def __init__(self, array, producers, consumers):
        self.producers, self.consumers = producers, consumers
        self.put, self.has_ended = array("Q", producers), array("Q", producers)
        self.taken = array("Q", consumers)
        # Of each consumer, by producer.
        self.counts, self.sums = array("Q", producers * consumers), array("Q", producers * consumers)

    def of_producer(self, me):
        """Returns how many of its items were taken, and the sum of their numbers."""
        return sum(self.counts[me::self.producers]), sum(self.sums[me::self.producers])


def produce(me, descriptor, queue, contender, size, counters):
    tally = Tally(descriptor, counters.consumers)  # reads only
    number = 0
    while tally.running():
        queue.put(wrap(contender, me << NUMBER_BITS | number, size))
        number += 1
    counters.put[me] = number
    counters.has_ended[me] = 1
    if me == 0:
        while sum(counters.has_ended) < counters.producers:
            time.sleep(0.0001)
        while sum(counters.taken) < sum(counters.put):
            time.sleep(0.0001)
        for _ in range(counters.consumers):
            queue.put(wrap(contender, LAST, size))


def consume(me, descriptor, queue, contender, size, counters):
    tally = Tally(descriptor, me)
    counts, sums, taken_by = counters.counts, counters.sums, counters.taken
    first = me * counters.producers
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
        counts[first + producer] += 1
        sums[first + producer] += number
        tally.count(1, size)
        taken += 1
        taken_by[me] = taken


def main():
    descriptor, scope, contender, producers, consumers, capacity, size, cpus = sys.argv[1:]
    producers, consumers, size = int(producers), int(consumers), int(size)
    cpus = [int(cpu) for cpu in cpus.split(";")]
    group = WorkerGroup(scope)
    queue = make_queue(scope, contender, int(capacity))
    counters = FlowCounters(group.array, producers, consumers)
    for me in range(consumers):
        group.start(cpus[me], consume, me, int(descriptor), queue, contender, size, counters)
    for me in range(producers):
        group.start(cpus[consumers + me], produce, me, int(descriptor), queue, contender, size, counters)
    group.measure()
    for me in range(producers):
        put = counters.put[me]
        taken, numbers = counters.of_producer(me)
        if (taken, numbers) != (put, put * (put - 1) // 2):
            note("error", "of producer %d's %d items %d arrived, or some twice and others not at "
                 "all" % (me, put, taken))


if __name__ == "__main__":
    main()
