"""What becomes of the other processes if one is killed with kill -9 in the middle of an operation, by contender.

    learn(tests)                    # of stress.csv beside the run (outcomes.py), if there is one
    text_of("queue", "process")     # 'the others go on (bench-all stress: passed 2 tests with kills)'

No row of samples.csv says it: it is what the crash tests found (primitives/docs/survivors.md, which
scripts/checks/crash-table makes; tests/test_needs.py holds these words to it), what the headers promise, and what
`bench-all stress` found on the machine of the run.
"""

import collections

from data import words

GO_ON = "the others go on"
REPORTED = "the others go on and learn of it"
PERMITS_LOST = "its permits are lost, the others may wait for ever"
HANG = "the others may wait for ever"
TASK_LOST = "WorkerLost for its task; the others go on"
TOGETHER = "threads end together"
UNKNOWN = "not tested"

SURVIVORS = {
    "pipe": GO_ON, "queue": GO_ON, "lifo_queue": GO_ON, "priority_queue": GO_ON, "joinable_queue": REPORTED, "lock": REPORTED, "rlock": REPORTED,
    "semaphore": PERMITS_LOST, "bounded_semaphore": GO_ON, "event": GO_ON, "condition": GO_ON, "barrier": REPORTED,
    "process_pool": TASK_LOST, "pthread_mutex_pshared": HANG, "pthread_robust": HANG, "posix_sem_pshared": HANG,
    "pthread_barrier_pshared": HANG, "pthread_cond_pshared": HANG, "boost_interprocess_mutex": HANG,
    "boost_interprocess_semaphore": HANG, "boost_interprocess_condition": HANG, "boost_message_queue": HANG,
    "cpython_queue": HANG, "cpython_simple_queue": HANG, "cpython_lock": HANG, "cpython_bounded_semaphore": HANG,
    "cpython_event": HANG, "cpython_condition": HANG, "cpython_barrier": HANG,
}


STRESS_NAMES = {"pool": "process_pool", "posix_sem": "posix_sem_pshared"}  # of contenders, that samples.csv calls otherwise
BAD = ("FAILED", "HUNG")

stressed = collections.defaultdict(list)  # {contender: verdicts of its stress tests in which processes were killed}


def learn(tests):
    """Takes the verdicts of stress tests in which a process was killed, in place of earlier ones."""
    stressed.clear()
    for each in tests:
        if each.scope == "processes" and any("kill:" in row["config"] for row in each.rows) and each.verdict in ("passed", *BAD):
            stressed[STRESS_NAMES.get(each.contender, each.contender)].append(each.verdict)


def stress_text(impl):
    """Returns ' (bench-all stress: passed 3 tests with kills)', or '' if none was made."""
    verdicts = stressed.get(impl, [])
    bad = [verdict for verdict in verdicts if verdict in BAD]
    if bad:
        return " (bench-all stress: %s in %d of %s with kills)" % (
            " or ".join(sorted({"hung" if verdict == "HUNG" else "failed" for verdict in bad})), len(bad),
            words.counted(len(verdicts), "test"))
    return " (bench-all stress: passed %s with kills)" % words.counted(len(verdicts), "test") if verdicts else ""


def text_of(impl, scope):
    """Returns what becomes of the others, in words."""
    return TOGETHER if scope == "thread" else SURVIVORS.get(impl, UNKNOWN) + stress_text(impl)
