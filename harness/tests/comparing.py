"""What the tests of bench-all ab share: builds that are slower than another one, and one whose launches take no time."""

import csv
import os
import shutil

from command import CommandTest

CASE = "counting/who:steady/size:8/place:here"
FAST = ["--launch-option=--window=40ms", "--launch-option=--warmup=1ms", "-q"]


class CompareTest(CommandTest):
    def build(self, name, pause_us):
        """A program that is fixture-bench with operations of this length."""
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nFIXTURE_PAUSE_US=%d exec "%s" "$@"\n' % (pause_us, self.program))
        os.chmod(path, 0o755)
        return path

    def compare(self, a, b, *words):
        return self.run_it(["ab", "--a", self.build("a", a), "--b", self.build("b", b), CASE,
                            "--out", self.path("out"), *FAST, *words])

    def variant(self, body, lists='exec "%s" "$@"'):
        """A build that lists what fixture-bench does, and measures in a way of its own; $real is fixture-bench."""
        path = self.path("variant")
        with open(path, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nreal="%s"\n[ "$1" = list ] && { %s; exit; }\n'
                       'case "$*" in *--dry-run*) exec "$real" "$@" ;; esac\n%s\n' % (
                self.program, lists.replace("%s", self.program), body))
        os.chmod(path, 0o755)
        return path

    def against(self, variant, *words, case=CASE):
        shutil.rmtree(self.path("out"), ignore_errors=True)
        return self.run_it(["ab", "--a", self.program, "--b", variant, case, "--out", self.path("out"), *FAST, *words])

    def remove(self, name):
        if os.path.exists(self.path(name)):
            os.remove(self.path(name))

    def verdicts(self):
        with open(self.path("out", "compare.csv"), newline="", encoding="utf-8") as file:
            return {row["metric"]: row for row in csv.DictReader(file)}


# A bench-all whose launches take no time: its rates are those that a test needs.
INSTANT = """#!/bin/sh
side=%s
[ "$1" = list ] && { cat "$0.lists" 2>/dev/null || echo '["noisy", "same", "slow"]'; exit; }
name=${1#^} name=${name%%$}
case "$*" in *--dry-run*) exit ;; esac
while [ "$1" != --out ]; do shift; done
mkdir -p "$2"
count=$(cat "$0.$name" 2>/dev/null || echo 0); echo $((count + 1)) >"$0.$name"
[ "$(cat "$0.hangs_at" 2>/dev/null)" = "$name $count" ] && exec sleep 1000
while [ "$(cat "$0.holds_at" 2>/dev/null)" = "$name $count" ]; do sleep 0.01; done
if [ "$(cat "$0.cannot_write_at" 2>/dev/null)" = "$name $count" ]; then
  echo "bench-all: cannot write results: $2/events.jsonl: No space left on device; what was measured until then is there" >&2
  exit 7
fi
[ -e "$0.fills" ] && { cat /dev/zero >"$2/events.jsonl"; exit 1; }
case $name$side in
  same*) rate=1000 ;;
  slowa) rate=1000 ;;
  slowb) rate=500 ;;
  slightlya) rate=1000 ;;
  slightlyb) rate=$((count ? 900 : 1100)) ;;
  noisya) rate=1000 ;;
  noisyb) rate=$((count %% 2 ? 1500 : 700)) ;;
esac
row="{\\"run_id\\":\\"x\\",\\"case\\":\\"$name\\",\\"launch\\":1,\\"repetition\\":1"
case " $(cat "$0.skips" 2>/dev/null) " in
  *" $name "*) row="$row,\\"status\\":\\"skipped\\",\\"error\\":\\"io_uring is refused\\"}" ;;
  *) row="$row,\\"status\\":\\"ok\\",\\"ops_per_s\\":$rate.0}" ;;
esac
printf '%%s\\n' '{"event":"run","run_id":"x"}' "{\\"event\\":\\"sample\\",\\"row\\":$row}" >"$2/events.jsonl"
"""


class InstantTest(CompareTest):
    def side(self, name):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(INSTANT % name)
        os.chmod(self.path(name), 0o755)
        return self.path(name)
