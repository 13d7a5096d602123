# SPDX-License-Identifier: GPL-2.0
"""Memory that nobody has a pointer to any more, on a kernel that looks for it."""
import time

FILE = "/sys/kernel/debug/kmemleak"
AGE = 6     # seconds; what is younger than five is not looked at


def here():
    """Whether this kernel looks for leaks: it may be built without, or booted with kmemleak=off."""
    try:
        _write("scan=off")
    except OSError:
        return False
    return True


def _write(text):
    with open(FILE, "w") as f:
        f.write(text)


def forget():
    """What has leaked so far is not ours."""
    _write("scan")
    _write("clear")


def scan():
    """What has leaked, with the backtraces of its allocation. The kernel's log tells of it too,
    so that a test in which it happens fails by that. The second scan is the surer one: what
    was in a register or just being moved in the first is seen in the second."""
    for _ in range(2):
        time.sleep(AGE)
        _write("scan")
    with open(FILE) as f:
        return f.read()
