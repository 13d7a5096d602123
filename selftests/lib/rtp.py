# SPDX-License-Identifier: GPL-2.0
"""RTP streams out of captured packets, what they say, and whether it is what was said."""
import struct
from dataclasses import dataclass, field

from pcap import UDP

HEAD = struct.Struct(">BBHII")


def parse(data):
    """(payload type, marker, sequence, timestamp, ssrc, payload), or None if it is not RTP."""
    if len(data) < 12 or data[0] >> 6 != 2 or 64 <= data[1] & 127 <= 95:    # RTCP: RFC 5761
        return None
    first, second, seq, ts, ssrc = HEAD.unpack_from(data)
    start, end = 12 + (first & 15) * 4, len(data)
    if first & 0x10:
        if len(data) < start + 4:
            return None
        start += 4 + struct.unpack_from(">H", data, start + 2)[0] * 4
    if first & 0x20:
        end -= data[-1]
    return (second & 127, second >> 7, seq, ts, ssrc, data[start:end]) if start <= end else None


@dataclass
class Stream:
    """One source's packets between two addresses, at one device, one way."""
    src: bytes
    sport: int
    dst: bytes
    dport: int
    ssrc: int
    device: int
    out: bool
    packets: dict = field(default_factory=dict)     # by extended sequence: (time, ts, pt, payload)
    duplicates: int = 0
    first: int = None                               # sequence of the first to arrive
    last: int = None

    def add(self, time, pt, seq, ts, payload):
        if self.first is None:
            self.first = self.last = seq
        # The nearest to the last one that the 16 bits can mean.
        full = self.last + (seq - self.last + 0x8000) % 0x10000 - 0x8000
        if full in self.packets:
            self.duplicates += 1
            return
        self.packets[full] = (time, ts, pt, payload)
        self.last = max(self.last, full)

    @property
    def base(self):
        return min(self.packets)

    @property
    def ts_base(self):
        return self.packets[self.base][1]

    def count(self, until):
        """How many had been seen by then, in nanoseconds of the capture's clock."""
        return sum(p[0] <= until for p in self.packets.values())

    def payloads(self):
        """Payload by place, counted from the first packet in sequence."""
        base = self.base
        return {seq - base: p[3] for seq, p in self.packets.items()}


def streams(packets):
    """The RTP streams among @packets, in order of appearance."""
    found = {}
    for p in packets:
        t = p.transport()
        if not t or t[0] != UDP:
            continue
        kind, src, dst, sport, dport, data = t
        if not (r := parse(data)):
            continue
        pt, _, seq, ts, ssrc, payload = r
        key = src, sport, dst, dport, ssrc, p.device, p.out
        if key not in found:
            found[key] = Stream(*key)
        found[key].add(p.time, pt, seq, ts, payload)
    return list(found.values())


@dataclass
class Difference:
    """Samples of G.711: an octet each."""
    lost: int = 0
    altered: int = 0
    added: int = 0

    @property
    def identical(self):
        return not (self.lost or self.altered or self.added)


def record(payloads, frame, fill=b"\xff"):
    """What a listener hears who leaves silence where a packet of @frame octets is missing."""
    return b"".join(payloads.get(n, fill * frame) for n in range(max(payloads, default=-1) + 1))


def compare(sent, payloads, frame, duplicates=0):
    """How @payloads (by place) differ from the octets @sent in packets of @frame each."""
    want = [sent[i:i + frame] for i in range(0, len(sent), frame)]
    # If packets are missing, the first ones may be among them: then all are later by some
    # places than they seem, by those at which the most agree.
    spare = max(0, len(want) - 1 - max(payloads, default=-1))
    shift = max(range(spare + 1), default=0, key=lambda s: (
        sum(n + s < len(want) and want[n + s] == p for n, p in payloads.items()), -s)) if spare else 0
    d = Difference(added=duplicates * frame)
    for n, w in enumerate(want):
        got = payloads.get(n - shift)
        if got is None:
            d.lost += len(w)
        elif got != w:
            d.altered += sum(a != b for a, b in zip(got, w))
            d.lost += max(0, len(w) - len(got))
            d.added += max(0, len(got) - len(w))
    d.added += sum(len(p) for n, p in payloads.items() if not 0 <= n + shift < len(want))
    return d


def write_wav(path, ulaw, rate=8000):
    """A WAV file that keeps the u-law octets as they are."""
    fmt = struct.pack("<HHIIHHH", 7, 1, rate, rate, 1, 8, 0)
    body = b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"fact" + struct.pack("<II", 4, len(ulaw)) + \
        b"data" + struct.pack("<I", len(ulaw)) + ulaw + b"\0" * (len(ulaw) % 2)
    with open(path, "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body)
