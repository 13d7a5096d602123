# SPDX-License-Identifier: GPL-2.0
"""What of a recording is in a stream of octets that never stops, as a telephone channel's is."""
from rtp import Difference

KEY = 32            # octets by which a place is found again,
VARIED = 8          # if so many of them differ: silence is the same everywhere
REACH = 8000        # octets that may be lost or added at a time


def _keys(said, start):
    """Places from @start on that can be found again."""
    for k in range(start, len(said) - KEY + 1):
        if len(set(said[k:k + KEY])) >= VARIED:
            yield k, said[k:k + KEY]


def _again(said, heard, i, j):
    """Where, behind a difference at said[i] and heard[j], both go on alike: in step if they soon do."""
    for k in range(i, min(i + 2 * KEY, len(said) - KEY + 1)):
        there = j + k - i
        if heard[there:there + KEY] == said[k:k + KEY]:
            return k, there
    for k, key in _keys(said, i):
        there = j + k - i
        place = heard.find(key, max(j, there - REACH), there + REACH)
        if place >= 0:
            return k, place
    return None


def _alike(said, heard, i, j):
    """How many octets from there on are the same."""
    n, most = 0, min(len(said) - i, len(heard) - j)
    step = 4096
    while n < most:
        if said[i + n:i + n + step] == heard[j + n:j + n + step] and n + step <= most:
            n += step
        elif step > 1:
            step //= 2
        else:
            break
    return n


def compare(said, heard):
    """(rtp.Difference, from where to where @heard has it)"""
    said, heard = bytes(said), bytes(heard)
    first = next(((k, p) for k, key in _keys(said, 0) if (p := heard.find(key)) >= 0), None)
    if not first:
        return Difference(lost=len(said)), (0, 0)
    i, d = 0, Difference()
    j = start = max(0, first[1] - first[0])
    d.lost += max(0, first[0] - first[1])
    i += d.lost
    while i < len(said):
        n = _alike(said, heard, i, j)
        i, j = i + n, j + n
        if i == len(said):
            break
        k, p = _again(said, heard, i, j) or (len(said), min(len(heard), j + len(said) - i))
        step = min(k - i, p - j)
        d.altered += sum(a != b for a, b in zip(said[i:i + step], heard[j:j + step]))
        d.lost += k - i - step
        d.added += p - j - step
        i, j = k, p
    return d, (start, j)
