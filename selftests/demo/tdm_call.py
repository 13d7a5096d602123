# SPDX-License-Identifier: GPL-2.0
"""A call that begins at a rotary telephone and ends at a PRI: what is other than with SIP."""
import select
import time

import process
import speech
import tapped
from call import ANSWER, STALL, Call
from carriers import Proxy
from exchange import Exchange
from telephones import Isdn, Rotary
from topology import AREA, SIP

AFTER = 2 * speech.RATE     # octets that are listened to behind what takes the longer to say


class TdmCall(Call):
    seen = tapped

    def __init__(self, topology, wires, work, build, *how):
        self.wires, self.phone = wires, f"{build}/pri_phone"
        super().__init__(topology, work, build, *how)

    def _carrier(self, carrier):
        if carrier.kind == SIP:
            return Proxy(self.topology, carrier, self.work)
        return Exchange(carrier, self.wires, self.work, self.phone)

    def _phones(self, seconds):
        return (Rotary(self.topology, self.wires, self.work, speech.CALLER, seconds),
                Isdn(self.topology, self.wires, self.work, speech.CALLEE, seconds, self.phone))

    def _dial(self, dialled):
        self.times["lifts"] = time.monotonic()
        self.caller.lift()
        digits = dialled.removeprefix(AREA)
        self.say(f"dial tone is heard; {digits} is dialled by pulses")
        self.caller.dial(digits)

    def _connect(self):
        deadline = time.monotonic() + ANSWER
        self.callee.rings(deadline)
        if not self.caller.hears_ringing():
            raise process.Failed("it rings at the callee, and the caller does not hear it")
        self.times["rings"] = self.times["answers"] = time.monotonic()
        self.callee.answer()
        process.until(lambda: all([c["state"] for c in r.ask("call")] == ["answered"] for r in self.relays), deadline,
                      "all relays to know of the answer", *(r.process for r in self.relays))
        self.times["answered"] = time.monotonic()
        self.say("the callee has answered; both speak")

    def _listen(self):
        """For as many octets as both say and some more: a channel's time is told by its octets."""
        phones, want = (self.caller, self.callee), max(len(p.said) for p in (self.caller, self.callee)) + AFTER
        limit, told = time.monotonic() + STALL, 0
        for phone in phones:
            phone.listen()
        while any(len(p.heard) < want for p in phones) and time.monotonic() < limit:
            before = [len(p.heard) for p in phones]
            for phone in phones:
                phone.pump()
            if [len(p.heard) for p in phones] != before:
                limit = time.monotonic() + STALL
            if time.monotonic() - told > 2:
                told = time.monotonic()
                self.say(f"{min(p.sent for p in phones)} octets are said, {min(before)} heard, silence and speech")
            select.select([p.channel.fd for p in phones], [], [], 0.1)
        return all(len(p.heard) >= want for p in phones)

    def _hang_up(self, _):
        self.caller.hang_up()

    def close(self):
        super().close()
        self.caller.close()
        self.callee.close()
        for one in self.proxies:
            if isinstance(one, Exchange):
                one.stop()
