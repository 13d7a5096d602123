# SPDX-License-Identifier: GPL-2.0
"""Who may speak for a relay, and what it may say."""
import os
import secrets
import subprocess
import time

from common import broker, listed, refused
from crypto import b64, certificate, ec_key
from rig import RECEIPT, SLOT, Broker, Client, Relay, Reservation
from tap import eq, ok, until


def test_certificates():
    relay, other = listed(), listed()
    own = relay.client
    descriptor = relay.descriptor()
    rsa = Client(broker, certificate(f"{broker.dir}/ec.pem", ec_key()))
    reservation = Reservation(relay)
    assert reservation.put().status == 201
    receipt = {"receipt": b64(secrets.token_bytes(RECEIPT))}
    for client, problem, what in ((Client(broker), "certificate-required", "no certificate"),
                                  (rsa, "certificate-required", "a certificate of another kind of key"),
                                  (other.client, "wrong-certificate", "another relay's certificate")):
        refused(client.send("PUT", relay.target, {"descriptor": descriptor}), 403, problem, f"PUT with {what}")
        refused(client.send("DELETE", relay.target), 403, problem, f"DELETE with {what}")
        refused(client.get(f"{relay.target}/reservations"), 403, problem, f"collection with {what}")
        if client is not other.client:
            refused(client.send("PUT", f"{reservation.target}/receipt", receipt), 403, problem,
                    f"receipt with {what}")
    refused(other.client.send("PUT", f"{reservation.target}/receipt", receipt), 404, "unknown-reservation",
            "a receipt for another relay's reservation")
    eq(own.send("PUT", f"{reservation.target}/receipt", receipt).status, 204, "its own relay's receipt")
    # A certificate that names the relay's key, but is signed with another: the key counts.
    stolen = certificate(f"{broker.dir}/stolen.pem", other.key.private, issuer=relay.key.private)
    refused(Client(broker, stolen).send("DELETE", relay.target), 403, "wrong-certificate",
            "a certificate that the relay signed for another key")


def test_stolen_certificate():
    """The relay's certificate, shown by who does not have its key: TLS does not come about."""
    relay, other = listed(), listed()
    thief = f"{broker.dir}/thief"
    here = os.path.dirname(os.path.abspath(__file__))
    subprocess.run(["gcc", "-o", thief, f"{here}/thief.c", "-lgnutls"], check=True)

    def show(key):
        return subprocess.run([thief, str(broker.port), relay.pem, key, f"{relay.target}/reservations"],
                              capture_output=True, text=True, timeout=20).stdout
    eq(show(relay.pem), "HTTP/1.1 200 OK\n", "the relay itself gets its reservations")
    text = show(other.pem)
    ok(text.startswith("no "), "who has only its certificate does not", text)
    broker.quiet("a forged signature in TLS")


def test_stale_sequence():
    relay = listed()
    old = relay.descriptor(sequence=5)
    eq(relay.announce(sequence=7).status, 204, "sequence 7")
    for sequence in (7, 6):
        refused(relay.announce(sequence=sequence), 409, "stale-sequence", f"then {sequence}")
    refused(relay.announce(descriptor=old), 409, "stale-sequence", "then an old statement, replayed")
    eq(relay.announce(sequence=8).status, 204, "then 8")


def test_descriptors():
    relay, other = Relay(broker), Relay(broker)
    now = int(time.time())
    good = relay.descriptor()
    head, payload, signature = good.split(".")
    wrong = {
        "signed by another": other.key.jws("phonion-relay", relay.payload()),
        "of another type": relay.key.jws("phonion-directory", relay.payload()),
        "of alg none": relay.key.jws("", relay.payload(), {"alg": "none", "typ": "phonion-relay"}),
        "with a header more": relay.key.jws("", relay.payload(),
                                            {"alg": "EdDSA", "typ": "phonion-relay", "crit": []}),
        "of another version": relay.descriptor(version=2),
        "without trunks": relay.descriptor(trunks=None),
        "cut": good[:-1],
        "of four parts": f"{good}.{signature}",
        "of two parts": f"{head}.{payload}",
        "with an empty signature": f"{head}.{payload}.",
    }
    for what, descriptor in wrong.items():
        refused(relay.announce(descriptor=descriptor), 400, "malformed", f"a descriptor {what}")
    refused(relay.announce(descriptor=other.descriptor()), 403, "wrong-certificate", "another relay's descriptor")
    refused(relay.announce(issued=now - 100, expires=now - 1), 422, "out-of-range", "a descriptor that is over")
    refused(relay.announce(issued=now + 4000, expires=now + 8000), 422, "out-of-range", "one of the future")
    refused(relay.announce(expires=now + 7 * 86400 + 60), 422, "out-of-range", "one for more than a week")
    eq(relay.announce(descriptor=good).status, 204, "the good one")


def test_expired_relay():
    relay = listed()
    now = int(time.time())
    reservation = Reservation(relay)
    eq(relay.announce(issued=now - 10, expires=now + 4).status, 204, "a descriptor for 4 s")
    ok(until(relay.in_directory), "the directory has it")
    ok(until(lambda: not relay.in_directory(), 8, 0.2), "the directory drops it when it has expired")
    refused(reservation.put(), 404, "unknown-relay", "and nothing can be reserved there")
    refused(Reservation(Relay(broker, price=0)).put(), 404, "unknown-relay", "nor at one that never was")
    relay = listed()
    refused(Reservation(relay, "+4930999").put(), 404, "unknown-ingress", "nor an ingress that never was")


def test_busy_limit():
    """A relay with more runs of busy slots than a callee reads of one is listed with some of them joined."""
    numbers = [f"+49305{n:02}" for n in range(13)]
    relay = listed(price=0, ingresses=[(number, 0) for number in numbers])
    client = Client(broker)
    made = [(number, ahead) for ahead in range(4, 650, 2) for number in numbers][:4100]
    first = int(time.time()) // SLOT
    refusals = [a.status for number, ahead in made if (a := Reservation(relay, number, ahead).put(client)).status != 201]
    eq(refusals, [], f"{len(made)} slots with gaps between them are reserved")
    ok(until(lambda: len(busy_of(relay)) == 13), "each number has one run")
    runs = {run["ingress"]: (run["first"], run["first"] + run["count"]) for run in busy_of(relay)}
    ok(all(runs[number][0] <= first + ahead < runs[number][1] for number, ahead in made), "that has all of its slots")


def busy_of(relay):
    return relay.in_directory()["busy"]


def test_admission():
    relay, guest = Relay(broker), Relay(broker)
    other = Broker(f'relays = [ "{relay.key.name}" ];\n').start()
    try:
        for one in (relay, guest):
            one.broker, one.client = other, Client(other, one.pem)
        eq(relay.announce().status, 204, "a relay that is on the list")
        refused(guest.announce(), 403, "not-admitted", "one that is not")
        ok(until(relay.in_directory), "the directory has it")
        other.configure("relays = [ ];\n")
        other.process.send_signal(1)
        ok(until(lambda: b"configuration read again" in other.log()), "the list is read again")
        refused(relay.announce(), 403, "not-admitted", "an empty list admits nobody")
        ok(until(lambda: not relay.in_directory()), "and takes who was on it out of the directory")
        refused(Reservation(relay).put(), 404, "unknown-relay", "nothing can be reserved there")
        other.configure('relays = "open";\nlimits = { relays = 1; };\n', limits="")
        other.process.send_signal(1)
        ok(until(lambda: other.log().count(b"configuration read again") == 2), "and again")
        full = guest.announce()
        refused(full, 503, "directory-full", "a directory has its size")
        eq(relay.announce().status, 204, "those in it may renew")
    finally:
        eq(other.stop(), 0, "it ends in order")
