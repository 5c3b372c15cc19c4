"""Imports matplotlib as this project wants it, whatever the reader's folder and settings hold.

    from figures.plotting import matplotlib, pyplot

A matplotlibrc in the current folder or in the reader's home would change every figure, and a broken one
would end the report. Without matplotlib the process ends with exit code 5 and one line.
"""

import contextlib
import logging
import os
import sys

from data.console import fail

NO_MATPLOTLIB = 5


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


os.environ["MATPLOTLIBRC"] = os.devnull
# Says at length that the home folder cannot be written, which changes nothing here.
logging.getLogger("matplotlib").setLevel(logging.ERROR)
try:
    with elsewhere():
        import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot  # noqa: F401
except Exception as why:  # ImportError, or whatever a half-installed one raises
    sys.exit(fail("report", NO_MATPLOTLIB, "this python (%s) cannot import matplotlib (%s): apt-get install "
                  "python3-matplotlib, and use /usr/bin/python3 or name an interpreter in GILFREE_PYTHON"
                  % (sys.executable, why)))
