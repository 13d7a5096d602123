# SPDX-License-Identifier: GPL-2.0
"""Hops as a callee makes them, and the relay that they are for as a directory lists it."""
import hashlib
import json
import os
import struct
import sys
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


def pin_of(broker):
    return broker.pin if hasattr(broker, "pin") else broker.run("-k").stdout.split('pin = "')[1].split('"')[0]


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
    """
    A reservation whose box is a real one, open from now on for two slots, so that it
    does not end during a test, or of these for the @window (from, to) in Unix seconds.
    @postd: to be dialled after the answer. @timing: when the next leg is raised, how long
    it stays, what the near side is (enum hop_raise, hop_keep, hop_near), and the spread.
    """

    def __init__(self, relay, ingress=OWN, code="", following=NEXT, seal=None, postd="", window=None,
                 timing=(0, 0, 0, 0), **more):
        super().__init__(relay, ingress, ahead=0, slots=2, tokens=[], **more)
        self.relay, self.reply = relay, x25519.X25519PrivateKey.generate()
        end = self.body["expires"]
        opens, closes = window or (self.body["slot"] * rig.SLOT, end)
        *parts, spread = timing
        octet = sum(part << 2 * n for n, part in enumerate(parts))
        plain = struct.pack(">BBQQ33s17s33s33s32s32sH56x", 1, octet, opens, closes, ingress.encode(), code.encode(),
                            following.encode(), postd.encode(), raw(self.reply.public_key()),
                            hashlib.sha256(self.secret).digest(), spread)
        aad = (relay.key.public + ingress.encode().ljust(33, b"\0") +
               struct.pack(">QIIQ", self.body["slot"], 2, rig.SLOT, end))
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
