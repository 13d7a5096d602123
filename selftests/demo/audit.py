# SPDX-License-Identifier: GPL-2.0
"""Who holds what: does anything that a carrier or a relay has name an end of the call?

An end is named by its number, its name, its address, or a word that its telephone
made up, in any of the encodings that protocols, logs and memory have for them.
"""
import base64
import ipaddress
import re
from dataclasses import dataclass

import rtp
from pcap import UDP

OCTETS, SOCKADDR = "octets", "sockaddr"


@dataclass(frozen=True)
class Needle:
    what: str           # number, name, address, phone
    encoding: str
    pattern: object     # octets; lower case if @fold; or a compiled expression
    fold: bool = False

    def found_in(self, data, folded):
        if isinstance(self.pattern, bytes):
            return self.pattern in (folded if self.fold else data)
        return bool(self.pattern.search(data))


def _text(what, word):
    """A word as text, also within UTF-16, hexadecimal or base64."""
    raw = word.encode()
    yield Needle(what, "text", raw.lower(), True)
    yield Needle(what, "UTF-16", word.lower().encode("utf-16-le"), True)
    yield Needle(what, "hexadecimal", raw.hex().encode(), True)
    for lead in range(3):
        # What the octets before and behind share a character with is cut off.
        coded = base64.b64encode(bytes(lead) + raw)
        first, last = -(-lead * 8 // 6), (lead + len(raw)) * 8 // 6
        yield Needle(what, "base64", coded[first:last])


def _packed(digits, swapped):
    """Two @digits to an octet. Of the octet that the last one may share half is its own: without
    it, what is left of a short number would be found in memory by chance."""
    def octet(first, second):
        high, low = (second, first) if swapped else (first, second)
        return high << 4 | low
    pairs = [(int(a), int(b)) for a, b in zip(digits[::2], digits[1::2])]
    pattern = re.escape(bytes(octet(*pair) for pair in pairs))
    if len(digits) % 2:
        pattern += b"[%s]" % re.escape(bytes(octet(int(digits[-1]), x) for x in range(16)))
    return re.compile(pattern, re.S)


def _number(number):
    """With its country code and without: then its last 9 digits are there all the same."""
    digits = number.lstrip("+")
    yield from _text("number", digits[-9:])
    for first in range(3):      # two digits to an octet, from wherever they begin
        yield Needle("number", "BCD", _packed(digits[first:], False))
        yield Needle("number", "TBCD", _packed(digits[first:], True))
    whole = int(digits)
    yield Needle("number", "integer", whole.to_bytes(8, "little"))
    yield Needle("number", "integer", whole.to_bytes(8, "big"))


def _address(text):
    address = ipaddress.ip_address(text)
    yield from _text("address", text)
    yield Needle("address", "text", re.compile(rb"(?<![\d.])" + re.escape(text.encode()) + rb"(?![\d.])"))
    yield Needle("address", OCTETS, address.packed)
    family, skip = (b"\x02\x00", b"..") if address.version == 4 else (b"\x0a\x00", b".{6}")
    yield Needle("address", SOCKADDR, re.compile(family + skip + re.escape(address.packed), re.S))


class End:
    """One end of the call, and the needles that name it."""
    def __init__(self, phone):
        self.node = phone.end.node
        self.needles = list(_number(phone.end.number))
        if phone.end.address:
            self.needles += [n for n in _address(phone.end.address) if not (n.encoding == "text" and n.fold)]
        if phone.token:
            self.needles += _text("phone", phone.token)
        for word in [*phone.end.name.split(), phone.end.name]:
            self.needles += _text("name", word)

    def named_in(self, kind, data):
        """What of this end @data names: {"number": {"text", ...}, ...}."""
        folded = data.lower()
        found = {}
        for n in self.needles:
            # Four octets are an address where addresses stand as octets; elsewhere they
            # may be anything, unless they stand in a sockaddr.
            if n.encoding in (OCTETS, SOCKADDR) and (n.encoding == OCTETS) != (kind == "capture"):
                continue
            if n.found_in(data, folded):
                found.setdefault(n.what, set()).add(n.encoding)
        return {what: sorted(how) for what, how in found.items()}


def wire_octets(packets):
    """All of the packets but what is said in them: signalling, and headers of media."""
    out = []
    for p in packets:
        t = p.transport()
        media = rtp.parse(t[5]) if t and t[0] == UDP else None
        out.append(p.ip[:len(p.ip) - len(t[5]) + 12] if media else p.ip)
    return b"\0".join(out)


class Holder:
    """A carrier or a relay, and what it holds: {kind: octets}."""
    def __init__(self, node, holdings, ends):
        self.node = node
        self.named = {}     # by end, by kind of holding, by what
        self.sizes = {kind: len(data) for kind, data in holdings.items()}
        for end in ends:
            found = {kind: end.named_in(kind, data) for kind, data in holdings.items()}
            self.named[end.node] = {kind: f for kind, f in found.items() if f}

    def names(self, end, kind=None):
        return bool(self.named[end].get(kind) if kind else self.named[end])

    def names_both(self, kind=None):
        return all(self.names(end, kind) for end in self.named)


TRAITS = {"Call-ID": rb"^(?:Call-ID|i)\s*:\s*(\S+)", "tag": rb";tag=([^;\s]+)",
          "branch": rb";branch=([^;\s]+)", "user agent": rb"^User-Agent\s*:\s*(.+?)\r?$",
          "SDP session": rb"^o=\S+ (\d{4,}) ", "SDP user": rb"^o=([^-\s]\S*) ", "SDP name": rb"^s=([^-\s].*?)\r?$"}


def marks(packets, streams):
    """What in one carrier's network a call can be told by: {(kind, value)}."""
    found = {("SSRC", f"{s.ssrc:08x}") for s in streams}
    for p in packets:
        t = p.transport()
        if t and b"SIP/2.0" in t[5][:2048]:
            for kind, pattern in TRAITS.items():
                found |= {(kind, v.decode(errors="replace"))
                          for v in re.findall(pattern, t[5], re.M | re.I)}
    return found


def shared_marks(by_carrier, made_alike):
    """Marks that two or more carriers saw: {(kind, value): [carriers]}. @made_alike are
    those that two telephones of one make have in common."""
    seen = {}
    for node, found in by_carrier.items():
        for mark in found - made_alike:
            seen.setdefault(mark, []).append(node)
    return {mark: nodes for mark, nodes in seen.items() if len(nodes) > 1}
