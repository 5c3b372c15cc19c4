"""The action that gates pull requests: what is slower fails and is commented, what is not passes."""

import os
import re
import subprocess
import unittest

from command import LONGEST, CommandTest, Result, USERS_ENVIRONMENT

ACTION = os.path.join(os.environ["PROJECT"], ".github", "actions", "bench-all")
CASE = "counting/who:steady/size:8/place:here"

# A bench-all whose operations take as long as the revision's file `pause` says.
BUILD = """mkdir -p bin && printf '#!/bin/sh\\nFIXTURE_PAUSE_US=%s exec %s "$@"\\n' "$(cat pause)" "$FIXTURE" >bin/bench-all
chmod +x bin/bench-all"""
# A bench-all that remembers its words, writes a comparison whose row has the verdict $SAID, and ends with $ENDS.
FAKE = """mkdir -p bin && cat >bin/bench-all <<'END'
#!/bin/sh
for word; do echo "$word" >>"$HERE/words"; [ "$before" != --out ] || out=$word; before=$word; done
mkdir -p "$out" && echo "## B against A" >"$out/compare.md" && printf '[\\n   "verdict": "%s"\\n   "next_step": "%s"\\n]\\n' "$SAID" "$NEXT" >"$out/compare.json"
echo "::error title=$SAID::s/x rate"
exit "$ENDS"
END
chmod +x bin/bench-all"""
# A gh that remembers its calls and the comment, and says that it has made number 7 before if `made` is there.
GH = """#!/bin/sh
echo "$*" >>"$HERE/calls"
[ ! -e "$HERE/refuse" ] || exit 1
case $* in *--jq*) [ ! -e "$HERE/made" ] || echo 7 ;; esac
for word; do case $word in body=@*) cat "${word#body=@}" >"$HERE/comment" ;; esac; done
"""


class Action(CommandTest):
    def git(self, *words):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *words], check=True, cwd=self.path("tree"),
                       capture_output=True)

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
            "BENCH_ALL_LAUNCH_OPTION": "--window=40ms", "GITHUB_OUTPUT": self.path("output"),
            "GITHUB_STEP_SUMMARY": self.path("summary"), **environment})

    def comment(self, table="## B against A: 1 worse\n", **environment):
        for name in ("gh",):
            with open(self.path(name), "w", encoding="ascii") as file:
                file.write(GH)
            os.chmod(file.name, 0o755)
        with open(self.path("table"), "w", encoding="ascii") as file:
            file.write(table)
        return self.run_step("comment", HERE=self.folder, TABLE=self.path("table"), NUMBER="12", GH_TOKEN="x",
                             GITHUB_JOB="threads-1", PATH=self.folder + ":" + os.environ["PATH"], **environment)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def test_what_is_slower_fails_and_its_table_is_named(self):
        self.pull(1000, 2000)
        result = self.compare()
        self.assertEqual(result.code, 1, result)
        self.assertRegex(result.out, r"\| worse \| (%s)? \| p50 \|" % CASE)  # named in its first row
        self.assertIn("| worse | %s | " % CASE, result.out)
        self.assertIn("::error", result.out)
        table = re.fullmatch("table=(.*)\ncode=1\nverdict=worse\n", self.read("output")).group(1)
        with open(table, encoding="utf-8") as file:
            self.assertIn(file.read(), self.read("summary"))
        listed = subprocess.run(["git", "worktree", "list"], cwd=self.path("tree"), text=True, capture_output=True, check=True)
        self.assertEqual(len(listed.stdout.splitlines()), 1)

    def test_what_is_not_slower_passes(self):
        self.pull(2000, 1000)
        self.assertEqual(self.compare(ROUNDS="6").code, 0)

    def fake(self, said, ends, fail_on, **environment):
        """Returns (exit code, code, verdict, what is printed); its bench-all ends with `ends`."""
        result = self.compare(BUILD=FAKE, HERE=self.folder, SAID=said, ENDS=str(ends), FAIL_ON=fail_on, **environment)
        code, verdict = self.read("output").splitlines()[-2:]
        return result.code, code, verdict, result.out

    def test_fail_on_says_which_verdict_fails_and_the_outputs_say_what_was_found(self):
        self.pull(1000, 1000)
        for said, ends, verdict, failing in (
                ("worse", 1, "worse", {"worse": 1, "incomparable": 1, "undecided": 1, "never": 0}),
                ("incomparable", 4, "incomparable", {"worse": 0, "incomparable": 4, "undecided": 4, "never": 0}),
                ("undecided", 0, "undecided", {"worse": 0, "incomparable": 0, "undecided": 4, "never": 0}),
                ("same", 0, "passed", {"worse": 0, "incomparable": 0, "undecided": 0, "never": 0}),
                ("same", 3, "failed", {"worse": 3, "incomparable": 3, "undecided": 3, "never": 3})):
            for fail_on, expected in failing.items():
                with self.subTest(said=said, fail_on=fail_on):
                    code, told, named, out = self.fake(said, ends, fail_on)
                    self.assertEqual((code, told, named), (expected, "code=%d" % ends, "verdict=" + verdict), out)
                    if ends in (1, 4):
                        shown = "error" if expected else "warning"
                        self.assertIn("::%s title=%s::" % (shown, said), out)
                        self.assertEqual("::warning::bench-all: %s (exit code %d), " % (verdict, ends) in out, not expected)

    def test_a_slowdown_that_could_not_be_confirmed_fails_wherever_a_confirmed_one_does(self):
        self.pull(1000, 1000)
        for fail_on, expected in {"worse": 4, "incomparable": 4, "undecided": 4, "never": 0}.items():
            with self.subTest(fail_on=fail_on):
                code, told, named, out = self.fake("undecided", 4, fail_on, NEXT="worse, but no time was left to confirm it")
                self.assertEqual((code, told, named), (expected, "code=4", "verdict=unconfirmed"), out)
                self.assertIn("::%s::bench-all: worse, but it could not be confirmed (exit code 4)" % ("error" if expected else "warning"), out)

    def test_a_word_that_fail_on_does_not_take_is_refused(self):
        self.pull(1000, 1000)
        result = self.compare(FAIL_ON="slower")
        self.assertEqual(result.code, 2)
        self.assertIn("bench-all: the input fail-on is 'slower'; it takes worse, incomparable, undecided or never\n", result.err)
        self.assertEqual(self.read("output"), "code=2\nverdict=failed\n")

    def test_floor_out_and_launch_options_reach_ab(self):
        self.pull(1000, 1000)
        self.fake("same", 0, "worse", FLOOR="aa.json", OUT=self.path("kept"), LAUNCH_OPTIONS="--window=20ms --timeout=60s")
        words = self.read("words")
        self.assertIn("--floor\naa.json\n--launch-option=--window=20ms\n--launch-option=--timeout=60s\n", words)
        self.assertIn("table=%s/compare.md\n" % self.path("kept"), self.read("output"))

    def test_words_may_stand_in_lines_of_their_own(self):
        self.pull(1000, 1000)
        self.fake("same", 0, "worse", FILTER="\nwakeup\nlock_contention  cpu\n", LAUNCH_OPTIONS="--window=20ms\n--timeout=60s\n")
        words = self.read("words")
        self.assertIn("\n-q\nwakeup\nlock_contention\ncpu\n", words)
        self.assertIn("--launch-option=--window=20ms\n--launch-option=--timeout=60s\n", words)

    def test_a_base_that_is_no_revision_is_refused_also_if_it_looks_like_an_option(self):
        self.pull(1000, 1000)
        for base in ("-f", "nowhere", "HEAD:pause"):
            with self.subTest(base):
                result = self.compare(BASE=base)
                self.assertEqual(result.code, 2)
                self.assertIn("bench-all: there is no revision '%s'; set the input base" % base, result.err)

    def test_the_table_of_an_earlier_comparison_is_not_shown_again(self):
        self.pull(1000, 1000)
        self.fake("same", 0, "worse", OUT=self.path("kept"))
        self.assertEqual(self.read("output").count("table="), 1)
        self.fake("same", 2, "worse", OUT=self.path("kept"))
        self.assertEqual(self.read("output").count("table="), 1)

    def test_without_history_the_remedy_is_named(self):
        self.pull(1000, 1000)
        self.git("update-ref", "-d", "refs/remotes/origin/main")
        result = self.compare()
        self.assertEqual(result.code, 2)
        self.assertIn("bench-all: no merge base with main; check out with fetch-depth: 0", result.err)

    def test_a_build_that_fails_fails(self):
        self.pull(1000, 1000)
        result = self.compare(BUILD="exit 3")
        self.assertEqual(result.code, 2)
        self.assertRegex(result.err, "failed \\(3\\) in the base [0-9a-f]+; a base that has no such benchmark yet, as of the pull "
                                     "request that adds it, cannot be compared with\n")
        self.assertEqual(self.read("output"), "code=2\nverdict=failed\n")

    def test_the_table_becomes_a_comment_and_the_next_one_replaces_it(self):
        os.makedirs(self.path("tree"))
        self.assertEqual(self.comment().code, 0)
        self.assertEqual(self.read("comment"), "<!-- bench-all threads_1 -->\n## B against A: 1 worse\n")
        self.comment(COMMENT_NAME="other --> job")
        self.assertTrue(self.read("comment").startswith("<!-- bench-all other_____job -->\n"))
        self.assertIn("--method POST repos/me/mine/issues/12/comments", self.read("calls"))
        open(self.path("made"), "w", encoding="ascii").close()
        self.assertEqual(self.comment().code, 0)
        self.assertIn("--method PATCH repos/me/mine/issues/comments/7", self.read("calls"))

    def test_a_comment_is_no_longer_than_github_takes_and_ends_with_a_whole_row(self):
        os.makedirs(self.path("tree"))
        row = "| undecided | %s | p99 |\n" % CASE
        self.assertEqual(self.comment(row * 2000).code, 0)
        said = self.read("comment")
        self.assertLessEqual(len(said), 65536)
        self.assertGreater(len(said), 60000)
        self.assertTrue(said.endswith("%s\n%d more rows left out, since a comment may be no longer: the log of the job has the "
                                      "whole table.\n" % (row, 2000 - said.count(row))), said[-300:])

    def test_a_fork_that_may_not_comment_is_warned_and_passes(self):
        os.makedirs(self.path("tree"))
        open(self.path("refuse"), "w", encoding="ascii").close()
        result = self.comment()
        self.assertEqual(result.code, 0)
        self.assertIn("::warning::", result.out)

    def test_the_recipes_of_the_readme_leave_what_fails_at_its_default(self):
        # fail-on: worse lets a program pass that crashes.
        with open(os.path.join(os.environ["PROJECT"], "harness", "README.md"), encoding="utf-8") as file:
            recipes = re.findall(r"(?ms)^```yaml\n(.*?)^```", file.read())
        self.assertEqual([recipe.count("/actions/bench-all") for recipe in recipes], [1, 1])
        for recipe in recipes:
            self.assertNotIn("fail-on", recipe)

    def test_each_variable_of_a_step_is_an_input_and_each_step_a_file(self):
        with open(os.path.join(ACTION, "action.yml"), encoding="utf-8") as file:
            text = file.read()
        declared = set(re.findall(r"(?m)^  ([a-z-]+):$", text.split("outputs:")[0]))
        self.assertEqual(set(re.findall(r"inputs\.([a-z-]+)", text)), declared)
        for step in re.findall(r"ACTION_PATH/(\w+)", text):
            with open(os.path.join(ACTION, step), encoding="utf-8") as file:
                script = file.read()
            for variable in re.findall(r"\$\{?(BASE|FILTER|ROUNDS|DELTA|BUDGET|FAIL_ON|FLOOR|LAUNCH_OPTIONS|OUT|BUILD|PROGRAM|TABLE|NUMBER|COMMENT_NAME)\b", script):
                self.assertIn("        %s: " % variable, text)


if __name__ == "__main__":
    unittest.main()
