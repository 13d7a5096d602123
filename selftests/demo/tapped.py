# SPDX-License-Identifier: GPL-2.0
"""What was seen of a call by wires that are tapped: frames of D channels, and packets where there are any."""
import audit
import heard
import measure
import packets
import q931
import rtp
from exchange import Exchange

FRAME = 160


def capture(call, node):
    """All that passed at @node, as octets."""
    frames = [f for one in call.proxies if isinstance(one, Exchange)
              for f in one.frames(None if one.carrier.node == node else node)
              if node == one.carrier.node or node in (c.node for c in one.carrier.customers)]
    seen = audit.wire_octets(call.captures[node].packets) if node in call.captures else b""
    return b"\0".join([seen, *frames])


def marks(call, one):
    if isinstance(one, Exchange):
        return q931.marks(one.frames())
    return packets.marks(call, one)


def made_alike(_):
    return set()


def recording(_, speaker, listener, alter=None):
    """What @listener heard of what @speaker said, wherever it is in all that came. @alter: a planted fault."""
    d, (start, end) = heard.compare(speaker.said, listener.heard)
    if alter:
        blocks = {n: bytes(listener.heard[i:i + FRAME]) for n, i in enumerate(range(start, end, FRAME))}
        alter(blocks)
        listener.heard[start:end] = b"".join(blocks.values())[:end - start]
        d, (start, end) = heard.compare(speaker.said, listener.heard)
    return bytes(listener.heard), {
        "speaker": speaker.end.node, "listener": listener.end.node,
        "said": len(speaker.said), "sent": speaker.sent, "heard": end - start,
        "lost": d.lost, "altered": d.altered, "added": d.added, "sent_as_said": speaker.sent == len(speaker.said),
        "identical": d.identical and speaker.sent == len(speaker.said)}


def setup_ms(call):
    t = call.times
    return {"ringing": (t["rings"] - t["lifts"]) * 1e3, "after_answer": (t["answered"] - t["answers"]) * 1e3}


def relay(call, one):
    """Packets go by at most one of its legs, and never stop: a counter is between what had passed before
    all were read and what had after that."""
    seen = rtp.streams(call.captures[one.name].packets)

    def passed(leg):
        mine = measure.of_leg(seen, leg["local"])
        return [[sum(s.count(when) for s in mine if s.out == out) for when in call.counted[one.name]]
                for out in (False, True)]
    return {"expected": ["local" in leg and passed(leg) for leg in call.legs.get(one.name, [])],
            "streams": {}, "delay_us": {}, "setup_ms": {}}
