# SPDX-License-Identifier: GPL-2.0
"""Who stands where: namespaces, wires, addresses, numbers and names of the demo.

A chain: at the odd places carriers, at the even ones their customers, which are
the two telephones and the relays between carriers. Every name, number and
address that the demo uses is made here, and all are of the ranges that are set
aside for examples (RFC 5737, RFC 3849, RFC 2544, and drama numbers).
"""
import ipaddress
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
NAMES = {"caller": "Wanda Whistle", "relay-1": "Relay One", "relay-2": "Relay Two",
         "relay-3": "Relay Three", "callee": "Terry Tipline"}
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
            for node in CHAIN:
                self.ns[node] = netns.Netns(self.tag + node)
            self._switches()
            for carrier in self.carriers:
                self._wires(carrier)
            self._routes()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for ns in self.ns.values():
            ns.delete()
        self.ns = {}

    def _switches(self):
        """Carriers pass their customers' media on by IP. Relays never do."""
        for node, ns in self.ns.items():
            forward = int(node.startswith("carrier") or self.plain and node in self.relays)
            ns.sysctl(net__ipv4__ip_forward=forward, net__ipv6__conf__all__forwarding=forward,
                      net__ipv4__conf__all__rp_filter=0)

    def _wires(self, carrier):
        ns = self.ns[carrier.node]
        ns.ip("link set lo up", f"addr add {carrier.sip} dev lo",
              *(f"link add {c.node} type veth peer name {carrier.node} netns {self.ns[c.node].name}"
                for c in carrier.customers))
        nodad = "nodad" if carrier.network.version == 6 else ""
        for c in carrier.customers:
            ns.ip(f"link set {c.node} up", f"addr add {c.gateway}/{c.prefix} dev {c.node} {nodad}")
            self.ns[c.node].ip("link set lo up", f"link set {carrier.node} up",
                               f"addr add {c.address}/{c.prefix} dev {carrier.node} {nodad}")

    def _routes(self):
        """A customer reaches its own carriers' networks, without relays everybody's."""
        for place, carrier in enumerate(self.carriers):
            near = [carrier] if not self.plain else self.carriers
            for c, nets in ((carrier.before, near[place:] if self.plain else near),
                            (carrier.behind, near[:place + 1] if self.plain else near)):
                self.ns[c.node].ip(*(f"route add {o.network} via {c.gateway}" for o in nets))
            if self.plain:
                self.ns[carrier.node].ip(*(
                    f"route add {o.network} via "
                    f"{(carrier.before if n < place else carrier.behind).address}"
                    for n, o in enumerate(self.carriers) if n != place))

    def picture(self):
        """The chain, top down, as text."""
        lines = []
        for place, carrier in enumerate(self.carriers):
            before, behind = carrier.before, carrier.behind
            head = f'{before.number} "{before.name}"' if not place else before.number
            lines += [f"   | {head}  {before.address}" if place else
                      f"caller  {head}  {before.address}",
                      *([] if place else ["   |"]),
                      f"[{carrier.node}]  Kamailio at {host(carrier.sip)}, "
                      f"IPv{carrier.network.version}", ]
            if carrier is self.carriers[-1]:
                lines += ["   |", f'callee  {behind.number} "{behind.name}"  {behind.address}']
            else:
                what = "a router" if self.plain else "phonion-ctld, phonion.ko"
                lines += [f"   | {behind.number}  {behind.address}",
                          f"({behind.node})  {what}"]
        return "\n".join(lines)
