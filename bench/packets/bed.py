# SPDX-License-Identifier: GPL-2.0
"""The test bed: gen g0 -> r0 relay r1 -> s0 sink, three network namespaces joined by veth.

The sink drops all in nftables' ingress hook. What a variant costs is the time of the
generator, which is everybody's, there being one CPU.
"""
import os
import struct
import subprocess
import sys

TREE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, f"{TREE}/selftests/lib")

import nl  # noqa: E402
import wire  # noqa: E402
from netns import Netns  # noqa: E402

GEN = "/sys/kernel/debug/phonion_gen"
OUT_INDEX = 77          # of r1, which bench/bpf/redirect.bpf.c knows
SIZE = 172              # octets of RTP: 20 ms of G.711
PORTS = range(20000, 60000, 2)
MACS = {"g0": "02:00:00:00:00:01", "r0": "02:00:00:00:00:02", "r1": "02:00:00:00:00:03", "s0": "02:00:00:00:00:04"}
CALLER = {4: "10.0.1.1", 6: "fd00:1::1"}
CALLEE = {4: "10.0.2.1", 6: "fd00:2::1"}
NET = {4: "10.0.{}.{}", 6: "fd00:{}::{}"}


class Flow:
    """One direction of a call: where its packets come to, and go on to."""
    def __init__(self, n, families):
        self.family_in, self.family_out = families
        at = 10 + n // len(PORTS)       # a further address for each 20,000 ports
        self.port = PORTS[n % len(PORTS)]
        self.relay_in = NET[self.family_in].format(1, at)
        self.relay_out = NET[self.family_out].format(2, at)
        self.caller, self.callee = CALLER[self.family_in], CALLEE[self.family_out]


class Bed:
    def __init__(self):
        self.gen, self.relay, self.sink = (Netns(n) for n in ("gen", "relay", "sink"))
        self.relay.ip("link set lo up")
        self.gen.ip(f"link add g0 address {MACS['g0']} type veth peer r0 address {MACS['r0']} netns relay")
        self.relay.ip(f"link add r1 index {OUT_INDEX} address {MACS['r1']} type veth peer s0 address {MACS['s0']} netns sink")
        for ns in (self.gen, self.relay, self.sink):
            ns.sysctl(net__ipv6__conf__all__disable_ipv6=0, net__ipv6__conf__all__accept_dad=0)
        for ns, dev in (self.gen, "g0"), (self.sink, "s0"), (self.relay, "r0"), (self.relay, "r1"):
            ns.ip(f"link set {dev} addrgenmode none", f"link set {dev} up")
        for dev, net, other, far in ("r0", 1, "g0", CALLER), ("r1", 2, "s0", CALLEE):
            self.relay.ip(*(f"addr add {NET[4].format(net, h)}/24 dev {dev}" for h in (2, 10, 11, 12, 13)),
                          *(f"addr add {NET[6].format(net, h)}/64 dev {dev} nodad" for h in (2, 10, 11, 12, 13)),
                          *(f"neigh add {far[f]} lladdr {MACS[other]} dev {dev} nud permanent" for f in (4, 6)))
        self.drop_at(self.sink, "s0")
        self.paged = False
        self.burst = 1
        self.polite = False     # give way to relays in userspace

    @staticmethod
    def drop_at(ns, dev):
        ns.run("nft", "-f", "-", input=f"""table netdev bench {{
            chain sink {{
                type filter hook ingress device {dev} priority 0; policy drop;
            }}
        }}""".encode())

    def xdp(self, program):
        """Ask @program what comes by r0 before it is an skb; what it redirects does not
        become one at the sink either."""
        self.paged = True
        self.sink.ip(f"link set dev s0 xdpdrv obj {TREE}/build/bench/drop.bpf.o sec xdp")
        self.relay.ip(f"link set dev r0 xdpdrv obj {program} sec xdp")

    def delivered(self):
        with self.sink:
            return int(open("/proc/net/dev").read().split("s0:")[1].split()[1])

    def frames(self, flows, payload_type=0, checksum=False):
        """Written to the generator: a frame for each flow."""
        size = 0
        with open(f"{GEN}/frames", "wb", buffering=1 << 20) as f:
            for n, flow in enumerate(flows):
                rtp = struct.pack(">BBHII", 0x80, payload_type, n & 0xffff, n * 7919, 0x10000 + n) + b"\xd5" * (SIZE - 12)
                udp = wire.udp(wire.addr(flow.caller), wire.addr(flow.relay_in), flow.port, flow.port, rtp,
                               check=None if checksum or flow.family_in == 6 else 0)
                make = wire.ipv4 if flow.family_in == 4 else wire.ipv6
                frame = wire.ethernet(wire.mac(MACS["r0"]), wire.mac(MACS["g0"]),
                                      make(wire.addr(flow.caller), wire.addr(flow.relay_in), udp))
                size = len(frame)
                f.write(frame)
        return size

    def generate(self, size, rtp, packets, checksum):
        """How many packets were sent, the nanoseconds that took, those of the yardstick
        (bench/kmod/phonion_gen.c), and how many arrived."""
        before = self.delivered()
        if self.polite:
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        with self.gen:
            with open(f"{GEN}/run", "w") as f:
                f.write(f"g0 {size} {rtp} {packets} {int(checksum)} {int(self.paged)} {self.burst}")
            with open(f"{GEN}/run") as f:
                sent, ns, yardstick = map(int, f.read().split())
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        return sent, ns, yardstick, self.delivered() - before

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for ns in self.gen, self.relay, self.sink:
            os.close(ns.fd)
            subprocess.run(["ip", "netns", "del", ns.name], check=True)


def legs(bed, flows, types_in, types_out):
    """A bridge of two legs for each flow."""
    with bed.relay:
        client = nl.Client()
    requests = []
    for n, flow in enumerate(flows):
        for side, (family, local, remote, types) in enumerate((
                (flow.family_in, flow.relay_in, flow.caller, types_in),
                (flow.family_out, flow.relay_out, flow.callee, types_out))):
            requests.append(("leg-new", {
                "id": 2 * n + 1 + side, f"local-ipv{family}": wire.addr(local), "local-port": flow.port,
                f"remote-ipv{family}": wire.addr(remote), "remote-port": flow.port, "payload-types": types,
                "rate-limit": 10000, "lease": 86400000}))
        requests.append(("bridge-new", {"leg-a": 2 * n + 1, "leg-b": 2 * n + 2}))
    for at in range(0, len(requests), 60):
        for got in client.batch(requests[at:at + 60]):
            if isinstance(got, OSError):
                raise got
    return client
