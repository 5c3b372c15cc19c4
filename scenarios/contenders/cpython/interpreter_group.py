"""InterpreterGroup: workers in subinterpreters of one process, each with a GIL of its own (CPython 3.14).

    group = InterpreterGroup(executor_of(2))   # executor_of() raises ImportError in a version that has none
    group.start(0, module.make, 1, 2)          # make(1, 2) in an interpreter on CPU 0 returns the worker, which is called
    group.measure()

As in a WorkerGroup, no worker begins before all are ready, and one that fails ends the program. Functions are found by
the name of their module: those of __main__ are not there.
"""

import os
import site
import traceback

from tallies import announce_ready, note, stay_on


def executor_of(workers):
    from concurrent.futures import InterpreterPoolExecutor

    # An interpreter does not know the folder of the main one's script.
    folder = os.path.dirname(os.path.abspath(__file__))
    return InterpreterPoolExecutor(workers, initializer=site.addsitedir, initargs=(folder,))


class InterpreterGroup(object):
    def __init__(self, executor):
        self._executor = executor
        self._news, self._gate = os.pipe(), os.pipe()
        self._workers = []

    def start(self, cpu, make, *arguments):
        worker = self._executor.submit(attend, cpu, self._news[1], self._gate[0], make, arguments)
        worker.add_done_callback(lambda _: os.write(self._news[1], b"e"))  # ended: also one that never began
        self._workers.append(worker)

    def measure(self):
        self._wait_for_all()
        announce_ready()
        os.write(self._gate[1], b"g" * len(self._workers))
        self._wait_for_all()
        self._executor.shutdown()
        for descriptor in self._news + self._gate:
            os.close(descriptor)

    def _wait_for_all(self):
        """Waits until each worker is ready, or has ended. One that failed ends the program: the others may never end."""
        for _ in self._workers:
            if os.read(self._news[0], 1) == b"e":
                self._end_if_one_failed()

    def _end_if_one_failed(self):
        for worker in self._workers:
            error = worker.exception() if worker.done() else None
            if error is not None:
                traceback.print_exception(type(error), error, error.__traceback__)
                note("error", traceback.format_exception_only(type(error), error)[-1].strip())
                os._exit(1)


def attend(cpu, news, gate, make, arguments):
    """Called in an interpreter."""
    stay_on(cpu)
    worker = make(*arguments)
    os.write(news, b"r")
    os.read(gate, 1)
    worker()
