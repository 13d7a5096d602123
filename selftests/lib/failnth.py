# SPDX-License-Identifier: GPL-2.0
"""Allocations that fail on purpose (Linux's Documentation/fault-injection), on a kernel that
can do so: the n-th one of a system call, or by chance those that cannot wait for memory."""
import os

import nl

FAR = 1 << 20       # allocations; no call of ours has so many
SLAB = "/sys/kernel/debug/failslab"


def allow():
    """Allocations that may wait fail as well; the log is not told of each."""
    for what in "failslab", "fail_page_alloc":
        there = f"/sys/kernel/debug/{what}"
        for name, value in ("ignore-gfp-wait", "N"), ("verbose", "0"):
            _write(f"{there}/{name}", value)
    _write("/sys/kernel/debug/fail_usercopy/verbose", "0")
    _write("/sys/kernel/debug/fail_page_alloc/min-order", "0")


def _write(path, text):
    with open(path, "w") as f:
        f.write(text)


class Step:
    """What @call() does when its @n-th allocation fails. .hit: there was one; .left: how many more
    there might have been; .error: what came of it; .unknown: nobody was told what."""
    def __init__(self, call, n):
        self.hit = self.unknown = False
        self.error, self.left = None, None
        fd = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        os.pwrite(fd, str(n).encode(), 0)
        try:
            call()
        except nl.Refused as e:
            self.error = e
        except (OSError, MemoryError) as e:
            # Of the acknowledgement, maybe: then what was asked for may have been done.
            self.error, self.unknown = e, True
        finally:
            self._read(fd)
            os.close(fd)

    def _read(self, fd):
        try:
            self.left = int(os.pread(fd, 16, 0).rstrip(b"\0\n"))
            self.hit = self.left == 0
            os.pwrite(fd, b"0", 0)
        except OSError:         # what failed is the copying of a number: it was the next in turn
            pass


def count(call):
    """How many allocations @call() has when none fails."""
    step = Step(call, FAR)
    if step.error:
        raise step.error
    return FAR - step.left


class Short:
    """Meanwhile so many of a hundred allocations fail that cannot wait, whoever's they are: a
    packet's, a timer's, a notification's; not those of whoever asks and sends."""
    def __init__(self, percent):
        self.percent = percent

    def __enter__(self):
        for name, value in ("verbose", 0), ("times", -1), ("ignore-gfp-wait", "Y"), ("probability", self.percent):
            _write(f"{SLAB}/{name}", str(value))

    def __exit__(self, *_):
        _write(f"{SLAB}/probability", "0")
