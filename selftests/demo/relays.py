# SPDX-License-Identifier: GPL-2.0
"""The relays: phonion-ctld with one static circuit each, over the module's legs."""
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
	  number = "{near.number}"; codecs = [ "pcmu" ]; }},
	{{ name = "{behind.node}"; local = "{far.host}:{port}"; peer = "{behind.host}:{port}";
	  number = "{far.number}"; codecs = [ "pcmu" ]; }}
);
circuits = (
	{{ name = "demo"; in = "{before.node}"; ingress = "{near.number}";
	  out = "{behind.node}"; next = "{next}"; }}
);
"""


class _Named:
    def __init__(self, node, number, address):
        self.node, self.number, self.host = node, number, host(address)


class Relay:
    def __init__(self, topology, name, work, build):
        self.name, self.ns, self.build = name, topology.ns[name], build
        (before, near), (behind, far) = topology.around(name)
        self.before, self.behind, self.near, self.far = before, behind, near, far
        self.dir = os.path.join(work, name)
        os.makedirs(self.dir)
        self.log = os.path.join(self.dir, "ctld.log")
        self.config = os.path.join(self.dir, "ctld.conf")
        with open(self.config, "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(CONF.format(
                dir=self.dir, port=SIP_PORT, next=behind.behind.number,
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
        """All that the daemon can write to, without pages of nothing."""
        zero, out = bytes(4096), []
        with open(f"/proc/{self.process.pid}/maps") as maps, \
                open(f"/proc/{self.process.pid}/mem", "rb", 0) as mem:
            for line in maps:
                area, rights = line.split()[:2]
                if not rights.startswith("rw"):
                    continue
                start, end = (int(x, 16) for x in area.split("-"))
                try:
                    mem.seek(start)
                    data = mem.read(end - start)
                except OSError:     # not memory: the ring shared with the kernel
                    continue
                out += [page for i in range(0, len(data), 4096) if (page := data[i:i + 4096]) != zero]
        data = b"".join(out)
        # Its own number is there for sure: else this is not its memory, and proves nothing.
        if self.near.number.encode() not in data:
            raise process.Failed(f"the memory of {self.name}'s phonion-ctld cannot be searched")
        return data
