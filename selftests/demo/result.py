# SPDX-License-Identifier: GPL-2.0
"""All that was seen of a call, as one JSON object that report and judge read."""
import audit
import crowd
from judge import judge
from topology import CHAIN, LOOP


def _read(*paths):
    out = []
    for path in paths:
        with open(path, "rb") as f:
            out.append(f.read())
    return b"\n".join(out)


def _holdings(call):
    """Of whoever stands between the ends, in the order of the chain."""
    proxies = {p.carrier.node: p for p in call.proxies}
    relays = {r.name: r for r in call.relays}
    for node in CHAIN[1:-1]:
        if proxy := proxies.get(node):
            held = {kind: _read(*paths) for kind, paths in proxy.holdings().items()}
        elif relay := relays.get(node):
            held = {"configuration": _read(relay.config), "log": _read(relay.log), **call.state.get(node, {})}
        else:
            continue
        yield node, {**held, "capture": call.seen.capture(call, node)}


def holders(call):
    ends = audit.End(call.caller), audit.End(call.callee)
    found = [audit.Holder(node, held, ends) for node, held in _holdings(call)]
    for broker in call.internet.brokers if call.internet else []:
        found.append(audit.Holder(broker.name, broker.holdings(), ends))
    return [{"name": h.node, "searched": list(h.sizes), "octets": h.sizes, "named": h.named} for h in found]


def knows(call):
    """Who may know an end, and where the audit must find it with them: {end: {node: [kinds]}}.
    Where the caller's line is the first relay's own, no carrier knows her."""
    records = ["CDR", "log", "capture"]
    first, *_, last = call.topology.carriers
    if first.kind == LOOP:
        caller = {first.behind.node: ["configuration", "state", "memory"]}
    else:
        caller = {first.node: records, first.behind.node: []}
    return {"caller": caller, "callee": {last.node: records, last.before.node: []}}


def marks(call):
    """By carrier; its customers' numbers are marks as well."""
    return {one.carrier.node: call.seen.marks(call, one) |
            {("number", cdr[end]) for cdr in one.cdrs() for end in ("source", "destination")} for one in call.proxies}


def _relay(call, relay):
    return {"name": relay.name, "before": relay.before.node, "behind": relay.behind.node,
            "legs": call.legs.get(relay.name, []), "legs_left": call.legs_left.get(relay.name),
            **call.seen.relay(call, relay)}


def attack(call):
    """Whom the caller calls, by all carriers' records, among whoever else has a circuit that stands."""
    files = [f for p in call.proxies for f in p.holdings()["CDR"]]
    return crowd.attack(call, files)


def evaluate(call, alter=None):
    """(the result, {listener: u-law recording})"""
    recordings, sounds = [], {}
    for speaker, listener in ((call.caller, call.callee), (call.callee, call.caller)):
        sounds[listener.end.node], r = call.seen.recording(call, speaker, listener, alter)
        recordings.append(r)
    result = {
        "plain": call.topology.plain, "tdm": call.topology.tdm, "line": call.wires and call.wires.line,
        "recordings": recordings,
        "setup_ms": call.seen.setup_ms(call),
        "relays": [_relay(call, relay) for relay in call.relays],
        "carriers": [{"name": p.carrier.node, "cdrs": p.cdrs()} for p in call.proxies],
        "attack": attack(call), "timing": call.timing.name,
        "holders": holders(call), "knows": knows(call),
        "shared_marks": [{"kind": kind, "value": value, "at": at} for (kind, value), at
                         in sorted(audit.shared_marks(marks(call), call.seen.made_alike(call)).items())],
        "circuit": call.circuit and {"number": call.circuit["number"],
                                     "relays": [h["relay"] for h in call.circuit["hops"]]},
        "capture_lost": sum(c.lost for c in call.captures.values())}
    verdict = judge(result)
    result["promises"], result["held"] = verdict.promises, verdict.held
    return result, sounds
