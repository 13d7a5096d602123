# SPDX-License-Identifier: GPL-2.0
"""Telephones without IP: one with a rotary dial on a line, and one on a PRI. What is said on a
channel is octets, and what is heard is octets without an end, of which speech is some.
"""
import os

import process
import speech
from pri import Span
from telephone import DIAL_TONE, Line
from wires import SLOTS

MINUS_ZERO, ZERO = b"\x7f", b"\xff"     # one sound, but a line's channel has only one octet for it


class Telephone:
    token = ""          # it makes up no word

    def __init__(self, end, work, clip, seconds):
        self.end, self.dir = end, os.path.join(work, end.node)
        os.makedirs(self.dir)
        self.said = speech.make(clip, os.path.join(self.dir, "speech.ulaw"), seconds).replace(MINUS_ZERO, ZERO)
        self.channel, self.sent, self.heard = None, 0, bytearray()

    def listen(self):
        """From now on."""
        self.channel.flush()
        self.sent, self.heard = 0, bytearray()

    def pump(self):
        """Say as much as there is room for, and hear what has come."""
        if self.sent < len(self.said):
            self.sent += self.channel.write(self.said[self.sent:self.sent + self.channel.size])
        self.heard += self.channel.read()

    def close(self):
        if self.channel:
            self.channel.close()
            self.channel = None


class Rotary(Telephone):
    def __init__(self, topology, wires, work, clip, seconds):
        super().__init__(topology.caller, work, clip, seconds)
        self.number = wires.telephone

    def lift(self):
        self.channel = Line(self.number)
        self.channel.off_hook()
        if not self.channel.hears_tone(DIAL_TONE):
            raise process.Failed("the caller lifts the receiver and hears no dial tone")

    def dial(self, digits):
        if not self.channel.pulse(digits):
            raise process.Failed("the caller's dial does not come to an end")

    def hears_ringing(self):
        return self.channel.hears_tone(DIAL_TONE)

    def hang_up(self):
        self.channel.on_hook()


class Isdn(Telephone):
    def __init__(self, topology, wires, work, clip, seconds, program):
        super().__init__(topology.callee, work, clip, seconds)
        self.pair, self.program = wires.span(topology.carriers[-1].node, topology.callee.node), program
        self.span = self.call = self.slot = None

    def start(self, _):
        self.span = Span(self.pair.near, SLOTS, "cpe", "t1", "ni2", program=self.program)

    def wait(self, deadline):
        self.span.up(process.left(deadline))

    def rings(self, deadline):
        self.call, number, _, self.slot = self.span.expect("incoming", limit=process.left(deadline))
        if number != self.end.number:
            raise process.Failed("the callee is called by another number than hers")
        self.span.say("alert", self.call)

    def answer(self):
        self.channel = self.span.channel(self.slot)
        self.span.say("answer", self.call)

    def finish(self, deadline):
        self.span.expect("ended", self.call, process.left(deadline))

    def close(self):
        super().close()
        if self.span:
            self.span.stop()
