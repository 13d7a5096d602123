# SPDX-License-Identifier: GPL-2.0
"""The demo as tests run it."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lib"))

import tap  # noqa: E402


def demo(*options):
    """(exit status, result)"""
    with tempfile.TemporaryDirectory() as work:
        file = os.path.join(work, "result.json")
        with subprocess.Popen([os.path.join(HERE, "demo"), "-j", file, *options], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as p:
            for line in p.stdout:
                tap.note(line.rstrip())
        if not os.path.exists(file):
            raise RuntimeError(f"no call was made (exit status {p.returncode})")
        with open(file) as f:
            return p.returncode, json.load(f)


def kept(status, result):
    """Every promise, and the exit status says so."""
    for p in result["promises"]:
        tap.ok(p["held"], p["promise"], p["detail"])
    tap.eq(status, 0, "exit status of a call whose promises held")
