# SPDX-License-Identifier: GPL-2.0
"""peer A -- relay -- peer B: three namespaces, the legs in the middle one.

A test sends frames of its own making from one peer and looks at everything
that reaches the other. With xdp as the test's argument the relay's devices ask the
module by XDP first: nothing that shows may differ.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
sys.dont_write_bytecode = True

import nl  # noqa: E402
import tap  # noqa: E402
import wire  # noqa: E402
from netns import Netns  # noqa: E402

PCMU = {"number": 0, "codec": "pcmu"}
PCMA = {"number": 8, "codec": "pcma"}
EVENT = {"number": 101, "codec": "telephone-event"}
NOISE = {"number": 13, "codec": "comfort-noise"}
SENTINEL = b"the last one"
DAY = 86400000  # ms: a lease that no test outlives, however slow its kernel
PAGE = 4096     # octets; no message of a dump has less room
XDP = "xdp" in sys.argv and not sys.argv.remove("xdp")   # the rest names tests
XDP_OBJECT = f"{os.environ.get('PHONION_BUILD', 'build')}/xdp.bpf.o"


def set_xdp(relay, dev, ns, peer, on=True):
    """Whoever shall be given frames must poll for them, which GRO makes a veth do."""
    ns.run("ethtool", "-K", peer, "gro", "on")
    relay.ip(f"link set dev {dev} xdpdrv " + (f"obj {XDP_OBJECT} sec xdp" if on else "off"))


class Side:
    """One peer: its namespace, its addresses, and the relay's towards it."""
    def __init__(self, name, n, relay):
        self.name, self.relay = name, relay
        self.ns = Netns(f"peer{name}")
        self.dev, self.relay_dev = f"p{name}", f"r{name}"
        self.ip = {4: f"10.0.{n}.2", 6: f"fd00:{n}::2"}
        self.relay_ip = {4: f"10.0.{n}.1", 6: f"fd00:{n}::1"}
        self.mac, self.relay_mac = f"02:00:00:00:{n:02x}:02", f"02:00:00:00:{n:02x}:01"
        self.add = [f"link add {self.relay_dev} address {self.relay_mac} type veth "
                    f"peer name {self.dev} address {self.mac} netns {self.ns.name}",
                    *self._set_up(self.relay_dev, self.relay_ip, self.ip, self.mac)]

    @staticmethod
    def _set_up(dev, own, other, mac):
        """No address that nobody asked for, no neighbour discovery: quiet wires."""
        return (f"link set {dev} addrgenmode none up",
                f"addr add {own[4]}/24 dev {dev}", f"addr add {own[6]}/64 dev {dev} nodad",
                f"neigh replace {other[4]} lladdr {mac} dev {dev} nud permanent",
                f"neigh replace {other[6]} lladdr {mac} dev {dev} nud permanent")

    def set_up(self, checksums=True):
        """When the relay has its devices: @checksums makes it fill them in before they
        leave, so that the capture has the sum and not the order to make it."""
        self.ns.ip(*self._set_up(self.dev, self.ip, self.relay_ip, self.relay_mac))
        if checksums:
            self.relay.fill_checksums(self.relay_dev, False)
        with self.ns:
            self.tap = wire.Tap(self.dev)
        if XDP:
            self.xdp()
        return self

    def xdp(self, on=True):
        set_xdp(self.relay, self.relay_dev, self.ns, self.dev, on)

    def frame(self, payload, family=4, sport=6000, dport=4000, src=None, udp=None, ip=None, **eth):
        """A UDP packet to the relay; @udp and @ip are fields of those headers."""
        src, dst = wire.addr(src or self.ip[family]), wire.addr(self.relay_ip[family])
        datagram = wire.udp(src, dst, sport, dport, payload, **(udp or {}))
        packet = (wire.ipv4 if family == 4 else wire.ipv6)(src, dst, datagram, **(ip or {}))
        return wire.ethernet(wire.mac(self.relay_mac), wire.mac(self.mac), packet, **eth)


class Rig:
    def __init__(self):
        wire.pin()
        self.relay = Netns("relay")
        self.a, self.b = Side("a", 1, self.relay), Side("b", 2, self.relay)
        self.relay.ip("link set lo up", *self.a.add, *self.b.add)
        self.a.set_up()
        self.b.set_up()
        self.nl = self.client()
        self.port = 40000
        self.sentinel = Call(self)

    def client(self, groups=()):
        with self.relay:
            return nl.Client(groups)

    def side(self, name, n, *more):
        """Another peer; @more is done in the relay when it has the device."""
        side = Side(name, n, self.relay)
        self.relay.ip(*side.add, *more)
        return side.set_up()

    def next_port(self):
        self.port += 2
        return self.port

    def other(self, side):
        return self.b if side is self.a else self.a

    def leg(self, side, family=4, port=None, remote_port=6000, types=(PCMU,), **more):
        """Make a leg towards @side and return what the kernel says of it."""
        attrs = {f"local-ipv{family}": wire.addr(side.relay_ip[family]),
                 "local-port": port or self.next_port(), "payload-types": list(types),
                 "rate-limit": 10000, "lease": DAY}
        if remote_port:
            attrs |= {f"remote-ipv{family}": wire.addr(side.ip[family]),
                      "remote-port": remote_port}
        attrs |= {k.replace("_", "-"): v for k, v in more.items()}
        return self.nl.do("leg-new", {k: v for k, v in attrs.items() if v is not None})

    def call(self, *args, **kwargs):
        return Call(self, *args, **kwargs)

    def stats(self):
        return self.nl.do("stats-get")

    def parted(self, op, octets):
        """Dumps by @op whose first message ends at each attribute of the @octets after a page:
        octets of that message where the rest did not follow."""
        def timeless(told):
            return [{k: v for k, v in x.items() if k != "lease"} for x in told]
        with self.relay:
            client = nl.Client(room=PAGE)
        whole, wrong = timeless(self.nl.dump(op)), []
        for client.room in range(PAGE, PAGE + octets, 4):
            client._send(client.message(op, {}, nl.DUMP))
            head = list(client._messages())
            got = timeless(client._decode(m) for m in head + client._answers())
            if got != whole or len(head) >= len(whole):
                wrong.append(client.room)
        client.close()
        return wrong

    def collect(self, side, seconds=20.0, whole=False):
        """What reached @side until now: a packet of another call, sent last, ends it.
        @whole: not UDP alone, and what @side sent too."""
        self.sentinel.send(SENTINEL, frm=self.other(side))
        got = []

        def arrived():
            got.extend(side.tap.drain(whole))
            return got and any(f.rtp and f.rtp["payload"] == SENTINEL for f in got)
        if not tap.until(arrived, seconds):
            raise RuntimeError("the sentinel call does not go through")
        return [f for f in got if whole or
                f.proto == wire.UDP and not (f.rtp and f.rtp["payload"] == SENTINEL)]

    def quiet(self):
        """Forget what has arrived so far."""
        for side in self.a, self.b:
            side.tap.discard()
            self.collect(side)


class Call:
    """Two bridged legs, and a peer on each side that talks RTP to its own."""
    def __init__(self, rig, fa=4, fb=4, a=None, b=None, bridge=True, **both):
        self.rig = rig
        self.family = {rig.a: fa, rig.b: fb}
        self.leg = {rig.a: rig.leg(rig.a, fa, **{**both, **(a or {})}),
                    rig.b: rig.leg(rig.b, fb, **{**both, **(b or {})})}
        self.seq = {rig.a: 1000, rig.b: 2000}
        self.a, self.b = self.leg[rig.a]["id"], self.leg[rig.b]["id"]
        if bridge:
            rig.nl.do("bridge-new", {"leg-a": self.a, "leg-b": self.b})

    def frame(self, payload=b"\x55" * 16, frm=None, rtp=None, raw=None, **how):
        """A packet of this call; @rtp are fields of its header, @raw stands for all of it."""
        side = frm or self.rig.a
        seq = self.seq[side]
        self.seq[side] += 1
        if raw is None:
            raw = wire.rtp(payload, **{"seq": seq, "ts": seq * 160, **(rtp or {})})
        return side.frame(raw, self.family[side],
                          **{"dport": self.leg[side]["local-port"], **how})

    def send(self, *args, frm=None, **how):
        side = frm or self.rig.a
        side.tap.send(self.frame(*args, frm=side, **how))

    def collect(self, at=None, **how):
        return self.rig.collect(at or self.rig.b, **how)

    def get(self, side=None):
        return self.rig.nl.do("leg-get", id=self.leg[side or self.rig.a]["id"])

    def stats(self, side=None):
        return self.get(side)["stats"]

    def set(self, side, **attrs):
        self.rig.nl.do("leg-set", {"id": self.leg[side]["id"],
                                   **{k.replace("_", "-"): v for k, v in attrs.items()}})

    def drops(self, side=None):
        """Counters of the drops there were, without drop-."""
        return {k[5:]: v for k, v in self.stats(side).items() if k.startswith("drop-") and v}

    def end(self):
        for leg in self.a, self.b:
            self.rig.nl.do("leg-del", id=leg)
