# SPDX-License-Identifier: GPL-2.0
"""The promises, held against what was seen."""


class Judge:
    def __init__(self):
        self.promises = []

    def promise(self, promise, held, detail=""):
        self.promises.append({"promise": promise, "held": bool(held), "detail": detail})

    @property
    def held(self):
        return bool(self.promises) and all(p["held"] for p in self.promises)


def _list(items):
    return ", ".join(items)


def judge(result):
    j = Judge()
    for way in result["recordings"]:
        j.promise(f"the {way['listener']} hears what the {way['speaker']} says, byte for byte",
                  way["identical"],
                  f"{way['lost']} samples lost, {way['altered']} altered, {way['added']} added")
    holders = result["holders"]
    for kind, word in (("carrier", "carrier"), ("relay", "relay"), ("broker", "broker")):
        both = [h["name"] for h in holders if h["name"].startswith(kind) and all(h["named"].values())]
        if any(h["name"].startswith(kind) for h in holders):
            j.promise(f"no {word} holds anything that names both ends", not both, _list(both))
    cdr = [h["name"] for h in holders if all("CDR" in named for named in h["named"].values())]
    j.promise("no call detail record names both ends", not cdr, _list(cdr))
    if result["relays"]:
        _relayed(j, result)
    by_name = {h["name"]: h["named"] for h in holders}
    unseen = [f"{end} in the {kind} of {node}" for end, who in result["knows"].items() for node, kinds in who.items()
              for kind in kinds if kind not in by_name[node][end]]
    first = "first relay" if result["tdm"] else "first carrier"
    j.promise(f"the audit can see: the {first} names the caller, the last carrier the callee", not unseen,
              _list(unseen))
    # A leg that a relay raises by itself may come before the next relay knows of it, and is tried again.
    short = [c["name"] for c in result["carriers"] if sum(float(cdr["duration"]) > 0 for cdr in c["cdrs"]) != 1]
    j.promise("every carrier has written one CDR of an answered call", not short, _list(short))
    j.promise("no capture has lost a packet", not result["capture_lost"], f"{result['capture_lost']} lost")
    return j


def _counted(stats, said, early):
    """Are these what was seen to come and go? @early: a leg may hear something before it is told who may speak."""
    early = early and stats["drop_source"] + stats["drop_hold"]
    return all(low <= n <= high for n, (low, high) in zip((stats["rx_packets"] + early, stats["tx_packets"]), said))


def _best_path(leg, legs):
    if "tdm" not in leg:
        return "fast"
    return "no-bridge" if all("tdm" in other for other in legs) else "tdm"


def _relayed(j, result):
    """What only a chain with relays promises."""
    knows = result["knows"]
    strangers = [f"{h['name']} names the {end}" for h in result["holders"]
                 for end, named in h["named"].items() if named and h["name"] not in knows[end]]
    j.promise("an end is known only to its own carrier and the relay next to that", not strangers,
              _list(strangers))
    j.promise("no mark of signalling or media is seen at two carriers", not result["shared_marks"],
              "; ".join(f"{m['kind']} {m['value']} at {_list(m['at'])}" for m in result["shared_marks"][:3]))
    if not result["tdm"]:
        _renewed(j, result)
    slow = [f"{r['name']} leg {leg['id']}: {leg['path_reason']}" for r in result["relays"]
            for leg in r["legs"] if leg["path"] != _best_path(leg, r["legs"])]
    short = [r["name"] for r in result["relays"] if len(r["legs"]) != 2]
    channels = " or is a channel that is connected there" if result["tdm"] else ""
    j.promise(f"every leg is on the kernel's fast path{channels}", not slow and not short, _list(slow + short))
    # Noise on what stands; and a channel, which never stops.
    early = result["timing"] == "standby" or result["tdm"]
    by_packets = [(f"{r['name']} leg {leg['id']}", leg["stats"], said) for r in result["relays"]
                  for leg, said in zip(r["legs"], r["expected"]) if said]
    wrong = [what for what, stats, said in by_packets if not _counted(stats, said, early)]
    j.promise("the kernel forwarded every packet and counted it", by_packets and not wrong, _list(wrong))
    _attacked(j, result)
    left = [r["name"] for r in result["relays"] if r["legs_left"]]
    j.promise("after the call no relay has a leg left", not left, _list(left))


def _renewed(j, result):
    passages = [(r["name"], way, p) for r in result["relays"] for way, p in r["streams"].items()]
    kept = [f"{name} {way}: {k}" for name, way, p in passages for k in p["kept"] if k != "sequence"]
    # Of 65,536 sequence numbers two may be alike by chance, but not twice in six times.
    same = [f"{name} {way}: sequence" for name, way, p in passages if "sequence" in p["kept"]]
    j.promise("each relay renews SSRC, sequence, timestamp, addresses and ports",
              not kept and len(same) < 2, _list(kept + same))


def _attacked(j, result):
    """That all carriers' records together say what `phonion reserve --explain` says they do."""
    by = result["attack"]["by"]
    slot = by.get("ends, slot", {"callee": 0, "others": 0})
    if result["timing"] == "demand":
        j.promise(f"all carriers' records together link {'relay 1 with the callee' if result['tdm'] else 'the ends'}, "
                  "as is said of legs on demand",
                  by.get("ends, start+duration", slot)["callee"] == 1)
        return
    timed = [kind for kind, of in by.items() if kind != "ends, slot" and of["callee"]]
    j.promise("no start and no duration in all carriers' records leads from the caller to the callee", not timed, _list(timed))
    j.promise("they leave every circuit that stood at that time as likely as this one",
              slot["others"] and abs(slot["callee"] * (slot["others"] + 1) - 1) < 1e-6,
              f"{slot['others']} others, chance {slot['callee']:.4f}")
