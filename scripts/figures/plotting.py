"""Imports matplotlib as this project wants it, whatever the reader's folder and settings hold.

    from figures.plotting import matplotlib, pyplot

A matplotlibrc in the current folder or in the reader's home would change every figure, and a broken one
would end the report. Without matplotlib the process ends with exit code 5 and one line, which names a command that works.
"""

import contextlib
import logging
import os
import shlex
import subprocess
import sys

from data.console import fail

NO_MATPLOTLIB = 5
DEBIANS = "/usr/bin/python3"
PATIENCE = 60  # seconds; the first import after a start of the machine reads many files


@contextlib.contextmanager
def elsewhere():
    """Stands in the folder of the scripts, which holds no matplotlibrc, and returns to where it was."""
    before = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.chdir(os.path.dirname(os.path.abspath(__file__)))
        yield
    finally:
        os.fchdir(before)
        os.close(before)


def has_matplotlib(python):
    try:
        return subprocess.run([python, "-I", "-c", "import matplotlib.pyplot"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False).returncode == 0
    except (OSError, ValueError, subprocess.SubprocessError):
        return False


def remedy(arguments):
    """Returns what to do if this python lacks matplotlib: the same command by one that has it, or what to install first."""
    usual = [python for python in (os.environ.get("GILFREE_PYTHON"), DEBIANS, "python3") if python]
    python = next(filter(has_matplotlib, usual), None)
    command = shlex.join([python or DEBIANS, "-I", *arguments])
    return "run " + command if python else "apt-get install python3-matplotlib, then run " + command


os.environ["MATPLOTLIBRC"] = os.devnull
# Says at length that the home folder cannot be written, which changes nothing here.
logging.getLogger("matplotlib").setLevel(logging.ERROR)
try:
    with elsewhere():
        import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot  # noqa: F401
except Exception as why:  # ImportError, or whatever a half-installed one raises
    sys.exit(fail("report", NO_MATPLOTLIB, "this python (%s) cannot import matplotlib (%s): %s"
                  % (sys.executable, why, remedy(sys.argv))))
