# SPDX-License-Identifier: GPL-2.0
"""A wire of DAHDI's looped spans, whose near end is a leg:

     far ~~ near == ours = leg -- bridge -- leg = peer

near is connected in DAHDI with a channel of ours, which is a TDM leg. The other leg of
the bridge is RTP, and its peer is the test.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../kernel"))

from rig import PCMA, PCMU, Rig, tap  # noqa: E402
import dahdi  # noqa: E402
from dahdi import Channel, Ctl, Pair, aligned, cross_connect, errors, noise, pump  # noqa: E402, F401

until = tap.until
dahdi.load("dahdi_dynamic", "dahdi_dynamic_loc", "phonion_dahdi", spans=1, channels=8)
ctl = Ctl()
OURS = next(first for _, name, first in dahdi.spans() if name.startswith("PHONION"))
T1, E1 = Pair(ctl, 1), Pair(ctl, 2, 31, dahdi.ALAW)
rig = Rig()
OCTETS = 8000           # a second of a channel
JITTER = 160            # ms: more than this machine is ever late by


def tdm(number=OURS, types=(PCMU,), **more):
    """A leg that is channel @number."""
    return rig.nl.do("leg-new", {"tdm-channel": number, "payload-types": list(types), "lease": 600000,
                                 **{k.replace("_", "-"): v for k, v in more.items()}})


class Line:
    """A wire whose near end is a leg; far is its other end."""
    def __init__(self, n=0, pair=T1, types=None, **leg):
        law = PCMA if pair.law == dahdi.ALAW else PCMU
        self.far = Channel(pair.far[n])
        self.near, self.ours = Channel(pair.near[n], audio=True), Channel(OURS + n, audio=True)
        cross_connect(self.near, self.ours)
        self.id = tdm(OURS + n, types or (law,), **leg)["id"]

    def get(self):
        return rig.nl.do("leg-get", id=self.id)

    def stats(self):
        return self.get()["tdm-stats"]

    def bridge(self, other):
        rig.nl.do("bridge-new", {"leg-a": self.id, "leg-b": other})

    def close(self):
        rig.nl.do("leg-del", id=self.id)
        for chan in self.far, self.near, self.ours:
            chan.close()


STALLED = "concealed", "gaps", "late", "added", "removed", "overruns"


def unstalled(lines, attempt, whole=lambda got: False, tries=15):
    """What @attempt() returns when none of @lines had to make up for this machine, whose
    timer DAHDI's ticks are by, having stood still meanwhile, or when it is @whole in spite of
    that; and whether there was such a time. That nothing is made up without that is for
    selftests/dahdi/eight to see."""
    for _ in range(tries):
        before = [line.stats() for line in lines]
        got = attempt()
        after = [line.stats() for line in lines]
        if whole(got) or all(now[k] == then[k] for now, then in zip(after, before) for k in STALLED):
            return got, True
    return got, False


def close():
    ctl.close()
    dahdi.unload("phonion_dahdi", "dahdi_dynamic_loc", "dahdi_dynamic")
