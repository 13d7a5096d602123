# SPDX-License-Identifier: GPL-2.0
"""The other end of a channel with MFC/R2: its bits, and its register, which sends and hears the tones of
ITU-T Q.441 by itself. It knows nothing of the library that the daemon has."""
import cmath
import errno
import fcntl
import math
import select
import struct
import time

import dahdi
from telephone import LIMIT, Line

SETTXBITS, GETRXBITS, FLUSH_WRITE = dahdi._iow(43), dahdi._ior(43), 2
IDLE, SEIZED, ACK, ANSWER = 0x8, 0x0, 0xc, 0x4       # bits A and B (Q.421); ACK is clear back, and blocked, too
FORWARD, BACKWARD = (1380, 1500, 1620, 1740, 1860, 1980), (1140, 1020, 900, 780, 660, 540)
SIGNALS = "12" "3" "456" "7890" "BCDEF"     # 1 to 15, by two of six frequencies (Q.441)
PAIRS = [(i, j) for j in range(1, 6) for i in range(j)]
BLOCK = 160


def _alaw(octet):
    octet ^= 0x55
    value, segment = (octet & 15) << 4, octet >> 4 & 7
    value = value + 8 if not segment else value + 0x108 << segment - 1
    return value if octet & 0x80 else -value


ALAW = [_alaw(o) for o in range(256)]
BY_VALUE = sorted(range(256), key=ALAW.__getitem__)
TURN = {f: [cmath.exp(-2j * math.pi * f * i / 8000) for i in range(BLOCK)] for f in FORWARD + BACKWARD}


def encode(x):
    return min(BY_VALUE, key=lambda o: abs(ALAW[o] - x))


def tone(signal, frequencies, cache={}):
    """0.1 s, in which each frequency has whole waves."""
    if (signal, frequencies) not in cache:
        f, g = (2 * math.pi * frequencies[i] / 8000 for i in PAIRS[SIGNALS.index(signal)])
        cache[signal, frequencies] = bytes(encode(4000 * (math.sin(f * i) + math.sin(g * i))) for i in range(800))
    return cache[signal, frequencies]


def heard(octets, frequencies):
    """The signal in a block; "": silence; None: neither."""
    values = [ALAW[o] for o in octets]
    total = sum(v * v for v in values)
    if total < BLOCK * 10000:
        return ""
    share = [2 * abs(sum(v * t for v, t in zip(values, TURN[f]))) ** 2 / BLOCK / total for f in frequencies]
    best = tuple(sorted(sorted(range(6), key=share.__getitem__)[-2:]))
    return SIGNALS[PAIRS.index(best)] if min(share[i] for i in best) > 0.3 else None


class Register(Line):
    def __init__(self, number):
        dahdi.Channel.__init__(self, number, audio=None, buffers=4, size=BLOCK)
        self.events, self.digits = [], ""
        self.reset()

    def reset(self):
        self.sends, self.at, self.buffer, self.tone, self.forward = None, 0, bytearray(), "", True
        self.set(IDLE)

    def set(self, bits):
        self._do(SETTXBITS, bits | 1)

    def bits(self):
        # DAHDI's looped spans have other channels' above.
        return struct.unpack("i", fcntl.ioctl(self.fd, GETRXBITS, struct.pack("i", 0)))[0] & 0xc

    def shows(self, bits, limit=LIMIT):
        return self._until(lambda: self.bits() == bits, limit)

    def _turn(self):
        """Sends what there is room for, and hears what came."""
        if self.sends:
            data = tone(self.sends, FORWARD if self.forward else BACKWARD)
            while (n := self.write((data + data)[self.at:self.at + BLOCK])) > 0:
                self.at = (self.at + n) % len(data)
        self.buffer += self.read()
        while len(self.buffer) >= BLOCK:
            self.tone = heard(self.buffer[:BLOCK], BACKWARD if self.forward else FORWARD)
            del self.buffer[:BLOCK]
        select.select([], [], [self.fd], 0.01)

    def _until(self, done, limit=LIMIT):
        end = time.monotonic() + limit
        while not (result := done()):
            if time.monotonic() > end:
                return None
            self._turn()
        return result

    def send(self, signal):
        self.sends, self.at = signal, 0

    def silence(self):
        self.sends = None
        self._do(dahdi.FLUSH, FLUSH_WRITE)

    def _silent(self):
        return self._until(lambda: self.tone == "")

    def ask(self, signal):
        """Sends a signal forward; what was sent back."""
        self.send(signal)
        answer = self._until(lambda: self.tone)
        self.silence()
        return answer if answer and self._silent() is not None else None

    def reply(self, signal):
        """Sends a signal backward for as long as the other end sends its own."""
        self.send(signal)
        done = self._silent()
        self.silence()
        return done

    def hears(self):
        return self._until(lambda: self.tone)

    def seize(self):
        self.forward = True
        self.flush()
        self.set(SEIZED)
        return self.shows(ACK)

    def call(self, number, category="1"):
        """Seizes the channel and sends @number; what is said of it in group B, and what was asked for."""
        digits, asked = iter(number), []
        if not self.seize():
            return None, "no acknowledgement"
        signal = self.ask(next(digits))
        while signal in ("1", "5"):
            asked.append(signal)
            signal = self.ask(category if signal == "5" else next(digits, "F"))
        return (self.ask(category) if signal == "3" else signal), asked

    def seized(self):
        """Acknowledges who seizes the channel."""
        self.forward = False
        self.flush()
        if not self.shows(SEIZED):
            return False
        self.set(ACK)
        return True

    def take(self, n, says, ask_ani=False):
        """A call comes: its @n digits, and what it says of the caller. It is told @says of group B."""
        if not self.seized():
            return None, None
        number, caller = "", ""
        while len(number) < n and (signal := self.hears()):
            number += signal
            self.reply("1" if len(number) < n else "5" if ask_ani else "3")
        while ask_ani and (signal := self.hears()):
            caller += signal
            ask_ani = len(caller) < 2
            self.reply("5" if ask_ani else "3")
        caller += self.hears() or "-"
        self.reply(says)
        return number, caller

    def clear(self):
        self.set(IDLE)
        return self.shows(IDLE)
