#!/usr/bin/env python3
"""How fast `stress` finds each planted bug, and how often its replay command finds it again.

    planted_rounds.py PLANTED_BENCH [ROUNDS [REPLAYS [BUG...]]]

Prints Markdown; 20 rounds, 10 replays, all bugs.

Each round looks for one bug at a time with another seed, 60 s at most. The time includes what it takes to be
sure of a hang (1 s) and to make the failure simpler (1 s at most). Exit codes: 0; 1 if a bug was not found.
"""

import re
import statistics
import subprocess
import sys
import time


def stress(program, *words):
    """Returns (exit code, output, seconds)."""
    start = time.monotonic()
    done = subprocess.run([program, "stress", "-q", "--hang-after", "1s", *words], text=True,
                          stdout=subprocess.PIPE, check=False)
    return done.returncode, done.stdout, time.monotonic() - start


def replayed(program, said, replays):
    """How many of the replays found it again."""
    words = re.search(r"replay: bench-all stress '(.*)' --seed (\d+) --config (\S+)", said)
    tries = [stress(program, words[1], "--seed", words[2], "--config", words[3])
             for _ in range(replays)]
    return sum(code in (3, 6) for code, _, _ in tries)


def main(arguments):
    program, rounds, replays, *bugs = arguments + ["20", "10"][max(len(arguments) - 1, 0):]
    rounds, replays = int(rounds), int(replays)
    names = subprocess.run([program, "stress", "--list", *bugs], text=True, stdout=subprocess.PIPE,
                           check=True).stdout.split()
    print("| planted bug | found | median s | longest s | replay finds it again |")
    print("| :-- | --: | --: | --: | --: |")
    all_found = True
    for name in names:
        times, again = [], 0
        for seed in range(rounds):
            code, said, seconds = stress(program, name, "--until-failure", "-d", "60s",
                                         "--seed", str(seed))
            if code in (3, 6):
                times.append(seconds)
                if len(times) == 1:
                    again = replayed(program, said, replays)
        all_found = all_found and len(times) == rounds
        print("| %s | %d of %d | %.2f | %.2f | %d of %d |" % (
            name.split("/")[0], len(times), rounds, statistics.median(times or [60]),
            max(times or [60]), again, replays), flush=True)
    return 0 if all_found else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
