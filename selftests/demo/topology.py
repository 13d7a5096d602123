# SPDX-License-Identifier: GPL-2.0
"""Who stands where: namespaces, wires, addresses, numbers and names of the demo.

A chain: at the odd places carriers, at the even ones their customers, which are
the two telephones and the relays between carriers. Every name, number and
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


@dataclass
class Customer:
    """A customer's end at one carrier."""
    node: str
    name: str
    number: str
    address: str
    gateway: str
    prefix: int


@dataclass
class Carrier:
    node: str
    network: ipaddress.IPv4Network
    sip: str            # where its proxy listens
    before: Customer
    behind: Customer

    @property
    def customers(self):
        return self.before, self.behind


def host(address):
    """As it stands in a URI."""
    return f"[{address}]" if ":" in address else address


def _carrier(node, network):
    place = CHAIN.index(node)
    network = ipaddress.ip_network(network)
    subnets = network.subnets(new_prefix=26 if network.version == 4 else 64)
    customers = []
    for n, other in enumerate((CHAIN[place - 1], CHAIN[place + 1])):
        net = next(subnets)
        customers.append(Customer(other, NAMES[other], NUMBERS[node][n], str(net[2]), str(net[1]),
                                  net.prefixlen))
    return Carrier(node, network, str(next(subnets)[1]), *customers)


class Topology:
    """`with Topology(...):` the namespaces are there; afterwards they are gone."""
    def __init__(self, plain=False, tag=""):
        self.plain, self.tag = plain, tag
        networks = PLAIN_NETWORKS if plain else NETWORKS
        self.carriers = [_carrier(node, networks[node]) for node in CHAIN[1::2]]
        self.relays = list(CHAIN[2:-1:2])
        self.caller, self.callee = self.carriers[0].before, self.carriers[-1].behind
        # What the caller dials: the first relay, or who she wants without relays.
        self.dialled = self.callee.number if plain else self.carriers[0].behind.number
        self.ns = {}

    def around(self, relay):
        """The relay as customer of the carrier before it and of the one behind it."""
        place = self.relays.index(relay)
        before, behind = self.carriers[place], self.carriers[place + 1]
        return (before, before.behind), (behind, behind.before)

    def __enter__(self):
        try:
            # Few runs of ip: starting a program is slow without KVM.
            self._batch(*(f"netns add {self.tag}{node}" for node in CHAIN))
            for node in CHAIN:
                self.ns[node] = netns.Netns(self.tag + node, create=False)
            self._batch(*(f"link add {c.node} netns {self.ns[carrier.node].name} type veth "
                          f"peer name {carrier.node} netns {self.ns[c.node].name}"
                          for carrier in self.carriers for c in carrier.customers))
            for node, lines in self._plan().items():
                self._switches(node)
                self.ns[node].ip("link set lo up", *lines)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        there = [node for node in CHAIN if os.path.exists(f"/run/netns/{self.tag}{node}")]
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
        plan = {node: [] for node in CHAIN}
        for carrier in self.carriers:
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
        for place, carrier in enumerate(self.carriers):
            beyond, this_side = [carrier], [carrier]
            if self.plain:
                beyond, this_side = self.carriers[place:], self.carriers[:place + 1]
                yield carrier.node, [
                    f"route add {o.network} via {(carrier.before if n < place else carrier.behind).address}"
                    for n, o in enumerate(self.carriers) if n != place]
            for c, networks in (carrier.before, beyond), (carrier.behind, this_side):
                yield c.node, [f"route add {o.network} via {c.gateway}" for o in networks]

    def picture(self):
        """The chain, top down, as text."""
        lines = [f'caller     {self.caller.number} "{self.caller.name}"  {self.caller.address}', "   |"]
        for place, carrier in enumerate(self.carriers):
            c = carrier.behind
            lines.append(f"[{carrier.node}]  Kamailio at {host(carrier.sip)}")
            if carrier is self.carriers[-1]:
                break
            after = self.carriers[place + 1].before
            what = "a router" if self.plain else "phonion-ctld and phonion.ko"
            lines += [f"   |       {c.number}  {c.address}", f"({c.node})  {what}",
                      f"   |       {after.number}  {after.address}"]
        return "\n".join(lines + [
            "   |", f'callee     {self.callee.number} "{self.callee.name}"  {self.callee.address}'])
