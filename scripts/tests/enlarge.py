#!/usr/bin/env python3
"""Makes a run of the size of a full one out of a short one, to time the report: each window COPIES times, as further windows.

    scripts/tests/enlarge.py results/local/RUN /tmp/large 6 && time scripts/report.py /tmp/large

A quick run of 1,200 launches becomes 7,200 windows, as many as 45 minutes of the profile full have. The numbers of a copy
differ by a few percent from the original's.
"""

import csv
import os
import random
import shutil
import sys

SCALED = ("ops_per_s", "bytes_per_s", "lat_p50_ns", "lat_p99_ns", "lat_mean_ns", "cpu_ns_per_op")


def copied(row, copy, choices):
    """Returns the row as window or launch number `copy`: three windows make a launch."""
    launch, window = divmod(copy, 3)
    more = {"repetition": int(row["repetition"] or 1) + window, "launch": int(row["launch"]) + 100 * launch}
    factor = choices.uniform(0.95, 1.05)
    return {**row, **more, **{name: float(row[name]) * factor for name in SCALED if row.get(name)}}


def enlarge(source, target, name, copies, change):
    with open(os.path.join(source, name), newline="", encoding="utf-8") as file, \
            open(os.path.join(target, name), "w", newline="", encoding="utf-8") as out:
        reader = csv.DictReader(file)
        writer = csv.DictWriter(out, reader.fieldnames, lineterminator="\n")
        writer.writeheader()
        for row in reader:
            writer.writerows(change(row, copy) for copy in range(copies))


def main():
    source, target, copies = sys.argv[1], sys.argv[2], int(sys.argv[3])
    choices = random.Random(1)
    os.makedirs(target, exist_ok=True)
    shutil.copy(os.path.join(source, "run.json"), target)
    for name in ("samples.csv", "hist.csv"):
        enlarge(source, target, name, copies, lambda row, copy: copied(row, copy, choices))


if __name__ == "__main__":
    main()
