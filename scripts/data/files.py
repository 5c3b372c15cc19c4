"""Writes a file whole or not at all: a report that is made again never leaves half of a page behind.

    write_text(path, text)
    write_csv(path, header, rows)       # RFC 4180 with LF, as all tables of a run
"""

import contextlib
import csv
import io
import os


def write_text(path, text):
    """Writes the text beside the path, then moves it there. OSError if it cannot be written."""
    beside = path + ".part"
    try:
        with open(beside, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(beside, path)
    except OSError as why:
        with contextlib.suppress(OSError):
            os.remove(beside)
        if why.filename is None:
            why.filename = path
        raise


def write_csv(path, header, rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, text.getvalue())
