# SPDX-License-Identifier: GPL-2.0
"""User-Mode Linux in the place of the virtual machine: a guest at this machine's own speed."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, f"{HERE}/../../selftests/vm")

from machine import Guest  # noqa: E402

PROBE = 20      # seconds in which a kernel that has nothing to start gives up; 1 is usual
# Its memory is a file of /dev/shm. A kernel on a machine of its own has that by pages of
# 2 MiB or more, and so hardly ever misses a translation: the file shall be of such pages.
OWN_MOUNTS = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--user", "--map-root-user"]
HUGE = "mount -t tmpfs -o huge=always,mode=1777 phonion /dev/shm"
# Whether a file there is of such pages.
IS_HUGE = """
pages() { awk '/^ShmemHugePages:/ { print $2 }' /proc/meminfo; }
before=$(pages) && head -c 8M /dev/zero >/dev/shm/probe && [ "$(pages)" -gt "$before" ]
"""


class Uml(Guest):
    REACH_ROOT = []     # all of it is built in

    def start(self, limit, *more):
        # This kernel waits for its lines with epoll, which takes a pipe and no file. The
        # serial line is the tests', the console is stderr, to which nobody types.
        return ["timeout", "-k", "5", str(limit), f"{self.kernel}/vmlinuz", f"mem={self.args.mem}",
                f"uml_dir={self.out}/", "umid=uml", "con=null", "con0=fd:2", "ssl=null", "ssl0=fd:0,fd:1",
                "loglevel=5", "panic=-1", *more]

    def prepare(self):
        """Does a kernel run as a process here at all? Without an initramfs it soon panics."""
        done = subprocess.run(self.start(PROBE), stdin=subprocess.DEVNULL, capture_output=True, check=False)
        said = (done.stdout + done.stderr).decode(errors="replace")
        if "Kernel panic" not in said:
            sys.exit("\n".join(said.splitlines()[-10:]) + "\nUser-Mode Linux does not run here: it needs ptrace() "
                     f"(not taken away by seccomp, Yama or a container) and {self.args.mem} of /dev/shm")
        self.huge = not subprocess.run([*OWN_MOUNTS, "sh", "-c", f"{HUGE} && {{ {IS_HUGE} }}"], stderr=subprocess.DEVNULL,
                                       check=False).returncode

    def command(self, limit):
        # Hence a pipe on the console's way to its file as well.
        mount = f"{HUGE} && " if self.huge else ""
        return [*(OWN_MOUNTS if self.huge else []), "bash", "-c", mount + 'exec "$@" 2> >(exec cat >"$0")',
                f"{self.out}/console.log", *self.start(limit, f"initrd={self.own_initramfs()}")]
