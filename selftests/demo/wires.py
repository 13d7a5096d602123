# SPDX-License-Identifier: GPL-2.0
"""The wires that are no IP: DAHDI's spans, looped by pairs. All relays and carriers of this machine
have them together, for DAHDI knows no namespaces; who has which end is in the relays' configurations.
"""
import dahdi
from topology import ISDN

SLOTS = 24          # of a T1, the last of them the D channel
MODULES = "dahdi_dynamic", "dahdi_dynamic_loc", "phonion_dahdi"


class Wires:
    """`with Wires(...):` the modules are loaded and the spans there; afterwards they are gone."""
    def __init__(self, topology):
        self.topology, self.ctl, self.spans = topology, None, {}
        self.line = self.telephone = None       # the two ends of the caller's line

    def __enter__(self):
        dahdi.load(*MODULES, spans=1, channels=SLOTS)
        self.ctl = dahdi.Ctl()
        self.ctl.load_zone()
        self.line, self.telephone = self.ctl.wire(1, ("fxoks",), ("fxsks",))
        for carrier in self.topology.carriers:
            for c in carrier.customers if carrier.kind == ISDN else ():
                self.spans[carrier.node, c.node] = dahdi.Pair(self.ctl, len(self.spans) + 2, SLOTS, dahdi.MULAW, SLOTS)
        return self

    def span(self, carrier, customer):
        """Its near end is the customer's."""
        return self.spans[carrier, customer]

    def __exit__(self, *_):
        self.ctl.close()
        dahdi.unload(*MODULES[::-1])
