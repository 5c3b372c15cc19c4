#!/usr/bin/env -S python3 -I
"""Checks the Promela models of the protocols with spin, and that the code is still what they model.

    check_models.py MODEL...       spin finds no error in the model, and one in it with each planted bug
    check_models.py --lines        each function that a model names has the digest in digests.txt
    check_models.py --renew        writes these digests: after the models were compared with the changed lines

A model says at its head what it models, `// models FILE: CLASS::FUNCTION, ...`, and which bugs can be planted,
`// bug N: ...` (-DBUG=N). A digest ignores comments and white space. Exit codes: 0; 1 what was found; 77
skipped (it says why).
"""
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE.parent.parent / "gilfree"
DIGESTS = HERE / "digests.txt"


def without_comments(text):
    return re.sub(r"//[^\n]*", "", text)


def closing(text, at):
    """Returns where the bracket that opens at `at` has closed."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] in "({") - (text[i] in ")}")
        if depth == 0:
            return i + 1
    raise SystemExit("a bracket is never closed")


def bodies(text, owner, function):
    """Returns each definition of the function in its class, signature and body."""
    start = re.search(r"^class %s\b[^;{]*{" % owner, text, re.M)
    scope = text[start.start():closing(text, start.end() - 1)] if start else ""
    for found in re.finditer(r"(?<![\w.>:])%s\(" % function, scope):
        after = closing(scope, found.end() - 1)
        head = re.match(r"(?:\s|const|noexcept)*{", scope[after:])
        if head:
            yield scope[scope.rfind("\n", 0, found.start()):closing(scope, after + head.end() - 1)]


def digest(file, function):
    folder = SOURCES if (SOURCES / file).exists() else SOURCES / "detail"
    text = without_comments((folder / file).read_text())
    found = list(bodies(text, *function.split("::")))
    if not found:
        raise SystemExit("%s has no %s; the model that names it must follow" % (file, function))
    return hashlib.sha256(re.sub(r"\s+", "", "".join(found)).encode()).hexdigest()[:16]


def modelled():
    """Yields (model, file, function) for all that the models name."""
    for model in sorted(HERE.glob("*.pml")):
        for file, functions in re.findall(r"^// models (\S+): (.+)$", model.read_text(), re.M):
            for function in functions.split(", "):
                yield model.name, file, function


def digests():
    return "".join("%s %s %s %s\n" % (model, file, function, digest(file, function))
                   for model, file, function in modelled())


def check_lines():
    known, now = DIGESTS.read_text().splitlines(), digests().splitlines()
    changed = sorted(set(known) ^ set(now))
    for what in sorted({line.rsplit(" ", 1)[0] for line in changed}):
        model, file, function = what.split()
        print("%s: %s in %s is not what was modelled. Compare them, change the model if need be, then run %s --renew"
              % (model, function, file, pathlib.Path(__file__).name))
    return 1 if changed else 0


def errors(model, bug):
    """Returns (errors, states) of the whole state space, or up to the first error."""
    with tempfile.TemporaryDirectory() as folder:
        def run(*words):
            return subprocess.run(words, cwd=folder, check=True, text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT).stdout
        for file in HERE.glob("*.pml"):
            shutil.copy(file, folder)
        run("spin", "-DBUG=%d" % bug, "-a", model + ".pml")
        run("cc", "-w", "-O1", "-DSAFETY", "-DMEMLIM=4000", "-o", "pan", "pan.c")
        said = run("./pan", "-m100000")
    if "max search depth too small" in said or "out of memory" in said:
        raise SystemExit("%s: the search was cut short\n%s" % (model, said))
    count = re.search(r"errors: (\d+)", said), re.search(r"(\d+) states, stored", said)
    if None in count:
        raise SystemExit("%s: no result\n%s" % (model, said))
    return tuple(int(found[1]) for found in count)


def check_model(model):
    bugs = re.findall(r"^// bug (\d+): (.+)$", (HERE / (model + ".pml")).read_text(), re.M)
    failed = False
    for bug, what in [("0", "as it is"), *bugs]:
        found, states = errors(model, int(bug))
        right = (found == 0) == (bug == "0")
        failed = failed or not right
        print("%-4s %s: %s: %d states, %s" % ("ok" if right else "FAIL", model, what, states,
                                              "an error" if found else "no error"), flush=True)
    return failed


def main(arguments):
    if arguments == ["--lines"]:
        return check_lines()
    if arguments == ["--renew"]:
        DIGESTS.write_text(digests())
        return 0
    if not shutil.which("spin") or not shutil.which("cc"):
        print("skipped: no spin here (apt-get install spin)")
        return 77
    return 1 if any([check_model(model) for model in arguments]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
