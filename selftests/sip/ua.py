# SPDX-License-Identifier: GPL-2.0
"""A SIP user agent that a test moves by hand, one message at a time."""
import itertools
import random
import re
import socket

LIMIT = 20      # seconds, for what takes a moment on a quiet machine
_count = itertools.count(1)


def token():
    return f"{next(_count)}x{random.getrandbits(40):x}"


class Message:
    def __init__(self, raw):
        head, _, self.body = raw.decode("utf-8", "replace").partition("\r\n\r\n")
        self.start, *lines = head.split("\r\n")
        self.headers = [(n.strip(), v.strip()) for n, _, v in (l.partition(":") for l in lines)]
        first = self.start.split(" ")
        self.status = int(first[1]) if first[0] == "SIP/2.0" else None
        self.method = None if self.status else first[0]
        self.uri = None if self.status else first[1]
        self.raw = raw

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def get(self, name):
        return (self.all(name) or [None])[0]

    def tag(self, name):
        m = re.search(r";tag=([^;\s]+)", self.get(name) or "")
        return m and m[1]

    @property
    def cseq(self):
        number, method = self.get("CSeq").split()
        return int(number), method

    def sdp(self, pattern):
        m = re.search(pattern, self.body, re.M)
        return m and m[1]

    def __repr__(self):
        return f"<{self.start}>"


def uri_host(host):
    return f"[{host}]" if ":" in host else host


def family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def sdp(host, port, formats="0 101", extra="", direction="sendrecv"):
    kind = "IP6" if ":" in host else "IP4"
    return (f"v=0\r\no=marker-user 77 88 IN {kind} {host}\r\ns=marker-session\r\n"
            f"c=IN {kind} {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP {formats}\r\n"
            f"a=rtpmap:101 telephone-event/8000\r\na=marker-attribute\r\n"
            f"a={direction}\r\n{extra}")


class Peer:
    """A carrier's socket: UDP, or TCP to the relay and from it."""
    def __init__(self, addr, relay, tcp=False):
        self.addr, self.relay, self.tcp = addr, relay, tcp
        self.auto_ack = True # of refused INVITEs, so that no answer is repeated
        self.given = set()    # by expect()
        if tcp:
            self.listener = socket.create_server(addr, family=family(addr[0]))
            self.sock = None
            self.buf = b""
        else:
            self.sock = socket.socket(family(addr[0]), socket.SOCK_DGRAM)
            self.sock.bind(addr)

    def close(self):
        for s in (self.sock, getattr(self, "listener", None)):
            if s:
                s.close()

    def send(self, text):
        raw = text if isinstance(text, bytes) else text.encode()
        if not self.tcp:
            self.sock.sendto(raw, self.relay)
            return
        if not self.sock:
            self.sock = socket.create_connection(self.relay, source_address=(self.addr[0], 0))
        self.sock.sendall(raw)

    def _stream(self, timeout):
        if not self.sock:
            self.listener.settimeout(timeout)
            self.sock, _ = self.listener.accept()
        self.sock.settimeout(timeout)
        while True:
            head, sep, rest = self.buf.partition(b"\r\n\r\n")
            if sep:
                size = int(re.search(rb"Content-Length: *(\d+)", head)[1])
                if len(rest) >= size:
                    self.buf = rest[size:]
                    return head + sep + rest[:size]
            got = self.sock.recv(65536)
            if not got:
                raise ConnectionError("closed")
            self.buf += got

    def recv(self, timeout=LIMIT):
        """The next message, or None."""
        try:
            if self.tcp:
                msg = Message(self._stream(timeout))
            else:
                self.sock.settimeout(timeout)
                msg = Message(self.sock.recv(65536))
        except (TimeoutError, socket.timeout):
            return None
        if self.auto_ack and (msg.status or 0) >= 300 and msg.cseq[1] == "INVITE":
            self.send(f"ACK sip:x@{uri_host(self.relay[0])} SIP/2.0\r\nVia: {msg.get('Via')}\r\n"
                      f"Max-Forwards: 70\r\nFrom: {msg.get('From')}\r\nTo: {msg.get('To')}\r\n"
                      f"Call-ID: {msg.get('Call-ID')}\r\nCSeq: {msg.cseq[0]} ACK\r\n"
                      "Content-Length: 0\r\n\r\n")
        return msg

    def expect(self, what, timeout=LIMIT, again=False):
        """The next message that is WHAT, a status or a method; others are skipped, and so is what
        was given out before, unless it is to come AGAIN: on a busy machine much is repeated."""
        while (msg := self.recv(timeout)):
            if what in (msg.status, msg.method) and (msg.raw in self.given) == again:
                self.given.add(msg.raw)
                return msg
        raise AssertionError(f"{self.addr}: no {what}")

    def quiet(self, seconds=0.3):
        return self.recv(seconds) is None


class Dialog:
    """Either end of one dialog at a Peer."""
    def __init__(self, peer, number="12345", routes=()):
        self.peer, self.routes = peer, list(routes)
        self.local_tag, self.remote_tag = token(), None
        self.call_id = token() + "@marker-host"
        self.cseq = random.randrange(1, 1000)
        self.proto = "TCP" if peer.tcp else "UDP"
        self.host = f"{uri_host(peer.addr[0])}:{peer.addr[1]}"
        self.me = f"sip:marker-caller@{self.host}"
        self.remote = f"sip:{number}@{uri_host(peer.relay[0])}"
        self.target = self.remote
        self.branch = None
        self.request = None
        self.via = ""       # parameters to add to the topmost Via of answers

    @classmethod
    def answering(cls, peer, invite):
        self = cls(peer)
        self.call_id = invite.get("Call-ID")
        self.remote_tag = invite.tag("From")
        self.remote = re.search("<(.*?)>", invite.get("From"))[1]
        self.target = re.search("<(.*?)>", invite.get("Contact"))[1]
        self.request = invite
        return self

    def send(self, method, body="", cseq=None, branch=None, headers="", to_tag=True, max_forwards=70):
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        self.branch = branch or "z9hG4bK" + token()
        to = f";tag={self.remote_tag}" if self.remote_tag and to_tag else ""
        kind = "Content-Type: application/sdp\r\n" if body else ""
        uri = self.target if self.remote_tag and to_tag else self.remote
        text = (f"{method} {uri} SIP/2.0\r\n"
                f"Via: SIP/2.0/{self.proto} {self.host};branch={self.branch}\r\n"
                f"Max-Forwards: {max_forwards}\r\n"
                + "".join(f"Route: {r}\r\n" for r in self.routes) +
                f"From: \"marker-name\" <{self.me}>;tag={self.local_tag}\r\n"
                f"To: <{self.remote}>{to}\r\nCall-ID: {self.call_id}\r\n"
                f"CSeq: {cseq} {method}\r\nContact: <{self.me}>\r\n"
                f"User-Agent: marker-agent\r\nSubject: marker-subject\r\n"
                f"P-Asserted-Identity: <sip:marker-pai@x>\r\nDiversion: <sip:marker-div@x>\r\n"
                f"History-Info: <sip:marker-hist@x>;index=1\r\nOrganization: marker-org\r\n"
                f"{headers}{kind}Content-Length: {len(body)}\r\n\r\n{body}")
        self.last = text
        self.peer.send(text)
        return cseq

    def reply(self, status, body="", request=None, headers="", tag=None):
        request = request or self.request
        to = request.get("To")
        if ";tag=" not in to and status > 100:
            to += f";tag={tag or self.local_tag}"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.peer.send(
            f"SIP/2.0 {status} marker-reason\r\n"
            + "".join(f"Via: {v}{p}\r\n" for v, p in itertools.zip_longest(
                request.all("Via"), [self.via], fillvalue=""))
            + "".join(f"Record-Route: {v}\r\n" for v in request.all("Record-Route"))
            + f"From: {request.get('From')}\r\nTo: {to}\r\nCall-ID: {request.get('Call-ID')}\r\n"
            f"CSeq: {request.get('CSeq')}\r\nContact: <sip:marker-callee@{self.host}>\r\n"
            f"Server: marker-agent\r\nWarning: 399 x \"marker-warning\"\r\n"
            f"{headers}{kind}Content-Length: {len(body)}\r\n\r\n{body}")

    def learn(self, msg):
        """What a response says about our dialog."""
        self.remote_tag = msg.tag("To") or self.remote_tag
        contact = re.search("<(.*?)>", msg.get("Contact") or "")
        if contact:
            self.target = contact[1]
        self.routes = list(reversed(msg.all("Record-Route")))
