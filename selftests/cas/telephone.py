# SPDX-License-Identifier: GPL-2.0
"""The other end of a line: a telephone, or a carrier's exchange. DAHDI has the hooks, the bell and
the dial; what is said and heard is octets of the channel."""
import errno
import fcntl
import select
import struct
import time

import dahdi
from dtmf import power

ONHOOK, OFFHOOK, RING = 0, 1, 5
EVENTS = {1: "onhook", 2: "offhook", 3: "flash", 9: "dialled", 17: "polarity", 18: "ring"}
PULSE = 1 << 16
ELAST = 500    # DAHDI's: an event is to be taken first
LIMIT = 40     # seconds of DAHDI's time, which is not the machine's
DIAL_TONE = 425


class Line(dahdi.Channel):
    def __init__(self, number):
        super().__init__(number, audio=None)
        self.events, self.digits = [], ""

    def _hook(self, what):
        self._do(dahdi.HOOK, what)

    def _take(self):
        """What has happened since, a digit of a rotary dial apart."""
        while True:
            try:
                event, = struct.unpack("i", fcntl.ioctl(self.fd, dahdi.GETEVENT, struct.pack("i", 0)))
            except OSError as e:
                if e.errno != errno.EINTR:
                    raise
                continue
            if not event:
                return
            if event & PULSE:
                self.digits += chr(event & 0xff)
            elif event in EVENTS:
                self.events.append(EVENTS[event])

    def _past_events(self, do):
        while True:
            try:
                return do()
            except OSError as e:
                if e.errno != ELAST:
                    raise
                self._take()

    def read(self, n=4096):
        return self._past_events(lambda: super(Line, self).read(n))

    def write(self, data):
        return self._past_events(lambda: super(Line, self).write(data))

    def happens(self, *what, limit=LIMIT):
        """Does one of @what happen, or has it since this was asked last?"""
        end = time.monotonic() + limit
        while True:
            self._take()
            for event in what:
                if event in self.events:
                    del self.events[:self.events.index(event) + 1]
                    return event
            if time.monotonic() > end:
                return None
            select.select([], [], [self.fd], 0.1)

    def dials(self, n, limit=LIMIT):
        """The first @n pulsed digits that came, or as many as did."""
        end = time.monotonic() + limit
        while len(self.digits) < n and time.monotonic() < end:
            self._take()
            select.select([], [], [self.fd], 0.1)
        return self.digits

    def forget(self):
        self._take()
        self.events, self.digits = [], ""

    def off_hook(self):
        self._hook(OFFHOOK)

    def on_hook(self):
        self._hook(ONHOOK)

    def _dial(self, string):
        self.forget()
        fcntl.ioctl(self.fd, dahdi.DIAL, struct.pack("i256s", 2, string.encode()))
        return self.happens("dialled")

    def pulse(self, digits):
        """With a rotary dial."""
        return self._dial("P" + digits)

    def press(self, keys):
        return self._dial("T" + keys)

    def hears_tone(self, *frequencies, limit=LIMIT, n=800):
        """Is nothing but these frequencies heard for a tenth of a second?"""
        self.flush()
        heard, end = bytearray(), time.monotonic() + limit
        while time.monotonic() < end:
            heard += self.read()
            while len(heard) >= n:
                if power(heard[:n], *frequencies) > 0.9:
                    return True
                del heard[:n]
            select.select([self.fd], [], [], 0.1)
        return False


class Exchange(Line):
    """A carrier's, at the other end of which we are a telephone."""
    def ring(self):
        """The bell rings until it is answered; DAHDI says at once that this is in progress."""
        try:
            self._hook(RING)
        except BlockingIOError:
            pass
