# SPDX-License-Identifier: GPL-2.0
"""The relays: phonion-ctld, over the module's legs, with what callees reserve."""
import json
import os
import subprocess

import process
from topology import SIP_PORT, host

CONF = """\
control_socket = "{dir}/ctld.sock";
state_dir = "{dir}/state";
trunks = (
	{{ name = "{before.node}"; local = "{near.host}:{port}"; peer = "{before.host}:{port}";
	  number = "{near.number}"; codecs = [ "pcmu" ]; carrier = "{before.node}"; region = "{region}";
	  ingresses = ( {{ number = "{near.number}"; }} ); }},
	{{ name = "{behind.node}"; local = "{far.host}:{port}"; peer = "{behind.host}:{port}";
	  number = "{far.number}"; codecs = [ "pcmu" ]; carrier = "{behind.node}"; region = "{region}";
	  prefixes = [ "{prefix}" ]; }}
);
relay = {{
	operator = "{operator}"; key = "{dir}/relay.key"; book = "{dir}/book.db"; poll_interval = 1;
	brokers = ( {brokers} );
}};
"""


class _Named:
    def __init__(self, node, number, address):
        self.node, self.number, self.host = node, number, host(address)


class Relay:
    def __init__(self, topology, name, work, build, internet):
        self.name, self.ns, self.build = name, topology.ns[name], build
        (before, near), (behind, far) = topology.around(name)
        self.before, self.behind, self.near, self.far = before, behind, near, far
        self.dir = os.path.join(work, name)
        os.makedirs(self.dir)
        self.log = os.path.join(self.dir, "ctld.log")
        self.config = os.path.join(self.dir, "ctld.conf")
        with open(self.config, "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(CONF.format(
                dir=self.dir, port=SIP_PORT, operator=near.name, region="XX",
                # The carrier behind reaches its own customers, and nobody else's.
                prefix=behind.behind.number[:-6],
                brokers=", ".join(f'{{ name = "{b.name}"; url = "{internet.url(name, b)}"; pin = "{b.pin}"; }}'
                                  for b in internet.brokers),
                before=_Named(before.node, None, before.sip), near=_Named(None, near.number, near.address),
                behind=_Named(behind.node, None, behind.sip), far=_Named(None, far.number, far.address)))
        self.process = None

    def start(self):
        # Verbose: the audit reads the most that a log can hold.
        self.process = process.start(self.ns, [f"{self.build}/phonion-ctld", "-v", "-c", self.config],
                                     self.log)

    def wait(self, deadline):
        def ready():
            with open(self.log, errors="replace") as f:
                return any(line.rstrip().endswith("ready") for line in f)
        process.until(ready, deadline, f"{self.name} to be ready", self.process)

    def ask(self, *words):
        """What phonionctl says, numbers and addresses unveiled."""
        with self.ns:
            done = subprocess.run([f"{self.build}/phonionctl", "-j", "-v", "-s", f"{self.dir}/ctld.sock",
                                   *words], capture_output=True, text=True, timeout=20, check=False)
        if done.returncode:
            raise process.Failed(f"phonionctl {' '.join(words)} at {self.name}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def legs(self):
        """The two legs of the call, the one towards the caller first."""
        legs = self.ask("leg")
        near = [leg for leg in legs if leg["local"].rpartition(":")[0] == host(self.near.address)]
        return near + [leg for leg in legs if leg not in near]

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
