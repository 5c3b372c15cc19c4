"""Crew: the parties of a measurement, threads or processes, as scenarios/crew.h has them.

    crew = Crew("processes")
    lock = crew.module.Lock()            # threading or multiprocessing
    crew.start(0, party, tally, lock)    # party(tally, lock) on CPU 0
    crew.measure()

Nobody begins before all are there. A party that fails ends the program and fails the case. Works on
Python 2.7 and 3.
"""

import multiprocessing
import os
import sys
import threading
import traceback

from tallies import announce_ready, die_with_parent, note, stay_on


class Crew(object):
    def __init__(self, scope):
        self.threads = scope == "threads"
        if self.threads:
            self.module = threading
        else:
            if sys.version_info >= (3, 4):
                multiprocessing.set_start_method("fork")
            self.module = multiprocessing
        self._here = self.module.Semaphore(0)
        self._gate = self.module.Semaphore(0)
        self._parties = []

    def array(self, kind, length):
        """A zeroed ctypes array that all parties see."""
        from multiprocessing.sharedctypes import RawArray

        return RawArray(kind, length)

    def start(self, cpu, body, *arguments):
        kind = threading.Thread if self.threads else multiprocessing.Process
        party = kind(target=self._attend, args=(cpu, body, arguments))
        party.daemon = True
        party.start()
        self._parties.append(party)

    def measure(self):
        for _ in self._parties:
            self._here.acquire()
        announce_ready()
        for _ in self._parties:
            self._gate.release()
        for party in self._parties:
            party.join()
        if not self.threads and any(party.exitcode != 0 for party in self._parties):
            sys.exit(1)

    def _attend(self, cpu, body, arguments):
        try:
            if not self.threads:
                die_with_parent()
            stay_on(cpu)
            self._here.release()
            self._gate.acquire()
            body(*arguments)
        except BaseException:
            # The others may wait for what this one will never do, so nobody goes on.
            traceback.print_exc()
            note("error", traceback.format_exc().strip().splitlines()[-1])
            os.kill(os.getpid() if self.threads else os.getppid(), 9)
