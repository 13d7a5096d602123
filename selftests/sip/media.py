# SPDX-License-Identifier: GPL-2.0
"""
A telephone's media: telephone events (RFC 4733) and speech. Where there is no
phonion.ko the fake data plane is told of the events instead.
"""
import random
import socket
import time

import wire
from relay import REAL
from tap import until

EVENTS = "0123456789*#ABCD"
EVENT_PT, EVENT_MS, RATE = 101, 40, 8000
WAIT = 15       # seconds, for what takes a moment on a quiet machine


class Media:
    def __init__(self, addr, relay):
        """At @addr, and spoken to by @relay."""
        self.relay, self.sock = relay, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(addr)
        self.told = None        # the event that was last told; its end is sent three times
        self.read = {}          # side to how much of what the fake data plane sent was looked at
        self.seq, self.ts = random.getrandbits(15), random.getrandbits(31)

    def _send(self, payload, to, pt, marker=False):
        self.seq += 1
        self.sock.sendto(wire.rtp(payload, self.seq, self.ts, pt=pt, marker=marker), to)

    def _event(self, code, to, tell_end):
        for i in range(1, 6 if tell_end else 4):
            self._send(wire.event(code, i > 3, min(i, 3) * 160), to, EVENT_PT, i == 1)
        self.ts += EVENT_MS * RATE // 1000

    @staticmethod
    def fake_press(relay, to, keys):
        for key in keys:
            relay.fake("digit", to, EVENTS.index(key))

    def press(self, to, keys, tell_end=True):
        """@keys, one after the other, into the leg whose address is @to."""
        if REAL:
            for key in keys:
                self._event(EVENTS.index(key), to, tell_end)
        elif tell_end:
            self.fake_press(self.relay, to, keys)

    def relay_sends(self, side=1):
        """What the fake data plane was asked to send by a leg of @side since it was looked at last."""
        lines = until(lambda: self._sent(side)[self.read.get(side, 0):], WAIT)
        self.read[side] = self.read.get(side, 0) + len(lines)
        return lines[-1].partition("digits=")[2] if lines else ""

    def _sent(self, side):
        return [l for l in self.relay.dp() if l.startswith(f"dtmf side={side}")]

    def digits(self, at, n, side=1):
        """The @n digits that come from the leg whose address is @at; it is of @side."""
        if not REAL:
            said = self.relay_sends(side)
            self.relay.fake("sent", at)
            return said.lstrip("p")
        keys, limit = "", time.monotonic() + WAIT
        while len(keys) < n and (data := self._receive(limit)):
            ts, end = data[4:12], data[13] >> 7         # with the SSRC
            if data[1] & 127 == EVENT_PT and end and ts != self.told:
                keys, self.told = keys + EVENTS[data[12]], ts
        return keys

    def drain(self):
        """What came before is not looked at."""
        if not REAL:
            self.read = {side: len(self._sent(side)) for side in (0, 1)}
        while self._receive(0):
            pass

    def _receive(self, limit):
        self.sock.settimeout(max(0.01, limit - time.monotonic()))
        try:
            return self.sock.recv(2048)
        except TimeoutError:
            return None

    def speak(self, to, speech, pt=0):
        self._send(speech, to, pt)

    def packet(self, seconds=WAIT):
        """What the next packet of speech holds."""
        limit = time.monotonic() + seconds
        while data := self._receive(limit):
            if data[1] & 127 != EVENT_PT:
                return data[12:]
        return b""

    def hears(self, speech, seconds=WAIT):
        """Does a packet of @speech come? Sounds of a relay's own may come before it."""
        limit = time.monotonic() + seconds
        while data := self._receive(limit):
            if data[1] & 127 != EVENT_PT and data[12:] == speech:
                return True
        return False

    def heard_tone(self, on, off):
        """Is a tone with this cadence played to it, and then noise?"""
        if not REAL:
            return until(lambda: any(l == f"play side=0 on={on} off={off} noise=1" for l in self.relay.dp()), WAIT)
        limit, tone = time.monotonic() + WAIT, 0
        while data := self._receive(limit):
            loud = data[1] & 127 == 0 and len(set(data[12:])) > 30
            if tone and not loud:
                return tone == on // 20
            tone += loud
        return False
