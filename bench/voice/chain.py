# SPDX-License-Identifier: GPL-2.0
"""Chains of relays in the guest: the nodes are network namespaces, the links wires of packets
(veth, with netem's delay, jitter and loss) or of telephone channels (DAHDI's looped spans).
"""
import os
import socket
import sys
import time

TREE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path[:0] = [f"{TREE}/selftests/lib", f"{TREE}/selftests/kernel"]

import dahdi  # noqa: E402
import nl  # noqa: E402
import wire  # noqa: E402
from netns import Netns  # noqa: E402

CHANNELS, SPANS = 31, 6         # of phonion_dahdi.ko: more than any chain has TDM legs
PACKETS_TO_TDM = 20             # ms that a TDM leg's jitter buffer has at least
LEASE = 3600000
CODECS = {"pcmu": (0, dahdi.MULAW), "pcma": (8, dahdi.ALAW)}


def codec(name):
    return [{"number": CODECS[name][0], "codec": name}]


class Packets:
    """A link of packets, between two nodes."""
    def __init__(self, i, near, far, how):
        self.i, self.law = i, "pcmu"
        near.ip(f"link add right type veth peer left netns {far.name}")
        for ns, dev, end in (near, "right", 1), (far, "left", 2):
            ns.ip(f"addr add 10.9.{i}.{end}/24 dev {dev}", f"link set {dev} up")
        near.run("tc", "qdisc", "add", "dev", "right", "root", "netem", "limit", "100000", "delay", f"{how['delay']}ms",
                 *([f"{how['jitter']}ms", "distribution", "normal"] if how["jitter"] else []), "loss", f"{how['loss']}%")
        # Neighbours are known before the first packet, as after signalling they would be.
        with near.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"", (f"10.9.{i}.2", 9))
        time.sleep(0.1 + 4 * how["delay"] / 1000)

    def leg(self, client, end, n):
        """Call @n's at this @end (1 near, 2 far) of the link."""
        port = 20000 + 2 * n
        return client.do("leg-new", {
            "local-ipv4": wire.addr(f"10.9.{self.i}.{end}"), "local-port": port, "payload-types": codec(self.law),
            "remote-ipv4": wire.addr(f"10.9.{self.i}.{3 - end}"), "remote-port": port, "lease": LEASE})["id"]

    def close(self):
        pass


class Channels:
    """A link of telephone channels. Both its ends are this machine's."""
    _keys, _free = set(range(1, 10)), None      # DAHDI's key is one digit

    def __init__(self, how):
        if Channels._free is None:
            dahdi.load("dahdi_dynamic", "dahdi_dynamic_loc", "phonion_dahdi", spans=SPANS, channels=CHANNELS)
            Channels._free = {first + i for _, name, first in dahdi.spans() if name.startswith("PHONION")
                              for i in range(CHANNELS)}
        self.key = Channels._keys.pop()
        self.law = how["law"]
        self.ctl = dahdi.Ctl()
        self.pair = dahdi.Pair(self.ctl, self.key, CHANNELS, CODECS[self.law][1])
        self.open, self.ours = [], []

    def channel(self, end, n):
        self.open.append(dahdi.Channel((self.pair.near if end == 1 else self.pair.far)[n], audio=True))
        return self.open[-1]

    def leg(self, client, end, n):
        ours = Channels._free.pop()
        self.ours.append(ours)
        self.open.append(dahdi.Channel(ours, audio=True))
        dahdi.cross_connect(self.open[-1], self.channel(end, n))
        return client.do("leg-new", {"tdm-channel": ours, "payload-types": codec(self.law),
                                     "delay-min": PACKETS_TO_TDM, "lease": LEASE})["id"]

    def close(self):
        """Legs have ended before."""
        for channel in self.open:
            channel.close()
        Channels._free |= set(self.ours)
        Channels._keys.add(self.key)
        self.ctl.close()


def unload():
    """DAHDI, when all chains are closed: else it would hold phonion.ko."""
    dahdi.unload("phonion_dahdi", "dahdi_dynamic_loc", "dahdi_dynamic")


class Chain:
    """caller - relay - ... - callee; both telephones are at links of packets."""
    made = 0

    def __init__(self, links):
        Chain.made += 1
        self.nodes = [Netns(f"voice{Chain.made}-{i}") for i in range(len(links) + 1)]
        self.links = [Channels(how) if "law" in how else Packets(i, self.nodes[i], self.nodes[i + 1], how)
                      for i, how in enumerate(links)]
        self.legs = []

    def connect(self, n):
        """Call @n, at each relay: its two legs, or its two channels with none."""
        for i in range(1, len(self.links)):
            left, right = self.links[i - 1:i + 1]
            if isinstance(left, Channels) and isinstance(right, Channels):
                dahdi.cross_connect(left.channel(2, n), right.channel(1, n))
                continue
            with self.nodes[i]:
                client = nl.Client()
            ids = [left.leg(client, 2, n), right.leg(client, 1, n)]
            client.do("bridge-new", {"leg-a": ids[0], "leg-b": ids[1]})
            client.close()
            self.legs.append((i, ids))

    def laws(self):
        """The law of each link, in their order."""
        return [link.law for link in self.links]

    def sockets(self, n):
        port = 20000 + 2 * n
        caller = self.nodes[0].socket(socket.AF_INET, socket.SOCK_DGRAM)
        caller.bind(("10.9.0.1", port))
        caller.connect(("10.9.0.2", port))
        callee = self.nodes[-1].socket(socket.AF_INET, socket.SOCK_DGRAM)
        callee.setblocking(False)
        callee.bind((f"10.9.{len(self.links) - 1}.2", port))
        return caller, callee

    def relays(self):
        return self.nodes[1:-1]

    def close(self):
        """The namespaces end with the guest."""
        for i, ids in self.legs:
            with self.nodes[i]:
                client = nl.Client()
            for leg in ids:
                client.do("leg-del", {"id": leg})
            client.close()
        for link in self.links:
            link.close()
