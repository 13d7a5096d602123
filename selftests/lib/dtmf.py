# SPDX-License-Identifier: GPL-2.0
"""DTMF tones in u-law (ITU-T Q.23)."""
import bisect
import cmath
import math

PAD = ["123A", "456B", "789C", "*0#D"]
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
# Decoding of u-law, by its definition (ITU-T G.711).
ULAW = [(-1 if o < 128 else 1) * ((((~o & 15) << 3) + 132 << ((~o >> 4) & 7)) - 132) for o in range(256)]


BY_VALUE = sorted(range(256), key=ULAW.__getitem__)
VALUES = [ULAW[o] for o in BY_VALUE]


def encode(x):
    """An octet whose value is near."""
    return BY_VALUE[min(bisect.bisect(VALUES, x), 255)]


QUIET = bytes([0xff])


def power(octets, *frequencies):
    """The share of the power that is at one of @frequencies, of what has any."""
    values, n = [ULAW[o] for o in octets], len(octets)
    total = sum(v * v for v in values)
    if total < n * 10000:       # -50 dBm0 or so: nothing
        return 0.0
    at = sum(abs(sum(v * cmath.exp(-2j * math.pi * f * i / 8000) for i, v in enumerate(values))) ** 2 for f in frequencies)
    return 2 * at / n / total


def tone(key, ms, cache={}):
    """@ms of a key's tone, -10 dBm0 each frequency."""
    if (key, ms) not in cache:
        row = next(i for i, r in enumerate(PAD) if key in r)
        f, g = ROWS[row], COLUMNS[PAD[row].index(key)]
        cache[key, ms] = bytes(encode(7053 * (math.sin(2 * math.pi * f * i / 8000) + math.sin(2 * math.pi * g * i / 8000)))
                               for i in range(8 * ms))
    return cache[key, ms]
