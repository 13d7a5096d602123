# SPDX-License-Identifier: GPL-2.0
"""phonion.ko in the running kernel: there, or brought for as long as the demo takes."""
import os
import platform
import subprocess

import process


def _run(*argv):
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError:
        raise process.Missing(f"{argv[0]} is not installed", "selftests/setup") from None


class Module:
    def __init__(self, build):
        self.build, self.loaded = build, False

    def __enter__(self):
        if os.path.isdir("/sys/module/phonion"):
            return self
        file = os.path.join(self.build, "kmod", platform.release(), "kmod/phonion.ko")
        if not os.path.exists("/proc/modules"):
            raise process.Failed("this kernel can load no modules. "
                                 "Run selftests/demo/run without --host: it brings a guest whose kernel can.")
        if not os.path.exists(file):
            raise process.Missing(f"there is no phonion.ko for {platform.release()}",
                                  f"make modules KVER={platform.release()}")
        for word in _run("modinfo", "-F", "depends", file).stdout.strip().split(","):
            if word:
                _run("modprobe", word)
        done = _run("insmod", file)
        if done.returncode:
            raise process.Failed(f"phonion.ko cannot be loaded: {done.stderr.strip()} (dmesg says more). "
                                 "selftests/demo/run without --host brings a guest that can.")
        self.loaded = True
        return self

    def __exit__(self, *_):
        if self.loaded:
            _run("rmmod", "phonion")
