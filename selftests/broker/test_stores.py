# SPDX-License-Identifier: GPL-2.0
"""What is on the disk, and what happens when it cannot be had."""
import contextlib
import fcntl
import os
import secrets
import time

from common import EPOCH, broker, listed, refused
from crypto import Token, b64, unb64
from rig import RECEIPT, Broker, Client, Relay, Reservation
from tap import eq, ok, until


@contextlib.contextmanager
def away(target):
    """
    SQLite's log looks as if another process were repairing it for all this time:
    its index does not add up, and the locks to write and to repair are taken.
    """
    with open(f"{target.dir}/broker.db-shm", "r+b", buffering=0) as shm:
        for lock in (120, 122):
            until(lambda at=lock: not fcntl.lockf(shm, fcntl.LOCK_EX, 1, at))
        byte = os.pread(shm.fileno(), 1, 8)[0]
        os.pwrite(shm.fileno(), bytes([byte ^ 1]), 8)
        yield


def test_store_away():
    """All that needs the store says so when it cannot be had, and changes nothing."""
    relay = listed(price=0)
    made = Reservation(relay)
    assert made.put().status == 201
    reservation, key = Reservation(relay, "+4930200"), broker.directory()["tokens"][0]
    token = Token(key["epoch"], unb64(key["key"]))
    with away(broker):
        for what, call in {
                "PUT reservation": reservation.put,
                "GET reservation": made.status,
                "cancel": made.cancel,
                "receipt": lambda: relay.client.send("PUT", f"{made.target}/receipt",
                                                     {"receipt": b64(secrets.token_bytes(RECEIPT))}),
                "announce": relay.announce,
                "withdraw": lambda: relay.client.send("DELETE", relay.target),
                "collect": relay.collect,
                "health": lambda: Client(broker).get("/v1/health")}.items():
            answer = call()
            refused(answer, 503, "store-away", f"{what} without the store")
            ok(int(answer.headers.get("Retry-After", 0)) > 0, "with Retry-After")
        eq(Client(broker).get("/v1/directory").status, 200, "a directory that is signed is still good")
        answer = Client(broker).send("POST", "/v1/tokens", {"epoch": key["epoch"], "blinded": [b64(token.blinded)]})
        eq(answer.status, 200, "and tokens need no store")
    eq(made.status().json["state"], "waiting", "nothing was changed")
    eq(reservation.put().status, 201, "and it goes on")
    broker.quiet("a time without the store")


def test_store_away_for_long():
    """Until what is at hand has expired: a directory, the keys of tokens."""
    other = Broker("epoch = 10;\ndirectory_lifetime = 10;\n").start()
    try:
        client = Client(other)
        eq(client.get("/v1/directory").status, 200, "a directory is there")
        blinded = [b64(b"\0" * 255 + b"\2")]

        def issue():
            return client.send("POST", "/v1/tokens", {"epoch": int(time.time()) // 10 * 10, "blinded": blinded})
        # Of an epoch that has only just begun there may be none yet: keys take time.
        ok(until(lambda: issue().status == 200, 30, 0.5), "and a key")
        with away(other):
            answer = until(lambda: (a := client.get("/v1/directory")).status != 200 and a, 20, 0.5)
            refused(answer, 503, "store-away", "an expired directory is not served")
            answer = until(lambda: (a := issue()).status != 200 and a, 40, 0.5)
            refused(answer, 503, "no-epoch-key", "nor is signed with the key of an epoch that is over")
        ok(until(lambda: client.get("/v1/directory").status == 200, 10, 0.5), "with the store, there is a directory")
        ok(until(lambda: issue().status == 200, 15, 0.5), "and a key")
        other.quiet("a long time without the store")
    finally:
        eq(other.stop(), 0, "it ends in order")


def test_killed():
    """What was acknowledged is there after kill -9, and what is there was asked for."""
    other = Broker().start()
    try:
        relay = Relay(other, price=1, ingresses=[("+4930500", 1000)])
        relay.announce()
        tokens = other.tokens(40)
        asked, acknowledged = [], []
        for i, token in enumerate(tokens):
            reservation = Reservation(relay, "+4930500", tokens=[token])
            asked.append(reservation)
            if reservation.put().status == 201:
                acknowledged.append(reservation)
            if i == 20:
                acknowledged[0].cancel()
        public = other.public
        other.kill()
        other.start()
        eq(other.public, public, "the broker is the same after kill -9")
        states = [r.status().json["state"] for r in acknowledged]
        eq(states, ["cancelled"] + ["waiting"] * 39, "all that was acknowledged is there")
        relay.client = Client(other, relay.pem)
        items = relay.collect().json["items"]
        eq({i["id"] for i in items}, {r.id for r in asked}, "the relay collects it")
        refused(Reservation(relay, "+4930500", tokens=tokens[:1]).put(), 403, "token-spent", "a spent token stays spent")
        eq(Reservation(relay, "+4930500", tokens=other.tokens(1)).put().status, 201, "and it goes on")
        other.quiet("kill -9")
    finally:
        eq(other.stop(), 0, "it ends in order")


def test_epochs():
    """A token is good in its epoch and the one after, and no longer."""
    other = Broker(f"epoch = {EPOCH};\n").start()
    try:
        relay = Relay(other, ingresses=[("+4930600", 1000)])
        relay.announce()
        first = other.directory()["tokens"]
        tokens = other.tokens(2)
        born = tokens[0].epoch
        ok(all(k["not_after"] - k["not_before"] == 2 * EPOCH for k in first), "a key is good for two epochs")
        until(lambda: time.time() >= born + EPOCH, 65, 0.2)
        ok(until(lambda: max(k["epoch"] for k in other.directory()["tokens"]) == born + EPOCH, 7, 0.2),
           "the next key is there when its epoch begins")
        eq(Reservation(relay, "+4930600", tokens=tokens[:1]).put().status, 201, "the one before is still taken")
        until(lambda: time.time() >= born + 2 * EPOCH, 65, 0.2)
        refused(Reservation(relay, "+4930600", tokens=tokens[1:]).put(), 403, "token-invalid", "and then no longer")
        answer = Client(other).send("POST", "/v1/tokens", {"epoch": born, "blinded": [b64(tokens[0].blinded)]})
        refused(answer, 422, "out-of-range", "nor issued")
    finally:
        eq(other.stop(), 0, "it ends in order")


def test_foreign_store():
    """Token keys of another identity cannot be read, and are not overwritten."""
    other = Broker().start()
    eq(other.stop(), 0, "a broker ends in order")
    os.unlink(f"{other.dir}/broker.key")
    result = other.run()
    ok(result.returncode == 1 and "sealed by another broker" in result.stderr, "another identity is refused",
       result.stderr)
