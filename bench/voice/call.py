# SPDX-License-Identifier: GPL-2.0
"""A call: what one end says, a packet every 20 ms, and what the other hears, and when."""
import random
import socket
import struct
import time

import g711

PACKET, OCTET_NS = 160, 125000  # octets in 20 ms; nanoseconds of one
BUFFER_NS = 60 * 10**6          # a receiver's jitter buffer, or more, until it
BUFFERED = 0.99                 # takes in so many of the packets that come
PROBES, PROBE = 60, 320         # pieces of speech that are looked for in what was heard
SO_TIMESTAMPNS = 35
SILENCE = b"\xff"


def through(laws, said):
    """What becomes of u-law octets on links of these laws."""
    for law, then in zip(laws, laws[1:]):
        if law != then:
            said = g711.to_alaw(said) if then == "pcma" else g711.to_ulaw(said)
    return said


class Call:
    def __init__(self, chain, n, name, said):
        self.name, self.said = name, said[:len(said) - len(said) % PACKET]
        self.expected = through(chain.laws(), self.said)
        self.sent, self.came = [], []
        chain.connect(n)
        self.caller, self.callee = chain.sockets(n)
        self.callee.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)

    def send(self, n):
        payload = self.said[n * PACKET:(n + 1) * PACKET]
        if payload:
            self.sent.append(time.time_ns())
            self.caller.send(struct.pack(">BBHII", 0x80, 0, n, n * PACKET, 1) + payload)

    def receive(self):
        while True:
            try:
                data, control, _, _ = self.callee.recvmsg(2048, 64)
            except BlockingIOError:
                return
            seconds, ns = struct.unpack("=qq", control[0][2][:16])
            ts = struct.unpack_from(">I", data, 4)[0]
            first = self.came[0][3] if self.came else ts
            place = (ts - first + 2**31) % 2**32 - 2**31
            self.came.append((seconds * 10**9 + ns, place, data[12:], first))

    def _start(self):
        """At which place, counted from the first packet that came, what was said begins:
        found by what the packets say."""
        base = min(place for _, place, _, _ in self.came)
        stream = bytearray(SILENCE * (max(place for _, place, _, _ in self.came) - base + PACKET))
        for _, place, payload, _ in self.came:
            stream[place - base:place - base + len(payload)] = payload
        chance, votes = random.Random(1), {}
        for _ in range(PROBES):
            at = chance.randrange(len(self.expected) - PROBE)
            probe = self.expected[at:at + PROBE]
            if len(set(probe)) > 40 and self.expected.count(probe) == 1 and (found := stream.find(probe)) >= 0:
                votes[found - at + base] = votes.get(found - at + base, 0) + 1
        return max(votes, key=votes.get)

    def _spoken_at(self, octet):
        """A packet leaves when its last octet has been said."""
        return self.sent[octet // PACKET] - (PACKET - octet % PACKET) * OCTET_NS

    def result(self, directory):
        """Writes what was heard, and says how it differs, and how late it was."""
        start = self._start()
        came = [(at, place - start, payload) for at, place, payload, _ in self.came
                if 0 <= place - start <= len(self.said) - len(payload)]
        delays = sorted(at - self._spoken_at(octet) for at, octet, _ in came)
        last = max(delays[0] + BUFFER_NS, delays[int(BUFFERED * (len(delays) - 1))])
        heard, there = bytearray(SILENCE * len(self.said)), bytearray(len(self.said))
        for at, octet, payload in self.came_in_time(start, last):
            heard[octet:octet + len(payload)] = payload
            there[octet:octet + len(payload)] = b"\1" * len(payload)
        with open(f"{directory}/{self.name}.ul", "wb") as f:
            f.write(heard)
        return {"clip": self.name, "octets": len(self.said), "heard": sum(there),
                "altered": sum(t and a != b for t, a, b in zip(there, heard, self.expected)),
                "network_ms": delays[len(delays) // 2] / 1e6 - 20, "delay_ms": last / 1e6}

    def came_in_time(self, start, last):
        """(time, octet, payload) of what can be played, cut to what was said."""
        for at, place, payload, _ in self.came:
            octet, cut = place - start, max(0, start - place)
            octet, payload = octet + cut, payload[cut:][:len(self.said) - octet - cut]
            if payload and octet < len(self.said) and at - self._spoken_at(octet) <= last:
                yield at, octet, payload


def converse(calls, seconds):
    """All calls at once, and what comes up to @seconds after the last word."""
    begun = time.monotonic()    # telephones' clocks are a channel's
    for n in range(max(len(c.said) for c in calls) // PACKET):
        due = begun + (n + 1) * 0.02
        for call in calls:
            call.send(n)
        while True:
            for call in calls:
                call.receive()
            if (left := due - time.monotonic()) <= 0:
                break
            time.sleep(min(left, 0.004))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.02)
        for call in calls:
            call.receive()
