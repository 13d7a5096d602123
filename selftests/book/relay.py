# SPDX-License-Identifier: GPL-2.0
"""A relay's book without its telephony (book_run.c), and callees that reserve at it."""
import atexit
import hashlib
import json
import os
import secrets
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import namedtuple

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, f"selftests/{d}") for d in ("tools", "broker", "lib")]
import rig  # noqa: E402
import tap  # noqa: E402
from callee import VERDICTS, hpke_open, hpke_seal, raw, x25519  # noqa: E402
from crypto import b64, unb64  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: E402

OWN, OWN2, SHARED, NEXT = "+4930100", "+4930101", "+4930200", "+4989123456"
LIMIT = 20
CONF = """
trunks = (
  {{ name = "a"; local = "127.0.0.1:5060"; peer = "127.0.0.1:5070"; carrier = "Carrier A"; region = "DE";
    prefixes = [ "+49" ]; ingresses = ( {{ number = "{own}"; }}, {{ number = "{own2}"; }},
                                        {{ number = "{shared}"; lanes = 5; }} ); }}
);
relay = {{ operator = "Example e.V."; key = "{dir}/key"; book = "{dir}/book"; price = 0; poll_interval = 1;
          brokers = ( {brokers} ); }};
"""


def build():
    out = os.path.join(TOP, "build/asan/book_run")
    flags = subprocess.run(["pkg-config", "--libs", "liburing", "jansson", "libconfig", "openssl", "sqlite3",
                            "libcurl"], check=True, text=True, capture_output=True).stdout.split()
    subprocess.run(["gcc", "-std=gnu11", "-g", "-O1", "-fsanitize=address,undefined",
                    "-fno-sanitize-recover=all", "-D_GNU_SOURCE=", "-I", "ctld", "-I", ".",
                    "-I", "kmod/include/uapi", "-o", out, "selftests/book/book_run.c",
                    "build/asan/libphonion.a", *flags, "-lm", "-lpthread"], cwd=TOP, check=True)
    return out


PROGRAM = os.environ.get("PHONION_BOOK") or build()


def pin_of(broker):
    return broker.pin if hasattr(broker, "pin") else broker.run("-k").stdout.split('pin = "')[1].split('"')[0]


class Book:
    def __init__(self, brokers, pins=None):
        self.dir = tempfile.mkdtemp(prefix="phonion-book-", dir="/dev/shm")
        atexit.register(self.clean)
        self.brokers, self.process = brokers, None
        entries = [f'{{ name = "b{i + 1}"; url = "https://127.0.0.1:{broker.port}"; pin = "{pin}"; }}'
                   for i, (broker, pin) in enumerate(zip(brokers, pins or map(pin_of, brokers)))]
        with open(f"{self.dir}/conf", "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(CONF.format(dir=self.dir, brokers=", ".join(entries), own=OWN, own2=OWN2, shared=SHARED))

    def start(self):
        self.status, self.answers = {}, []
        with open(f"{self.dir}/log", "ab") as log:
            self.process = subprocess.Popen([PROGRAM, f"{self.dir}/conf"], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        threading.Thread(target=self.read, args=(self.process.stdout,), daemon=True).start()
        assert tap.until(lambda: self.status, LIMIT), self.log()
        return self

    def read(self, stream):
        for line in stream:
            said = json.loads(line)
            if "answer" in said:
                self.answers.append(said)
            else:
                self.status = said

    def log(self):
        with open(f"{self.dir}/log", encoding="utf-8", errors="replace") as f:
            return f.read()

    def broker(self, name="b1"):
        return next(b for b in self.status["brokers"] if b["name"] == name)

    def serves(self, name="b1", seconds=LIMIT):
        """Announced and collected from, and no trouble now."""
        return tap.until(lambda: self.broker(name)["announced"] and self.broker(name)["collected"] and
                         not self.broker(name)["failing"], seconds)

    def ask(self, *words):
        n = len(self.answers)
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        assert tap.until(lambda: len(self.answers) > n, LIMIT), self.log()
        return self.answers[-1]

    def find(self, number):
        return self.ask("find", "a", number)["answer"]

    def match(self, number, code):
        return self.ask("match", "a", number, code)["answer"]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """The exit status; leaks are an error."""
        self.process.stdin.close()
        return self.process.wait(30)

    def end(self, what):
        status = self.stop()
        log = self.log()
        tap.ok(status == 0 and "Sanitizer" not in log and "runtime error" not in log,
               f"the book ends in order and without a leak after {what}", f"status {status}", log[-3000:])

    def clean(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


Keys = namedtuple("Keys", "name public")


class Listed:
    """The only relay of a broker's directory, as rig.Reservation wants it."""

    def __init__(self, broker):
        self.broker, self.price = broker, 0
        # The broker makes its directory anew now and then.
        relays = tap.until(lambda: broker.directory()["relays"], LIMIT, 0.1)
        assert len(relays) == 1, relays
        self.jws = relays[0]["descriptor"]
        self.payload = rig.read_jws(self.jws, self.claimed(), "phonion-relay")
        self.key = Keys(self.payload["relay"], self.claimed())
        self.seal = unb64(self.payload["seal"])

    def claimed(self):
        return unb64(json.loads(unb64(self.jws.split(".")[1]))["relay"])


class Hop(rig.Reservation):
    """A reservation whose box is a real one, open from now on for the slots."""

    def __init__(self, relay, ingress=OWN, code="", following=NEXT, seal=None, **more):
        super().__init__(relay, ingress, ahead=0, slots=1, tokens=[], **more)
        self.relay, self.reply = relay, x25519.X25519PrivateKey.generate()
        start, end = self.body["slot"] * rig.SLOT, self.body["expires"]
        plain = struct.pack(">BBQQ33s17s33s33s32s32s58x", 1, 0, start, end, ingress.encode(), code.encode(),
                            following.encode(), b"", raw(self.reply.public_key()),
                            hashlib.sha256(self.secret).digest())
        aad = (relay.key.public + ingress.encode().ljust(33, b"\0") +
               struct.pack(">QIIQ", self.body["slot"], 1, rig.SLOT, end))
        self.box = hpke_seal(seal or relay.seal, b"phonion hop 1", aad, plain)
        self.body["box"] = b64(self.box)

    def receipt(self):
        """The verdict, once there is a receipt that is what it should be; None before."""
        box = self.status().json.get("receipt")
        if not box:
            return None
        plain = hpke_open(self.reply, b"phonion receipt 1", b"", unb64(box))
        version, verdict, _, reservation, box_hash, signature = struct.unpack(">BBQ16s32s64s6x", plain)
        ed25519.Ed25519PublicKey.from_public_bytes(self.relay.key.public).verify(
            signature, b"phonion receipt 1" + plain[:58])
        assert (version, reservation, box_hash) == (1, unb64(self.id), hashlib.sha256(self.box).digest())
        return VERDICTS[verdict]

    def answered(self, verdict, what, seconds=LIMIT):
        tap.until(lambda: self.receipt() == verdict, seconds, 0.05)
        tap.eq(self.receipt(), verdict, what)


def settle():
    """Not in the last seconds of a slot: a window would end during a test."""
    left = rig.SLOT - time.time() % rig.SLOT
    if left < 60:
        time.sleep(left + 1)


def noise(n):
    return secrets.token_bytes(n)
