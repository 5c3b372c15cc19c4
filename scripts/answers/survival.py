"""What becomes of the other processes if one is killed with kill -9 in the middle of an operation, by contender.

    learn(tests)                    # of stress.csv beside the run (outcomes.py), if there is one
    text_of("queue", "process")     # 'the others go on (bench-all stress: passed 2 tests with kills)'
    place_of("queue", "process")    # the section of the page that says what this rests on

No row of samples.csv says it: it is what the crash tests found (primitives/docs/survivors.md, which
scripts/checks/crash-table makes; tests/test_survival.py holds these words to it), what the headers promise, and what
`bench-all stress` found on the machine of the run.
"""

import collections

from data import words
from data.contenders import label
from answers.tables import Cell, Table, name_cell

GO_ON = "the others go on"
REPORTED = "the others go on and learn of it"
PERMITS_LOST = "its permits are lost, the others may wait for ever"
HANG = "the others may wait for ever"
TASK_LOST = "WorkerLost for its task; the others go on"
TOGETHER = "threads end together"
UNKNOWN = "not tested (to test it: harness/docs/stress.md)"

CRASH_TESTS = "crash tests (primitives/docs/survivors.md)"
PROMISE = "the promise of its header, which crash tests hold it to (primitives/docs/crash.md)"
STRESS = "the stress tests of this machine"
HOW = "Of a lock that a program adds, bench-all stress deaths --peers says it; for the others a stress test that kills has to be " \
      "written first: harness/docs/stress.md, Writing a test."

SURVIVORS = {
    "pipe": GO_ON, "queue": GO_ON, "lifo_queue": GO_ON, "priority_queue": GO_ON, "joinable_queue": REPORTED,
    "lock": REPORTED, "rlock": REPORTED,
    "semaphore": PERMITS_LOST, "bounded_semaphore": GO_ON, "event": GO_ON, "condition": GO_ON, "barrier": REPORTED,
    "process_pool": TASK_LOST, "pthread_mutex_pshared": HANG, "pthread_robust": HANG, "posix_sem": HANG,
    "pthread_barrier_pshared": HANG, "pthread_cond_pshared": HANG, "boost_interprocess_mutex": HANG,
    "boost_interprocess_semaphore": HANG, "boost_interprocess_condition": HANG, "boost_message_queue": HANG,
    "cpython_queue": HANG, "cpython_simple_queue": HANG, "cpython_lock": HANG, "cpython_bounded_semaphore": HANG,
    "cpython_event": HANG, "cpython_condition": HANG, "cpython_barrier": HANG,
}
PROMISED = {"pipe", "lifo_queue", "priority_queue", "joinable_queue", "rlock", "process_pool"}  # the others are in survivors.md

NAMES = {"pool": "process_pool", "posix_sem_pshared": "posix_sem"}  # by which stress tests or other scenarios call a contender
BAD = ("FAILED", "HUNG")

stressed = collections.defaultdict(list)  # {contender: verdicts of its stress tests in which processes were killed}


def learn(tests):
    """Takes the verdicts of stress tests in which a process was killed, in place of earlier ones."""
    stressed.clear()
    for each in tests:
        if each.scope == "processes" and any("kill:" in row["config"] for row in each.rows) and each.verdict in ("passed", *BAD):
            stressed[NAMES.get(each.contender, each.contender)].append(each.verdict)


def verdicts_of(impl):
    """Returns the verdicts of its stress tests in which processes were killed."""
    return stressed.get(NAMES.get(impl, impl), [])


def stress_text(impl):
    """Returns 'bench-all stress: passed 3 tests with kills', or '' if none was made."""
    verdicts = verdicts_of(impl)
    bad = [verdict for verdict in verdicts if verdict in BAD]
    if bad:
        return "bench-all stress: %s in %d of %s with kills" % (
            " or ".join(sorted({"hung" if verdict == "HUNG" else "failed" for verdict in bad})), len(bad),
            words.counted(len(verdicts), "test"))
    return "bench-all stress: passed %s with kills" % words.counted(len(verdicts), "test") if verdicts else ""


def text_of(impl, scope):
    """Returns what becomes of the others, in words; of what nothing is known, how to test it."""
    if scope == "thread":
        return TOGETHER
    return known_of(impl) or UNKNOWN


def known_of(impl):
    """Returns what is known of processes, in words; '' if nothing is."""
    told, seen = SURVIVORS.get(NAMES.get(impl, impl), ""), stress_text(impl)
    return "%s (%s)" % (told, seen) if told and seen else told or seen


def place_of(impl, scope):
    """Returns the id of the section that says what text_of() rests on: the stress tests if they say anything of it."""
    return "stress" if scope != "thread" and verdicts_of(impl) else "killed"


def grounds_of(impl):
    """Returns what known_of() rests on, in words."""
    name = NAMES.get(impl, impl)
    told = [PROMISE if name in PROMISED else CRASH_TESTS] if name in SURVIVORS else []
    return ", ".join(told + [STRESS] * bool(verdicts_of(impl)))


def table_of(contenders):
    """Returns (a Table of those of which anything is known, the names of the others). contenders: sorted [(impl, interpreter)]."""
    lines, unknown = [], []
    for contender in contenders:
        known = known_of(contender[0])
        if not known:
            unknown.append(label(*contender))
            continue
        grounds = Cell(grounds_of(contender[0]))
        grounds.link = "stress" if verdicts_of(contender[0]) else None
        lines.append([name_cell(contender), Cell(known), grounds])
    return Table("", ["contender", "after kill -9", "rests on"], lines, []), unknown
