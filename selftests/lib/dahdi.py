# SPDX-License-Identifier: GPL-2.0
"""DAHDI without hardware: its modules, looped spans, channels and their cross-connects.

Two spans of DAHDI's own driver `loc` are looped to each other: what is written to a
channel of the one is read from the same channel of the other, as over a wire.
"""
import fcntl
import glob
import math
import os
import select
import struct
import subprocess
import time

import tap

BUILD = f"{os.environ.get('PHONION_BUILD', '')}/dahdi/{os.uname().release}"
MULAW, ALAW = 1, 2
CLEAR = 1 << 7
HDLCFCS = 1 << 9 | 1 << 8 | CLEAR
CCS, B8ZS, HDB3, ESF = 1 << 8, 1 << 7, 1 << 9, 1 << 5
SIGNALLING = {"fxsls": 1 | 1 << 13, "fxsgs": 2 | 1 << 13, "fxsks": 4 | 1 << 13,
              "fxols": 8 | 1 << 12, "fxogs": 16 | 1 << 12, "fxoks": 32 | 1 << 12, "e&m": 1 << 6, "e&me1": 1 << 17, "cas": 1 << 15}
BLOCKED = 0b1101                # bits of a channel of the kind "cas" that nobody has open
CONF_DIGITALMON, CONF_NORMAL = 9, 0
POLICY_IMMEDIATE, POLICY_WHEN_FULL, POLICY_HALF_FULL = 0, 1, 2
FLUSH_ALL = 7
BUSY, BUSY_TONE = 1, (480, 620)  # in a zone
ELAST = 500                     # an event waits to be read


def _io(direction, number, size):
    return direction << 30 | size << 16 | 0xDA << 8 | number


def _iow(number, size=4):
    return _io(1, number, size)


def _ior(number, size=4):
    return _io(2, number, size)


LINECONFIG, CHANCONFIG, DYNAMIC, CONFINFO, BUFINFO = "i20siii", "i40siiii16s", "20s40siii", "iii", "6i"
SPECIFY, AUDIOMODE, SETLAW, STARTUP, FLUSH, CHANNO = _iow(38), _iow(32), _iow(39), _iow(99), _iow(3), _ior(34)
SPANCONFIG = _iow(18, struct.calcsize(LINECONFIG))
CHANCONFIG_OP = _iow(19, struct.calcsize(CHANCONFIG))
ZONE, TONE = "ii16i40s", "11i"
LOADZONE, DEFAULTZONE = _iow(25, struct.calcsize(ZONE)), _iow(24)
DYNAMIC_CREATE = _io(3, 80, struct.calcsize(DYNAMIC))
DYNAMIC_DESTROY = _iow(81, struct.calcsize(DYNAMIC))
SETCONF = _io(3, 13, struct.calcsize(CONFINFO))
HOOK, GETEVENT, DIAL = _iow(7), _ior(8), _iow(31, 4 + 256)
SET_BUFINFO = _iow(27, struct.calcsize(BUFINFO))


def load(*modules, **parameters):
    """Loads dahdi.ko and @modules; @parameters are those of phonion_dahdi.ko."""
    insmod("dahdi/drivers/dahdi/dahdi", auto_assign_spans=1)
    for name in modules:
        if name == "phonion_dahdi":
            insmod("dahdi-bridge/phonion_dahdi", **parameters)
        else:
            insmod(f"dahdi/drivers/dahdi/{name}")


def insmod(name, **parameters):
    if os.path.isdir(f"/sys/module/{os.path.basename(name)}"):
        return
    ko = f"{BUILD}/{name}.ko"
    depends = subprocess.run(["modinfo", "-F", "depends", ko], stdout=subprocess.PIPE, text=True, check=True).stdout
    for other in depends.strip().split(","):
        if other and not os.path.isdir(f"/sys/module/{other.replace('-', '_')}"):
            subprocess.run(["modprobe", other], check=True)
    subprocess.run(["insmod", ko, *(f"{k}={v}" for k, v in parameters.items())], check=True)


def unload(*modules):
    for name in [*modules, "dahdi"]:
        if os.path.isdir(f"/sys/module/{name}"):
            tap.until(lambda: subprocess.run(["rmmod", name], stderr=subprocess.DEVNULL, check=False).returncode == 0)


def spans():
    """Number, name and first channel of each span that has channels, in their order."""
    found = []
    for path in sorted(glob.glob("/proc/dahdi/[0-9]*"), key=lambda p: int(os.path.basename(p))):
        text = open(path).read().splitlines()
        first = next((int(line.split()[0]) for line in text[1:] if line[:1] in " \t" and line.split()), 0)
        found.append((int(os.path.basename(path)), text[0].split('"')[0].split()[-1], first))
    return found


def tone(number, *frequencies, level=-10, samples=0, then=0):
    """A tone of a zone, as <dahdi/user.h> has its factors computed; after @samples comes the @then-th of the zone."""
    gain = 10 ** ((level - 3.14) / 20) * 65536 / 2
    factors = [f(2 * math.pi * hz / 8000) for hz in frequencies
               for f in (lambda w: 2 * math.cos(w) * 32768, lambda w: math.sin(-2 * w) * gain, lambda w: math.sin(-w) * gain)]
    return struct.pack(TONE, number, then, samples, 0, *map(int, factors), 0)


class Ctl:
    """/dev/dahdi/ctl: spans are made and configured there."""
    def __init__(self):
        self.fd = os.open("/dev/dahdi/ctl", os.O_RDWR)
        self.made = []

    def _do(self, op, fmt, *values):
        return struct.unpack(fmt, fcntl.ioctl(self.fd, op, struct.pack(fmt, *values)))

    def create(self, address, channels, driver="loc"):
        """A dynamic span; its number."""
        got = self._do(DYNAMIC_CREATE, DYNAMIC, driver.encode(), address.encode(), channels, 0, 0)
        self.made.append((driver, address, channels))
        return got[-1]

    def configure(self, span, first, channels, law, dchannel=None):
        """All of its channels carry 64 kbit/s, or frames if time slot @dchannel; it runs."""
        line = CCS | (HDB3 if law == ALAW else B8ZS | ESF)
        self._do(SPANCONFIG, LINECONFIG, span, b"", 0, line, 0)
        for chan in range(first, first + channels):
            sig = HDLCFCS if chan - first + 1 == dchannel else CLEAR
            self._do(CHANCONFIG_OP, CHANCONFIG, chan, b"", sig, law, 0, 0, b"")
        fcntl.ioctl(self.fd, STARTUP, struct.pack("i", span))

    def configure_cas(self, span, first, signallings, law=MULAW):
        """Its first channels are of these kinds of signalling (DAHDI's names); it runs."""
        self._do(SPANCONFIG, LINECONFIG, span, b"", 0, HDB3 if law == ALAW else B8ZS | ESF, 0)
        for chan, name in enumerate(signallings, first):
            self._do(CHANCONFIG_OP, CHANCONFIG, chan, b"", SIGNALLING[name], law, 0, BLOCKED if name == "cas" else 0, b"")
        fcntl.ioctl(self.fd, STARTUP, struct.pack("i", span))

    def wire(self, key, *kinds, law=MULAW):
        """Two spans looped to each other whose first channels are lines: the first channel of each end, and
        @kinds the signallings of both."""
        firsts = []
        for end, signallings in enumerate(kinds):
            span = self.create(f"{key}:{end}", 31 if law == ALAW else 24)
            firsts.append(next(f for n, _, f in spans() if n == span))
            self.configure_cas(span, firsts[end], signallings, law)
        return firsts

    def load_zone(self, number=0):
        """A tone zone, without which DAHDI neither rings nor dials: DTMF, ringing of 2 s in 6, and busy tone."""
        rows, columns = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
        tones = [tone(64 + i, rows["123A456B789C*0#D".index(key) // 4], columns["123A456B789C*0#D".index(key) % 4])
                 for i, key in enumerate("0123456789*#ABCD")]
        tones += [tone(BUSY, *BUSY_TONE, samples=4000, then=len(tones) + 1),
                  tone(BUSY, *BUSY_TONE, level=-math.inf, samples=4000, then=len(tones))]
        head = struct.pack(ZONE, len(tones), number, 2000, 4000, *[0] * 14, b"test")
        fcntl.ioctl(self.fd, LOADZONE, bytearray(head + b"".join(tones)))
        fcntl.ioctl(self.fd, DEFAULTZONE, struct.pack("i", number))

    def destroy(self, address):
        """The span that was made at @address."""
        made = next(m for m in self.made if m[1] == address)
        self._do(DYNAMIC_DESTROY, DYNAMIC, made[0].encode(), address.encode(), made[2], 0, 0)
        self.made.remove(made)

    def close(self):
        for _, address, _ in self.made[::-1]:
            self.destroy(address)
        os.close(self.fd)


class Pair:
    """Two spans looped to each other; near[i] and far[i] are the ends of one wire."""
    def __init__(self, ctl, key, channels=24, law=MULAW, dchannel=None):
        self.ctl, self.key, self.law, self.dchannel = ctl, key, law, dchannel
        self.near, self.far = self._end(0, channels), self._end(1, channels)

    def _end(self, end, channels):
        span = self.ctl.create(f"{self.key}:{end}", channels)
        first = next(f for n, _, f in spans() if n == span)
        self.ctl.configure(span, first, channels, self.law, self.dchannel)
        return list(range(first, first + channels))

    def cut(self):
        """The far end, of which no channel may be open, is gone: the near one is in alarm."""
        self.ctl.destroy(f"{self.key}:1")

    def mend(self):
        self.far[:] = self._end(1, len(self.near))


class Channel:
    """An open channel; closing it parts what it was connected to. One that is to be
    connected needs @audio; without it octets are octets. A line's is as it is: None."""
    def __init__(self, number, audio=False, buffers=8, size=800):
        self.number, self.size = number, size
        self.fd = os.open("/dev/dahdi/channel", os.O_RDWR | os.O_NONBLOCK)
        try:
            self._do(SPECIFY, number)
            if audio is not None:
                self._do(AUDIOMODE, int(audio))
            fcntl.ioctl(self.fd, SET_BUFINFO,
                        struct.pack(BUFINFO, POLICY_HALF_FULL, POLICY_IMMEDIATE, buffers, size, 0, 0))
        except OSError:
            os.close(self.fd)
            raise

    def _do(self, op, value):
        fcntl.ioctl(self.fd, op, struct.pack("i", value))

    def connect(self, other):
        """What @other receives is sent here, octet by octet; None: nothing is any more."""
        fcntl.ioctl(self.fd, SETCONF, struct.pack(CONFINFO, 0, other.number if other else 0,
                                                  CONF_DIGITALMON if other else CONF_NORMAL))

    def read(self, n=4096):
        try:
            return os.read(self.fd, n)
        except BlockingIOError:
            return b""

    def write(self, data):
        """How much of @data there was room for."""
        try:
            return os.write(self.fd, data)
        except BlockingIOError:
            return 0

    def flush(self):
        self._do(FLUSH, FLUSH_ALL)

    def close(self):
        os.close(self.fd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def cross_connect(a, b):
    a.connect(b)
    b.connect(a)


def noise(n, seed=1):
    """@n octets that look random and are the same every time."""
    state, out = seed, bytearray()
    for _ in range(n):
        state = (state * 1103515245 + 12345) & 0x7fffffff
        out.append(state >> 16 & 0xff)
    return bytes(out)


def pump(wires, want, seconds=20.0):
    """@wires: (source, data, sink) that run at once, until each sink has read @want octets
    from the beginning of its data on, or the time is over. What each has read from there."""
    sent, got, limit = [0] * len(wires), [bytearray() for _ in wires], time.monotonic() + seconds
    for source, data, sink in wires:
        source.flush()
        sink.flush()
    while time.monotonic() < limit and any(len(aligned(g, w[1])) < want for g, w in zip(got, wires)):
        for i, (source, data, sink) in enumerate(wires):
            if sent[i] < len(data):
                sent[i] += source.write(data[sent[i]:sent[i] + source.size])
            got[i] += sink.read()
        select.select([w[2].fd for w in wires], [], [], 0.02)
    return [aligned(g, w[1]) for g, w in zip(got, wires)]


def aligned(got, data, key=32):
    at = bytes(got).find(data[:key])
    return bytes(got[at:]) if at >= 0 else b""


def errors(got, data):
    """Octets that differ, from the beginning of @data to the end of the shorter."""
    return sum(a != b for a, b in zip(got, data))
