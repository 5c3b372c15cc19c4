"""What becomes of the other processes if one is killed with kill -9 in the middle of an operation, by contender.

    text_of("queue", "process")     # 'the others go on'

No row of samples.csv says it: it is what the crash tests found (primitives/docs/survivors.md, which
scripts/crash-table makes; tests/test_needs.py holds these words to it) and what the headers promise.
"""

GO_ON = "the others go on"
TOLD = "the others go on and are told"
PERMITS_LOST = "its permits are lost, the others may wait for ever"
HANG = "the others may wait for ever"
TASK_LOST = "WorkerLost for its task; the others go on"
TOGETHER = "threads end together"
UNKNOWN = "not tested"

SURVIVORS = {
    "pipe": GO_ON, "queue": GO_ON, "lifo_queue": GO_ON, "priority_queue": GO_ON, "joinable_queue": TOLD, "lock": TOLD, "rlock": TOLD,
    "semaphore": PERMITS_LOST, "bounded_semaphore": GO_ON, "event": GO_ON, "condition": GO_ON, "barrier": TOLD,
    "process_pool": TASK_LOST, "pthread_mutex_pshared": HANG, "pthread_robust": HANG, "posix_sem_pshared": HANG,
    "pthread_barrier_pshared": HANG, "pthread_cond_pshared": HANG, "boost_interprocess_mutex": HANG,
    "boost_interprocess_semaphore": HANG, "boost_interprocess_condition": HANG, "boost_message_queue": HANG,
    "cpython_queue": HANG, "cpython_simple_queue": HANG, "cpython_lock": HANG, "cpython_bounded_semaphore": HANG,
    "cpython_event": HANG, "cpython_condition": HANG, "cpython_barrier": HANG,
}


def text_of(impl, scope):
    """Returns what becomes of the others, in words."""
    return TOGETHER if scope == "thread" else SURVIVORS.get(impl, UNKNOWN)
