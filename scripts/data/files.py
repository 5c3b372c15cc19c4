"""Writes a file whole or not at all: a report that is made again never leaves half of a page behind.

    write_text(path, text)
    with whole(path) as beside: picture.savefig(beside)
    write_csv(path, header, rows)       # RFC 4180 with LF, as all tables of a run
"""

import contextlib
import csv
import io
import os


@contextlib.contextmanager
def whole(path):
    """Gives a path beside this one, of this process alone, and moves what was written there to this one."""
    beside = "%s.%d.part" % (path, os.getpid())
    try:
        yield beside
        os.replace(beside, path)
    except BaseException as why:
        with contextlib.suppress(OSError):
            os.remove(beside)
        if isinstance(why, OSError) and why.filename in (None, beside):
            why.filename = path
        raise


def write_text(path, text):
    """Writes the text. OSError if it cannot be written."""
    with whole(path) as beside, open(beside, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def write_csv(path, header, rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, text.getvalue())
