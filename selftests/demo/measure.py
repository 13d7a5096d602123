# SPDX-License-Identifier: GPL-2.0
"""What the captures tell of a relay: what it made of each stream, and how long it took."""
import ipaddress
import re
from dataclasses import dataclass

import rtp
from pcap import UDP, address


@dataclass
class Message:
    time: int
    device: int
    out: bool
    start: str
    method: str     # of the CSeq
    call_id: str

    def is_invite(self):
        return self.start.startswith("INVITE ")

    def is_ack(self):
        return self.start.startswith("ACK ")

    def is_ringing(self):
        return self.start.startswith("SIP/2.0 180")

    def is_answer(self):
        return self.method == "INVITE" and self.start.startswith("SIP/2.0 200")


def sip(packets):
    """SIP messages over UDP among @packets."""
    out = []
    for p in packets:
        t = p.transport()
        if t and t[0] == UDP and b"SIP/2.0" in t[5][:512]:
            text = t[5].decode(errors="replace")
            cseq = re.search(r"^CSeq\s*:\s*\d+\s+(\w+)", text, re.M | re.I)
            call = re.search(r"^(?:Call-ID|i)\s*:\s*(\S+)", text, re.M | re.I)
            out.append(Message(p.time, p.device, p.out, text.split("\r\n")[0],
                               cseq[1] if cseq else "", call[1] if call else ""))
    return out


def _first(messages, what, **where):
    return next((m.time for m in messages if what(m) and all(getattr(m, k) == v for k, v in where.items())),
                None)


def _ms(*times):
    """Of (from, to) pairs, the sum in milliseconds; None if one is missing."""
    if any(t is None for pair in times for t in pair):
        return None
    return sum(b - a for a, b in times) / 1e6


def setup_ms(caller, callee):
    """Of the captures at the two telephones: INVITE to ringing and to 200 at the caller,
    and from the callee's 200 to it."""
    caller, callee = sip(caller), sip(callee)
    invite, answer = _first(caller, Message.is_invite), _first(caller, Message.is_answer)
    return {"ringing": _ms((invite, _first(caller, Message.is_ringing))), "answer": _ms((invite, answer)),
            "after_answer": _ms((_first(callee, Message.is_answer), answer))}


def relay_setup_ms(packets, near, far):
    """The same at a relay, and of it what it took to pass on INVITE, 180 and 200."""
    m = sip(packets)
    times = {"invite": (_first(m, Message.is_invite, device=near, out=False),
                        _first(m, Message.is_invite, device=far, out=True))}
    for name, what in ("ringing", Message.is_ringing), ("answer", Message.is_answer):
        times[name] = (_first(m, what, device=far, out=False), _first(m, what, device=near, out=True))
    invited = times["invite"][0]
    return {"ringing": _ms((invited, times["ringing"][1])), "answer": _ms((invited, times["answer"][1])),
            "own": {name: _ms(pair) for name, pair in times.items()}}


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))] if values else None


def longest(streams):
    return max(streams, key=lambda s: len(s.packets), default=None)


def of_leg(streams, local):
    """Those that come to the address and port @local, or from there."""
    host, _, port = local.rpartition(":")
    at = ipaddress.ip_address(host.strip("[]")).packed, int(port)
    return [s for s in streams if at in ((s.src, s.sport), (s.dst, s.dport))]


class Passage:
    """One direction through one relay: the stream that came and the one that went."""
    def __init__(self, packets, come, go):
        found = rtp.streams(packets)
        self.came = longest([s for s in found if s.device == come and not s.out])
        self.went = longest([s for s in found if s.device == go and s.out])
        # More than one stream of either kind is a stranger's, or a stream that changed its name.
        self.streams = len([s for s in found if (s.device, s.out) in ((come, False), (go, True))])

    def __bool__(self):
        return bool(self.came and self.went)

    def delays_us(self):
        """Time in the relay, packet by packet."""
        came, went = self.came.packets, self.went.packets
        # The first that came need not have gone on, and noise of the relay's own may have gone before.
        place = {p[3]: seq for seq, p in sorted(went.items(), reverse=True)}
        shift = next((place[came[seq][3]] - seq for seq in sorted(came) if came[seq][3] in place), None)
        return [(went[seq + shift][0] - p[0]) / 1e3 for seq, p in came.items()
                if shift is not None and seq + shift in went and went[seq + shift][3] == p[3]]

    def identity(self):
        """What names a stream, before and behind the relay."""
        return {side: {"ssrc": f"{s.ssrc:08x}", "sequence": s.base & 0xffff, "timestamp": s.ts_base,
                       "from": f"{address(s.src)} {s.sport}", "to": f"{address(s.dst)} {s.dport}",
                       "ports": (s.sport, s.dport)}
                for side, s in (("came", self.came), ("went", self.went))}

    def kept(self):
        """Parts of the stream's identity that the relay let through."""
        i = self.identity()
        came, went = i["came"], i["went"]
        kept = [k for k in ("ssrc", "sequence", "timestamp", "from", "to") if came[k] == went[k]]
        if set(came["ports"]) & set(went["ports"]):
            kept.append("port")
        return kept
