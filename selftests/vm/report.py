# SPDX-License-Identifier: GPL-2.0
"""One TAP stream out of many tests' TAP."""
import re

from klog import COMPLAINT


class Report:
    """One TAP stream out of many, and the count for the closing line."""
    def __init__(self):
        self.count = {"passed": 0, "failed": 0, "skipped": 0}
        self.n = 0

    def line(self, kind, text, directive=""):
        self.n += 1
        self.count[kind] += 1
        word = "not ok" if kind == "failed" else "ok"
        print(f"{word} {self.n} - {text}{directive}", flush=True)

    def note(self, text):
        for line in text.splitlines():
            print(f"# {line}", flush=True)

    def tail(self, path, lines, label):
        try:
            with open(path, errors="replace") as f:
                text = f.read().splitlines()
        except OSError:
            return
        # All of a report, if there is one: its head says what it is.
        first = next((n for n, line in enumerate(text) if COMPLAINT.search(line)), len(text))
        for line in text[max(min(first, len(text) - lines), len(text) - 100):]:
            self.note(f"{label}: {line}")

    def close(self):
        c = self.count
        print(f"1..{self.n}")
        skipped = f", {c['skipped']} skipped" if c["skipped"] else ""
        print(f"{c['passed']} passed, {c['failed']} failed{skipped}", flush=True)
        return 1 if c["failed"] or not c["passed"] + c["skipped"] else 0


class Tap:
    """Reads one test's TAP and passes its lines on, renumbered."""
    LINE = re.compile(r"(not )?ok\b\s*(\d+)?\s*(?:-\s*)?(.*?)(?:\s*#\s*(skip|todo)\b\S*\s*(.*))?$", re.I)

    def __init__(self, name, report):
        self.name, self.report = name, report
        self.plan = self.skip_all = None
        self.seen = self.failed = 0
        self.why = []

    def line(self, text):
        if plan := re.match(r"1\.\.(\d+)\s*(?:#\s*skip\S*\s*(.*))?$", text, re.I):
            if self.plan is not None:
                self.why.append("prints two plans")
            self.plan = int(plan[1])
            if self.plan == 0:
                self.skip_all = plan[2] or "no reason given"
            return
        if text.startswith("Bail out!"):
            self.why.append(text)
            return
        m = self.LINE.match(text) if text.startswith(("ok", "not ok")) else None
        if not m:
            if text.strip():
                self.report.note(re.sub(r"^#\s?", "", text))
            return
        self.seen += 1
        bad, number, what, directive, reason = m.groups()
        if number and int(number) != self.seen:
            self.why.append(f"numbers test {self.seen} as {number}")
        what = f"{self.name}: {what}"
        # TAP's TODO would hide a failure: here it is one.
        if (directive or "").lower() == "skip" and not bad:
            self.report.line("skipped", what, f" # SKIP {reason}")
        elif bad:
            self.failed += 1
            self.report.line("failed", what)
        else:
            self.report.line("passed", what)

    def end(self, status):
        if status in (124, 137):
            self.why.append("time limit exceeded" if status == 124 else "killed (time limit or signal 9)")
        elif status and not self.failed:
            self.why.append(f"exit status {status}")
        if self.skip_all and not self.seen and not self.why:
            self.report.line("skipped", self.name, f" # SKIP {self.skip_all}")
        elif self.plan is None and not self.why:
            self.why.append("prints no TAP plan" if self.seen else "prints no TAP")
        elif self.plan is not None and self.plan != self.seen and status not in (124, 137):
            self.why.append(f"planned {self.plan} tests and ran {self.seen}")
        elif self.plan == 0 and not self.skip_all:
            self.why.append("ran nothing")
