# SPDX-License-Identifier: GPL-2.0
"""Who stands where: namespaces, wires, addresses, numbers and names of the demo.

A chain: at the odd places carriers, at the even ones their customers, which are
the two telephones and the relays between carriers. What carries calls is IP, or wires
of DAHDI's (wires.py). Every name, number and
address that the demo uses is made here, and all are of the ranges that are set
aside for examples (RFC 5737, RFC 3849, RFC 2544, and drama numbers).
"""
import ipaddress
import os
import subprocess
from dataclasses import dataclass

import netns

CHAIN = ("caller", "carrier-a", "relay-1", "carrier-b", "relay-2", "carrier-c", "relay-3",
         "carrier-d", "callee")
NETWORKS = {"carrier-a": "192.0.2.0/24", "carrier-b": "198.51.100.0/24",
            "carrier-c": "2001:db8:c::/48", "carrier-d": "203.0.113.0/24"}
# Without relays nobody translates between IP versions.
PLAIN_NETWORKS = NETWORKS | {"carrier-c": "198.18.0.0/24"}
# What each carrier sold: to the customer before it in the chain, and behind it.
NUMBERS = {"carrier-a": ("+12025550143", "+12125550187"),
           "carrier-b": ("+442079460121", "+442079460865"),
           "carrier-c": ("+61255500110", "+61255500957"),
           "carrier-d": ("+33199000218", "+33199004671")}
NAMES = {"caller": "Wilhelmina Whistle", "relay-1": "Relay One", "relay-2": "Relay Two",
         "relay-3": "Relay Three", "callee": "Theodora Tipline"}
SIP_PORT = 5060
SIP, ISDN, LOOP = "sip", "isdn", "loop"
AREA = "+1"          # what the line of a channel bank need not dial
# Each carrier's, in the circuit that begins at a rotary telephone. The loop is the first relay's own:
# of a call on it nobody writes a record.
TDM = {"carrier-a": LOOP, "carrier-b": ISDN, "carrier-c": SIP, "carrier-d": ISDN}


@dataclass
class Customer:
    """A customer's end at one carrier; addresses are those of a SIP customer."""
    node: str
    name: str
    number: str
    address: str = ""
    gateway: str = ""
    prefix: int = 0


@dataclass
class Carrier:
    node: str
    kind: str
    before: Customer
    behind: Customer
    network: ipaddress.IPv4Network = None
    sip: str = ""       # where its proxy listens

    @property
    def customers(self):
        return self.before, self.behind


def host(address):
    """As it stands in a URI."""
    return f"[{address}]" if ":" in address else address


def _carrier(node, kind, network):
    place = CHAIN.index(node)
    customers = [Customer(other, NAMES[other], number)
                 for other, number in zip((CHAIN[place - 1], CHAIN[place + 1]), NUMBERS[node])]
    carrier = Carrier(node, kind, *customers)
    if kind == SIP:
        carrier.network = ipaddress.ip_network(network)
        subnets = carrier.network.subnets(new_prefix=26 if carrier.network.version == 4 else 64)
        for c, net in zip(customers, subnets):
            c.address, c.gateway, c.prefix = str(net[2]), str(net[1]), net.prefixlen
        carrier.sip = str(next(subnets)[1])
    return carrier


class Topology:
    """`with Topology(...):` the namespaces are there; afterwards they are gone."""
    def __init__(self, plain=False, tag="", tdm=False, leak=False):
        self.plain, self.tag, self.tdm = plain, tag, tdm
        networks = PLAIN_NETWORKS if plain else NETWORKS
        self.carriers = [_carrier(node, TDM[node] if tdm else SIP, networks[node]) for node in CHAIN[1::2]]
        self.sip = [c for c in self.carriers if c.kind == SIP]
        self.relays = list(CHAIN[2:-1:2])
        # Who has anything to do with IP; the relays at least with brokers.
        with_ip = {n for c in self.sip for n in (c.node, c.before.node, c.behind.node)}.union(self.relays)
        self.nodes = [node for node in CHAIN if node in with_ip]
        self.caller, self.callee = self.carriers[0].before, self.carriers[-1].behind
        # What the caller dials: the first relay, or who she wants without relays.
        self.dialled = self.callee.number if plain else self.carriers[0].behind.number
        # By what number each relay calls: its own, or, as a fault that is planted, the caller's.
        self.shown = {relay: self.around(relay)[1][1].number for relay in self.relays}
        if leak:
            self.shown[self.relays[0]] = self.caller.number
        self.ns = {}

    def around(self, relay):
        """The relay as customer of the carrier before it and of the one behind it."""
        place = self.relays.index(relay)
        before, behind = self.carriers[place], self.carriers[place + 1]
        return (before, before.behind), (behind, behind.before)

    def __enter__(self):
        try:
            # Few runs of ip: starting a program is slow without KVM.
            self._batch(*(f"netns add {self.tag}{node}" for node in self.nodes))
            for node in self.nodes:
                self.ns[node] = netns.Netns(self.tag + node, create=False)
            self._batch(*(f"link add {c.node} netns {self.ns[carrier.node].name} type veth "
                          f"peer name {carrier.node} netns {self.ns[c.node].name}"
                          for carrier in self.sip for c in carrier.customers))
            for node, lines in self._plan().items():
                self._switches(node)
                self.ns[node].ip("link set lo up", *lines)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        there = [node for node in self.nodes if os.path.exists(f"/run/netns/{self.tag}{node}")]
        self._batch(*(f"netns del {self.tag}{node}" for node in there))
        for ns in self.ns.values():
            os.close(ns.fd)
        self.ns = {}

    @staticmethod
    def _batch(*lines):
        subprocess.run(["ip", "-batch", "-"], check=True, input="\n".join(lines), text=True)

    def _switches(self, node):
        """Carriers pass their customers' media on by IP. Relays never do."""
        forward = int(node.startswith("carrier") or self.plain and node in self.relays)
        self.ns[node].sysctl(net__ipv4__ip_forward=forward, net__ipv6__conf__all__forwarding=forward,
                             net__ipv4__conf__all__rp_filter=0)

    def _plan(self):
        """Commands of ip for each node: devices and addresses, and routes after them all."""
        plan = {node: [] for node in self.nodes}
        for carrier in self.sip:
            nodad = "nodad" if carrier.network.version == 6 else ""
            plan[carrier.node].append(f"addr add {carrier.sip} dev lo {nodad}")
            for c in carrier.customers:
                plan[carrier.node] += [f"link set {c.node} up",
                                       f"addr add {c.gateway}/{c.prefix} dev {c.node} {nodad}"]
                plan[c.node] += [f"link set {carrier.node} up",
                                 f"addr add {c.address}/{c.prefix} dev {carrier.node} {nodad}"]
        for node, lines in self._routes():
            plan[node] += lines
        return plan

    def _routes(self):
        """A customer reaches its own carriers' networks; without relays all reach all."""
        for place, carrier in enumerate(self.sip):
            beyond, this_side = [carrier], [carrier]
            if self.plain:
                beyond, this_side = self.sip[place:], self.sip[:place + 1]
                yield carrier.node, [
                    f"route add {o.network} via {(carrier.before if n < place else carrier.behind).address}"
                    for n, o in enumerate(self.sip) if n != place]
            for c, networks in (carrier.before, beyond), (carrier.behind, this_side):
                yield c.node, [f"route add {o.network} via {c.gateway}" for o in networks]

    def picture(self):
        """The chain, top down, as text."""
        what = {SIP: lambda c: f"Kamailio at {host(c.sip)}",
                ISDN: lambda c: "an ISDN exchange, by libpri, with a T1 to each customer",
                LOOP: lambda c: f"no carrier: a line of {c.behind.name}'s own channel bank"}
        caller, callee = (f'{end.number} "{end.name}"  {end.address or phone}' for end, phone in
                          ((self.caller, "a rotary telephone"), (self.callee, "an ISDN telephone")))
        lines = [f"caller     {caller}", "   |"]
        for place, carrier in enumerate(self.carriers):
            c = carrier.behind
            lines.append(f"[{carrier.node}]  {what[carrier.kind](carrier)}")
            if carrier is self.carriers[-1]:
                break
            after = self.carriers[place + 1].before
            relay = "a router" if self.plain else "phonion-ctld and phonion.ko"
            lines += [f"   |       {c.number}  {c.address}", f"({c.node})  {relay}",
                      f"   |       {after.number}  {after.address}"]
        return "\n".join(line.rstrip() for line in [*lines, "   |", f"callee     {callee}"])
