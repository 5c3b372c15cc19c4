"""The commands that repeat a run, or one of its scenarios, as a reader would type them."""

import shlex

FLAGS = ("-l", "--list", "-n", "--dry-run", "--no-report", "-q", "--quiet", "--json")  # take no value
SILENT = ("--no-report", "-q", "--quiet")  # change nothing that is measured
ELSEWHERE = ("--out", "-o")  # name a folder of the machine that measured, as --out=DIR too


def options_of(run):
    """Returns the options of the run, without the folder and without filters; its profile and seed always."""
    words, options, filters = [str(word) for word in run.get("command") or []][1:], [], []
    while words:
        word = words.pop(0)
        if word in ELSEWHERE:
            words[:1] = []
        elif word.startswith("--out=") or word in SILENT:
            continue
        elif word.startswith("-"):
            options.append(word)
            if "=" not in word and word not in FLAGS and words:
                options.append(words.pop(0))
        elif word != "run":
            filters.append(word)
    for name, value in (("--profile", run.get("profile")), ("--seed", run.get("seed"))):
        if value is not None and not any(each == name or each.startswith(name + "=") for each in options):
            options += [name, str(value)]
    return filters, options


def command_of(run, scenario=None):
    """Returns the command for the whole run, or for one scenario of it."""
    filters, options = options_of(run)
    return shlex.join(["./scripts/bench-all", *([scenario] if scenario else filters), *options])
