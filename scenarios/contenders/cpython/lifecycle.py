"""CPython's side of lifecycle: starts a Process or a Thread and joins it.

    python lifecycle.py TALLY_FD CONTENDER PARENT_BYTES

Works on Python 2.7, which can only fork, and 3.
"""

import multiprocessing
import sys
import threading

from tallies import Tally, announce_ready, clock, note


def nothing():
    pass


def starter(contender):
    """What makes a Process or a Thread, not started."""
    if contender == "cpython_thread":
        return threading.Thread
    method = contender.split("_")[-1]
    if sys.version_info >= (3, 4):
        return multiprocessing.get_context(method).Process
    if method != "fork":
        note("skipped", "before 3.4 there is only fork")
        sys.exit(0)
    return multiprocessing.Process


def main():
    descriptor, contender, parent_bytes = sys.argv[1:]
    tally = Tally(int(descriptor), 0)
    memory = bytearray(int(parent_bytes))
    for at in range(0, len(memory), 4096):
        memory[at] = 1
    make = starter(contender)
    announced = False
    while tally.running():
        before = clock()
        one = make(target=nothing)
        one.start()
        one.join()
        after = clock()
        if not announced:  # the first start may have had a server to start before
            announced = True
            announce_ready()
            continue
        tally.record(int((after - before) * 1e9))
        tally.count(1, 0)
        if getattr(one, "exitcode", 0) != 0:
            note("error", "a child ended with %s" % one.exitcode)
            sys.exit(1)


if __name__ == "__main__":
    main()
