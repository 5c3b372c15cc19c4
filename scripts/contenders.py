"""Who is who in the figures and tables: name, colour and line of each contender.

    label("cpython_queue", "3.11.2")   'CPython 3.11.2 Queue'
    style("queue")                     what matplotlib's plot() takes
    order("queue")                     sorts them as they are listed here

A new contender is a line here. One that has none is drawn in grey, by its name in the CSV.
"""

# Okabe and Ito's colours, told apart by colour-blind readers; ours are the strong ones.
BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK, YELLOW = (
    "#0072B2", "#D55E00", "#009E73", "#E69F00", "#B5648F", "#3D9BD0", "#000000", "#A39400",
)
GREY = "#777777"
INTERPRETERS = (GREY, "#8C564B", "#4F6D7A", "#A9884F")  # by the minor version, 3.11 the first

# Name, colour, line style of each contender, in the order in which they are drawn and listed.
CONTENDERS = {
    "pipe": ("gilfree Pipe", BLUE, "-"),
    "queue": ("gilfree Queue", VERMILION, "-"),
    "spsc_ring": ("plain spinning ring", BLACK, ":"),
    "boost_message_queue": ("Boost message_queue", GREEN, "-"),
    "zeromq_ipc": ("ZeroMQ ipc", PURPLE, "-"),
    "pipe2": ("pipe(2)", ORANGE, "-"),
    "pipe2_1m": ("pipe(2), 1 MiB buffer", ORANGE, "--"),
    "socketpair_stream": ("socketpair stream", SKY, "-"),
    "socketpair_seqpacket": ("socketpair seqpacket", SKY, "--"),
    "posix_mq": ("POSIX mq", YELLOW, "-"),
    "sysv_msgq": ("System V msgq", YELLOW, "--"),
    "process": ("gilfree mp::Process", BLUE, "-"),
    "process_fork_server": ("gilfree mp::Process, ForkServer", BLUE, "--"),
    "thread": ("gilfree th::Thread", VERMILION, "-"),
    "vfork": ("vfork, waitpid (limit)", BLACK, ":"),
    "fork": ("fork, waitpid", ORANGE, "-"),
    "posix_spawn": ("posix_spawn of true", PURPLE, "-"),
    "pthread": ("pthread", ORANGE, "--"),
    "std_thread": ("std::thread", GREEN, "-"),
    "process_pool": ("gilfree mp::Pool", BLUE, "-"),
    "thread_pool": ("gilfree th::Pool", VERMILION, "-"),
    "tbb_task_group": ("tbb::task_group", SKY, "-"),
    "boost_thread_pool": ("boost::asio::thread_pool", GREEN, "-"),
    "std_async": ("std::async", ORANGE, "-"),
    "pipe_pool": ("pool over pipes", PURPLE, "-"),
    "joinable_queue": ("gilfree JoinableQueue", VERMILION, "--"),
    "lifo_queue": ("gilfree LifoQueue", VERMILION, "-."),
    "priority_queue": ("gilfree PriorityQueue", VERMILION, ":"),
    "std_queue": ("std mutex and deque", ORANGE, "-"),
    "tbb_bounded_queue": ("tbb bounded queue", SKY, "-"),
    "moodycamel_blocking_queue": ("moodycamel, blocking", PURPLE, "-"),
    "moodycamel_queue": ("moodycamel, yielding", PURPLE, "--"),
    "boost_lockfree_queue": ("boost::lockfree, yielding", GREEN, "--"),
    "lock": ("gilfree Lock", BLUE, "-"),
    "rlock": ("gilfree RLock", BLUE, "--"),
    "semaphore": ("gilfree Semaphore", BLUE, "-"),
    "bounded_semaphore": ("gilfree BoundedSemaphore", BLUE, "--"),
    "event": ("gilfree Event", BLUE, "-"),
    "condition": ("gilfree Condition", BLUE, "-"),
    "barrier": ("gilfree Barrier", BLUE, "-"),
    "spinning_flag": ("spinning flag (limit)", BLACK, ":"),
    "raw_futex": ("futex alone (limit)", BLACK, "--"),
    "std_mutex": ("std::mutex", ORANGE, "-"),
    "std_recursive_mutex": ("std::recursive_mutex", ORANGE, "--"),
    "std_counting_semaphore": ("std::counting_semaphore", ORANGE, "-"),
    "std_atomic_wait": ("std::atomic::wait", ORANGE, "-"),
    "std_condition_variable": ("std::condition_variable", ORANGE, "-"),
    "std_barrier": ("std::barrier", ORANGE, "-"),
    "pthread_mutex": ("pthread mutex", PURPLE, "-"),
    "pthread_mutex_pshared": ("pthread mutex, shared", PURPLE, "-"),
    "pthread_robust": ("pthread mutex, robust", PURPLE, "--"),
    "pthread_cond": ("pthread condition", PURPLE, "-"),
    "pthread_cond_pshared": ("pthread condition, shared", PURPLE, "-"),
    "pthread_barrier": ("pthread barrier", PURPLE, "-"),
    "pthread_barrier_pshared": ("pthread barrier, shared", PURPLE, "-"),
    "posix_sem": ("POSIX sem_t", YELLOW, "-"),
    "boost_interprocess_mutex": ("Boost interprocess_mutex", GREEN, "-"),
    "boost_interprocess_semaphore": ("Boost interprocess_semaphore", GREEN, "-"),
    "boost_interprocess_condition": ("Boost interprocess_condition", GREEN, "-"),
    "tbb_mutex": ("tbb::mutex", SKY, "-"),
    "tbb_spin_mutex": ("tbb::spin_mutex", SKY, "--"),
    "absl_mutex": ("absl::Mutex", VERMILION, "-"),
    "absl_condvar": ("absl::CondVar", VERMILION, "-"),
    "absl_notification": ("absl::Notification", VERMILION, "-"),
    "cpython_lock": ("CPython Lock", GREY, "-"),
    "cpython_rlock": ("CPython RLock", GREY, "--"),
    "cpython_semaphore": ("CPython Semaphore", GREY, "-"),
    "cpython_bounded_semaphore": ("CPython BoundedSemaphore", GREY, "--"),
    "cpython_event": ("CPython Event", GREY, "-"),
    "cpython_condition": ("CPython Condition", GREY, "-"),
    "cpython_barrier": ("CPython Barrier", GREY, "-"),
    "cpython_process": ("CPython Process", GREY, "-"),
    "cpython_process_fork": ("CPython Process, fork", GREY, "-"),
    "cpython_process_spawn": ("CPython Process, spawn", GREY, "--"),
    "cpython_process_forkserver": ("CPython Process, forkserver", GREY, ":"),
    "cpython_thread": ("CPython Thread", GREY, "-."),
    "cpython_pool": ("CPython Pool", GREY, "-"),
    "cpython_thread_pool": ("CPython ThreadPool", GREY, "--"),
    "cpython_process_pool_executor": ("CPython ProcessPoolExecutor", GREY, ":"),
    "cpython_pipe": ("CPython Pipe", GREY, "-"),
    "cpython_queue": ("CPython Queue", GREY, "--"),
    "cpython_joinable_queue": ("CPython JoinableQueue", GREY, "-."),
    "cpython_lifo_queue": ("CPython LifoQueue", GREY, ":"),
    "cpython_priority_queue": ("CPython PriorityQueue", GREY, "-."),
    "cpython_simple_queue": ("CPython SimpleQueue", GREY, ":"),
}


def is_ours(impl):
    return CONTENDERS.get(impl, (impl,))[0].startswith("gilfree ") or impl.startswith(("mp_", "th_"))


def label(impl, interpreter=""):
    name = CONTENDERS.get(impl, (impl.replace("_", " "),))[0]
    return name.replace("CPython", "CPython " + interpreter) if interpreter else name


def interpreter_colour(interpreter):
    minor = interpreter.split(".")[1:2]
    return INTERPRETERS[(int(minor[0]) - 11) % len(INTERPRETERS)] if minor and minor[0].isdigit() \
        else GREY


def style(impl, interpreter=""):
    _, colour, line = CONTENDERS.get(impl, (impl, BLUE if is_ours(impl) else GREY, "-"))
    if interpreter:
        colour = interpreter_colour(interpreter)
    ours = is_ours(impl)
    return {"color": colour, "linestyle": line, "linewidth": 2.4 if ours else 1.2,
            "zorder": 5 if ours else 2}


def order(impl, interpreter=""):
    names = list(CONTENDERS)
    return (names.index(impl) if impl in names else len(names), impl, interpreter)
