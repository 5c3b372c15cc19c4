"""The contenders in figures and tables: name, family, colour and line of each.

    learn(run)                         takes names and families from run.json, if it has them
    label("cpython_queue", "3.11.2")   'CPython 3.11.2 Queue'
    style("queue")                     what matplotlib's plot() takes
    order("queue")                     sorts contenders: ours first, then family by family

A new contender needs no line here. Its name and family come from run.json ("contenders": {impl: {"label":
..., "family": ...}}); where that is silent, from its impl word: tbb_mutex is tbb::mutex of the family tbb.
"""

import collections
import functools
import zlib

Family = collections.namedtuple("Family", "prefixes pattern colours")

# Okabe and Ito's colours, which colour-blind readers tell apart. A family has one, ours several.
# In this order the families are listed. `pattern` makes a name of what follows the prefix.
FAMILIES = {
    "gilfree": Family(("mp_", "th_"), None, ("#0072B2", "#D55E00", "#CC3377", "#6F4FC0")),
    "limit": Family(("baseline_",), "%s", ("#111111",)),
    "std": Family(("std_",), "std::%s", ("#C77F00",)),
    "tbb": Family(("tbb_",), "tbb::%s", ("#3D9BD0",)),
    "boost": Family(("boost_",), "Boost %s", ("#009E73",)),
    "abseil": Family(("absl_",), "absl::%s", ("#8C564B",)),
    "pthread": Family(("pthread",), "pthread %s", ("#B5648F",)),
    "posix": Family(("posix_", "sysv_", "fork", "vfork"), None, ("#8A6FB0",)),
    "pipe": Family(("pipe2",), None, ("#8C7F00",)),
    "socket": Family(("socketpair",), None, ("#5E7F00",)),
    "cpython": Family(("cpython_",), "CPython %s", ("#777777", "#A0522D", "#4F6D7A", "#A9884F")),
}
# Of families that are not listed: each always gets the same.
SPARE = Family((), None, ("#4F6D7A", "#A03060", "#2F7F7F", "#7A4F9A", "#9A6A2F", "#606060"))
UNKNOWN = "other"

OURS = {name: "gilfree " + shown for name, shown in {
    "pipe": "Pipe", "queue": "Queue", "joinable_queue": "JoinableQueue", "lifo_queue": "LifoQueue",
    "priority_queue": "PriorityQueue", "process": "mp::Process", "process_fork_server": "mp::Process, ForkServer",
    "thread": "th::Thread", "process_pool": "mp::Pool", "thread_pool": "th::Pool", "lock": "Lock", "rlock": "RLock",
    "semaphore": "Semaphore", "bounded_semaphore": "BoundedSemaphore", "event": "Event", "condition": "Condition",
    "barrier": "Barrier"}.items()}

# Names that the rules do not give, for runs that do not name their contenders.
NAMES = {
    "spsc_ring": "plain spinning ring (baseline)", "vfork": "vfork, waitpid (baseline)",
    "spinning_flag": "spinning flag (baseline)", "raw_futex": "futex alone (baseline)",
    "nothing": "an empty loop (baseline)", "zeromq_ipc": "ZeroMQ ipc", "pipe2": "pipe(2)",
    "pipe2_1m": "pipe(2), 1 MiB buffer", "posix_mq": "POSIX mq", "sysv_msgq": "System V msgq",
    "fork": "fork, waitpid", "posix_spawn": "posix_spawn of true", "pthread": "pthread",
    "boost_thread_pool": "boost::asio::thread_pool", "boost_lockfree_queue": "boost::lockfree, yielding",
    "pipe_pool": "pool over pipes", "std_queue": "std::mutex and std::deque",
    "tbb_bounded_queue": "tbb::concurrent_bounded_queue", "moodycamel_blocking_queue": "moodycamel, blocking",
    "moodycamel_queue": "moodycamel, yielding", "std_atomic_wait": "std::atomic::wait",
    "posix_sem": "POSIX sem_t", "posix_sem_pshared": "POSIX sem_t, shared",
    "raw_futex_pshared": "futex alone, shared (baseline)", "absl_mutex": "absl::Mutex", "absl_condvar": "absl::CondVar",
    "absl_notification": "absl::Notification", "pthread_mutex_pshared": "pthread mutex, shared",
    "pthread_robust": "pthread mutex, robust", "pthread_cond": "pthread condition",
    "pthread_cond_pshared": "pthread condition, shared", "pthread_barrier_pshared": "pthread barrier, shared",
    "cpython_rlock": "CPython RLock", "cpython_thread_pool": "CPython ThreadPool",
    "cpython_process_fork": "CPython Process, fork", "cpython_process_spawn": "CPython Process, spawn",
    "cpython_process_forkserver": "CPython Process, forkserver",
}
BASELINES = {name for name, shown in NAMES.items() if "(baseline)" in shown}
DASHES = ("-", "--", "-.", ":", (0, (6, 1.5, 1, 1.5, 1, 1.5)))
MARKERS = ("o", "s", "^", "v", "D")

# What single_operation does to an object, by the end of its impl word.
OPERATIONS = {"_acquire_release": "acquire, release", "_set_clear": "set, clear", "_notify_one": "notify one",
              "_notify_all": "notify all", "_of_one_wait": "wait of one party", "_increment": "increment"}

learnt = {}  # {impl: {"label": ..., "family": ...}} of the run that is reported


def learn(run):
    """Takes what run.json says of its contenders, in place of what an earlier run said."""
    learnt.clear()
    family.cache_clear()
    label.cache_clear()
    order.cache_clear()
    reported = run.get("contenders")
    for impl, facts in (reported.items() if isinstance(reported, dict) else ()):
        if isinstance(facts, dict):
            learnt[impl] = {name: str(facts[name]) for name in ("label", "family") if facts.get(name)}


@functools.lru_cache(maxsize=None)
def family(impl):
    """Returns the family by which a contender is coloured and listed; UNKNOWN if nothing says."""
    reported = learnt.get(impl, {}).get("family")
    if reported:
        return reported
    if impl in OURS:
        return "gilfree"
    if split_operation(impl)[0] in BASELINES:
        return "limit"
    return next((name for name, each in FAMILIES.items() if impl.startswith(each.prefixes)), UNKNOWN)


def look_of(impl):
    return FAMILIES.get(family(impl), SPARE)


def is_ours(impl):
    return family(impl) == "gilfree"


def is_baseline(impl):
    return family(impl) == "limit"


def split_operation(impl):
    """Returns (object, what is done to it in words): ('std_mutex', 'acquire, release'); (impl, '') of anything else."""
    ending = next((each for each in OPERATIONS if impl.endswith(each)), "")
    return (impl[:-len(ending)], OPERATIONS[ending]) if ending else (impl, "")


def camel(text):
    return "".join(word[:1].upper() + word[1:] for word in text.split("_"))


def of_python(name):
    """Returns 'mp_bounded_semaphore' as 'mp::BoundedSemaphore'."""
    return name[:2] + "::" + {"rlock": "RLock"}.get(name[3:], camel(name[3:]))


def derived(impl):
    """Returns a name made of the impl word and its family's pattern."""
    thing, operation = split_operation(impl)
    if operation and thing.startswith(("mp_", "th_")):
        return "gilfree " + of_python(thing)
    if operation and thing.startswith(("cpython_mp_", "cpython_th_")):
        return "CPython " + of_python(thing[8:]).replace("th::", "threading.").replace("mp::", "multiprocessing.")
    if operation:
        return NAMES.get(thing) or derived(thing)
    if thing.startswith(("mp_", "th_")):
        return "gilfree " + impl.replace("_", " ")
    which = look_of(impl)
    prefix = next((each for each in which.prefixes if impl.startswith(each)), "")
    rest = impl[len(prefix):]
    if which.pattern is None or not rest or not prefix.endswith("_"):
        return impl.replace("_", " ")
    if family(impl) == "cpython":
        rest = camel(rest)
    elif "::" not in which.pattern:
        rest = rest.replace("_", " ") if family(impl) == "pthread" else rest
    return which.pattern % rest


def told_label(impl):
    """Returns the label of run.json, None if there is none.

    Without the operation, which the setting names, and with the report's word for a limit.
    """
    reported = learnt.get(impl, {}).get("label")
    if reported is not None and split_operation(impl)[1]:
        reported = reported.split(": ")[0]
    if reported is None or not is_baseline(impl):
        return reported
    return reported.replace(" (limit)", "").replace(" (baseline)", "") + " (baseline)"


@functools.lru_cache(maxsize=None)
def label(impl, interpreter=""):
    name = told_label(impl) or OURS.get(impl) or NAMES.get(impl) or derived(impl)
    if not interpreter:
        return name
    return name.replace("CPython", "CPython " + interpreter, 1) if "CPython" in name else name + " " + interpreter


def shade(impl, interpreter, colours):
    """Returns one of its family's colours, by the interpreter's minor version or by the kind of thing."""
    minor = interpreter.split(".")[1:2]
    if minor and minor[0].isdigit():
        special = not interpreter.replace(".", "").isdigit()  # free-threaded, debugging, PyPy
        return colours[(int(minor[0]) - 11 + 2 * special) % len(colours)]
    if is_ours(impl):
        thing = object_of(impl)
        places = {"pipe": 0, "queue": 1, "process": 0, "thread": 1, "process_pool": 0, "thread_pool": 1}
        return colours[places.get(thing, stable(thing, len(colours)))]
    return colours[stable(family(impl), len(colours))] if family(impl) not in FAMILIES else colours[0]


def object_of(impl):
    """Returns the kind of object of one of ours, whatever is done to it: 'lock' of 'mp_lock_acquire_release'."""
    thing = split_operation(impl)[0]
    thing = thing[3:] if thing.startswith(("mp_", "th_")) else thing
    return next((name for name in sorted(OURS, key=len, reverse=True) if thing == name or thing.startswith(name + "_")), thing)


def stable(text, count):
    """Returns a number below count, always the same for a word."""
    return zlib.crc32(text.encode()) % count


def variant(impl):
    """Returns a number that picks dash and marker; known contenders of a family get different ones."""
    known = [name for name in (*OURS, *NAMES) if family(name) == family(impl)]
    return known.index(impl) if impl in known else stable(impl, len(DASHES) * len(MARKERS))


def style(impl, interpreter=""):
    which, ours = look_of(impl), is_ours(impl)
    return {"color": shade(impl, interpreter, which.colours), "linewidth": 2.4 if ours else 1.2,
            "linestyle": "-" if ours else DASHES[variant(impl) % len(DASHES)], "zorder": 5 if ours else 2}


def marker(impl):
    place = variant(impl)
    return MARKERS[(place + place // len(DASHES)) % len(MARKERS)]


@functools.lru_cache(maxsize=None)
def order(impl, interpreter=""):
    families = [*list(FAMILIES)[:-1], UNKNOWN, "cpython"]  # CPython last, unknown families before it
    return (families.index(family(impl)) if family(impl) in families else families.index(UNKNOWN), label(impl),
            interpreter)
