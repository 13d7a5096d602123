# SPDX-License-Identifier: GPL-2.0
"""The Internet of the demo, with its brokers and the callee's computer: a circuit is
reserved over it, and then it is cut and the brokers are killed, before anybody dials.
"""
import base64
import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import time

import process
from netns import Netns

BROKERS = ("broker-1", "broker-2")
PORT = 8443
WIRE = "198.18.1.{}"        # RFC 2544; two addresses for each wire
HOURS = 1
WAIT = 180                  # seconds; keys are made meanwhile, which is long without KVM

CONF = """\
listen = [ "0.0.0.0:{port}" ];
store = "sqlite:{dir}/broker.db";
identity = "{dir}/broker.key";
limits = {{ loopback = false; requests_per_second = 100; burst = 200; }};
"""


class Broker:
    def __init__(self, name, port, work, build):
        self.name, self.port, self.build = name, port, build
        self.dir = os.path.join(work, name)
        os.makedirs(self.dir)
        self.log, self.config = (os.path.join(self.dir, f) for f in ("brokerd.log", "brokerd.conf"))
        with open(self.config, "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(CONF.format(port=port, dir=self.dir))
        said = subprocess.run([f"{build}/phonion-brokerd", "-c", self.config, "-k"], check=True,
                              capture_output=True, text=True).stdout
        self.key, self.pin = re.findall(r'"(.+)"', said)
        self.memory = b""

    def start(self, ns):
        self.process = process.start(ns, [f"{self.build}/phonion-brokerd", "-v", "-c", self.config], self.log)

    def relays(self, ns):
        """How many it lists, as a stranger sees it."""
        with ns:
            link = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10,
                                               context=ssl._create_unverified_context())
            try:
                link.request("GET", "/v1/directory")
                payload = link.getresponse().read().split(b".")[1]
                return len(json.loads(base64.urlsafe_b64decode(payload + b"=="))["relays"])
            except (OSError, IndexError, http.client.HTTPException):
                return 0
            finally:
                link.close()

    def kill(self):
        """Its memory is what whoever seizes it has."""
        self.memory = process.memory(self.process.pid)
        if self.key.encode() not in self.memory and base64.urlsafe_b64decode(self.key + "=") not in self.memory:
            raise process.Failed(f"the memory of {self.name} cannot be searched")
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.popen.wait()

    def holdings(self):
        stored = b""
        for suffix in "", "-wal":
            path = f"{self.dir}/broker.db{suffix}"
            if os.path.exists(path):
                with open(path, "rb") as f:
                    stored += f.read()
        with open(self.log, "rb") as f:
            return {"database": stored, "log": f.read(), "memory": self.memory}


class Internet:
    def __init__(self, topology, work, build):
        self.topology, self.build = topology, build
        self.nodes = [*topology.relays, "desk"]
        self.brokers = [Broker(name, PORT + n, work, build) for n, name in enumerate(BROKERS)]
        self.dir = os.path.join(work, "desk")
        os.makedirs(self.dir)
        self.secret = os.path.join(self.dir, "passphrase")
        with open(self.secret, "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(base64.b64encode(os.urandom(18)).decode() + "\n")
        self.ns = self.desk = None

    def url(self, node, broker):
        return f"https://{WIRE.format(2 * self.nodes.index(node) + 2)}:{broker.port}"

    def start(self):
        self.ns, self.desk = (Netns(self.topology.tag + name) for name in ("internet", "desk"))
        self.ns.ip("link set lo up", *(
            line for n, node in enumerate(self.nodes) for line in (
                f"link add {node} type veth peer name internet netns {self._ns(node).name}",
                f"addr add {WIRE.format(2 * n + 2)}/31 dev {node}", f"link set {node} up")))
        for n, node in enumerate(self.nodes):
            self._ns(node).ip("link set internet up", f"addr add {WIRE.format(2 * n + 3)}/31 dev internet")
        for broker in self.brokers:
            broker.start(self.ns)

    def _ns(self, node):
        return self.desk if node == "desk" else self.topology.ns[node]

    def wait(self, deadline):
        for broker in self.brokers:
            process.until(lambda b=broker: b.relays(self.ns) == len(self.topology.relays), deadline,
                          f"all relays to be listed at {broker.name}", broker.process, pause=0.5)

    def ask(self, *words, good=(0,)):
        with self.desk:
            done = subprocess.run([f"{self.build}/phonion", "-j", "--passphrase-file", self.secret,
                                   "--state", f"{self.dir}/state",
                                   "--spread", "0s", *words],
                                  capture_output=True, text=True, timeout=WAIT, check=False)
        if done.returncode not in good:
            raise process.Failed(f"phonion {words[0]} ends with {done.returncode}: {done.stderr.strip()[-500:]}")
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else None

    def reserve(self, number, words):
        """A circuit to @number, open now; what phonion says of it."""
        for broker in self.brokers:
            self.ask("broker", "add", self.url("desk", broker), broker.key, "--name", broker.name, "--pin", broker.pin)
        window = time.strftime("%Y-%m-%d %H:%M") + f"/{HOURS}h"
        _, circuit = self.ask("reserve", "--to", number, "--hops", str(len(self.topology.relays)),
                              "--window", window, *words, "--yes")
        deadline = time.monotonic() + WAIT
        process.until(lambda: self.ask("status", good=(0, 6))[0] == 0, deadline, "the relays' receipts",
                      pause=0.5)
        return circuit

    def cut(self):
        """No broker lives, and no relay has a way to where they were."""
        for broker in self.brokers:
            broker.kill()
        self.ns.ip(*(f"link del {node}" for node in self.nodes))

    def close(self):
        for ns in filter(None, (self.ns, self.desk)):
            os.close(ns.fd)
            subprocess.run(["ip", "netns", "del", ns.name], check=False)
