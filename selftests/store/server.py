# SPDX-License-Identifier: GPL-2.0
"""A PostgreSQL of our own from Debian's package: in a temporary folder, on a socket there."""
import atexit
import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import until  # noqa: E402

BIN = max(glob.glob("/usr/lib/postgresql/*/bin"), default="", key=lambda p: int(p.split("/")[-2]))


def _demote():
    """PostgreSQL will not be root's."""
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def _is_gone(pid):
    """Or a zombie, which has nothing any more: who has to reap it may not do so soon."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def cpu_time(pid, children=False):
    """Seconds that a process has used, and those of its children that are no more."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        ticks = f.read().rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks if children else ticks[:2])) / os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self):
        if not BIN:
            raise RuntimeError("PostgreSQL is not installed: run selftests/setup")
        self.dir = tempfile.mkdtemp(prefix="phonion-pg-", dir="/dev/shm")
        os.chmod(self.dir, 0o755)
        atexit.register(self.clean)
        if os.getuid() == 0:
            os.chown(self.dir, pwd.getpwnam("postgres").pw_uid, -1)
        self.process = None
        self._run("initdb", "-A", "trust", "-U", "phonion", "--no-sync", "-E", "UTF8", "--locale=C",
                  "-D", f"{self.dir}/data")

    def _run(self, *argv, **kwargs):
        return subprocess.run([f"{BIN}/{argv[0]}", *argv[1:]], check=True, capture_output=True, text=True,
                              preexec_fn=_demote, cwd="/", **kwargs)

    def start(self):
        """fsync stays on: what is acknowledged is to survive."""
        with open(f"{self.dir}/log", "ab") as log:
            os.chmod(f"{self.dir}/log", 0o666)
            self.process = subprocess.Popen(
                [f"{BIN}/postgres", "-D", f"{self.dir}/data", "-k", self.dir, "-c", "listen_addresses=",
                 "-c", "max_connections=40"], stdout=log, stderr=log, preexec_fn=_demote, cwd="/",
                start_new_session=True)
        return self

    def ready(self):
        return subprocess.run([f"{BIN}/pg_isready", "-q", "-h", self.dir], check=False).returncode == 0

    def sql(self, text, database="postgres"):
        """(exit status, what was said)"""
        done = subprocess.run([f"{BIN}/psql", "-h", self.dir, "-U", "phonion", "-d", database, "-qAtX",
                               "-v", "ON_ERROR_STOP=1", "-c", text], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.strip() + done.stderr.strip()

    def url(self, database):
        return f"postgresql://phonion@/{database}?host={self.dir}"

    def _children(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as f:
            return [int(pid) for pid in f.read().split()]

    def cpu(self):
        """Seconds that all of it has used."""
        return cpu_time(self.process.pid, True) + sum(map(cpu_time, self._children()))

    def kill(self):
        """All of its processes at once, as a crash of the machine would. They are gone when it returns:
        a new server does not start while there is one of the old."""
        self.process.send_signal(signal.SIGSTOP)    # so that there are no more of them
        children = self._children()
        for pid in (*children, self.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        until(lambda: all(map(_is_gone, children)), 60)

    def clean(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)
