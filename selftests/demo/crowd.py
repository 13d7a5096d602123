# SPDX-License-Identifier: GPL-2.0
"""Whom the caller calls, by the records of all carriers together. Those of one call alone
say nothing of a circuit that stands: as many others do at that time hide it. Here these
are simulated ones, at carriers of their own.
"""
import datetime
import glob
import json
import os
import subprocess

import process
from topology import LOOP

RATE = 0.05         # calls a second, and circuits, of the crowd
SEED = 1


def _sim(call, *words):
    done = subprocess.run([f"{call.build}/phonion-sim", "-j", *map(str, words)], capture_output=True, text=True,
                          timeout=300, check=False)
    if done.returncode:
        raise process.Failed(f"phonion-sim {words[0]} ends with {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def _time(text):
    return int(datetime.datetime.fromisoformat(text).timestamp())


def write(call):
    """The records of a crowd whose circuits stand in the same window; the files."""
    start, end = (_time(call.circuit[x]) for x in ("from", "to"))
    room = os.path.join(call.work, "crowd")
    _sim(call, "run", "-o", room, "-t", start, "timing", "standby", "slot", end - start, "rate", RATE, "diurnal", "no",
         "calls", int(RATE * (end - start)), "seed", SEED)
    return sorted(glob.glob(f"{room}/*.cdr"))


def attack(call, files):
    """By what kind of attack the caller is linked with whom, with what chance."""
    # Of a line of a relay's own there is no record: they begin with the relay.
    caller = next(c for c in call.topology.carriers if c.kind != LOOP).before.number
    if call.timing.stands:
        files = files + write(call)
    said = _sim(call, "attack", "--cdr", *files, "from", caller)
    found = {}
    for link in said["links"]:
        of = found.setdefault(link["attack"], {"others": 0, "callee": 0.0})
        if link["destination"] == call.topology.callee.number:
            of["callee"] += link["chance"]
        else:
            of["others"] += 1
    return {"records": said["records"], "window_s": said["window"], "within_s": said["within"], "by": found}
