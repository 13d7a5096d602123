# SPDX-License-Identifier: GPL-2.0
"""A broker under the sanitizers, relays and callees that speak to it, and hostile clients."""
import atexit
import hashlib
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "selftests/lib"), os.path.dirname(os.path.abspath(__file__))]
import tap  # noqa: E402
from contract import Contract  # noqa: E402
from crypto import Key, Token, b64, certificate, read_jws, unb64  # noqa: E402

PROGRAM = os.environ.get("PHONION_BROKERD", f"{TOP}/build/asan/phonion-brokerd")
SLOT = 1800
BOX, RECEIPT = 304, 176
contract = Contract()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def new_store(folder):
    """The URL of an empty one: a file, or a database of the server whose socket is in PHONION_POSTGRES."""
    server = os.environ.get("PHONION_POSTGRES")
    if not server:
        return f"sqlite:{folder}/broker.db"
    name = "rig_" + secrets.token_hex(8)
    subprocess.run(["createdb", "-h", server, "-U", "phonion", name], check=True)
    return f"postgresql://phonion@/{name}?host={server}"


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        """The short name of the error."""
        return self.json["type"].rsplit(":", 1)[1] if self.status >= 400 else None


class Broker:
    LIMITS = "limits = { requests_per_second = 10000; burst = 10000; tokens_per_hour = 100000; " \
             "connections_per_address = 500; };\n"

    def __init__(self, conf="", limits=None):
        self.dir = tempfile.mkdtemp(prefix="phonion-broker-", dir="/dev/shm")
        atexit.register(self.clean)
        self.conf, self.log_path = f"{self.dir}/conf", f"{self.dir}/log"
        self.port = free_port()
        self.store = new_store(self.dir)
        self.process = None
        self.configure(conf, limits)

    def configure(self, conf="", limits=None):
        with open(self.conf, "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(f'listen = [ "127.0.0.1:{self.port}", "[::1]:{self.port}" ];\n'
                    f'store = "{self.store}";\nidentity = "{self.dir}/broker.key";\n'
                    f'{self.LIMITS if limits is None else limits}{conf}')

    def run(self, *args, conf=None):
        return subprocess.run([PROGRAM, "-c", conf or self.conf, *args], capture_output=True,
                              text=True, timeout=60)

    def start(self):
        with open(self.log_path, "ab") as log:
            mark = log.seek(0, os.SEEK_END)
            self.process = subprocess.Popen([PROGRAM, "-v", "-c", self.conf], stderr=log, stdout=log)
        assert tap.until(lambda: b"ready\n" in self.log()[mark:] or self.process.poll() is not None, 120)
        assert self.process.poll() is None, self.log().decode()
        self.public = unb64(re.search(r'key = "(.*)"', self.run("-k").stdout)[1])
        return self

    def log(self):
        with open(self.log_path, "rb") as f:
            return f.read()

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """The exit status; leaks are an error."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def clean(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def quiet(self, what):
        """It runs, and no sanitizer has spoken."""
        log = self.log()
        bad = b"Sanitizer" in log or b"runtime error" in log
        tap.ok(self.alive() and not bad, f"the broker is well after {what}", log[-3000:].decode())

    # What everybody asks

    def directory(self):
        answer = Client(self).get("/v1/directory")
        return read_jws(answer.body.decode(), self.public, "phonion-directory")

    def tokens(self, n, epoch=None):
        """@n tokens that are signed."""
        keys = {key["epoch"]: key for key in self.directory()["tokens"]}
        epoch = epoch or max(keys)
        tokens = [Token(epoch, unb64(keys[epoch]["key"])) for _ in range(n)]
        answer = Client(self).send("POST", "/v1/tokens", {
            "epoch": epoch, "blinded": [b64(token.blinded) for token in tokens]})
        assert answer.status == 200, answer.body
        return [token.finish(unb64(s)) for token, s in zip(tokens, answer.json["signatures"])]


class Client:
    """One connection. @checked: hold each answer against openapi.yaml."""

    def __init__(self, broker, pem=None, host="127.0.0.1", checked=True):
        self.checked = checked
        self.connection = http.client.HTTPSConnection(host, broker.port, timeout=20,
                                                      context=tls_context(pem))

    def send(self, method, target, body=None, headers=None, raw=None):
        """@body is made JSON; @raw is sent as it is."""
        head = dict(headers or {})
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        if data is not None:
            head.setdefault("Content-Type", "application/json")
        self.connection.request(method, target, body=data, headers=head)
        answer = Answer(self.connection.getresponse())
        if self.checked:
            wrong = contract.wrong(method, target, answer)
            if wrong:
                tap.ok(False, f"{method} {target}: {answer.status} is as openapi.yaml says", wrong)
        return answer

    def get(self, target, **headers):
        return self.send("GET", target, headers=headers)

    def close(self):
        self.connection.close()


def tls_context(pem=None, old=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if old:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if pem:
        context.load_cert_chain(pem)
    return context


def tls_socket(broker, timeout=20, **context):
    raw = socket.create_connection(("127.0.0.1", broker.port), timeout)
    return tls_context(**context).wrap_socket(raw)


class Relay:
    def __init__(self, broker, price=1, ingresses=(("+4930100", 0), ("+4930200", 2))):
        self.broker, self.key, self.price, self.ingresses = broker, Key(), price, ingresses
        self.sequence = 0
        self.pem = certificate(f"{broker.dir}/{self.key.name}.pem", self.key.private)
        self.client = Client(broker, self.pem)
        self.target = f"/v1/relays/{self.key.name}"

    def payload(self, **changed):
        now = int(time.time())
        self.sequence += 1
        return {"version": 1, "relay": self.key.name, "seal": b64(secrets.token_bytes(32)),
                "operator": "Example e.V.", "sequence": self.sequence, "issued": now,
                "expires": now + 86400, "price": self.price,
                "trunks": [{"carrier": "Carrier A", "region": "DE", "technology": "sip",
                            "prefixes": ["+49"],
                            "ingresses": [{"number": number, "lanes": lanes}
                                          for number, lanes in self.ingresses]}], **changed}

    def descriptor(self, **changed):
        return self.key.jws("phonion-relay", self.payload(**changed))

    def announce(self, client=None, descriptor=None, **changed):
        return (client or self.client).send(
            "PUT", self.target, {"descriptor": descriptor or self.descriptor(**changed)})

    def collect(self, after=None):
        query = "" if after is None else f"?after={after}"
        return self.client.get(f"{self.target}/reservations{query}")

    def in_directory(self):
        """What the directory says of it, when it does."""
        for relay in self.broker.directory()["relays"]:
            payload = json.loads(unb64(relay["descriptor"].split(".")[1]))
            if payload["relay"] == self.key.name:
                return relay
        return None


class Reservation:
    """What a callee asks for; the box is noise, as it is to the broker."""

    def __init__(self, relay, ingress="+4930100", ahead=4, slots=1, tokens=None):
        self.broker = relay.broker
        self.id, self.secret = b64(secrets.token_bytes(16)), secrets.token_bytes(32)
        first = int(time.time()) // SLOT + ahead
        if tokens is None:
            tokens = self.broker.tokens(relay.price * slots) if relay.price else []
        self.body = {"relay": relay.key.name, "ingress": ingress, "slot": first, "slots": slots,
                     "expires": (first + slots) * SLOT, "box": b64(secrets.token_bytes(BOX)),
                     "cancel": b64(hashlib.sha256(self.secret).digest()),
                     "tokens": [token.json() for token in tokens]}
        self.target = f"/v1/reservations/{self.id}"

    def put(self, client=None, **changed):
        return (client or Client(self.broker)).send("PUT", self.target, {**self.body, **changed})

    def status(self):
        return Client(self.broker).get(self.target)

    def cancel(self, secret=None):
        return Client(self.broker).send("POST", f"{self.target}/cancel",
                                        {"secret": b64(secret or self.secret)})
