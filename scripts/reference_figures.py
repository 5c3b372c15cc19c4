#!/usr/bin/env -S python3 -I
"""Draws from a reference run what is committed of it: throughput.svg, summary.md and the figure's words in README.md.

    reference_figures.py results/reference [README.md]
    reference_figures.py --help

The figure is that of the report (pipe_vs_queue_rate), its words are its alt text. The run's own files are left as they
are, but hist.csv is packed: it is too large for a repository, and `gunzip` brings it back.

Exit codes: 0 written; 2 wrong usage, or the folder holds no run that can be read; 5 this python cannot import matplotlib; 7 cannot write.
"""

import gzip
import html
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # python3 -I leaves it out

from data.console import CANNOT_WRITE, fail, help_first, leave, reason, say  # noqa: E402

if __name__ == "__main__":
    help_first("reference", __doc__)

import report  # noqa: E402, after the help, which needs no matplotlib
from data.files import write_text  # noqa: E402
from data.run_folder import BadRun  # noqa: E402

RAW = ("samples.csv", "run.json", "stress.csv", "aa.json")
FIGURE, SHOWN = "plots/pipe_vs_queue_rate.svg", "throughput.svg"
EMPTY = "case,launch,repetition,bucket_lo_ns,bucket_hi_ns,count\n"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def latencies(folder, to):
    """Lays hist.csv, plain or packed, into the folder that is reported; without one an empty table."""
    plain = os.path.join(folder, "hist.csv")
    if os.path.exists(plain):
        shutil.copy(plain, to)
    elif os.path.exists(plain + ".gz"):
        with gzip.open(plain + ".gz") as packed, open(os.path.join(to, "hist.csv"), "wb") as file:
            shutil.copyfileobj(packed, file)
    else:
        write_text(os.path.join(to, "hist.csv"), EMPTY)


def pack(folder):
    plain = os.path.join(folder, "hist.csv")
    if os.path.exists(plain):
        with open(plain, "rb") as file, open(plain + ".gz", "wb") as out, gzip.GzipFile("", "wb", 9, out, 0) as packed:
            shutil.copyfileobj(file, packed)
        os.remove(plain)


def redraw(folder):
    """Writes throughput.svg and summary.md of the run; returns (the figure's words, mistakes)."""
    with tempfile.TemporaryDirectory() as work:
        for name in RAW:
            if os.path.exists(os.path.join(folder, name)):
                shutil.copy(os.path.join(folder, name), work)
        latencies(folder, work)
        _, mistakes = report.report_run(work)
        figure = os.path.join(work, FIGURE)
        if not os.path.exists(figure):
            raise BadRun("%s: its run has no throughput of pipe_vs_queue at several sizes" % folder)
        picture = read(figure)
        write_text(os.path.join(folder, SHOWN), picture)
        write_text(os.path.join(folder, "summary.md"), read(os.path.join(work, "summary.md")))
    pack(folder)
    return html.unescape(re.search("<title>(.*?)</title>", picture, re.S)[1]), mistakes


def present(readme, folder, words):
    """Writes the figure's words beside it in README.md."""
    target = "%s/%s" % (folder.rstrip("/"), SHOWN)
    text, count = re.subn(r"!\[[^\]]*\]\(%s\)" % re.escape(target), lambda _: "![%s](%s)" % (words, target), read(readme))
    if not count:
        raise BadRun("%s: does not show %s" % (readme, target))
    write_text(readme, text)


def main(arguments):
    try:
        if not arguments:
            raise BadRun("usage: reference_figures.py DIR [README.md], DIR the folder of a run")
        folder, *readme = arguments
        words, mistakes = redraw(folder)
        for each in readme:
            present(each, folder, words)
    except (BadRun, ValueError) as why:
        return fail("reference", report.BAD_RUN, why)
    except OSError as why:
        return fail("reference", CANNOT_WRITE, "cannot write: %s" % reason(why))
    say("%s/%s: %s" % (folder, SHOWN, words))
    for each in mistakes:
        fail("reference", 0, each)
    return 0


if __name__ == "__main__":
    leave("reference", main)
