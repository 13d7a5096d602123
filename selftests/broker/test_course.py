# SPDX-License-Identifier: GPL-2.0
"""Reservations from beginning to end."""
import secrets

from common import broker, listed, refused
from crypto import b64
from rig import RECEIPT, SLOT, Client, Relay, Reservation
from tap import eq, ok, until


def test_course():
    relay = Relay(broker)
    eq(relay.announce().status, 204, "a relay announces itself")
    ok(until(relay.in_directory), "the directory has it")
    reservation = Reservation(relay)
    eq(reservation.put().status, 201, "an ingress is reserved")
    eq(reservation.status().json, {"state": "waiting"}, "the reservation waits")
    again = reservation.put()
    eq((again.status, again.json), (200, {"state": "waiting"}), "the same again is no other")
    busy = until(lambda: relay.in_directory()["busy"])
    eq(busy, [{"ingress": "+4930100", "first": reservation.body["slot"], "count": 1}],
       "the directory tells that the ingress is busy")
    answer = relay.collect()
    items = answer.json["items"]
    eq(len(items), 1, "the relay collects it")
    eq({k: items[0][k] for k in ("id", "ingress", "length", "slot", "slots", "expires", "box")},
       {"id": reservation.id, "length": SLOT, **{k: reservation.body[k] for k in
                                                 ("ingress", "slot", "slots", "expires", "box")}},
       "as it was sent")
    eq(reservation.status().json["state"], "collected", "and that is told")
    eq(relay.collect(answer.json["next"]).json, {"next": answer.json["next"], "items": []},
       "there is nothing after it")
    receipt = b64(secrets.token_bytes(RECEIPT))
    put = relay.client.send("PUT", f"{reservation.target}/receipt", {"receipt": receipt})
    eq(put.status, 204, "the relay gives a receipt")
    eq(reservation.status().json, {"state": "collected", "receipt": receipt}, "the callee reads it")
    refused(reservation.cancel(secrets.token_bytes(32)), 403, "wrong-secret", "not cancelled without the secret")
    eq(reservation.cancel().status, 204, "cancelled with it")
    eq(reservation.cancel().status, 204, "and once more")
    eq(reservation.status().json["state"], "cancelled", "the status says so")
    told = relay.collect(answer.json["next"]).json
    eq([(i["id"], i["secret"]) for i in told["items"]], [(reservation.id, b64(reservation.secret))],
       "the relay is told, with the secret")
    eq(Reservation(relay).put().status, 201, "the lane is free again")
    eq(relay.client.send("DELETE", relay.target).status, 204, "the relay withdraws")
    ok(until(lambda: not relay.in_directory()), "the directory has it no longer")
    eq(relay.client.send("DELETE", relay.target).status, 204, "and once more")
    nobody = Reservation(relay, tokens=[])
    refused(nobody.status(), 404, "unknown-reservation", "there is no status of what never was")
    refused(nobody.cancel(), 404, "unknown-reservation", "nor can it be cancelled")
    broker.quiet("a course of things")


def test_lanes():
    relay = listed()
    eq(Reservation(relay).put().status, 201, "a number of its own is taken")
    other = Reservation(relay)
    refused(other.put(), 409, "lane-busy", "and not a second time")
    other.body["ingress"] = "+4930200"
    eq(other.put().status, 201, "the tokens of what was refused are not spent")
    eq(Reservation(relay, "+4930200").put().status, 201, "two lanes take two")
    refused(Reservation(relay, "+4930200").put(), 409, "lane-busy", "and no third")
    eq(Reservation(relay, "+4930200", ahead=5).put().status, 201, "in the next slot there is room")
    taken = Reservation(relay, ahead=9)
    taken.target = other.target
    refused(taken.put(), 409, "id-taken", "an id is one reservation's")


def test_collection_in_parts():
    relay = listed(price=0, ingresses=[("+4930300", 300)])
    client = Client(broker)
    ids = []
    for _ in range(258):
        reservation = Reservation(relay, "+4930300")
        assert reservation.put(client).status == 201
        ids.append(reservation.id)
    first = relay.collect().json
    eq(len(first["items"]), 256, "256 items at once")
    second = relay.collect(first["next"]).json
    eq([i["id"] for i in first["items"] + second["items"]], ids, "all of them, in their order")
    ok(all(a["sequence"] < b["sequence"] for a, b in zip(first["items"], first["items"][1:])),
       "their sequence grows")
