"""WorkerGroup: the workers of a measurement, threads or processes (see support/worker_group.h).

    group = WorkerGroup("processes")
    lock = group.module.Lock()             # threading or multiprocessing
    group.start(0, worker, tally, lock)    # worker(tally, lock) on CPU 0
    group.measure()

No worker begins before all have started. A worker that fails ends the program and fails the launch.
Works on Python 2.7 and 3.
"""

import multiprocessing
import os
import sys
import threading
import traceback

from tallies import announce_ready, die_with_parent, note, stay_on


class WorkerGroup(object):
    def __init__(self, scope):
        self.threads = scope == "threads"
        if self.threads:
            self.module = threading
        else:
            if sys.version_info >= (3, 4):
                multiprocessing.set_start_method("fork")
            self.module = multiprocessing
        self._ready = self.module.Semaphore(0)
        self._gate = self.module.Semaphore(0)
        self._workers = []

    def array(self, kind, length):
        """Returns a zeroed ctypes array that all workers see."""
        from multiprocessing.sharedctypes import RawArray

        return RawArray(kind, length)

    def start(self, cpu, body, *arguments):
        kind = threading.Thread if self.threads else multiprocessing.Process
        worker = kind(target=self._attend, args=(cpu, body, arguments))
        worker.daemon = True
        worker.start()
        self._workers.append(worker)

    def measure(self):
        for _ in self._workers:
            self._ready.acquire()
        announce_ready()
        for _ in self._workers:
            self._gate.release()
        for worker in self._workers:
            worker.join()
        if not self.threads and any(worker.exitcode != 0 for worker in self._workers):
            sys.exit(1)

    def _attend(self, cpu, body, arguments):
        try:
            if not self.threads:
                die_with_parent()
            stay_on(cpu)
            self._ready.release()
            self._gate.acquire()
            body(*arguments)
        except BaseException:
            # The others may wait for what this one will never do, so all are ended.
            traceback.print_exc()
            note("error", traceback.format_exc().strip().splitlines()[-1])
            os.kill(os.getpid() if self.threads else os.getppid(), 9)
