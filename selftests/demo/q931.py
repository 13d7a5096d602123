# SPDX-License-Identifier: GPL-2.0
"""What goes over a D channel: frames of Q.921 with messages of Q.931 in them."""
from dataclasses import dataclass

DISCRIMINATOR, SETUP = 8, 0x05
FCS = 2
CALLING, CALLED, CONNECTED = "calling number", "called number", "connected number"
# Elements by which a call could be told again at another carrier. The others, as its bearer, cause
# and channel, many calls have alike.
NAMES = {0x28: "display", 0x4c: CONNECTED, 0x6c: CALLING, 0x6d: "calling subaddress", 0x70: CALLED,
         0x71: "called subaddress", 0x74: "redirecting number", 0x7e: "user-user"}


@dataclass
class Message:
    kind: int
    elements: dict      # by name

    @property
    def marks(self):
        """A number is one, whoever has it."""
        return {("number" if name.endswith(" number") else name, value) for name, value in self.elements.items()}


def _number(data):
    """Behind type and plan, and behind presentation where it is told: digits as text, + if international."""
    if not data:
        return ""
    international = data[0] >> 4 & 7 == 1
    return "+" * international + data[1 if data[0] & 0x80 else 2:].decode("ascii", "replace")


def _elements(data):
    found, at = {}, 0
    while at + 1 < len(data):
        if data[at] & 0x80:     # of one octet: shift, more data, sending complete
            at += 1
            continue
        value = data[at + 2:at + 2 + data[at + 1]]
        if name := NAMES.get(data[at]):
            found[name] = _number(value) if name.endswith(" number") else value.hex()
        at += 2 + len(value)
    return found


def message(frame):
    """Of the frame's octets, check included; None if it has no message of a call."""
    if len(frame) < 4 + FCS:
        return None
    body = frame[4 if not frame[2] & 1 else 3:-FCS]
    if len(body) < 3 or body[0] != DISCRIMINATOR or not body[1] & 15:
        return None
    at = 2 + (body[1] & 15)
    return Message(body[at], _elements(body[at + 1:])) if at < len(body) else None


def marks(frames):
    """What a call can be told by: {(kind, value)}."""
    return set().union(*(m.marks for m in map(message, frames) if m))
