# SPDX-License-Identifier: GPL-2.0
"""How much one client may ask for, and how slowly."""
import os
import socket
import ssl
import time

from common import broker, refused
from crypto import Token, b64, unb64
from rig import Broker, Client, Relay, contract, tls_context, tls_socket
from tap import eq, ok, until


def test_requests_limited():
    other = Broker(limits="limits = { requests_per_second = 1; burst = 3; tokens_per_hour = 5; };\n").start()
    try:
        relay = Relay(other)
        key = other.directory()["tokens"][0]
        blinded = b64(Token(key["epoch"], unb64(key["key"])).blinded)
        body = {"epoch": key["epoch"], "blinded": [blinded] * 6}
        answer = Client(other).send("POST", "/v1/tokens", body)
        refused(answer, 429, "too-many-tokens", "more tokens than an hour has")
        ok(int(answer.headers["Retry-After"]) > 600, "with the time until there are as many", answer.headers["Retry-After"])
        for path, item in contract.doc["paths"].items():
            for method in item.keys() & {"get", "put", "post", "delete"}:
                target = path.replace("{id}", "A" * 22).replace("{relay}", relay.key.name)
                raw = b"{}" if method in ("put", "post") else None

                def ask():
                    answer = relay.client.send(method.upper(), target, raw=raw)
                    return answer if answer.status == 429 else None
                answer = until(ask, 5, 0)
                ok(answer and answer.problem == "too-many-requests", f"{method.upper()} {path} is limited")
                ok(answer and answer.headers["Retry-After"] == "1", "for a second")
        time.sleep(1.1)
        eq(Client(other).get("/v1/health").status, 200, "after it, it is not")
        other.configure(limits="limits = { requests_per_second = 1; burst = 1; loopback = false; };\n")
        other.process.send_signal(1)
        ok(until(lambda: b"read again" in other.log()), "the limits are read again")
        eq({Client(other).get("/v1/health").status for _ in range(20)}, {200},
           "this machine's own clients (an onion service) can be let off")
        other.quiet("many requests")
    finally:
        eq(other.stop(), 0, "it ends in order")


def opens(target, seconds=20):
    """Can a TLS connection be had?"""
    try:
        return tls_socket(target, seconds)
    except OSError:
        return None


def test_connections_limited():
    for limits, most, what in (("connections_per_address = 5;", 5, "of one address"),
                               ("connections = 7; connections_per_address = 50;", 7, "of all")):
        other = Broker(limits=f"limits = {{ {limits} }};\n").start()
        try:
            held = [opens(other) for _ in range(12)]
            good = [s for s in held if s]
            eq(len(good), most, f"{most} connections {what} and no more")
            good[0].close()
            ok(until(lambda: opens(other, 1)), "when one ends there is room for another")
            for s in good:
                s.close()
            ok(until(lambda: opens(other, 1)), "and when all end")
            other.quiet("many connections")
        finally:
            eq(other.stop(), 0, "it ends in order")


def ended_after(s, step, limit=20):
    """Seconds until the broker ends the connection, while step() goes on."""
    start = time.monotonic()
    s.settimeout(0.1)
    while time.monotonic() - start < limit:
        try:
            step(s)
            if s.recv(65536) == b"":
                break
        except (socket.timeout, ssl.SSLWantReadError):
            pass
        except OSError:
            break
    return time.monotonic() - start


def test_slow_clients():
    times = "limits = { request_time = 2; idle_time = 4; response_time = 3; };\n"
    other = Broker(limits=times).start()
    try:
        drip = iter(lambda: b"x", None)
        head = b"GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Slow: "

        def drop_by_drop(s):
            s.send(next(drip))

        plain = socket.create_connection(("127.0.0.1", other.port))
        plain.send(b"\x16\x03\x01\x02\x00")
        took = ended_after(plain, drop_by_drop)
        ok(took < 3.5, "a handshake drop by drop is ended", took)
        s = tls_socket(other)
        s.send(head)
        took = ended_after(s, drop_by_drop)
        ok(1.5 <= took <= 3.5, "headers drop by drop are ended", took)
        s = tls_socket(other)
        s.send(b"POST /v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n")
        took = ended_after(s, drop_by_drop)
        ok(1.5 <= took <= 3.5, "a body drop by drop is ended", took)
        s = tls_socket(other)
        took = ended_after(s, lambda s: None)
        ok(1.5 <= took <= 3.5, "a connection without a request is ended", took)
        s = tls_socket(other)
        s.send(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        ok(b"200 OK" in s.recv(4096), "a request is answered")
        took = ended_after(s, lambda s: None)
        ok(3.5 <= took <= 5.5, "an idle connection is ended later", took)
        s = tls_socket(other)
        s.send(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        s.recv(4096)
        time.sleep(1.5)
        s.send(head)
        took = ended_after(s, drop_by_drop)
        ok(1.5 <= took <= 3.5, "the second request of a connection has no more time than the first", took)
        eq(Client(other).get("/v1/health").status, 200, "meanwhile others are served")
        other.quiet("slow clients")
    finally:
        eq(other.stop(), 0, "it ends in order")


def cpu_seconds(other):
    with open(f"/proc/{other.process.pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_stalled_handshakes():
    """Who stops in the middle of a handshake costs no time."""
    other = Broker().start()
    try:
        stalled = [socket.create_connection(("127.0.0.1", other.port)) for _ in range(50)]
        for s in stalled:
            s.send(b"\x16\x03\x01\x02\x00\x01")
        time.sleep(0.5)
        before = cpu_seconds(other)
        time.sleep(2)
        used = cpu_seconds(other) - before
        ok(used < 0.5, "50 stalled handshakes leave the processor alone", f"{used} of 2 s")
        start = time.monotonic()
        eq(Client(other).get("/v1/health").status, 200, "and others are served")
        ok(time.monotonic() - start < 1, "at once", time.monotonic() - start)
        for s in stalled:
            s.close()
        other.quiet("stalled handshakes")
    finally:
        eq(other.stop(), 0, "it ends in order")


def test_slow_reader():
    other = Broker(limits="limits = { response_time = 2; idle_time = 60; burst = 100000; };\n").start()
    try:
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", other.port))
        s = tls_context().wrap_socket(raw)
        s.settimeout(0.5)
        try:
            for _ in range(20000):
                s.send(b"GET /v1/directory HTTP/1.1\r\nHost: x\r\n\r\n")
        except OSError:
            pass
        connections = lambda n: b"phonion_broker_connections %d\n" % n in Client(other).get("/metrics").body  # noqa: E731
        ok(connections(2), "who asks and does not read is connected")
        ok(until(lambda: connections(1), 8, 0.2), "and is ended")
        other.quiet("a client that does not read")
    finally:
        eq(other.stop(), 0, "it ends in order")
