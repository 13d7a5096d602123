# SPDX-License-Identifier: GPL-2.0
"""What was seen of a call by captured packets."""
import socket

import audit
import measure
import rtp
import speech


def capture(call, node):
    """All that passed at @node, as octets."""
    return audit.wire_octets(call.captures[node].packets)


def marks(call, one):
    packets = call.captures[one.carrier.node].packets
    return audit.marks(packets, rtp.streams(packets))


def setup_ms(call):
    return measure.setup_ms(*(call.captures[phone.end.node].packets for phone in (call.caller, call.callee)))


def _device(call, node, towards):
    with call.topology.ns[node]:
        return socket.if_nametoindex(towards)


def _stream(call, phone, out):
    """The one that left the telephone, or the one that came to it."""
    found = rtp.streams(call.captures[phone.end.node].packets)
    return measure.longest([s for s in found if s.out == out])


def made_alike(call):
    """The SSRC, where both telephones chose the same: sipp always does."""
    sent = [_stream(call, phone, True) for phone in (call.caller, call.callee)]
    ssrcs = {s.ssrc for s in sent if s}
    return {("SSRC", f"{x:08x}") for x in ssrcs} if len(ssrcs) == 1 else set()


def spoken(heard, speaker):
    """Of the payloads @heard those from the speaker's first on: before and behind them a leg
    that stands has noise, and perhaps a bell."""
    frames = speaker.frames
    places = [n for n, payload in heard.items() if payload in frames]
    if not places:
        return heard
    return {n - min(places): payload for n, payload in heard.items() if min(places) <= n <= max(places)}


def recording(call, speaker, listener, alter=None):
    """What @listener's telephone got of what @speaker's said. @alter: a planted fault."""
    sent, got = _stream(call, speaker, True), _stream(call, listener, False)
    heard = got.payloads() if got else {}
    if call.timing.stands:
        heard = spoken(heard, speaker)
    if alter:
        alter(heard)
    said = sent.payloads() if sent else {}
    left = rtp.compare(speaker.said, said, speech.FRAME, sent.duplicates if sent else 0)
    d = rtp.compare(speaker.said, heard, speech.FRAME, got.duplicates if got else 0)
    return rtp.record(heard, speech.FRAME), {
        "speaker": speaker.end.node, "listener": listener.end.node,
        "said": len(speaker.said), "sent": sum(map(len, said.values())),
        "heard": sum(map(len, heard.values())),
        "lost": d.lost, "altered": d.altered, "added": d.added, "sent_as_said": left.identical,
        # As the file, and as what was seen to leave the speaker's telephone.
        "identical": d.identical and left.identical}


def relay(call, one):
    seen = call.captures[one.name].packets
    near, far = _device(call, one.name, one.before.node), _device(call, one.name, one.behind.node)
    passages = {"to the callee": measure.Passage(seen, near, far),
                "to the caller": measure.Passage(seen, far, near)}
    there, back = passages.values()
    # The counters were read when both had spoken; what a leg that stands sends later is not in them.
    until, _ = call.counted.get(one.name, (0, 0))
    counts = [[(n, n) for n in (a.came.count(until), b.went.count(until))] if there and back else [(-1, -1)] * 2
              for a, b in ((there, back), (back, there))]
    streams, delay = {}, {}
    for way, p in passages.items():
        if not p:
            continue
        delays = p.delays_us()
        streams[way] = {"identity": p.identity(), "kept": p.kept()}
        delay[way] = {"median": measure.percentile(delays, 0.5), "p99": measure.percentile(delays, 0.99)}
    return {"expected": counts, "streams": streams, "delay_us": delay,
            "setup_ms": measure.relay_setup_ms(seen, near, far)}
