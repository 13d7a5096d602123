# SPDX-License-Identifier: GPL-2.0
"""Speech both ways between packets and a telephone channel, or two channels, octet by octet."""
import select
import time

import dahdi
from dtmf import QUIET, tone
from tap import eq, ok

OCTETS = 8000           # a second of a channel
LEAD = 1600             # the beginning of speech after silence is faded in
TRIES = 8


def talk(media, to, chan, seconds=2.5):
    """Both ways at once: what the channel read of what packets brought, what packets brought
    of what the channel wrote, and both originals."""
    # A line's channel reads the u-law of -0 as that of 0.
    there, back = (dahdi.noise(LEAD + OCTETS, seed).replace(b"\x7f", b"\xff") for seed in (5, 6))
    chan.flush()
    media.drain()
    media.sock.setblocking(False)
    heard, said, sent, written = bytearray(), bytearray(), 0, 0
    start = time.monotonic()
    while (now := time.monotonic() - start) < seconds:
        if sent < len(there) and now >= sent / 8000:
            media.speak(to, there[sent:sent + 160])
            media.ts += 160
            sent += 160
        if written < len(back):
            written += chan.write(back[written:written + chan.size])
        heard += chan.read()
        try:
            while True:
                said += media.sock.recv(2048)[12:]
        except BlockingIOError:
            pass
        select.select([media.sock], [], [], 0.005)
    there, back = there[LEAD:], back[LEAD:]
    return (dahdi.aligned(heard, there), there), (dahdi.aligned(said, back), back)


def judge(what, media, to, chan):
    """The machine may be too busy to send in time: a talk that is whole is wanted once."""
    for _ in range(TRIES):
        got = talk(media, to, chan)
        if all(len(g) >= len(d) - 1600 and not dahdi.errors(g, d) for g, d in got):
            break
    for way, (g, d) in zip(("to the channel", "from the channel"), got):
        ok(len(g) >= len(d) - 1600, f"{what}, {way}: what is said arrives", f"{len(g)} octets")
        eq(dahdi.errors(g, d), 0, f"{what}, {way}: each octet as it was")


def pump_both(one, other):
    """Between two channels of ours: what came each way, and errors in it."""
    for _ in range(TRIES):
        there, back = dahdi.noise(OCTETS, 7), dahdi.noise(OCTETS, 8)
        got = dahdi.pump([(one, there, other), (other, back, one)], OCTETS - 800)
        wrong = dahdi.errors(got[0], there), dahdi.errors(got[1], back)
        if wrong == (0, 0) and min(map(len, got)) >= OCTETS - 800:
            break
    eq(wrong, (0, 0), "both ways each octet as it was")
    ok(min(map(len, got)) >= OCTETS - 800, "and all arrive")


def press(chan, keys):
    """Keys of a telephone, in the channel: their tones, and pauses."""
    data, at = b"".join(tone(key, 80) + QUIET * 640 for key in keys), 0
    while at < len(data):
        at += chan.write(data[at:at + chan.size])
        select.select([], [], [], 0.01)
