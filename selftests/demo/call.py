# SPDX-License-Identifier: GPL-2.0
"""One call from its INVITE to its CDRs, and all that was seen of it."""
import os
import threading
import time

import measure
import packets
import process
import speech
from capture import Capture
from carriers import Proxy
from internet import Internet
from phones import Phone
from relays import Relay
from topology import LOOP

READY, LISTED, ANSWER, STALL, END = 120, 180, 60, 15, 60   # seconds; some are long without KVM
ALWAYS = 24 * 3600              # for a telephone that has to stand a clock that is set


class Call:
    """With SIP; what is seen of it is packets."""
    seen, wires = packets, None

    def __init__(self, topology, work, build, seconds, timing, say):
        self.topology, self.work, self.build, self.timing, self.say = topology, work, build, timing, say
        self.captures = {node: Capture(ns) for node, ns in topology.ns.items()}
        self.closing = threading.Event()
        self.drainer = threading.Thread(target=self._drain, daemon=True)
        self.drainer.start()
        self.proxies = [self._carrier(c) for c in topology.carriers if c.kind != LOOP]
        self.internet = None if topology.plain else Internet(topology, work, build)
        self.relays = [] if topology.plain else [Relay(topology, r, work, build, self.internet, self.wires)
                                                 for r in topology.relays]
        self.circuit = None
        self.caller, self.callee = self._phones(seconds)
        self.legs, self.legs_left, self.state, self.counted, self.times = {}, {}, {}, {}, {}

    def _carrier(self, carrier):
        return Proxy(self.topology, carrier, self.work)

    def _phones(self, seconds):
        t = self.topology
        return (Phone(t, t.caller, t.carriers[0], self.work, speech.CALLER, seconds),
                Phone(t, t.callee, t.carriers[-1], self.work, speech.CALLEE, seconds))

    def start(self):
        """Everybody at once, and then wait for everybody."""
        deadline = time.monotonic() + READY
        if self.internet:
            self.internet.start()
        for one in self.proxies + self.relays:
            one.start()
        self.callee.start(ALWAYS)
        for one in [*self.proxies, *self.relays, self.callee]:
            one.wait(deadline)

    def reserve(self):
        """The callee reserves a circuit; then there are no brokers any more."""
        self.internet.wait(time.monotonic() + LISTED)
        self.say(f"{len(self.internet.brokers)} brokers list {len(self.relays)} relays; the callee reserves")
        self.circuit = self.internet.reserve(self.topology.callee.number, self.timing.words)
        self.internet.cut()
        self.say(f"reserved: dial {self.circuit['number']}; the brokers are killed, the network to them is cut")
        self.timing.raised(self)

    def _length(self):
        return max(self.caller.packets, self.callee.packets) * speech.FRAME / speech.RATE

    def place(self):
        dialled = self.circuit["number"] if self.circuit else self.topology.dialled
        self._dial(dialled)
        self._connect()
        heard_all = self._listen()
        for relay in self.relays:
            before = time.time_ns()
            self.legs[relay.name] = legs = relay.legs()
            self.counted[relay.name] = before, time.time_ns()
            self.state[relay.name] = self._state(relay, legs)
        self.say(("all is heard" if heard_all else "nothing more comes") + "; the caller hangs up")
        deadline = time.monotonic() + END
        self._hang_up(deadline)
        self.timing.let_down(self)
        deadline = time.monotonic() + END
        self.callee.finish(deadline)
        for proxy in self.proxies:
            proxy.wait_cdr(deadline)
        for relay in self.relays:
            self.legs_left[relay.name] = self._gone(relay, time.monotonic() + 3)

    def _dial(self, dialled):
        self.caller.start(2 * ANSWER + self._length() + STALL + END, dialled)

    def _hang_up(self, deadline):
        self.caller.press(self.caller.call_id)
        self.caller.finish(deadline)

    def _seen(self, phone, what):
        """The first of the SIP messages at @phone that are @what."""
        capture = self.captures[phone.end.node]
        capture.drain()
        return next((m for m in measure.sip(capture.packets) if what(m)), None)

    def _connect(self):
        """The callee speaks when both are connected: what is said into a line that is not
        through yet is lost with any telephone."""
        phones = self.caller.process, self.callee.process
        deadline = time.monotonic() + ANSWER
        process.until(lambda: self._seen(self.caller, measure.Message.is_answer),
                      deadline, "the callee's telephone to answer", *phones)
        process.until(lambda: self._seen(self.callee, measure.Message.is_ack),
                      deadline, "the answer's acknowledgement", *phones)
        self.say("the callee has answered; both speak")
        self.callee.press(self._seen(self.callee, measure.Message.is_invite).call_id)

    def _listen(self):
        """Until both have heard all (true), or nothing more comes."""
        expect = {self.caller.end.node: self.callee.packets, self.callee.end.node: self.caller.packets}
        frames = {self.caller.end.node: self.callee.frames, self.callee.end.node: self.caller.frames}
        heard, read = dict.fromkeys(expect, 0), dict.fromkeys(expect, 0)
        limit, told = time.monotonic() + ANSWER, 0
        while heard != expect and time.monotonic() < limit:
            for node, capture in ((node, self.captures[node]) for node in expect):
                capture.drain()
                more = capture.packets[read[node]:]
                new = sum(not p.out and self._says(p, frames[node]) for p in more)
                read[node] += len(more)
                heard[node] += new
                if new:
                    limit = time.monotonic() + STALL
            if any(heard.values()) and time.monotonic() - told > 2:
                told = time.monotonic()
                self.say("; ".join(f"the {n} has heard {heard[n]} packets of {expect[n]}" for n in heard))
            for phone in self.caller, self.callee:
                phone.process.check()
            time.sleep(0.1)
        return heard == expect

    @staticmethod
    def _says(packet, frames):
        t = packet.transport()
        return bool(t) and t[5][:1] == b"\x80" and t[5][12:] in frames

    @staticmethod
    def _state(relay, legs):
        """What the daemon knows in mid-call: on its tmpfs, by its socket, in its memory."""
        files = []
        for top, _, names in os.walk(f"{relay.dir}/state"):
            for name in names:
                with open(os.path.join(top, name), "rb") as f:
                    files.append(f.read())
        answers = f"{legs}\n{relay.ask('call')}\n{relay.ask('circuit')}"
        return {"state": b"\n".join(files) + answers.encode(), "memory": relay.memory(), "book": relay.stored()}

    @staticmethod
    def _gone(relay, deadline):
        while (left := relay.legs()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return len(left)

    def _drain(self):
        """A leg that stands has noise all the time, and a capture has room for some seconds of it."""
        while not self.closing.wait(0.5):
            for capture in self.captures.values():
                capture.drain()

    def close(self):
        self.closing.set()
        self.drainer.join()
        for capture in self.captures.values():
            capture.close()
        if self.internet:
            self.internet.close()
