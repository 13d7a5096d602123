# SPDX-License-Identifier: GPL-2.0
"""What is well-formed and yet not possible; paths and queries."""
import time

import bad_input
from common import broker, listed, refused
from rig import SLOT, Client, Reservation
from tap import eq


def test_slots():
    relay = listed()
    reservation = Reservation(relay, slots=2)
    now_slot = int(time.time()) // SLOT
    horizon = broker.directory()["horizon"] // SLOT

    def at(first, slots=2, **changed):
        return reservation.put(**{"slot": first, "expires": (first + slots) * SLOT, "slots": slots, **changed})

    refused(at(now_slot - 2), 422, "out-of-range", "slots that are over")
    refused(at(now_slot + horizon), 422, "out-of-range", "slots beyond the horizon")
    refused(at(2 ** 53 - 1, expires=2 ** 53 - 1), 422, "out-of-range", "slots at the end of time")
    refused(reservation.put(expires=reservation.body["expires"] + 1), 422, "out-of-range",
            "an expiry that is not the slots' end")
    eq(at(now_slot + horizon - 3).status, 201, "slots just within the horizon")


def test_paths():
    client = Client(broker)
    for path in ("/", "/v1", "/v1/directory/", "/v1//directory", "/v1/relays", "/v1/relays/",
                 "/v1/reservations/", f"/v1/reservations/{'A' * 22}/x", "/v1/%64irectory",
                 "/v1/directory/../health", f"/v1/reservations/{'A' * 22}/cancel/", "/metrics/x"):
        refused(client.get(path), 404, "not-found", f"GET {path}")
    for method, path, allow in (("POST", "/v1/directory", "GET"), ("GET", "/v1/tokens", "POST"),
                                ("DELETE", f"/v1/reservations/{'A' * 22}", "GET, PUT"),
                                ("GET", f"/v1/relays/{'A' * 43}", "DELETE, PUT"),
                                ("GET", f"/v1/reservations/{'A' * 22}/cancel", "POST"),
                                ("OPTIONS", "/metrics", "GET"), ("TRACE", "/v1/health", "GET")):
        answer = client.send(method, path, raw=b"")
        refused(answer, 405, "method-not-allowed", f"{method} {path}")
        eq(answer.headers["Allow"], allow, "with what is allowed")
    for target in ("/v1/directory?x=1", "/v1/health?", "/metrics?a", f"/v1/reservations/{'A' * 22}?after=1"):
        answer = client.get(target)
        if target.endswith("?"):
            eq(answer.status, 200, "an empty query is none")
        else:
            refused(answer, 400, "malformed", f"GET {target}")
    relay = listed()
    for query, status in (("after=0", 200), ("after=", 400), ("after=-1", 400), ("after=1.5", 400), ("after=x", 400),
                          ("after=1&after=2", 400), ("after=1&x=2", 400), ("x=1", 400), ("after=%31", 400),
                          ("after=9007199254740991", 200), ("after=9007199254740992", 422),
                          ("after=99999999999999999999999", 422)):
        eq(relay.client.get(f"{relay.target}/reservations?{query}").status, status, f"collection with {query}")
    for method, path in (("GET", "/v1/reservations/{}"), ("PUT", "/v1/reservations/{}"),
                         ("POST", "/v1/reservations/{}/cancel"), ("PUT", "/v1/reservations/{}/receipt"),
                         ("PUT", "/v1/relays/{}"), ("DELETE", "/v1/relays/{}"), ("GET", "/v1/relays/{}/reservations")):
        for name in ("x", "A" * 21, "A" * 24, "A" * 21 + "B", "A" * 42 + "B", "A" * 20 + "%41%41", "A" * 500):
            body = None if method in ("GET", "DELETE") else b"{}"
            refused(relay.client.send(method, path.format(name), raw=body), 400, "malformed",
                    f"{method} {path.format(name[:30])}")


def test_bad_input():
    bad_input.execute(listed(price=1), Client(broker))
    broker.quiet("all bad input")
