# SPDX-License-Identifier: GPL-2.0
"""When a directory is signed, and when it is sent."""
import time

from common import broker, listed
from rig import Broker, Client, Reservation
from tap import eq, ok, until


def test_etag():
    listed()
    client = Client(broker)
    time.sleep(1.1)  # longer than a directory may be old after a change
    answer = client.get("/v1/directory")
    etag = answer.headers["ETag"]
    for header in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        eq(client.get("/v1/directory", **{"If-None-Match": header}).status, 304, f"If-None-Match: {header[:12]}...")
    for header in ('"x"', etag[:-2] + '"', ""):
        eq(client.get("/v1/directory", **{"If-None-Match": header}).status, 200, f"If-None-Match: {header[:12]}...")
    eq(client.get("/v1/directory").body, answer.body, "nothing is signed anew when nothing has changed")
    listed()
    ok(until(lambda: client.get("/v1/directory").headers["ETag"] != etag), "and it is when something has")


def test_signed_once_a_second():
    relay = listed(price=0, ingresses=[("+4930400", 1000)])
    client = Client(broker)
    signed, start = set(), time.monotonic()
    while time.monotonic() - start < 3:
        assert Reservation(relay, "+4930400").put(client).status == 201
        relay.announce(client=relay.client)
        signed.add(client.get("/v1/directory").headers["ETag"])
    ok(2 <= len(signed) <= 5, "a directory is signed at most once a second", len(signed))


def test_half_life():
    other = Broker("directory_lifetime = 10;\n").start()
    try:
        client = Client(other)
        first = client.get("/v1/directory").headers["ETag"]
        start = time.monotonic()
        ok(until(lambda: client.get("/v1/directory").headers["ETag"] != first, 9, 0.1), "signed anew by itself")
        ok(4 <= time.monotonic() - start <= 7, "when half of its life is over", time.monotonic() - start)
    finally:
        eq(other.stop(), 0, "it ends in order")


def test_both_addresses():
    eq(Client(broker, host="::1").get("/v1/health").json, {"status": "ok"}, "IPv6 too")
