# SPDX-License-Identifier: GPL-2.0
"""
What callees and relays do with keys, written a second time from the RFCs: a
mistake in ctld/crypto that its own client would share is seen here.
"""
import base64
import datetime
import hashlib
import json
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

LABEL = b"phonion-token-v1"
SALT_LEN = HASH_LEN = 48    # RSABSSA-SHA384-PSS-Randomized (RFC 9474 section 5)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Key:
    """An Ed25519 identity."""

    def __init__(self):
        self.private = ed25519.Ed25519PrivateKey.generate()
        self.public = self.private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.name = b64(self.public)

    def jws(self, kind, payload, header=None):
        head = b64(json.dumps(header or {"alg": "EdDSA", "typ": kind}, separators=(",", ":")).encode())
        text = f"{head}.{b64(json.dumps(payload, separators=(',', ':')).encode())}"
        return f"{text}.{b64(self.private.sign(text.encode()))}"


def read_jws(text, key, kind):
    """The payload of a statement by @key (32 octets), verified."""
    head, payload, signature = text.split(".")
    ed25519.Ed25519PublicKey.from_public_bytes(key).verify(unb64(signature), f"{head}.{payload}".encode())
    assert json.loads(unb64(head)) == {"alg": "EdDSA", "typ": kind}, head
    return json.loads(unb64(payload))


def certificate(path, private, issuer=None):
    """A certificate of @private with its key, as a PEM file for TLS."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
    algorithm = None if isinstance(issuer or private, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
            .public_key(private.public_key()).serial_number(1)
            .not_valid_before(datetime.datetime(2020, 1, 1))
            .not_valid_after(datetime.datetime(2020, 1, 2))  # when it ended says nothing of the key
            .sign(issuer or private, algorithm))
    with open(path, "wb", opener=lambda p, f: os.open(p, f, 0o600)) as f:
        f.write(made.public_bytes(serialization.Encoding.PEM))
        f.write(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                      serialization.NoEncryption()))
    return path


def ec_key():
    return ec.generate_private_key(ec.SECP256R1())


def mgf1(seed, n):
    out = b""
    for counter in range((n + HASH_LEN - 1) // HASH_LEN):
        out += hashlib.sha384(seed + counter.to_bytes(4, "big")).digest()
    return out[:n]


def emsa_pss_encode(message, bits):
    """RFC 8017 section 9.1.1."""
    length = (bits + 7) // 8
    salt = os.urandom(SALT_LEN)
    h = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    db = bytes(length - SALT_LEN - HASH_LEN - 2) + b"\x01" + salt
    masked = bytearray(a ^ b for a, b in zip(db, mgf1(h, len(db))))
    masked[0] &= 0xff >> (8 * length - bits)
    return bytes(masked) + h + b"\xbc"


class Token:
    """RFC 9474, the client's side."""

    def __init__(self, epoch, der):
        public = serialization.load_der_public_key(der)
        self.key, numbers = public, public.public_numbers()
        self.n, self.e, self.epoch = numbers.n, numbers.e, epoch
        self.prepared = os.urandom(32) + LABEL + epoch.to_bytes(8, "big") + os.urandom(32)
        encoded = int.from_bytes(emsa_pss_encode(self.prepared, self.n.bit_length() - 1), "big")
        r = int.from_bytes(os.urandom(256), "big") % self.n
        self.inverse = pow(r, -1, self.n)
        self.blinded = (encoded * pow(r, self.e, self.n) % self.n).to_bytes(256, "big")
        self.signature = None

    def finish(self, blind_signature):
        from cryptography.hazmat.primitives.asymmetric import padding
        self.signature = (int.from_bytes(blind_signature, "big") * self.inverse % self.n).to_bytes(256, "big")
        self.key.verify(self.signature, self.prepared,
                        padding.PSS(padding.MGF1(hashes.SHA384()), SALT_LEN), hashes.SHA384())
        return self

    def json(self):
        return {"epoch": self.epoch, "prepared": b64(self.prepared), "signature": b64(self.signature)}
