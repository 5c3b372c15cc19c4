"""CPython's side of pool_tasks: multiprocessing's Pool and ThreadPool, ProcessPoolExecutor and
InterpreterPoolExecutor; for a few tasks also a Process each.

    python pool_tasks.py TALLY_FD CONTENDER WAY WORKERS

A map's tasks are fewer than those of a native pool: it would not end within a window. Works on
Python 2.7 and 3; before 3.7 there is no ProcessPoolExecutor that can be told when to end.
"""

import multiprocessing
import multiprocessing.pool
import sys

from interpreter_group import executor_of
from tallies import NO_INTERPRETERS, Tally, announce_ready, clock, die_with_parent, note
from work import task, tasks

ONE_BY_ONE, IN_CHUNKS, FEW = 500, 20000, 50


class PoolOf(object):
    """A Pool or a ThreadPool."""

    def __init__(self, pool):
        self._pool = pool
        self.call = lambda x: pool.apply(task, (x,))

    def map(self, inputs, chunk):
        return self._pool.map(task, inputs, chunk)

    def end(self):
        self._pool.terminate()
        self._pool.join()


class ExecutorOf(object):
    def __init__(self, executor):
        self._executor = executor
        self.call = lambda x: executor.submit(task, x).result()

    def map(self, inputs, chunk):
        return list(self._executor.map(task, inputs, chunksize=chunk))

    def end(self):
        self._executor.shutdown()


class InterpretersOf(ExecutorOf):
    """Its executor's map() ignores `chunksize`, so chunks are made here, as a user would."""

    def map(self, inputs, chunk):
        if chunk == 1:
            return list(self._executor.map(task, inputs))
        chunks = [inputs[first:first + chunk] for first in range(0, len(inputs), chunk)]
        return [result for results in self._executor.map(tasks, chunks) for result in results]


class ProcessForEach(object):
    """Not a pool, but used like one: the exit code is the result. Counts each as it starts, since 50
    take seconds."""

    def __init__(self, tally):
        self._tally = tally

    def map(self, inputs, _chunk):
        processes = [multiprocessing.Process(target=exit_with_task, args=(x,)) for x in inputs]
        for process in processes:
            process.start()
            self._tally.count(1, 8)
        for process in processes:
            process.join()
        return [process.exitcode for process in processes]

    def end(self):
        pass


def exit_with_task(x):
    die_with_parent()
    sys.exit(task(x))


def make_pool(kind, workers):
    if kind == "cpython_thread_pool":
        return PoolOf(multiprocessing.pool.ThreadPool(workers))
    if kind == "cpython_pool":
        return PoolOf(multiprocessing.Pool(workers, die_with_parent))
    if kind == "cpython_interpreter_pool_executor":
        try:
            return InterpretersOf(executor_of(workers))
        except ImportError:
            skip(NO_INTERPRETERS)
    if sys.version_info < (3, 7):
        skip("no ProcessPoolExecutor with an initializer before 3.7")
    from concurrent.futures import ProcessPoolExecutor

    return ExecutorOf(ProcessPoolExecutor(workers, initializer=die_with_parent))


def skip(reason):
    note("skipped", reason)
    sys.exit(0)


def map_again_and_again(tally, pool, tasks, chunk):
    inputs = list(range(tasks))
    expected = [task(x) for x in inputs]
    while tally.running():
        if pool.map(inputs, chunk) != expected:
            tally.corrupt()
        tally.count(tasks, 8 * tasks)


def call_again_and_again(tally, pool):
    x = 0
    while tally.running():
        before = clock()
        result = pool.call(x)
        tally.record(int((clock() - before) * 1e9))
        if result != task(x):
            tally.corrupt()
        tally.count(1, 8)
        x += 1


def do_few_again_and_again(tally, kind, workers):
    inputs = list(range(FEW))
    expected = [task(x) for x in inputs]
    announced = False
    while tally.running():
        before = clock()
        for_each = kind == "cpython_process"
        pool = ProcessForEach(tally) if for_each else make_pool(kind, workers)
        if pool.map(inputs, 1) != expected:
            tally.corrupt()
        pool.end()
        after = clock()
        if not announced:
            announced = True
            announce_ready()
            continue
        tally.record(int((after - before) * 1e9))
        if not for_each:
            tally.count(FEW, 8 * FEW)


def main():
    descriptor, kind, way, workers = sys.argv[1:]
    workers = int(workers)
    tally = Tally(int(descriptor), 0)
    if way == "fifty":
        do_few_again_and_again(tally, kind, workers)
        return
    pool = make_pool(kind, workers)
    pool.call(0)
    announce_ready()
    if way == "round_trip":
        call_again_and_again(tally, pool)
    elif way == "one_by_one":
        map_again_and_again(tally, pool, ONE_BY_ONE, 1)
    else:
        map_again_and_again(tally, pool, IN_CHUNKS, -(-IN_CHUNKS // (4 * workers)))
    pool.end()


if __name__ == "__main__":
    if sys.version_info >= (3, 4):
        multiprocessing.set_start_method("fork")
    main()
