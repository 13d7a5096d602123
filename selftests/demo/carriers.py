# SPDX-License-Identifier: GPL-2.0
"""The carriers: the CDRs that each writes, and a Kamailio for those that speak SIP."""
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

CDR_FORM = "|".join(["{:.3f}"] * len(TIMES) + ["{}"] * len(EXTRA))


class Records:
    """What a carrier keeps: its CDRs, and a log."""
    def __init__(self, carrier, work, log):
        self.carrier, self.dir = carrier, os.path.join(work, carrier.node)
        self.log = os.path.join(self.dir, log)
        os.makedirs(self.dir)

    def _files(self):
        return sorted(glob.glob(f"{self.dir}/{CDR_TABLE}_*.log"))

    def cdrs(self):
        """The CDRs so far, each a dict."""
        rows = []
        for path in self._files():
            with open(path) as f:
                rows += [dict(zip(TIMES + EXTRA, line.rstrip("\n").split("|"))) for line in f]
        return rows

    def wait_cdr(self, deadline):
        while not (rows := self.cdrs()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return rows

    def holdings(self):
        """Files of what this carrier keeps."""
        return {"CDR": self._files(), "log": [self.log]}


def _modules():
    found = glob.glob("/usr/lib/*/kamailio/modules/acc.so")
    if not found:
        raise process.Missing("Kamailio is not installed", "selftests/setup")
    return os.path.dirname(found[0]) + "/"


class Proxy(Records):
    def __init__(self, topology, carrier, work):
        super().__init__(carrier, work, "kamailio.log")
        self.ns = topology.ns[carrier.node]
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
