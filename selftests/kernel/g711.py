# SPDX-License-Identifier: GPL-2.0
"""The conversions of ITU-T G.711 between the laws, worked out from their definition.

A value is decoded by one law and coded by the other's decision values; the
standard's tables 3 and 4 are that, but for the entries named below, which keep
u-law octets that pass through A-law and back as they were. Magnitudes are on
u-law's scale of 14 bits, numbers count from the quietest, 0 to 127.
"""

# u-law numbers that table 3 takes one A-law number higher.
LOUDER = {48, 49, 64, *range(81, 96)}
# A-law numbers that table 4 takes one u-law number lower.
QUIETER = set(range(80, 96))


def ulaw_value(n):
    return ((2 * (n & 15) + 33) << (n >> 4)) - 33


def alaw_value(n):
    s, m = n >> 4, n & 15
    return 4 * m + 2 if s == 0 else (4 * m + 66) << (s - 1)


def ulaw_decision(n):
    """The least value that is coded as n."""
    return max(0, ((2 * (n & 15) + 32) << (n >> 4)) - 33)


def alaw_decision(n):
    s, m = n >> 4, n & 15
    return 4 * m if s == 0 else (4 * m + 64) << (s - 1)


def _code(value, decision):
    return max(n for n in range(128) if decision(n) <= value)


def _alaw(octet):
    """u-law inverts all bits, A-law the even ones; the sign is the highest of both."""
    n = ~octet & 0x7f
    return octet & 0x80 | (_code(ulaw_value(n), alaw_decision) + (n in LOUDER)) ^ 0x55


def _ulaw(octet):
    n = (octet ^ 0x55) & 0x7f
    return octet & 0x80 | ~(_code(alaw_value(n), ulaw_decision) - (n in QUIETER)) & 0x7f


ULAW_TO_ALAW = bytes(map(_alaw, range(256)))
ALAW_TO_ULAW = bytes(map(_ulaw, range(256)))


def to_alaw(octets):
    return octets.translate(ULAW_TO_ALAW)


def to_ulaw(octets):
    return octets.translate(ALAW_TO_ULAW)
