#!/usr/bin/env python3
"""Enforces which folder may include which; names each line that goes the other way.

    check_includes.py [ROOT]        exit codes: 0 all arrows hold; 1 some do not (listed); 2 no ROOT

    scenarios -> harness -> Google Benchmark, CLI11, JSON
    scenarios -> contenders -> third parties
    scenarios -> primitives -> Boost.Interprocess, cereal, the kernel
    scripts   -> what is under results/: the standard library, matplotlib, NumPy, the storeys below

Inside primitives/ the arrows go down the storeys (STOREYS below): a file includes its own storey and
those below it. gilfree/detail/ is for primitives/ and for tests; examples see the library as a user
does. Users write <gilfree/queue.h>; the library itself and its tests write "gilfree/queue.h". Other
paths start at the root: "harness/scenario.h". Test support is for tests. <gilfree/bench/...> is what
users of the suite include, from scenarios/public/.
"""

import ast
import os
import re
import sys

# Which of our folders a folder may include.
OURS = {
    "primitives": ("primitives",),
    "harness": ("harness",),
    "scenarios": ("scenarios", "harness", "primitives"),
}
# Which third parties a place may include; the longest prefix that matches the file decides.
THIRD = {
    "primitives/": ("boost/interprocess", "cereal"),
    "harness/": ("nlohmann",),
    "harness/base/topology.cc": ("hwloc",),
    "harness/plan/": ("nlohmann", "re2"),
    "harness/command/": ("CLI", "nlohmann"),
    "harness/record/": ("nlohmann", "boost/version.hpp"),
    "harness/judge/": ("nlohmann", "boost/math", "boost/property_tree"),
    "harness/measure/engine.cc": ("benchmark",),
    "scenarios/": (),
    "scenarios/contenders/": ("",),
}
# The storeys of primitives/, lowest first: the folders of gilfree/detail/, and the public headers that
# are part of each. A public header is above the detail folder of its storey and below the next one. One
# that is not listed stands on the highest storey that it includes.
STOREYS = (
    ("base", ()),
    ("vocabulary", ("scope.h", "deadline.h", "errors.h", "codec.h", "version.h")),
    ("identity", ()),
    ("wait", ()),
    ("lock", ()),
    ("memory", ("named.h", "lock.h", "semaphore.h", "event.h", "condition.h", "barrier.h", "value.h")),
    ("queue", ("queue.h", "lifo_queue.h", "priority_queue.h", "joinable_queue.h", "simple_queue.h",
               "pipe.h", "archive_codec.h")),
    ("process", ("fork_server.h", "process.h", "process.cc", "thread.h", "thread.cc", "timer.h", "wait.h")),
    ("pool", ("async_result.h", "pool_options.h", "pool_results.h", "pool.h")),
    ("contents", ("multiprocessing.h", "threading.h")),
)
# The storeys of harness/, from the lowest up: a file includes its own and those before it.
HARNESS_STOREYS = ("base", "measure", "scenario", "record", "judge", "machine", "judge/reports", "rounds", "plan", "fleet", "run", "stress", "command")
# What scenarios may include of it.
HARNESS_PUBLIC = ("harness/scenario.h", "harness/base/", "harness/stress/")
# What is third party is known by how its path begins; all other <...> is the system's.
THIRD_PARTIES = re.compile(r"(benchmark|boost|cereal|CLI|gtest|gmock|nlohmann|oneapi|tbb|concurrentqueue|"
                           r"moodycamel|rigtorp|folly|absl|fmt|hwloc|liburing|re2|zmq)([/.]|$)")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SCRIPTS_MAY_IMPORT = {"matplotlib", "numpy"}
# The storeys of scripts/, lowest first: a file imports its own and those before it; a command imports all.
SCRIPTS_STOREYS = ("data", "answers", "figures", "scenarios", "page")


def is_test(path):
    return "/tests/" in path or path.endswith("_test.cc")


def is_user(path):
    """Whether this file sees the primitives as a user does."""
    return not path.startswith("primitives/") or path.startswith("primitives/examples/")


def third_party_fault(path, target):
    if is_test(path) and target.startswith(("gtest/", "gmock/")):
        return None
    if not THIRD_PARTIES.match(target):
        return None
    place = max((place for place in THIRD if path.startswith(place)), key=len)
    if target.startswith(THIRD[place]) and THIRD[place]:
        return None
    return "%s does not include <%s>" % (place, target)


def storey(root, path, above=()):
    """How high a file of primitives/gilfree/ stands; None if no storey has it, or if it includes itself."""
    inside = path[len("gilfree/"):]
    for height, (name, public) in enumerate(STOREYS):
        if inside.startswith("detail/%s/" % name):
            return 2 * height
        if inside in public:
            return 2 * height + 1
    file_name = os.path.join(root, "primitives", path)
    if "/" in inside or path in above or not os.path.exists(file_name):
        return None
    with open(file_name, encoding="utf-8") as file:
        included = [found.group(2) for found in map(INCLUDE.match, file) if found]
    heights = [storey(root, target, (*above, path)) for target in included if target.startswith("gilfree/")]
    return None if None in heights else max(heights, default=0) | 1


def library_fault(root, path, target):
    """What is wrong with including the library's header `target`, "gilfree/...", in `path`."""
    if target.startswith("gilfree/bench/") and path.startswith("scenarios/"):
        there = os.path.exists(os.path.join(root, "scenarios/public", target))
        return None if there else 'there is no "%s"' % target
    if path.split("/")[0] == "harness":
        return 'harness/ never includes the primitives ("%s")' % target
    if target.startswith("gilfree/detail/") and is_user(path) and not is_test(path):
        return '"%s" is an inner part of the library: include the primitive itself' % target
    if not os.path.exists(os.path.join(root, "primitives", target)) and \
            not os.path.exists(os.path.join(root, "primitives", target + ".in")):
        return 'there is no "%s"' % target
    if path.startswith("primitives/gilfree/"):
        mine, other = storey(root, path[len("primitives/"):]), storey(root, target)
        if mine is None or other is None:
            return "%s has no storey: add it to STOREYS" % (path if mine is None else target)
        vocabulary = [2 * i + 1 for i, (name, _) in enumerate(STOREYS) if name == "vocabulary"]
        if other > mine and other not in vocabulary:
            return '"%s" stands above this file' % target
    return None


def harness_storey(path):
    """The storey of a file of harness/: its folder or, where that is a storey by itself, the folder within."""
    within = "/".join(path.split("/")[1:3])
    return within if within in HARNESS_STOREYS else os.path.splitext(path.split("/")[1])[0]


def harness_fault(path, target):
    """An arrow inside harness/ that points upwards, or one from outside to what is inside."""
    names = [harness_storey(name) for name in (path, target)]
    if not path.startswith("harness/"):
        return None if target.startswith(HARNESS_PUBLIC) else '"%s" is inside harness/' % target
    unknown = [name for name in names if name not in HARNESS_STOREYS]
    if unknown:
        return "harness/%s is no storey: add it to HARNESS_STOREYS" % unknown[0]
    mine, other = map(HARNESS_STOREYS.index, names)
    if other > mine:
        return 'harness/%s is below harness/%s ("%s")' % (*names, target)
    return None


def our_fault(root, path, target):
    if target.startswith("gilfree/") and ".." not in target:
        return library_fault(root, path, target)
    folder, _, rest = target.partition("/")
    if folder not in OURS or not rest or ".." in target.split("/"):
        return 'the path "%s" does not start at the root' % target
    mine = path.split("/")[0]
    if folder not in OURS[mine]:
        return '%s/ never includes %s/ ("%s")' % (mine, folder, target)
    if folder == "primitives" and "/tests/" not in target:
        return 'the library is included as <gilfree/...>, not "%s"' % target
    if "/tests/" in target and not is_test(path):
        return '"%s" is support for tests' % target
    if folder == "harness" and not is_test(path):
        fault = harness_fault(path, target)
        if fault:
            return fault
    # A generated header has its source beside it, with .in behind the name.
    if not any(os.path.exists(os.path.join(root, target + ending)) for ending in ("", ".in")):
        return 'there is no "%s"' % target
    return None


def include_faults(root, path, lines):
    """Yields (line number, what is wrong) of a C++ file."""
    for number, line in enumerate(lines, start=1):
        found = INCLUDE.match(line)
        if not found:
            continue
        bracket, target = found.groups()
        if bracket == '"':
            fault = our_fault(root, path, target)
        elif target.startswith("gilfree/"):
            fault = library_fault(root, path, target)
            if not fault and not is_user(path) and not is_test(path):
                fault = 'the library includes its own headers in quotes: "%s"' % target
        elif target.split("/")[0] in OURS:
            fault = 'our own headers are included in quotes: "%s"' % target
        else:
            fault = third_party_fault(path, target)
        if fault:
            yield number, fault


def import_fault(path, name):
    """What is wrong with importing `name` in this script."""
    folder, package = path.split("/")[1], name.split(".")[0]
    if folder.endswith(".py") and name == "report":  # a command that reports what it has measured
        return None
    if package in SCRIPTS_STOREYS:
        if folder in SCRIPTS_STOREYS and SCRIPTS_STOREYS.index(package) > SCRIPTS_STOREYS.index(folder):
            return "scripts/%s is below scripts/%s (%s)" % (folder, package, name)
        return None
    return None if package in sys.stdlib_module_names or package in SCRIPTS_MAY_IMPORT \
        else "scripts do not import %s" % name


def script_faults(path, text):
    """Yields (line number, what is wrong) of a script: foreign imports, and paths into the sources."""
    try:
        tree = ast.parse(text, path)
    except SyntaxError as why:
        yield why.lineno, "is no Python: %s" % why.msg
        return
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.match(r"[./]*(primitives|harness|scenarios)/", node.value):
                yield node.lineno, "scripts read only what is under results/ (%r)" % node.value
        for fault in filter(None, (import_fault(path, name) for name in names)):
            yield node.lineno, fault


def files(root, folder, endings):
    for where, inside, names in os.walk(os.path.join(root, folder)):
        inside.sort()
        for name in sorted(names):
            if name.endswith(endings):
                yield os.path.relpath(os.path.join(where, name), root)


def check(root):
    """['path:line: what is wrong']."""
    faults = []
    for folder in OURS:
        for path in files(root, folder, (".h", ".cc", ".in")):
            with open(os.path.join(root, path), encoding="utf-8") as file:
                faults += ["%s:%d: %s" % (path, *fault)
                           for fault in include_faults(root, path, file)]
    scripts = [path for path in files(root, "scripts", ".py")
               if not is_test(path) and not path.startswith("scripts/checks/")]  # checks read the sources
    for path in scripts:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            faults += ["%s:%d: %s" % (path, *fault)
                       for fault in script_faults(path, file.read())]
    return faults


def main(arguments):
    root = arguments[0] if arguments else os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
    if not os.path.isdir(os.path.join(root, "primitives")):
        print("check_includes: %s is not the project's root" % root, file=sys.stderr)
        return 2
    faults = check(root)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
