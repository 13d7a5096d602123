# SPDX-License-Identifier: GPL-2.0
"""phonion_card.ko, a telephone card that is none: every channel brings a sequence of its
own, and finds in what it is given another's, with how many samples of delay."""
import dahdi
import tap
from dahdi import Channel, cross_connect

DEBUG = "/sys/kernel/debug/phonion_card"
PCMU, PCMA = {"number": 0, "codec": "pcmu"}, {"number": 8, "codec": "pcma"}


class Card:
    """@channels of each span; 31 are A-law. As many channels of ours as it has, at least."""
    def __init__(self, channels):
        self.n = sum(channels)
        self.laws = [[PCMA if n == 31 else PCMU] for n in channels for _ in range(n)]
        dahdi.insmod("dahdi/drivers/dahdi/dahdi", auto_assign_spans=1)
        dahdi.insmod("tdm/phonion_card", channels=",".join(map(str, channels)))
        dahdi.insmod("dahdi-bridge/phonion_dahdi", spans=len(channels), channels=max(channels))
        firsts = {name: first for _, name, first in dahdi.spans()}
        self.first = firsts["CARD/0"]
        self.ours = firsts["PHONION/0"]
        self.open = []

    def close(self):
        self.part()
        dahdi.unload("phonion_dahdi", "phonion_card")

    def channel(self, number):
        chan = Channel(number, audio=True, buffers=2, size=160)
        self.open.append(chan)
        return chan

    def connect(self):
        """Each two channels of the card with each other, by DAHDI."""
        for i in range(0, self.n - 1, 2):
            cross_connect(self.channel(self.first + i), self.channel(self.first + i + 1))

    def legs(self, client, **more):
        """A leg of each, and each two bridged."""
        ids = []
        for i in range(self.n):
            cross_connect(self.channel(self.first + i), self.channel(self.ours + i))
            ids.append(client.do("leg-new", {"tdm-channel": self.ours + i, "payload-types": self.laws[i],
                                             "lease": 86400000, **{k.replace("_", "-"): v for k, v in more.items()}})["id"])
        for a, b in zip(ids[::2], ids[1::2]):
            client.do("bridge-new", {"leg-a": a, "leg-b": b})
        return ids

    def part(self):
        for chan in self.open:
            chan.close()
        self.open = []

    def expect(self):
        """Each channel shall find what the other of its pair brings; counters begin anew."""
        for i in range(self.n - self.n % 2):
            with open(f"{DEBUG}/expect", "w") as f:
                f.write(f"{i} {i ^ 1}")

    @staticmethod
    def run(ticks):
        """Ticks that ran, nanoseconds in DAHDI's part of them, and in all."""
        with open(f"{DEBUG}/run", "w") as f:
            f.write(str(ticks))
        with open(f"{DEBUG}/run") as f:
            return tuple(map(int, f.read().split()))

    @staticmethod
    def report():
        """For each channel: found, delay in samples, octets, errors, slips."""
        with open(f"{DEBUG}/report") as f:
            return [tuple(map(int, line.split()[1:])) for line in f]


def judge(card, what, ticks):
    """Every octet of @ticks came as it was sent; the delays that there were."""
    got = card.report()
    tap.eq(len(got), card.n - card.n % 2, f"{what}: every channel is looked at")
    tap.ok(all(found for found, *_ in got), f"{what}: each hears the other of its pair",
           f"{sum(not g[0] for g in got)} do not")
    tap.eq((sum(g[3] for g in got), sum(g[4] for g in got)), (0, 0), f"{what}: no octet is wrong, none slips")
    tap.ok(all(g[2] >= 8 * ticks for g in got), f"{what}: for all of the time", f"{min(g[2] for g in got)}")
    return sorted({g[1] for g in got})
