# SPDX-License-Identifier: GPL-2.0
"""The relays: phonion-ctld, over the module's legs, with what callees reserve."""
import json
import os
import subprocess

import process
from topology import AREA, ISDN, LOOP, SIP, SIP_PORT, host

CONF = """\
control_socket = "{dir}/ctld.sock";
state_dir = "{dir}/state";
trunks = (
	{{ {near}
	  carrier = "{before}"; region = "XX"; ingresses = ( {{ number = "{ingress}"; }} ); }},
	{{ {far}
	  carrier = "{behind}"; region = "XX"; prefixes = [ "{prefix}" ]; }}
);
relay = {{
	operator = "{operator}"; key = "{dir}/relay.key"; book = "{dir}/book.db"; poll_interval = 1;
	brokers = ( {brokers} );
}};
"""


def _sip(carrier, own, number, _):
    return (f'name = "{carrier.node}"; local = "{host(own.address)}:{SIP_PORT}";\n'
            f'\t  peer = "{host(carrier.sip)}:{SIP_PORT}"; number = "{number}"; codecs = [ "pcmu" ];')


def _isdn(carrier, own, number, wires):
    dchannel = wires.span(carrier.node, own.node).near[-1]
    return (f'name = "{carrier.node}"; kind = "pri"; dchannel = {dchannel};\n'
            f'\t  line = "t1"; switch = "ni2"; side = "cpe"; number = "{number}";')


def _loop(carrier, _, __, wires):
    """Its operator knows whose line it is, and calls it so: what the relay is told may go nowhere else."""
    caller = carrier.before
    return (f"# {caller.name}, {caller.number}\n"
            f'\t  name = "{caller.name.split()[-1].lower()}"; kind = "cas"; channels = [ {wires.line} ];\n'
            f'\t  signalling = "fxoks"; called_prefix = "{AREA}";')


TRUNKS = {SIP: _sip, ISDN: _isdn, LOOP: _loop}


class Relay:
    def __init__(self, topology, name, work, build, internet, wires=None):
        self.name, self.ns, self.build = name, topology.ns[name], build
        (before, near), (behind, far) = topology.around(name)
        self.before, self.behind, self.near, self.far = before, behind, near, far
        self.dir = os.path.join(work, name)
        os.makedirs(self.dir)
        self.log = os.path.join(self.dir, "ctld.log")
        self.config = os.path.join(self.dir, "ctld.conf")
        with open(self.config, "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(CONF.format(
                dir=self.dir, operator=near.name, before=before.node, behind=behind.node, ingress=near.number,
                near=TRUNKS[before.kind](before, near, near.number, wires),
                far=TRUNKS[behind.kind](behind, far, topology.shown[name], wires),
                # The carrier behind reaches its own customers, and nobody else's.
                prefix=behind.behind.number[:-6],
                brokers=", ".join(f'{{ name = "{b.name}"; url = "{internet.url(name, b)}"; pin = "{b.pin}"; }}'
                                  for b in internet.brokers)))
        self.wires, self.process = wires, None

    def start(self):
        # Verbose: the audit reads the most that a log can hold.
        self.process = process.start(self.ns, [f"{self.build}/phonion-ctld", "-v", "-c", self.config],
                                     self.log)

    def wait(self, deadline):
        def ready():
            with open(self.log, errors="replace") as f:
                return any(line.rstrip().endswith("ready") for line in f)

        def connected():
            states = [x["state"] for x in self.ask("line")]
            for span in self.ask("span"):
                states += [span["state"] == "up" and "idle"] + [c["state"] for c in span["channels"]]
            return set(states) == {"idle"}
        process.until(ready, deadline, f"{self.name} to be ready", self.process)
        if self.wires:
            process.until(connected, deadline, f"the spans and lines of {self.name}", self.process, pause=0.2)

    def ask(self, *words):
        """What phonionctl says, numbers and addresses unveiled."""
        with self.ns:
            done = subprocess.run([f"{self.build}/phonionctl", "-j", "-v", "-s", f"{self.dir}/ctld.sock",
                                   *words], capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise process.Failed(f"phonionctl {' '.join(words)} at {self.name}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def legs(self):
        """The two legs of the call, the one towards the caller first."""
        at = [host(self.near.address), None, host(self.far.address)]

        def place(leg):
            """A channel has no address; of two channels the one towards the caller was there first."""
            address = leg["local"].rpartition(":")[0] if "local" in leg else None
            return at.index(address), leg["id"]
        return sorted(self.ask("leg"), key=place)

    def memory(self):
        data = process.memory(self.process.pid)
        # Its own number is there for sure: else this is not its memory, and proves nothing.
        if self.near.number.encode() not in data:
            raise process.Failed(f"the memory of {self.name}'s phonion-ctld cannot be searched")
        return data

    def stored(self):
        """Its book and its key: what is on its disk."""
        out = []
        for name in sorted(os.listdir(self.dir)):
            if name.startswith(("book.db", "relay.key")):
                with open(os.path.join(self.dir, name), "rb") as f:
                    out.append(f.read())
        return b"\n".join(out)
