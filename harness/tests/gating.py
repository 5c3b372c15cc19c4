"""What the tests of the action share: a repository with a branch to be pulled, and a bench-all that says what it is told to."""

import os
import subprocess

from command import CommandTest, LONGEST, Result, USERS_ENVIRONMENT

ACTION = os.path.join(os.environ["PROJECT"], ".github", "actions", "bench-all")
CASE = "counting/who:steady/size:8/place:here"

# A bench-all whose operations take as long as the revision's file `pause` says.
BUILD = """mkdir -p bin && printf '#!/bin/sh\\nFIXTURE_PAUSE_US=%s exec %s "$@"\\n' "$(cat pause)" "$FIXTURE" >bin/bench-all
chmod +x bin/bench-all"""
# A bench-all that remembers its words, writes a comparison whose row has the verdict $SAID unless that is `nothing`, and ends
# with $ENDS. Its version begins with $NAMED.
FAKE = """mkdir -p bin && cat >bin/bench-all <<'END'
#!/bin/sh
[ "$1" != --version ] || { echo "$NAMED 0.1.0"; exit; }
for word; do echo "$word" >>"$HERE/words"; [ "$before" != --out ] || out=$word; before=$word; done
env | grep ^BENCH_ALL_ >>"$HERE/variables"
[ "$SAID" != nothing ] || exit "$ENDS"
[ "$SAID" = worse ] && confirmed=true || confirmed=false
mkdir -p "$out" && echo "## B against A" >"$out/compare.md"
printf '[\\n {\\n  "rows": [\\n   {\\n    "verdict": "%s",\\n    "confirmed": %s,\\n    "next_step": "%s"\\n   }\\n  ]\\n }\\n]\\n' \\
    "$SAID" "$confirmed" "$NEXT" >"$out/compare.json"
[ -z "$CUT" ] || sed -i '$d' "$out/compare.json"
echo "::error title=$SAID::s/x rate"
exit "$ENDS"
END
chmod +x bin/bench-all"""
# Without it git refuses a submodule that lies at a path.
MAY = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always"}


class ActionTest(CommandTest):
    def git(self, *words, at="tree"):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *words], check=True, cwd=self.path(at),
                       capture_output=True, env={**USERS_ENVIRONMENT, **MAY})

    def commit(self, pause):
        with open(self.path("tree", "pause"), "w", encoding="ascii") as file:
            file.write("%d\n" % pause)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "pause %d" % pause)

    def pull(self, before, after):
        """A repository in which a branch with one commit is to be pulled into main."""
        os.makedirs(self.path("tree"))
        self.git("init", "-q", "-b", "main")
        self.commit(before)
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.commit(after)

    def run_step(self, name, **environment):
        done = subprocess.run([os.path.join(ACTION, name)], cwd=self.path("tree"), text=True, capture_output=True,
                              timeout=LONGEST, check=False, env={**USERS_ENVIRONMENT, "GITHUB_BASE_REF": "main",
                                                             "GITHUB_REPOSITORY": "me/mine", **environment})
        return Result(done.returncode, done.stdout, done.stderr)

    def compare(self, **environment):
        return self.run_step("compare", **{
            "BASE": "", "FILTER": CASE, "ROUNDS": "8", "DELTA": "5", "BUDGET": "5m", "FAIL_ON": "incomparable", "BUILD": BUILD,
            "PROGRAM": "bin/bench-all", "FIXTURE": self.program, "RUNNER_TEMP": self.folder,
            "LAUNCH_OPTIONS": "--window=40ms", "GITHUB_OUTPUT": self.path("output"),
            "GITHUB_STEP_SUMMARY": self.path("summary"), **environment})

    def fake(self, said, ends, fail_on, **environment):
        """Returns (exit code, code, verdict, what is printed); its bench-all ends with `ends`."""
        result = self.compare(**{"BUILD": FAKE, "NAMED": "bench-all", "HERE": self.folder, "SAID": said, "ENDS": str(ends),
                                 "FAIL_ON": fail_on, **environment})
        code, verdict = self.read("output").splitlines()[-2:]
        return result.code, code, verdict, result.out + result.err

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()
