# SPDX-License-Identifier: GPL-2.0
"""The callee's client, relays that answer it, and a broker's front that can be made to lie."""
import atexit
import base64
import hashlib
import http.client
import http.server
import json
import os
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "selftests/broker"), os.path.join(TOP, "selftests/lib")]
import rig  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, hmac, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import x25519  # noqa: E402
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: E402
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand  # noqa: E402
from crypto import b64, certificate, ec_key, unb64  # noqa: E402

PROGRAM = os.environ.get("PHONION", f"{TOP}/build/asan/phonion")
VERDICTS = ["accepted", "cancelled", "no-ingress", "code-taken", "next-denied", "window", "timing"]


# HPKE (RFC 9180) base mode a second time, from the RFC.

def extract(salt, data):
    mac = hmac.HMAC(salt or bytes(32), hashes.SHA256())
    mac.update(data)
    return mac.finalize()


def labeled_extract(suite, salt, label, data):
    return extract(salt, b"HPKE-v1" + suite + label + data)


def labeled_expand(suite, prk, label, info, n):
    return HKDFExpand(hashes.SHA256(), n, struct.pack(">H", n) + b"HPKE-v1" + suite + label + info).derive(prk)


def hpke_keys(dh, enc, public, info):
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"
    shared = labeled_expand(kem, labeled_extract(kem, b"", b"eae_prk", dh), b"shared_secret", enc + public, 32)
    context = b"\0" + labeled_extract(suite, b"", b"psk_id_hash", b"") + labeled_extract(suite, b"", b"info_hash", info)
    secret = labeled_extract(suite, shared, b"secret", b"")
    return (labeled_expand(suite, secret, b"key", context, 32),
            labeled_expand(suite, secret, b"base_nonce", context, 12))


def raw(key):
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def hpke_open(private, info, aad, sealed):
    enc, public = sealed[:32], raw(private.public_key())
    dh = private.exchange(x25519.X25519PublicKey.from_public_bytes(enc))
    key, nonce = hpke_keys(dh, enc, public, info)
    return ChaCha20Poly1305(key).decrypt(nonce, sealed[32:], aad)


def hpke_seal(public, info, aad, plain):
    ephemeral = x25519.X25519PrivateKey.generate()
    enc = raw(ephemeral.public_key())
    dh = ephemeral.exchange(x25519.X25519PublicKey.from_public_bytes(public))
    key, nonce = hpke_keys(dh, enc, public, info)
    return enc + ChaCha20Poly1305(key).encrypt(nonce, plain, aad)


class Relay(rig.Relay):
    """
    One that opens boxes and answers them. @trunks: (carrier, [(number, lanes)]); every
    number can be dialled out, by the last of them.
    """

    def __init__(self, brokers, operator, trunks, price=0, **changed):
        super().__init__(brokers[0], price=price)
        self.brokers, self.operator, self.changed = brokers, operator, changed
        self.seal = x25519.X25519PrivateKey.generate()
        self.trunks = [{"carrier": carrier, "region": "DE", "technology": "sip",
                        "prefixes": ["+"] if i == len(trunks) - 1 else [],
                        "ingresses": [{"number": n, "lanes": lanes} for n, lanes in numbers]}
                       for i, (carrier, numbers) in enumerate(trunks)]
        self.after = {broker: 0 for broker in brokers}
        self.items = []

    def payload(self, **changed):
        return super().payload(seal=b64(raw(self.seal.public_key())), operator=self.operator,
                               trunks=self.trunks, **{**self.changed, **changed})

    def listed(self):
        descriptor = self.descriptor()
        for broker in self.brokers:
            answer = rig.Client(broker, self.pem).send("PUT", self.target, {"descriptor": descriptor})
            assert answer.status == 204, answer.body
        return self

    def fetch(self):
        """What is new, of all its brokers."""
        new = []
        for broker in self.brokers:
            answer = rig.Client(broker, self.pem).get(f"{self.target}/reservations?after={self.after[broker]}")
            assert answer.status == 200, answer.body
            self.after[broker] = answer.json["next"]
            new += [dict(item, broker=broker) for item in answer.json["items"]]
        self.items += new
        return new

    def open(self, item):
        aad = (self.key.public + item["ingress"].encode().ljust(33, b"\0") +
               struct.pack(">QIIQ", item["slot"], item["slots"], item["length"], item["expires"]))
        plain = hpke_open(self.seal, b"phonion hop 1", aad, unb64(item["box"]))
        version, timing, start, end, ingress, code, following, postd, reply, cancel, spread = struct.unpack(
            ">BBQQ33s17s33s33s32s32sH56x", plain)
        assert version == 1 and len(plain) == 256
        parts = tuple(timing >> shift & 3 for shift in (0, 2, 4))
        text = {name: value.rstrip(b"\0").decode() for name, value in
                dict(ingress=ingress, code=code, next=following, postd=postd).items()}
        return {"from": start, "to": end, "reply": reply, "cancel": cancel, "timing": (*parts, spread), **text}

    def answer(self, item, verdict="accepted", key=None, **changed):
        """Gives a receipt, by another key or with other content if asked to."""
        hop = self.open(item)
        fields = {"reservation": unb64(item["id"]), "box": hashlib.sha256(unb64(item["box"])).digest(), **changed}
        head = struct.pack(">BBQ16s32s", 1, VERDICTS.index(verdict), int(time.time()),
                           fields["reservation"], fields["box"])
        signature = (key or self.key).private.sign(b"phonion receipt 1" + head)
        box = hpke_seal(hop["reply"], b"phonion receipt 1", b"", head + signature + bytes(6))
        put = rig.Client(item["broker"], self.pem).send("PUT", f"/v1/reservations/{item['id']}/receipt",
                                                        {"receipt": b64(box)})
        assert put.status == 204, put.body


class Front:
    """
    Stands before a broker, with a certificate of its own. HOOK(method, path, forward) may
    answer (status, body) by itself, or give None to hang up without a word. SHOWN are the
    tokens of reservations: each with the paths that it was sent to.
    """

    def __init__(self, broker, hook=None):
        self.broker, self.hook, self.seen, self.shown = broker, hook, [], {}
        self.dir = tempfile.mkdtemp(prefix="phonion-front-", dir="/dev/shm")
        atexit.register(shutil.rmtree, self.dir, True)
        private = ec_key()
        pem = certificate(f"{self.dir}/pem", private)
        spki = private.public_key().public_bytes(serialization.Encoding.DER,
                                                 serialization.PublicFormat.SubjectPublicKeyInfo)
        self.pin = "sha256//" + base64.b64encode(hashlib.sha256(spki).digest()).decode()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                front.seen.append((self.command, self.path))
                for token in json.loads(body).get("tokens", ()) if self.command == "PUT" else ():
                    front.shown.setdefault(token["prepared"], set()).add(self.path)

                def forward():
                    connection = http.client.HTTPSConnection("127.0.0.1", front.broker.port,
                                                             context=rig.tls_context())
                    connection.request(self.command, self.path, body or None,
                                       {"Content-Type": "application/json"} if body else {})
                    answer = connection.getresponse()
                    result = answer.status, answer.read()
                    connection.close()
                    return result
                result = front.hook(self.command, self.path, forward) if front.hook else forward()
                self.close_connection = True
                if result is None:
                    return
                status, text = result
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_PUT = do_POST = handle_any

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args):
                pass    # clients that hang up at a wrong pin
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Socks:
    """A SOCKS5 proxy with user and password, that knows one name; keeps what it was asked."""

    def __init__(self, names):
        self.seen = []
        socks = self

        class Handler(socketserver.BaseRequestHandler):
            def read(self, n):
                data = b""
                while len(data) < n:
                    more = self.request.recv(n - len(data))
                    if not more:
                        raise EOFError
                    data += more
                return data

            def handle(self):
                try:
                    socks.serve(self, names)
                except (EOFError, OSError):
                    pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, h, names):
        _, n = h.read(2)
        assert 2 in h.read(n)
        h.request.sendall(b"\x05\x02")
        h.read(1)
        user = h.read(h.read(1)[0])
        password = h.read(h.read(1)[0])
        h.request.sendall(b"\x01\x00")
        _, _, _, kind = h.read(4)
        host = h.read(h.read(1)[0]).decode() if kind == 3 else h.read(4 if kind == 1 else 16).hex()
        port = struct.unpack(">H", h.read(2))[0]
        self.seen.append((kind, host, port, user, password))
        if host not in names:
            h.request.sendall(b"\x05\x04\x00\x01" + bytes(6))
            return
        with socket.create_connection((names[host], port)) as far:
            h.request.sendall(b"\x05\x00\x00\x01" + bytes(6))
            there = threading.Thread(target=self.pump, args=(h.request, far), daemon=True)
            there.start()
            self.pump(far, h.request)
            there.join(5)

    @staticmethod
    def pump(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Result:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.text = f"status {self.status}\n{self.out}{self.err}"

    @property
    def json(self):
        return json.loads(self.out)


class Callee:
    """A user of phonion, with a state of their own."""

    def __init__(self, *brokers, settings="", passphrase="correct horse"):
        self.dir = tempfile.mkdtemp(prefix="phonion-callee-", dir="/dev/shm")
        atexit.register(shutil.rmtree, self.dir, True)
        self.state = f"{self.dir}/data/state"
        self.write("pass", passphrase + "\n")
        self.write("conf", f"scrypt = 14;\n{settings}")
        for i, broker in enumerate(brokers):
            self.add(broker, f"broker{i + 1}")

    def write(self, name, text):
        with open(f"{self.dir}/{name}", "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(text)
        return f"{self.dir}/{name}"

    def command(self, *args, options=()):
        return [PROGRAM, "--config", f"{self.dir}/conf", "--state", f"{self.dir}/data", "--passphrase-file",
                f"{self.dir}/pass", "--spread", "0s", *options, *args]

    def run(self, *args, options=(), before=(), **kwargs):
        return Result(subprocess.run([*before, *self.command(*args, options=options)], capture_output=True,
                                     text=True, timeout=100, stdin=subprocess.DEVNULL, **kwargs))

    def start(self, *args, options=()):
        return subprocess.Popen(self.command(*args, options=options), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)

    def json(self, *args, status=0, options=()):
        done = self.run(*args, options=("-j", *options))
        assert done.status == status, done.text
        return done.json

    def add(self, broker, name, *more, key=None, host="127.0.0.1"):
        pin = ["--pin", broker.pin] if isinstance(broker, Front) else []
        public = key or (broker.broker if isinstance(broker, Front) else broker).public
        done = self.run("broker", "add", f"https://{host}:{broker.port}", b64(public), "--name", name, *pin, *more)
        assert done.status == 0, done.text
        return done
