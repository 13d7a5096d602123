# SPDX-License-Identifier: GPL-2.0
"""The carriers: a Kamailio each, with the CDRs that it writes."""
import glob
import os
import time

import process
from topology import SIP_PORT, host

TEMPLATE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "kamailio.cfg")
CDR_TABLE = "cdr"
TIMES = ["start", "end", "duration"]
EXTRA = ["source", "source_name", "source_address", "destination", "destination_name",
         "destination_address"]


def _modules():
    found = glob.glob("/usr/lib/*/kamailio/modules/acc.so")
    if not found:
        raise process.Missing("Kamailio is not installed", "selftests/setup")
    return os.path.dirname(found[0]) + "/"


class Proxy:
    def __init__(self, topology, carrier, work):
        self.carrier, self.ns = carrier, topology.ns[carrier.node]
        self.dir = os.path.join(work, carrier.node)
        self.log = os.path.join(self.dir, "kamailio.log")
        os.makedirs(self.dir)
        sources, targets = self._neighbours(topology)
        with open(TEMPLATE) as f:
            text = f.read()
        for word, value in {
                "SIP": host(carrier.sip), "PORT": str(SIP_PORT), "MODULES": _modules(),
                "DIR": self.dir, "CDR_TABLE": CDR_TABLE,
                "CDR_EXTRA": ";".join(f"{x}=$dlg_var({x})" for x in EXTRA),
                "FROM": "\n".join(self._from(*s) for s in sources),
                "TO": "\n".join(self._to(*t) for t in targets)}.items():
            text = text.replace(f"@{word}@", value)
        self.config = os.path.join(self.dir, "kamailio.cfg")
        with open(self.config, "w") as f:
            f.write(text)
        self.process = None

    def _neighbours(self, topology):
        """(name, number, address) of who may call, and whom it can call."""
        customers = [(c.name, c.number, c.address) for c in self.carrier.customers]
        if not topology.plain:
            return customers, customers
        place = topology.carriers.index(self.carrier)
        before, behind = topology.carriers[max(place - 1, 0)], topology.carriers[place + 1:]
        return (customers + [(before.node, None, before.sip)],
                [(behind[0].node, topology.callee.number, behind[0].sip)] if behind else customers)

    @staticmethod
    def _from(name, number, address):
        # What a carrier vouches for; others' words stand as they are.
        identity = (f'\n\t\tappend_hf("P-Asserted-Identity: \\"{name}\\" '
                    f'<sip:{number}@carrier.invalid>\\r\\n");') if number else ""
        return (f'\tif (src_ip == {host(address)}) {{\n\t\t$var(from) = "{name}";{identity}\n'
                "\t\treturn;\n\t}")

    @staticmethod
    def _to(name, number, address):
        return (f'\tif ($rU == "{number}") {{\n\t\t$var(to) = "{name}";\n'
                f'\t\t$ru = "sip:{number}@{host(address)}:{SIP_PORT}";\n\t\treturn;\n\t}}')

    def start(self):
        # Little memory: it is filled at start, which takes time without KVM.
        self.process = process.start(
            self.ns, ["kamailio", "-DD", "-f", self.config, "-m", "16", "-M", "4",
                      "-Y", self.dir, "-w", self.dir], self.log)

    def wait(self, deadline):
        """Until it answers OPTIONS, as its customers would ask it."""
        process.sip_ready(self.ns, self.carrier.sip, SIP_PORT, deadline, self.process)

    def cdrs(self):
        """The CDRs so far, each a dict."""
        rows = []
        for path in sorted(glob.glob(f"{self.dir}/{CDR_TABLE}_*.log")):
            with open(path) as f:
                rows += [dict(zip(TIMES + EXTRA, line.rstrip("\n").split("|"))) for line in f]
        return rows

    def wait_cdr(self, deadline):
        while not (rows := self.cdrs()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return rows

    def holdings(self):
        """Files of what this carrier keeps."""
        return {"CDR": sorted(glob.glob(f"{self.dir}/{CDR_TABLE}_*.log")), "log": [self.log]}
