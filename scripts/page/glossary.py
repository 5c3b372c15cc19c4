"""The terms of a report, each explained in a sentence. tests/test_page.py holds every heading of a table to it."""

TERMS = {
    "gilfree": "The library that this project makes: Python's multiprocessing, threading and queue in C++20.",
    "mp::, th::": "gilfree between processes (multiprocessing) and between threads (threading).",
    "contender": "One of those that were measured for the same job: gilfree, std, TBB, Boost, the kernel, CPython.",
    "baseline": "Not a choice but a limit to compare with: it does the least that the job needs, often by spinning, "
                "without the safety of the others.",
    "waits": "How the contender waits: see blocking, adaptive, spinning, yielding.",
    "blocking, adaptive, spinning, yielding": "How a contender waits: it sleeps in the kernel; it spins for some microseconds and "
                                              "then sleeps; it tries again and again and burns its core; it tries again and gives the "
                                              "core away in between. One that is adaptive uses its core while the answer is near: see "
                                              "CPU time per operation.",
    "plain spinning ring": "A ring buffer in shared memory without any sleeping: the least that messages cost.",
    "pool over pipes": "Worker processes fed through pipe(2): what one would write without a library.",
    "pick": "The fastest at this setting that is neither a baseline nor unverified, nor only spins or yields while it waits. If it is not "
            "told apart from the next, both are named.",
    "next library": "The fastest that may be picked of another family than the pick: of another library, or of the kernel.",
    "times as fast as the usual": "The pick's speed by that of the fastest that may be picked of each family that people use by habit: "
                                  "std, POSIX (System V too), a pipe or socket, Boost, CPython.",
    "on a busy machine": "The same job where the parties have less than a CPU each: beside other load, on one core, or with more "
                         "parties than CPUs.",
    "after kill -9": "What becomes of the other processes if one is killed in the middle of an operation, as the crash tests found "
                     "(primitives/docs/survivors.md), and what bench-all stress found on this machine, if it was run.",
    "rests on": "Where what is said of a kill -9 comes from: crash tests of the sources, or stress tests of this machine.",
    "how sure": "What the pick is not told apart from, whether it is told apart from the fastest of another library, whether "
                "their launches are noisy, and whether a row has a warning (results/README.md).",
    "launch": "A fresh process that measures a case. The unit of all statistics: a case has as many numbers as launches.",
    "window": "A stretch of time in which a launch measured. A heat map has a column for each, in the order of the run.",
    "front": "Those that no other beats both in speed and in CPU time.",
    "doubtful": "A row has a warning: its median hides what most of the time went into, few parties got most of the work, or it is "
                "unverified.",
    "unverified": "A contender of a user's that does not check what it moved. It is no pick.",
    "launches": "How many launches measured the case; fewer than six are too few for an interval.",
    "95 % interval": "Holds the true median with 95 % confidence, by order statistics of the launches: no shape is assumed.",
    "of the fastest": "The speed as a share of the fastest at the same setting: 0.5 takes twice as long. The fastest has the best "
                      "median of those compared; the ratio, of launches that ran back to back, may be a little above 1, and that of a "
                      "variant that only spins, which is not compared, far above it.",
    "times as fast": "The median of the ratios launch by launch, and in brackets their interval. It need not be the quotient of two "
                     "medians in a table if the launches differ much.",
    "not told apart": "The interval of the ratio holds 1, or the lead is below 5 %. It does not mean equal.",
    "preliminary": "Fewer than six launches of one of the two: the order may be chance.",
    "noise": "1.4826 times the median absolute deviation of the launches, as a share of their median; noisy above 10 %.",
    "p50": "The median: half of all operations take no longer.",
    "p99": "99 of 100 operations take no longer.",
    "longest wait": "The longest that any party waited.",
    "fairness": "Jain's index of the parties' shares: 1 is even, 1/n means that one of n gets everything (0.5 for two).",
    "CPU time per operation": "CPU time of all parties together, by the number of operations.",
    "operations/s": "Operations of all parties together, by wall time.",
    "time per operation": "The mean over a window of many operations.",
    "what": "The operation that was measured.",
    "between": "Whether threads of one process or processes take part.",
    "scaling": "Weak: each worker does all it can in a given time; strong: a fixed work is divided among the workers.",
    "size": "Bytes of a message or item, copied in and copied out.",
    "producers": "How many put.",
    "consumers": "How many get.",
    "parties": "How many threads or processes take part at once.",
    "permits": "How many may be inside at once: the limit of a semaphore.",
    "at a time": "Items that are put or taken in one call.",
    "parent's memory": "Memory that the starting process has written to; fork has to copy its page tables.",
    "waiter": "Whether the thread that is woken still runs and spins, or sleeps in the kernel.",
    "work inside": "Computation inside the guarded section.",
    "work outside": "Computation between two guarded sections.",
    "load": "Closed: the next operation begins when the last has ended; open: by a schedule.",
    "wanted rate": "The rate of the schedule in an open loop.",
    "placement": "On which cores the parties run.",
    "workers": "Threads or processes that do the work.",
    "speed-up": "How many times as much is done as by one worker of the same kind.",
    "efficiency": "The speed-up by the number of workers, while each has a core.",
    "oversubscribed": "More workers than cores: they take turns, and nothing can scale.",
    "tasks in chunks": "Several small tasks sent to a worker at once.",
    "50 tasks": "An example of Python's tutorials: fifty tasks from the first call to the last result.",
    "not measured": "The case is not part of this run's profile, or it was skipped, failed or timed out: the note says why.",
}
