# SPDX-License-Identifier: GPL-2.0
"""A relay with a span of T1 and one of E1, at whose other ends we are, and a SIP trunk; and what tests of it share."""
import os
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.realpath(__file__)), "../sip")]
sys.dont_write_bytecode = True

from pri import Span  # noqa: E402
import dahdi  # noqa: E402
import talk  # noqa: E402
import tap  # noqa: E402
from relay import A, RELAY_A, Relay, namespace  # noqa: E402
from tap import eq, ok, until  # noqa: E402
from ua import Dialog, Peer, sdp  # noqa: E402
from media import Media  # noqa: E402

MEDIA = A[0], 6000

CONF = """
control_socket = "{dir}/ctld.sock";
state_dir = "{dir}/state";
firewall = {firewall};
ring_timeout = {ring};
trunks = (
  {{ name = "a"; transport = "{tcp_a}"; local = "127.0.0.2:5060"; peer = "127.0.0.3:5060"; media = "127.0.0.2"; }},
  {{ name = "t1"; kind = "pri"; dchannel = {t1}; line = "t1"; switch = "ni2"; side = "cpe"; number = "100";
    called_prefix = "+4930"; }},
  {{ name = "e1"; kind = "pri"; dchannel = {e1}; line = "e1"; switch = "euroisdn"; side = "net"; overlap = true; }}
);
circuits = (
  {{ name = "sip-t1"; in = "a"; ingress = "12345"; out = "t1"; next = "67890"; max_calls = 30; }},
  {{ name = "sip-e1"; in = "a"; ingress = "12346"; out = "e1"; next = "+4989700"; max_calls = 30; }},
  {{ name = "t1-sip"; in = "t1"; ingress = "+4930555"; out = "a"; next = "54321"; max_calls = 30; }},
  {{ name = "e1-sip"; in = "e1"; ingress = "777123"; out = "a"; next = "54322"; max_calls = 30; }},
  {{ name = "t1-e1"; in = "t1"; ingress = "+4930666"; out = "e1"; next = "88800"; max_calls = 30; }},
  {{ name = "t1-t1"; in = "t1"; ingress = "+4930777"; out = "t1"; next = "99900"; max_calls = 30; }}
);
"""

_ns = namespace()
dahdi.load("dahdi_dynamic", "dahdi_dynamic_loc", "phonion_dahdi", spans=1, channels=24)
ctl = dahdi.Ctl()
T1, E1 = dahdi.Pair(ctl, 1, 24, dahdi.MULAW, 24), dahdi.Pair(ctl, 2, 31, dahdi.ALAW, 16)
relay = Relay(conf=CONF, t1=T1.near[23], e1=E1.near[15])
a, media = Peer(A, RELAY_A), Media(MEDIA, relay)
t1 = Span(T1.far, 24, "net", "t1", "ni2")
e1 = Span(E1.far, 16, "cpe", "e1", "euroisdn", "overlap")


def states():
    return {s["trunk"]: s["state"] for s in relay.ask("span.list")["result"]}


def busy():
    return sum(s["busy"] for s in relay.ask("span.list")["result"])


def fresh():
    """Nothing of the test before is in the way."""
    ok(until(lambda: not relay.calls() and not busy() and not relay.legs(), 30), "no call, channel or leg is left")
    for span in t1, e1:
        span.forget()
    while a.recv(0.05):
        pass


def invite(number="12345", **kwargs):
    caller = Dialog(a, number)
    caller.invite = caller.send("INVITE", sdp(*MEDIA, **kwargs))
    a.expect(100)
    return caller


def acknowledge(caller):
    msg = a.expect(200)
    caller.learn(msg)
    caller.send("ACK", cseq=caller.invite)
    return ("127.0.0.2", int(msg.sdp(r"^m=audio (\d+)")))


def bye(dialog):
    dialog.send("BYE")
    a.expect(200)


def judge_talk(what, to, chan):
    talk.judge(what, media, to, chan)


def test_up():
    ok(until(lambda: states() == {"t1": "up", "e1": "up"}, 60), "layer 2 is up", states())
    def others():
        return [(s["trunk"], c) for s in relay.ask("span.list")["result"] for c in s["channels"] if c["state"] != "idle"]
    ok(until(others, 10, 0.001), "channels are restarted, a moment later")
    ok(until(lambda: not others(), 60), "and all are idle then", others())


def test_end():
    eq(relay.stop(), 0, "the daemon ends well")
    ok(b"Sanitizer" not in relay.log(), "and has misused no memory", relay.log().decode()[-3000:])
    log = relay.log().decode()
    ok(not any(n in log for n in ("67890", "54321", "4930555")), "no number is in its log")


def run(tests):
    """The relay is up when @tests begin, and ends well."""
    try:
        relay.start()
        tap.run({"test_up": test_up, **tests, "test_end": test_end})
    finally:
        for phone in t1, e1:
            phone.stop()
        if relay.process and relay.alive():
            relay.kill()
        ctl.close()
        dahdi.unload("phonion_dahdi", "dahdi_dynamic_loc", "dahdi_dynamic")
