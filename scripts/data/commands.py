"""The commands that repeat a run, or one of its scenarios, as a reader would type them."""

import os
import shlex

SCRIPT = "./scripts/bench-all"
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


def program_of(run):
    """Returns what a reader types to run the program that made the run: of a source tree its script, of an installation the name."""
    program = str((run.get("command") or [SCRIPT])[0])
    folder, name = os.path.split(program)
    if name != "bench-all":
        return program  # one that links gilfree::harness, with contenders of its own
    is_installed = not folder or (os.path.basename(folder) == "bin" and "build" not in folder.split(os.sep))
    return name if is_installed else SCRIPT


def command_of(run, scenario=None):
    """Returns the command for the whole run, or for one scenario of it."""
    filters, options = options_of(run)
    return shlex.join([program_of(run), *([scenario] if scenario else filters), *options])
