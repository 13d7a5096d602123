# SPDX-License-Identifier: GPL-2.0
"""HTTP and TLS as they should not be."""
import base64
import hashlib
import secrets
import socket
import ssl

from common import broker, listed, refused
from rig import Client, Relay, tls_context, tls_socket
from tap import eq, ok, until


def raw(data, read=65536):
    """What the broker says to @data over TLS, until it ends or pauses."""
    with tls_socket(broker, 3) as s:
        try:
            s.sendall(data)
        except OSError:
            pass
        out = b""
        s.settimeout(1)
        try:
            while len(out) < read:
                got = s.recv(65536)
                if not got:
                    break
                out += got
        except OSError:
            pass
        return out


def status_of(data):
    return int(data[9:12]) if data.startswith(b"HTTP/1.") else None


def post(headers, body=b"", path="/v1/tokens", version="1.1"):
    head = "".join(f"{h}\r\n" for h in headers)
    return raw(f"POST {path} HTTP/{version}\r\nHost: x\r\n{head}\r\n".encode() + body)


def test_framing():
    kind = "Content-Type: application/json"
    eq(status_of(post([kind, "Content-Length: 2"], b"{}")), 400, "a request by hand is understood (and refused)")
    both = post([kind, "Content-Length: 2", "Transfer-Encoding: chunked"], b"2\r\n{}\r\n0\r\n\r\n")
    ok(status_of(both) == 400 and b"not both" in both, "Content-Length with Transfer-Encoding", both)
    both = post([kind, "Transfer-Encoding: chunked", "Content-Length: 2"], b"2\r\n{}\r\n0\r\n\r\n")
    ok(status_of(both) == 400 and b"not both" in both, "in the other order too", both)
    twice = post([kind, "Content-Length: 2", "Content-Length: 3"], b"{}")
    ok(status_of(twice) == 400 and b"not both" in twice, "two Content-Lengths", twice)
    other = post([kind, "Transfer-Encoding: gzip, chunked"], b"2\r\n{}\r\n0\r\n\r\n")
    eq(status_of(other), 400, "another Transfer-Encoding")
    chunked = post([kind, "Transfer-Encoding: chunked"], b"2\r\n{}\r\n0\r\n\r\n")
    ok(status_of(chunked) == 400 and b'\\"epoch\\"' in chunked, "chunks alone are understood", chunked)
    for length in ("-1", "x", "2x", "99999999999999999999999", "0x2", "+2"):
        ok(status_of(post([kind, f"Content-Length: {length}"], b"{}")) in (400, 413, None), f"Content-Length: {length}")
    broker.quiet("bad framing")


def test_too_large():
    for target, limit, pem in (("/v1/tokens", 65536, None), ("/v1/relays/{}", 20480, True)):
        relay = Relay(broker)
        method = "PUT" if pem else "POST"
        for size, want in ((limit, 400), (limit + 1, 413), (3 * limit, 413), (40 * limit, 413)):
            client = Client(broker, relay.pem)
            path = target.format(relay.key.name)
            try:
                answer = client.send(method, path, raw=b" " * size)
                eq(answer.status, want, f"{path[:12]} with {size} octets")
            except OSError:
                ok(size > 4 * limit, f"{path[:12]} with {size} octets: the connection is ended")
    for n, want in ((65536, (400,)), (65537, (413,)), (200000, (413,)), (3000000, (413, None))):
        chunks = b"".join(b"1000\r\n" + b" " * 4096 + b"\r\n" for _ in range(n // 4096))
        rest = n % 4096
        chunks += (b"%x\r\n" % rest + b" " * rest + b"\r\n" if rest else b"") + b"0\r\n\r\n"
        got = status_of(post(["Content-Type: application/json", "Transfer-Encoding: chunked"], chunks))
        ok(got in want, f"{n} octets in chunks", got)
    for target in (f"/v1/reservations/{'A' * 22}", f"/v1/reservations/{'A' * 22}/receipt"):
        eq(Client(broker).send("PUT", target, raw=b" " * 65537).status, 413, f"PUT {target[:20]} with 65537 octets")
    eq(Client(broker).send("POST", f"/v1/reservations/{'A' * 22}/cancel", raw=b" " * 65537).status, 413, "cancel too")
    expect = raw(b"POST /v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\n"
                 b"Expect: 100-continue\r\n\r\n")
    eq(status_of(expect), 413, "who asks first is told at once")
    headers = b"GET /v1/health HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"y" * 1000) for i in range(40))
    ok(status_of(raw(headers + b"\r\n")) in (431, None), "40 kB of headers")
    ok(status_of(raw(b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")) in (414, 431, None), "40 kB of path")
    broker.quiet("too much")


def test_media_types():
    relay = listed()
    reservation = f"/v1/reservations/{'A' * 22}"
    for method, target in (("POST", "/v1/tokens"), ("PUT", reservation), ("POST", f"{reservation}/cancel"),
                           ("PUT", f"{reservation}/receipt"), ("PUT", relay.target)):
        for kind in ("text/plain", "", "application/jsonx", "application/x-www-form-urlencoded",
                     "multipart/form-data; boundary=x", "text/json; application/json"):
            answer = relay.client.send(method, target, raw=b"{}", headers={"Content-Type": kind})
            refused(answer, 415, "wrong-media-type", f"{method} {target[:20]} of type {kind!r}")
        answer = relay.client.send(method, target, raw=b"{}", headers={"Content-Type": "Application/JSON; charset=utf-8"})
        refused(answer, 400, "malformed", "application/json with a parameter")


def test_no_body_wanted():
    for method, target in (("GET", "/v1/directory"), ("GET", "/v1/health"), ("GET", "/metrics")):
        refused(Client(broker).send(method, target, raw=b"{}"), 400, "malformed", f"{method} {target} with a body")


def test_http_versions():
    old = raw(b"GET /v1/health HTTP/1.0\r\n\r\n")
    ok(status_of(old) == 200 and old.endswith(b'{"status":"ok"}'), "HTTP/1.0 is answered, and then the connection ends", old)
    for request in (b"GET /v1/health HTTP/2.0\r\nHost: x\r\n\r\n", b"GET /v1/health\r\n\r\n",
                    b"GET /v1/health HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\r\n" * 100,
                    b"\0" * 1000, b"GET\r\n\r\n", secrets.token_bytes(2000),
                    b"GET /v1/health HTTP/1.1\r\nHost: x\r\n X-Folded: y\r\n\r\n",
                    b"GET /v1/health HTTP/1.1\r\nHost : x\r\n\r\n"):
        got = status_of(raw(request))
        ok(got is None or got >= 400, f"{request[:40]!r}", got)
    two = raw(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    eq(two.count(b'{"status":"ok"}'), 2, "two requests at once are two")
    broker.quiet("other versions of HTTP")


def test_tls():
    for old, what in ((True, "TLS 1.2"),):
        try:
            tls_context(old=old).wrap_socket(socket.create_connection(("127.0.0.1", broker.port), 5)).close()
            ok(False, f"{what} is refused")
        except ssl.SSLError:
            ok(True, f"{what} is refused")
    eq(tls_socket(broker).version(), "TLSv1.3", "TLS 1.3 is not")
    for garbage in (b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n", secrets.token_bytes(5000), b"\x16\x03\x01\xff\xff" + b"x" * 100,
                    b"\x80" * 5000, b""):
        with socket.create_connection(("127.0.0.1", broker.port), 5) as s:
            try:
                s.sendall(garbage)
                s.shutdown(socket.SHUT_WR)
                got = s.recv(4096)
            except OSError:
                got = b""
            ok(b"HTTP" not in got, f"{garbage[:10]!r} before TLS")
    pin = broker.run("-k").stdout.split('pin = "')[1].split('"')[0]
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    spki = x509.load_der_x509_certificate(tls_socket(broker).getpeercert(True)).public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    eq(pin, "sha256//" + base64.b64encode(hashlib.sha256(spki).digest()).decode(), "-k prints the pin of what TLS shows")
    broker.quiet("bad TLS")
