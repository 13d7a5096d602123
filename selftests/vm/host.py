# SPDX-License-Identifier: GPL-2.0
"""Tests that need no kernel of their own (boot=host)."""
import ctypes
import os
import re
import signal
import subprocess
import time

from report import Tap
from tests import BUILD, TREE


def end_children():
    """End what a test left running: as subreaper, orphans of any session are our children."""
    me = os.getpid()
    while children := open(f"/proc/{me}/task/{me}/children").read().split():
        for pid in children:
            try:
                os.kill(int(pid), signal.SIGKILL)
                os.waitpid(int(pid), 0)
            except (ProcessLookupError, ChildProcessError):
                pass


def run_on_host(tests, report, out):
    """boot=host: what needs no kernel of its own runs here, at full speed."""
    env = {"PATH": "/usr/bin:/usr/sbin:/bin:/sbin", "LC_ALL": "C", "HOME": out, "TMPDIR": out, "TERM": "dumb",
           "PHONION_TREE": TREE, "PHONION_OUT": out, "PHONION_KO": "", "PHONION_BUILD": BUILD}
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)     # PR_SET_CHILD_SUBREAPER
    for test in tests:
        report.note(test.name)
        tap = Tap(test.name, report)
        begun = time.monotonic()
        base = f"{out}/host-{re.sub(r'[^A-Za-z0-9_.-]+', '-', test.name)}"
        with open(f"{base}.tap", "wb") as stdout, open(f"{base}.err", "wb") as stderr:
            process = subprocess.Popen(["timeout", "-k", "5", str(test.limit)] + test.words, cwd=TREE, env=env,
                                       stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
            try:
                process.wait()
            finally:
                end_children()
                process.poll()
        with open(f"{base}.tap", errors="replace") as stdout:
            for line in stdout:
                tap.line(line.rstrip("\r\n"))
        tap.end(process.returncode)
        for why in tap.why:
            report.line("failed", f"{tap.name}: {why}")
        if tap.why or tap.failed:
            report.tail(f"{base}.err", 15, "stderr")
        report.note(f"{test.name}: {time.monotonic() - begun:.1f} s")
