# SPDX-License-Identifier: GPL-2.0
"""One boot of the guest and what it reports."""
import os
import re
import selectors
import subprocess
import time

from klog import COMPLAINT, HARMLESS, TAINT
from report import Tap

BOOT_LIMIT = 300    # seconds; 6 to 10 are usual without KVM, 20 on the debug kernel
HANG_GRACE = 40     # beyond a test's own limit, which the guest enforces


def kill(process):
    # timeout passes the signal on to QEMU, and to nobody else.
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Session:
    """One boot of the guest, and the judgement of what it reports."""
    def __init__(self, guest, tests, report, first):
        self.guest, self.tests, self.report, self.first = guest, tests, report, first
        self.out = guest.out
        self.todo = list(enumerate(tests))
        self.tap = self.now = None
        self.klog = []
        self.taint = 0
        self.excerpt = []
        self.begun = 0
        self.booted = self.done = self.in_klog = False
        self.last = "nothing"
        self.deadline = time.monotonic() + BOOT_LIMIT

    def slug(self, n):
        name = re.sub(r"[^\w.-]+", "-", self.tests[n].name)
        return f"{self.first + n:02}-{name}"

    def complaints(self, name, taint):
        """Judge the kernel log since the last call: what is wrong with it, if anything."""
        found = [line for line in self.klog if COMPLAINT.search(line) and not HARMLESS.search(line)]
        if name and self.klog:
            with open(f"{self.out}/{name}.klog", "w") as f:
                f.write("\n".join(self.klog) + "\n")
        log, self.klog = self.klog, []
        new, self.taint = taint & ~self.taint & TAINT, taint
        if not found and not new:
            return None
        if not found:
            found = [f"(taint {taint:#x} appeared without a known message)"] + log[-10:]
        self.excerpt = found[:20]
        return "the kernel log holds what it should not"

    def kmsg(self, record):
        if record and not record.startswith(" "):   # " KEY=VALUE" belongs to the record before
            self.klog.append(record.partition(";")[2])

    def fail(self, name, why, slug=None):
        for reason in why:
            self.report.line("failed", f"{name}: {reason}")
        for line in self.excerpt:
            self.report.note(f"kernel: {line}")
        self.excerpt = []
        if slug:
            self.report.tail(f"{self.out}/{slug}.err", 15, "stderr")

    def line(self, text):
        if not text.startswith("\1"):
            if self.in_klog:
                self.kmsg(text)
            elif self.tap:
                self.tap.line(text.rstrip("\r"))
            return
        word, _, rest = text[1:].partition(" ")
        self.in_klog = word == "klog"
        if not self.in_klog:
            self.last = text[1:]
        if word == "boot":
            self.booted = True
            self.deadline = time.monotonic() + HANG_GRACE
            status, taint = map(int, rest.split())
            log = self.klog[-10:]
            why = self.complaints("boot", taint)
            if status:
                self.excerpt = self.excerpt or log
                self.report.tail(f"{self.out}/console.log", 1, "console")
            self.fail("boot", ["phonion.ko cannot be loaded"] * bool(status) + [why] * bool(why))
        elif word == "begin":
            self.now = int(rest)
            test = self.tests[self.now]
            self.todo.remove((self.now, test))
            self.report.note(f"{test.name}")
            self.tap = Tap(test.name, self.report)
            self.begun = time.monotonic()
            self.deadline = self.begun + test.limit + HANG_GRACE
        elif word == "end":
            _, status, taint = map(int, rest.split())
            self.finish(status, taint)
        elif word == "unload":
            self.deadline = time.monotonic() + HANG_GRACE
            status, taint = map(int, rest.split())
            why = self.complaints("unload", taint)
            self.fail("unload", ["rmmod phonion failed"] * bool(status) + [why] * bool(why))
        elif word == "done":
            self.done = True
            self.deadline = time.monotonic() + HANG_GRACE

    def finish(self, status, taint):
        tap, slug = self.tap, self.slug(self.now)
        self.tap = None
        tap.end(status)
        if why := self.complaints(slug, taint):
            tap.why.append(why)
        self.fail(tap.name, tap.why, slug if tap.why or tap.failed else None)
        self.report.note(f"{tap.name}: {time.monotonic() - self.begun:.1f} s")
        self.deadline = time.monotonic() + HANG_GRACE

    def died(self, how):
        name = self.tap.name if self.tap else "boot" if not self.booted else "guest"
        self.fail(name, [f"{how} (what it last told: {self.last})"], self.slug(self.now) if self.tap else None)
        self.report.tail(f"{self.out}/console.log", 20, "console")
        if not self.tap and self.todo:      # no test to blame: do not try for ever
            for _, test in self.todo:
                self.fail(test.name, ["not run: " + how])
            self.todo = []
        self.tap = None

    def run(self):
        """Returns the tests that did not run because the guest died under another."""
        with open(f"{self.out}/tests", "w") as f:
            for n, t in self.todo:
                f.write("\t".join([str(n), str(t.limit), str(int(t.module)), self.slug(n)] + t.words) + "\n")
        total = BOOT_LIMIT + sum(t.limit + HANG_GRACE for t in self.tests)
        log = open(f"{self.out}/qemu.log", "ab")
        # QEMU takes end of file on stdin for a disconnect and drops what the
        # guest writes, hence a pipe that stays open.
        qemu = subprocess.Popen(self.guest.command(total), stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=log)
        how = "the guest died"
        try:
            buffer = b""
            with selectors.DefaultSelector() as selector:
                selector.register(qemu.stdout, selectors.EVENT_READ)
                while True:
                    left = self.deadline - time.monotonic()
                    if left <= 0:
                        how = "the guest hung"
                        break
                    if not selector.select(left):
                        continue
                    data = os.read(qemu.stdout.fileno(), 65536)
                    if not data:
                        break
                    *lines, buffer = (buffer + data).split(b"\n")
                    for line in lines:
                        self.line(line.decode(errors="replace"))
            if how == "the guest died":
                qemu.wait(10)
        except subprocess.TimeoutExpired:
            how = "the guest hung"
        finally:
            kill(qemu)
            log.close()
        if not self.done:
            self.died(how)
            self.report.tail(f"{self.out}/qemu.log", 5, "qemu")
        return [test for _, test in self.todo]
