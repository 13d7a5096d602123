# SPDX-License-Identifier: GPL-2.0
"""All that was seen of a call, as one JSON object that report and judge read."""
import socket

import audit
import crowd
import measure
import rtp
import speech
from judge import judge


def _read(*paths):
    out = []
    for path in paths:
        with open(path, "rb") as f:
            out.append(f.read())
    return b"\n".join(out)


def _device(call, node, towards):
    with call.topology.ns[node]:
        return socket.if_nametoindex(towards)


def _stream(call, phone, out):
    """The one that left the telephone, or the one that came to it."""
    found = rtp.streams(call.captures[phone.end.node].packets)
    return measure.longest([s for s in found if s.out == out])


def _made_alike(call):
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


def _relay(call, relay):
    packets = call.captures[relay.name].packets
    near, far = _device(call, relay.name, relay.before.node), _device(call, relay.name, relay.behind.node)
    passages = {"to the callee": measure.Passage(packets, near, far),
                "to the caller": measure.Passage(packets, far, near)}
    there, back = passages.values()
    # The counters were read when both had spoken; what a leg that stands sends later is not in them.
    until = call.counted.get(relay.name, 0)
    counts = [(a.came.count(until), b.went.count(until)) if there and back else (None, None)
              for a, b in ((there, back), (back, there))]
    streams, delay = {}, {}
    for way, p in passages.items():
        if not p:
            continue
        delays = p.delays_us()
        streams[way] = {"identity": p.identity(), "kept": p.kept()}
        delay[way] = {"median": measure.percentile(delays, 0.5), "p99": measure.percentile(delays, 0.99)}
    return {"name": relay.name, "before": relay.before.node, "behind": relay.behind.node,
            "legs": call.legs.get(relay.name, []), "legs_left": call.legs_left.get(relay.name),
            "expected": counts, "streams": streams, "delay_us": delay,
            "setup_ms": measure.relay_setup_ms(packets, near, far)}


def holders(call):
    """In the order of the chain: carriers and relays by turns."""
    ends = audit.End(call.caller), audit.End(call.callee)
    found = []
    for n, proxy in enumerate(call.proxies):
        held = {kind: _read(*paths) for kind, paths in proxy.holdings().items()}
        held["capture"] = audit.wire_octets(call.captures[proxy.carrier.node].packets)
        found.append(audit.Holder(proxy.carrier.node, held, ends))
        for relay in call.relays[n:n + 1]:
            held = {"configuration": _read(relay.config), "log": _read(relay.log),
                    **call.state.get(relay.name, {}),
                    "capture": audit.wire_octets(call.captures[relay.name].packets)}
            found.append(audit.Holder(relay.name, held, ends))
    for broker in call.internet.brokers if call.internet else []:
        found.append(audit.Holder(broker.name, broker.holdings(), ends))
    return [{"name": h.node, "searched": list(h.sizes), "octets": h.sizes, "named": h.named} for h in found]


def attack(call):
    """Whom the caller calls, by all carriers' records, among whoever else has a circuit that stands."""
    files = [f for p in call.proxies for f in p.holdings()["CDR"]]
    return crowd.attack(call, files)


def evaluate(call, alter=None):
    """(the result, {listener: u-law recording})"""
    recordings, sounds = [], {}
    for speaker, listener in ((call.caller, call.callee), (call.callee, call.caller)):
        sounds[listener.end.node], r = recording(call, speaker, listener, alter)
        recordings.append(r)
    marks = {}
    for carrier in call.topology.carriers:
        packets = call.captures[carrier.node].packets
        marks[carrier.node] = audit.marks(packets, rtp.streams(packets))
    held = holders(call)
    result = {
        "plain": call.topology.plain, "recordings": recordings,
        "setup_ms": measure.setup_ms(*(call.captures[phone.end.node].packets
                                        for phone in (call.caller, call.callee))),
        "relays": [_relay(call, relay) for relay in call.relays],
        "carriers": [{"name": p.carrier.node, "cdrs": p.cdrs()} for p in call.proxies],
        "attack": attack(call), "timing": call.timing.name,
        "holders": held,
        "last_carrier": next(n for n in range(len(held) - 1, -1, -1) if held[n]["name"].startswith("carrier")),
        "shared_marks": [{"kind": kind, "value": value, "at": at}
                         for (kind, value), at in sorted(audit.shared_marks(marks, _made_alike(call)).items())],
        "circuit": call.circuit and {"number": call.circuit["number"], "relays": [h["relay"] for h in call.circuit["hops"]]},
        "capture_lost": sum(c.lost for c in call.captures.values())}
    verdict = judge(result)
    result["promises"], result["held"] = verdict.promises, verdict.held
    return result, sounds
