"""A Slurm that is a folder: its jobs are lines of a file, and run when a test says so."""

import glob
import os
import stat
import subprocess

from command import CommandTest, USERS_ENVIRONMENT

RUN = ["--", "counting", "--profile", "smoke", "--window", "10ms", "-q"]

PROGRAMS = {
    # Remembers the job, and its script as it is now.
    "sbatch": """
for word; do case $word in --job-name=*) name=${word#*=} ;; esac; script=$word; done
[ ! -e refused ] || { cat refused >&2; exit 1; }
echo "$*" >>submitted
id=$(($(cat last 2>/dev/null || echo 10) + 1)); echo $id >last
cp "$script" script.$id
echo "$id|$name|PENDING|Resources" >>jobs
echo $id""",
    "squeue": """
[ ! -e down ] || { echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1; }
cat jobs 2>/dev/null || true""",
    "scancel": 'sed -i "/^$1|/d" jobs; echo "$1" >>cancelled',
    "sinfo": 'case $* in *%T*) cat states ;; *) cat features ;; esac',
}


class FleetTest(CommandTest):
    def setUp(self):
        super().setUp()
        before = glob.glob("/tmp/gilfree-*")
        self.addCleanup(lambda: self.assertEqual(glob.glob("/tmp/gilfree-*"), before, "left in /tmp"))
        self.slurm = self.path("slurm")
        os.makedirs(self.slurm)
        for name, body in PROGRAMS.items():
            with open(os.path.join(self.slurm, name), "w", encoding="ascii") as file:
                file.write("#!/bin/sh\nset -e\ncd '%s'\n%s\n" % (self.slurm, body))
            os.chmod(file.name, stat.S_IRWXU)
        self.write("features", "n1|fast,old\nn2|fast\nn3|old\n")
        self.write("states", "n1|idle\nn2|idle\nn3|idle\n")

    def write(self, name, text):
        with open(os.path.join(self.slurm, name), "w", encoding="ascii") as file:
            file.write(text)

    def read(self, name):
        try:
            with open(os.path.join(self.slurm, name), encoding="ascii") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def slurms(self, *words):
        """bench-all fleet ... where the fake Slurm is."""
        return self.run_it(["fleet", *words], environment={"PATH": self.slurm + ":" + os.environ["PATH"]})

    def fleet(self, *words, code=0, run=True):
        result = self.slurms("--out", self.path("out"), *words, *(RUN if run else ()))
        self.assertEqual(result.code, code, result)
        return result

    def begin(self, nodes="n[1-2]"):
        return self.fleet("--via", "slurm", "--nodes", nodes)

    def again(self, code=0):
        """The lines that a second call says."""
        return self.fleet(code=code, run=False).out.splitlines()

    def states(self, code):
        """{node: state} as `status` says, and its exit code is checked."""
        result = self.slurms("status", self.path("out"))
        self.assertEqual(result.code, code, result)
        lines = [line.split(None, 1) for line in result.out.splitlines()[:-1]]
        return {node: rest[:13].strip() for node, rest in lines}

    def jobs(self):
        """{node: (id, state, reason)}"""
        rows = [line.split("|") for line in self.read("jobs").splitlines()]
        return {row[1].split("-")[-1]: (row[0], row[2], row[3]) for row in rows}

    def set_job(self, node, state, reason):
        lines = []
        for line in self.read("jobs").splitlines():
            cells = line.split("|")
            if cells[1].endswith("-" + node):
                cells[2:] = [state, reason]
            lines.append("|".join(cells) + "\n")
        self.write("jobs", "".join(lines))

    def forget(self, node):
        self.write("jobs", "".join(line + "\n" for line in self.read("jobs").splitlines()
                                   if not line.split("|")[1].endswith("-" + node)))

    def start_job(self, node, restart=0):
        """The job's script, as the node runs it."""
        number = self.jobs()[node][0]
        self.set_job(node, "RUNNING", "None")
        return subprocess.Popen(["sh", os.path.join(self.slurm, "script." + number)], cwd="/", text=True,
                                env={**USERS_ENVIRONMENT, "SLURM_JOB_ID": number, "SLURM_RESTART_COUNT": str(restart)},
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def run_job(self, node, code=0):
        with self.start_job(node) as job:
            err = job.communicate(timeout=60)[1]
        self.assertEqual(job.returncode, code, err)
        self.forget(node)

    def submitted(self):
        return len(self.read("submitted").splitlines())
