# SPDX-License-Identifier: GPL-2.0
"""A relay with lines: a telephone at one, a carrier's exchange at the other, by DAHDI's looped spans; and
with a SIP trunk and a PRI span. What tests of it share."""
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", d) for d in ("isdn", "sip", "lib")]
sys.dont_write_bytecode = True

import dahdi  # noqa: E402
import talk  # noqa: E402
import tap  # noqa: E402
from media import Media  # noqa: E402
from pri import Span  # noqa: E402
from relay import A, RELAY_A, Relay, namespace  # noqa: E402
from tap import eq, ok, until  # noqa: E402
from telephone import DIAL_TONE, Exchange, Line  # noqa: E402
from ua import Dialog, Peer, sdp  # noqa: E402

LIMIT = 40
MEDIA = A[0], 6000

CONF = """
control_socket = "{dir}/ctld.sock";
state_dir = "{dir}/state";
firewall = {firewall};
ring_timeout = {ring};
trunks = (
  {{ name = "a"; local = "127.0.0.2:5060"; peer = "127.0.0.3:5060"; media = "127.0.0.2";
    carrier = "Carrier A"; region = "DE"; prefixes = [ "+49" ]; }},
  {{ name = "house"; kind = "cas"; channels = [ {house} ]; signalling = "fxoks"; called_prefix = "+";
    carrier = "Carrier B"; region = "DE"; {ingresses} }},
  {{ name = "office"; kind = "cas"; channels = [ {office} ]; signalling = "fxsks"; dial = "pulse"; number = "4040"; }},
  {{ name = "t1"; kind = "pri"; dchannel = {t1}; line = "t1"; switch = "ni2"; side = "cpe"; }}
);
circuits = (
  {{ name = "house-sip"; in = "house"; ingress = "+5720"; out = "a"; next = "54321"; }},
  {{ name = "house-pri"; in = "house"; ingress = "+5730"; out = "t1"; next = "54322"; }},
  {{ name = "sip-house"; in = "a"; ingress = "12345"; out = "house"; next = "1"; }},
  {{ name = "sip-office"; in = "a"; ingress = "12346"; out = "office"; next = "9081"; }},
  {{ name = "office-sip"; in = "office"; ingress = "4040"; out = "a"; next = "54323"; }}
);
"""

_ns = namespace()
dahdi.load("dahdi_dynamic", "dahdi_dynamic_loc", "phonion_dahdi", spans=1, channels=24)
ctl = dahdi.Ctl()
ctl.load_zone()
# A telephone and its exchange, and a carrier's exchange and our telephone.
near, far = ctl.wire(1, ("fxoks", "fxsks"), ("fxsks", "fxoks"))
T1 = dahdi.Pair(ctl, 2, 24, dahdi.MULAW, 24)
PARAMETERS = dict(house=near, office=near + 1, t1=T1.near[23], ingresses="")
relay = Relay(conf=CONF, **PARAMETERS)
a, media = Peer(A, RELAY_A), Media(MEDIA, relay)
t1 = Span(T1.far, 24, "net", "t1", "ni2")
phone, exchange = ends = [Line(far), Exchange(far + 1)]


def lines():
    return {line["trunk"]: line["state"] for line in relay.ask("line.list")["result"]}


def fresh():
    """Nothing of the test before is in the way."""
    ok(until(lambda: not relay.calls() and not relay.legs() and set(lines().values()) == {"idle"}, LIMIT),
       "no call and no leg is left, and the lines are idle", lines(), relay.calls())
    for line in phone, exchange:
        line.forget()
    t1.forget()
    while a.recv(0.05):
        pass


def state(want):
    return until(lambda: [c["state"] for c in relay.calls()] == [want], LIMIT)


def where(msg):
    return "127.0.0.2", int(msg.sdp(r"^m=audio (\d+)"))


def lift():
    phone.off_hook()
    ok(phone.hears_tone(DIAL_TONE), "the receiver is lifted, and dial tone is heard")


def ringing(number):
    """The call that goes out to the SIP carrier, and rings there."""
    callee = Dialog.answering(a, a.expect("INVITE", LIMIT))
    ok(f"sip:{number}@" in callee.request.uri, "the next number is dialled")
    callee.reply(180)
    return callee


def answer(callee):
    callee.reply(200, sdp(*MEDIA))
    a.expect("ACK", LIMIT)
    return where(callee.request)


def from_telephone(dial, what):
    fresh()
    lift()
    ok(dial("5720"), f"a number is dialled {what}")
    callee = ringing("54321")
    ok(phone.hears_tone(DIAL_TONE), "that it rings there is heard")
    to = answer(callee)
    ok(state("answered"), "the call is answered")
    talk.judge(f"telephone {what}", media, to, phone)
    return callee, to


def invite(number):
    caller = Dialog(a, number)
    caller.invite = caller.send("INVITE", sdp(*MEDIA))
    a.expect(100)
    return caller


def acknowledge(caller):
    msg = a.expect(200, LIMIT)
    caller.learn(msg)
    caller.send("ACK", cseq=caller.invite)
    return where(msg)


def through():
    """A call from the telephone to SIP."""
    fresh()
    lift()
    phone.press("5720")
    callee = ringing("54321")
    answer(callee)
    ok(state("answered"), "a call is up")
    return callee


def hold_no_end():
    while ends:
        ends.pop().close()


def to_pri():
    """A call from the telephone to the PRI: of both, the number of the call and its slot there."""
    fresh()
    ok(until(lambda: all(s["state"] == "up" for s in relay.ask("span.list")["result"]), 2 * LIMIT), "layer 2 is up")
    lift()
    phone.pulse("5730")
    call, number, _, slot = t1.expect("incoming", limit=LIMIT)
    eq(number, "54322", "a rotary telephone dials, and a PRI is called")
    t1.say("alert", call)
    ok(phone.hears_tone(DIAL_TONE), "that it rings there is heard")
    t1.say("answer", call)
    ok(state("answered"), "answered")
    return call, slot


def judge_channels(slot):
    """What is said between the telephone and the PRI's channel arrives, octet by octet."""
    there, back = (dahdi.noise(talk.OCTETS, seed).replace(b"\x7f", b"\xff") for seed in (7, 8))
    with t1.channel(slot) as chan:
        for _ in range(talk.TRIES):
            got = dahdi.pump([(phone, there, chan), (chan, back, phone)], talk.OCTETS - 800)
            if min(map(len, got)) >= talk.OCTETS - 800:
                break
        ok(min(map(len, got)) >= talk.OCTETS - 800, "what is said arrives, both ways", list(map(len, got)))
        eq(dahdi.errors(got[0], there) + dahdi.errors(got[1], back), 0, "each octet as it was")


def test_end():
    eq(relay.stop(), 0, "the daemon ends well")
    log = relay.log().decode()
    ok("Sanitizer" not in log, "and has misused no memory", log[-3000:])
    eq([n for n in ("5720", "5730", "54321", "9081") if n in log], [], "no number is in its log")


def run(tests):
    """The relay is up when @tests begin, and ends well."""
    try:
        relay.start()
        tap.run({**tests, "test_end": test_end})
    finally:
        t1.process.kill()
        t1.process.wait()
        if relay.process and relay.alive():
            relay.kill()
        hold_no_end()
        ctl.close()
        dahdi.unload("phonion_dahdi", "dahdi_dynamic_loc", "dahdi_dynamic")
