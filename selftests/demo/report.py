# SPDX-License-Identifier: GPL-2.0
"""What the demo says: tables, promises, and the same as JSON."""
import datetime


LEFT_TDM = ("Nobody but the first relay knows of the caller: her line is its channel {line}, and the name",
            "that its operator gave to it is in what the relay holds.",
            "Start and duration are alike in all CDRs. Legs that stand are against that",
            "(selftests/demo/run --timing standby).")
LEFT = {
    "demand": ("Not promised here: start and duration are alike in all CDRs. Legs that stand are against that",
               "(selftests/demo/run --timing standby)."),
    "standby": ("The crowd that hides the caller is as large as the circuits that stand when he calls; this one",
                "is made by phonion-sim."),
}


def table(rows, indent="  "):
    """Lines of @rows (the first one is the heads), columns aligned."""
    rows = [[str(c) for c in row] for row in rows]
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return [(indent + "  ".join(c.ljust(w) for c, w in zip(row, widths))).rstrip() for row in rows]


def number(value, form="{:.1f}", none="-"):
    return none if value is None else form.format(value)


def clock(epoch):
    return datetime.datetime.fromtimestamp(float(epoch), datetime.timezone.utc).strftime("%H:%M:%S")


def _way(leg):
    if "tdm" in leg:
        return "a channel, to packets" if "bridged_to" in leg else "a channel, to a channel"
    return "yes" if leg["fast_path"] else f"no: {leg['path_reason']}"


def _legs(r):
    rows = [("leg", "towards", "local", "remote", "fast path", "received", "sent",
             "by the stack", "lost", "dropped")]
    for leg, side in zip(r["legs"], (r["before"], r["behind"])):
        stats = leg["stats"]
        rows.append((leg["id"], side, leg.get("local") or f"channel {leg['tdm']['channel']}", leg.get("remote", "-"),
                     _way(leg), stats["rx_packets"], stats["tx_packets"],
                     stats["rx_slow"] + stats["tx_slow"], stats["rx_lost"],
                     sum(v for k, v in stats.items() if k.startswith("drop_"))))
    return table(rows)


def _channels(r):
    """What the jitter buffers of its channels had to make up for."""
    counters = "gaps", "late", "overruns", "concealed", "added", "removed"
    rows = [("channel", *counters)]
    rows += [(leg["tdm"]["channel"], *(leg["tdm"].get(c, "-") for c in counters)) for leg in r["legs"] if "tdm" in leg]
    return table(rows) if len(rows) > 1 else []


def _streams(r):
    rows = [("direction", "", "SSRC", "sequence from", "timestamp from", "from", "to")]
    for way, p in r["streams"].items():
        for side in "came", "went":
            i = p["identity"][side]
            rows.append((way if side == "came" else "", side, i["ssrc"], i["sequence"],
                         i["timestamp"], i["from"], i["to"]))
    d = r["delay_us"]
    return table(rows) + ["  added delay, us: " + "; ".join(
        f"{way} median {number(d[way]['median'], '{:.0f}')}, p99 {number(d[way]['p99'], '{:.0f}')}"
        for way in d)]


def relays(result):
    lines = []
    for r in result["relays"]:
        lines += [f"{r['name']}", *_legs(r), *_channels(r)]
        if result["tdm"]:
            continue
        lines += _streams(r)
        if result["timing"] == "demand":
            own = ", ".join(f"{what} {number(ms)}" for what, ms in r["setup_ms"]["own"].items())
            lines.append(f"  set-up, ms: ringing after {number(r['setup_ms']['ringing'])}; "
                         f"the relay's own time for {own}")
    return lines


def cdrs(result):
    rows = [("carrier", "start", "s", "from", "to")]
    for c in result["carriers"]:
        for cdr in c["cdrs"]:
            rows.append((c["name"], clock(cdr["start"]), number(float(cdr["duration"])),
                         f"{cdr['source']} {cdr['source_name']} {cdr['source_address']}",
                         f"{cdr['destination']} {cdr['destination_name']} {cdr['destination_address']}"))
    return table(rows)


def setup(result):
    ms = {what: number(value) for what, value in result["setup_ms"].items()}
    if result["tdm"]:
        return (f"  receiver lifted to ringing heard {ms['ringing']}, of which most is the dial's; "
                f"from the callee's answer until all relays knew of it {ms['after_answer']}")
    text = f"  INVITE to ringing {ms['ringing']}; INVITE to 200 {ms['answer']}, "
    if result["timing"] == "demand":
        return text + f"of which {ms['after_answer']} after the callee answered"
    return text + "for as long as people take: the callee has answered before"


def attack(result):
    """By which attack on all carriers' records the caller is linked with the callee."""
    a = result["attack"]
    rows = [("attack", "fit", "chance that it names the callee")]
    for kind in "one record", "ends, start", "chain, start", "ends, start+duration", "chain, start+duration", "ends, slot":
        of = a["by"].get(kind, {"others": 0, "callee": 0})
        rows.append((kind, of["others"] + (of["callee"] > 0), number(of["callee"], "{:.4f}")))
    return table(rows)


def holders(result):
    """Who names whom, and in which of what it holds."""
    rows = [("holder", "searched", "caller", "callee", "both")]
    for h in result["holders"]:
        cells = []
        for end in "caller", "callee":
            named = h["named"][end]
            cells.append(", ".join(named) if named else "no")
        rows.append((h["name"], ", ".join(h["searched"]), *cells, "YES" if all(h["named"].values()) else "no"))
    return table(rows)


def recordings(result):
    rows = [("heard by", "said", "sent", "heard", "lost", "altered", "added", "byte-identical")]
    for way in result["recordings"]:
        rows.append((way["listener"], way["said"], way["sent"], way["heard"], way["lost"], way["altered"],
                     way["added"], "yes" if way["identical"] else "NO"))
    return table(rows)


def promises(result):
    return [f"  {'PASS' if p['held'] else 'FAIL'}  {p['promise']}" + (f": {p['detail']}" if p["detail"] else "")
            for p in result["promises"]]


def _left(result):
    return [line.format(**result) for line in (LEFT_TDM if result["tdm"] else LEFT[result["timing"]])]


def text(result):
    out = []
    if result["relays"]:
        out += ["", "RELAYS (the kernel's counters when both had spoken)", *relays(result)]
    out += ["", "SPEECH (samples of G.711)", *recordings(result),
            "", "CALL SET-UP (ms, at the caller's telephone)", setup(result),
            "", "CALL DETAIL RECORDS (times in UTC)", *cdrs(result),
            "", f"WHOM {'RELAY 1' if result['tdm'] else 'THE CALLER'} CALLS (by all carriers' "
            f"{result['attack']['records']} records together)", *attack(result),
            "", "WHO NAMES WHOM (in all encodings)", *holders(result),
            "", "PROMISES", *promises(result)]
    if result["relays"]:
        out += ["", *_left(result), "What is said is the same on every wire."]
    return "\n".join(out)
