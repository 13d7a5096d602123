# SPDX-License-Identifier: GPL-2.0
"""Groups of tests side by side, each in a process of its own, told in their order.

What a group tells is kept until those before it have ended, so the output is the
same however long each takes. A process that ends badly has failed by its name.
"""
import ctypes
import json
import os
import selectors
import signal
import sys
import traceback

from report import Report

PR_SET_PDEATHSIG = 1


class Distant(Report):
    """A report that is written elsewhere: the calls go through a pipe."""
    def __init__(self, fd):
        super().__init__()
        self.pipe = os.fdopen(fd, "w")

    def tell(self, *call):
        self.pipe.write(json.dumps(call) + "\n")
        self.pipe.flush()

    def line(self, kind, text, directive=""):
        self.tell("line", kind, text, directive)

    def note(self, text):
        self.tell("note", text)


class Group:
    """Tests that share a guest; @first is the place of their first in the suite."""
    def __init__(self, name, tests, first):
        self.name, self.tests, self.first = name, tests, first
        self.told, self.buffer, self.ended = [], b"", False
        self.pid = self.pipe = None

    def start(self, work):
        self.pipe, fd = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if not self.pid:
            self.child(work, fd)
        os.close(fd)

    def child(self, work, fd):
        status = 1
        try:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            work(self, Distant(fd))
            status = 0
        except SystemExit as e:
            status = e.code or 1
        except BaseException:   # pylint: disable=broad-exception-caught
            traceback.print_exc()
        finally:
            os._exit(status)

    def read(self):
        """Takes what it has told; False at its end."""
        data = os.read(self.pipe, 65536)
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        self.told += [json.loads(line) for line in lines]
        if not data:
            self.end()
        return bool(data)

    def end(self):
        os.close(self.pipe)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.ended = True
        if status:
            self.told.append(["line", "failed", f"boot={self.name}: the runner ended with status {status}"])

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)


def tell(groups, report):
    """Those that have ended, and the first that has not."""
    for group in groups:
        for method, *what in group.told:
            getattr(report, method)(*what)
        group.told = []
        if not group.ended:
            return


def run(groups, jobs, work, report):
    """@work(group, report) runs in each group's process; at most @jobs of them at once."""
    waiting, running = list(groups), set()
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    group = waiting.pop(0)
                    group.start(work)
                    running.add(group)
                    selector.register(group.pipe, selectors.EVENT_READ, group)
                for key, _ in selector.select():
                    if not key.data.read():
                        selector.unregister(key.fd)
                        running.remove(key.data)
                tell(groups, report)
        finally:
            for group in running:
                group.stop()


def jobs_that_fit(mem):
    """Guests of @mem (such as 2G) for this machine's processors and free memory."""
    size = int(mem[:-1]) << {"M": 10, "G": 20}[mem[-1]]   # KiB
    with open("/proc/meminfo") as f:
        free = next(int(line.split()[1]) for line in f if line.startswith("MemAvailable:"))
    return max(1, min(len(os.sched_getaffinity(0)), free // size))
