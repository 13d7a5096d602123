# SPDX-License-Identifier: GPL-2.0
"""An ISDN carrier: an exchange with a T1 to each of its two customers, who call each other. What it
is told it tells on, calling number too; DAHDI connects the two channels; and it writes a CDR in the
columns of the others'. All frames of its D channels are kept, as a tap on its wires would have them.
"""
import os
import threading
import time
from dataclasses import dataclass

import dahdi
import process
import q931
from carriers import CDR_TABLE, CDR_FORM, Records
from pri import Span
from wires import SLOTS

NO_SUCH_NUMBER = 1      # Q.850


class Tapped(Span):
    def __init__(self, program, pair, customer):
        self.customer, self.frames = customer, []
        super().__init__(pair.far, SLOTS, "net", "t1", "ni2", "frames", program=program)

    def _read(self, told):
        for line in told:
            words = line.split()
            if words[0] == "frame":
                self.frames.append(bytes.fromhex(words[2]))
            else:
                self.events.put(words)
        self.events.put(None)

    def caller(self):
        """Who calls, as the last SETUP has it; else whose wire it is."""
        setups = [m for m in map(q931.message, self.frames) if m and m.kind == q931.SETUP]
        return setups[-1].elements.get(q931.CALLING) or self.customer.number


@dataclass
class Half:
    """One customer's side of a call."""
    span: Tapped
    call: str
    number: str
    slot: str = "-"
    channel: dahdi.Channel = None

    def record(self):
        return self.number, self.span.customer.name, f"{self.span.customer.node}/{self.slot}"


class Exchange(Records):
    def __init__(self, carrier, wires, work, program):
        super().__init__(carrier, work, "exchange.log")
        self.wires, self.program = wires, program
        self.spans, self.calls, self.lock, self.made = [], {}, threading.Lock(), 0

    def start(self):
        for c in self.carrier.customers:
            self.spans.append(Tapped(self.program, self.wires.span(self.carrier.node, c.node), c))

    def wait(self, deadline):
        for span in self.spans:
            span.up(process.left(deadline))
            threading.Thread(target=self._serve, args=(span,), daemon=True).start()

    def _serve(self, span):
        for event in iter(span.events.get, None):
            with self.lock:
                if event[0] == "incoming":
                    self._incoming(span, *event[1:])
                elif (span, event[1]) in self.calls:
                    getattr(self, f"_{event[0]}", lambda *_: None)(*self.calls[span, event[1]], *event[2:])

    def _incoming(self, span, call, number, _, slot):
        there = next((s for s in self.spans if s.customer.number == number and s is not span), None)
        if not there:
            span.say("hang", call, NO_SUCH_NUMBER)
            return
        self.made += 1
        calling = Half(span, call, span.caller(), slot)
        called = Half(there, str(self.made), number)
        self.calls[span, call] = calling, called, {}
        self.calls[there, called.call] = called, calling, self.calls[span, call][2]
        there.say("dial", called.call, number, "from", calling.number)

    def _alerting(self, called, calling, _, slot, *__):
        called.slot = slot
        calling.span.say("alert", calling.call)

    def _answered(self, called, calling, times, slot):
        called.slot = slot
        for half in called, calling:
            half.channel = half.span.channel(half.slot, audio=True)
        dahdi.cross_connect(called.channel, calling.channel)
        calling.span.say("answer", calling.call)
        times["start"], times["calling"], times["called"] = time.time(), calling, called
        with open(self.log, "a") as f:
            f.write("call from {} ({}, {}) to {} ({}, {})\n".format(*calling.record(), *called.record()))

    def _ended(self, half, other, times, cause):
        for one in half, other:
            self.calls.pop((one.span, one.call))
            if one.channel:
                one.channel.close()
        other.span.say("hang", other.call, cause)
        if times:
            end = time.time()
            self.write(CDR_FORM.format(times["start"], end, end - times["start"],
                                       *times["calling"].record(), *times["called"].record()))

    def write(self, record):
        with open(os.path.join(self.dir, f"{CDR_TABLE}_1.log"), "a") as f:
            f.write(record + "\n")

    def frames(self, node=None):
        """Of all its wires, or of the one to @node."""
        return [frame for span in self.spans if node in (None, span.customer.node) for frame in span.frames]

    def check(self):
        for span in self.spans:
            if span.process.poll() is not None:
                raise process.Failed(f"an ISDN span of {self.carrier.node} ended")

    def stop(self):
        """Its frames are kept as they are shown by `text2pcap`, for who wants to look."""
        for span in self.spans:
            span.stop()
            with open(os.path.join(self.dir, f"{span.customer.node}.frames"), "w") as f:
                f.writelines(f"0000 {frame.hex(' ')}\n" for frame in span.frames)
