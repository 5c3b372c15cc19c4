"""A real Slurm of several nodes on this machine, for tests. Takes root, and Slurm's programs (scripts/setup --slurm).

    cluster = Cluster(folder)
    cluster.start_all(down=["n4"])
    cluster.on_head("sinfo")
    cluster.end_node("n2")     # all its processes are killed at once
    cluster.start_node("n2")
    cluster.end_all()

Each node has namespaces of its own (network, hostname, mounts, processes), and the head has a network and a hostname of
its own. They share this machine's files and its cores: such a cluster tests what is submitted, never numbers.
"""

import os
import shutil
import signal
import subprocess
import time

PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "ip", "unshare")
LONGEST = 60  # seconds that a change of state may take

CONFIGURATION = """
ClusterName=gilfree
SlurmctldHost=head({net}.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=10
MessageTimeout=5
KillWait=3
JobRequeue=1
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
PartitionName=all Nodes=ALL Default=YES MaxTime=60 OverSubscribe=EXCLUSIVE State=UP
"""


def missing():
    """Why there can be no cluster here; None if there can."""
    if os.getuid() != 0:
        return "takes root"
    gone = [name for name in PROGRAMS if shutil.which(name) is None]
    if gone:
        return "no %s; run scripts/setup --slurm" % ", ".join(gone)
    name = "gf%d-try" % os.getpid()
    if subprocess.call(["ip", "netns", "add", name], stderr=subprocess.DEVNULL) != 0:
        return "may not make network namespaces"
    # In a chroot whose root is no mount, `ip` can make one and not enter it.
    entered = subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
    subprocess.check_call(["ip", "netns", "del", name])
    return None if entered.returncode == 0 else "may not enter network namespaces: " + entered.stderr.strip()


class Cluster:
    def __init__(self, folder, nodes=4):
        self.folder = folder
        self.nodes = ["n%d" % (i + 1) for i in range(nodes)]
        self.prefix = "gf%d-" % os.getpid()
        self.net = "10.78.%d" % (os.getpid() % 250)
        self.running = {}
        self.environment = {**os.environ, "SLURM_CONF": os.path.join(folder, "slurm.conf")}

    def start_all(self, down=()):
        """Starts the controller and the nodes but for those that are down from the start."""
        self.write_configuration()
        self.lay_cables()
        self.start("munged", ["munged", "--foreground", "--force", "--key-file=" + self.path("munge.key"),
                              "--socket=" + self.path("munge.socket"), "--pid-file=" + self.path("munged.pid"),
                              "--log-file=" + self.path("munged.log"), "--seed-file=" + self.path("seed")])
        self.waits_until(lambda: os.path.exists(self.path("munge.socket")), "munged did not start")
        self.start_controller()
        up = [node for node in self.nodes if node not in down]
        for node in up:
            self.start_node(node)
        self.waits_until(lambda: all(self.states().get(node) == "idle" for node in up), "not all nodes came up")

    def end_all(self):
        for name in list(self.running):
            self.end(name)
        for host in ["head", *self.nodes]:
            subprocess.call(["ip", "netns", "del", self.prefix + host], stderr=subprocess.DEVNULL)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write_configuration(self):
        os.makedirs(self.path("state"))
        with open(self.path("slurm.conf"), "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(folder=self.folder, net=self.net))
            for i, node in enumerate(self.nodes):
                file.write("NodeName=%s NodeAddr=%s.%d CPUs=2 RealMemory=100 Feature=odd%d\n"
                           % (node, self.net, 11 + i, i % 2))
        with open(self.path("cgroup.conf"), "w", encoding="ascii") as file:
            file.write("CgroupPlugin=cgroup/v1\n")  # read even where no plugin needs it
        with open(self.path("munge.key"), "wb") as file:
            os.fchmod(file.fileno(), 0o400)
            file.write(os.urandom(128))

    def lay_cables(self):
        """A bridge in the head's namespace and a cable to each node; this machine's network is not touched."""
        def ip(host, *words):
            subprocess.check_call(["ip", "-n", self.prefix + host, *words])
        for host in ["head", *self.nodes]:
            subprocess.check_call(["ip", "netns", "add", self.prefix + host])
            ip(host, "link", "set", "lo", "up")
        ip("head", "link", "add", "br0", "type", "bridge")
        ip("head", "addr", "add", self.net + ".1/24", "dev", "br0")
        ip("head", "link", "set", "br0", "up")
        for i, node in enumerate(self.nodes):
            ip("head", "link", "add", "p%d" % i, "type", "veth", "peer", "name", "eth0", "netns", self.prefix + node)
            ip("head", "link", "set", "p%d" % i, "master", "br0", "up")
            ip(node, "addr", "add", "%s.%d/24" % (self.net, 11 + i), "dev", "eth0")
            ip(node, "link", "set", "eth0", "up")

    def start(self, name, command):
        with open(self.path(name + ".out"), "ab") as out:
            self.running[name] = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                                  stdout=out, stderr=out)

    def end(self, name, number=signal.SIGKILL):
        process = self.running.pop(name)
        process.send_signal(number)
        process.wait()

    def start_controller(self):
        self.start("head", ["ip", "netns", "exec", self.prefix + "head", "unshare", "--uts", "sh", "-c",
                            "hostname head; exec slurmctld -D"])

    def end_controller(self):
        self.end("head")

    def start_node(self, node):
        os.makedirs(self.path("spool-" + node), exist_ok=True)
        os.makedirs(self.path("tmp-" + node), exist_ok=True)
        # unshare ends with the node's first process, and takes all others with it: --kill-child.
        self.start(node, ["ip", "netns", "exec", self.prefix + node, "unshare", "--uts", "--mount", "--pid", "--fork",
                          "--kill-child", "--mount-proc", "sh", "-c", "hostname %s; slurmd -D -N %s & wait" % (node, node)])

    def end_node(self, node):
        self.end(node)

    def on_head(self, *command, **options):
        """Runs it as if logged in on the head."""
        return subprocess.run(["ip", "netns", "exec", self.prefix + "head", "unshare", "--uts", "sh", "-c",
                               'hostname head; exec "$@"', "sh", *command], env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120, **options)

    def change(self, *command):
        """Runs a command that must succeed on the head."""
        done = self.on_head(*command)
        assert done.returncode == 0, done

    def answers(self):
        return self.on_head("scontrol", "ping").stdout.strip().endswith("UP")

    def states(self):
        """{node: state}; empty where the controller does not answer."""
        lines = self.on_head("sinfo", "--noheader", "--Node", "--format=%N|%T").stdout.splitlines()
        return dict(line.split("|") for line in lines)

    def jobs(self):
        """{job's name: (id, state, reason)}"""
        lines = self.on_head("squeue", "--noheader", "--format=%j|%i|%T|%r").stdout.splitlines()
        return {name: rest for name, *rest in (line.split("|") for line in lines)}

    def waits_until(self, is_so, complaint, longest=LONGEST):
        deadline = time.monotonic() + longest
        while not is_so():
            if time.monotonic() > deadline:
                raise AssertionError("not in %d s: %s; nodes %s, jobs %s" % (longest, complaint, self.states(), self.jobs()))
            time.sleep(0.3)
