# SPDX-License-Identifier: GPL-2.0
"""The two telephones: sipp, which speaks what is in a file."""
import os
import random
import socket

import process
import speech
from topology import SIP_PORT, host

HERE = os.path.dirname(os.path.realpath(__file__))


class Phone:
    def __init__(self, topology, end, carrier, work, clip, seconds):
        self.end, self.carrier, self.ns = end, carrier, topology.ns[end.node]
        self.dir = os.path.join(work, end.node)
        os.makedirs(self.dir)
        self.log = os.path.join(self.dir, "sipp.log")
        self.said = speech.make(clip, os.path.join(self.dir, "speech.ulaw"), seconds)
        # Stands in all that the phone itself makes up, so that a trace of it is found.
        self.token = f"{random.getrandbits(48):012x}"
        self.call_id = f"{self.token}@{end.address}"    # of the call that it makes
        self.process = None

    @property
    def packets(self):
        return len(self.said) // speech.FRAME

    @property
    def frames(self):
        """What its packets say, in any order."""
        return {self.said[i:i + speech.FRAME] for i in range(0, len(self.said), speech.FRAME)}

    def start(self, limit, dialled=""):
        argv = ["sipp", "-sf", f"{HERE}/{self.end.node}.xml", "-i", self.end.address, "-p", str(SIP_PORT),
                "-mi", self.end.address, "-m", "1", "-l", "1", "-nostdin", "-skip_rlimit", "-rtcheck", "loose",
                "-timeout", f"{limit:.0f}s", "-timeout_error", "-trace_err", "-error_file", "errors.log",
                "-key", "name", self.end.name, "-key", "number", self.end.number,
                "-key", "token", self.token]
        if dialled:
            argv += ["-key", "dialled", dialled, "-cid_str", self.call_id,
                     f"{host(self.carrier.sip)}:{SIP_PORT}"]
        self.process = process.start(self.ns, argv, self.log, self.dir)

    def wait(self, deadline):
        process.udp_ready(self.process, SIP_PORT, deadline)

    def press(self, call_id):
        """The callee's button starts its speech, the caller's hangs up: a request that the
        telephone gets from itself, on its loopback device."""
        at = self.end.address
        text = (f"INFO sip:{self.end.number}@{at} SIP/2.0\r\nVia: SIP/2.0/UDP {at}:9;branch=z9hG4bKbutton\r\n"
                f"From: <sip:button@{at}>;tag=button\r\nTo: <sip:{at}>\r\nCall-ID: {call_id}\r\n"
                "CSeq: 1 INFO\r\nContent-Length: 0\r\n\r\n")
        with self.ns.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(text.encode(), (at, SIP_PORT))

    def finish(self, deadline):
        if self.process.wait(deadline):
            errors = os.path.join(self.dir, "errors.log")
            why = process.tail(errors) if os.path.exists(errors) else process.tail(self.log)
            raise process.Failed(f"the {self.end.node}'s telephone reports a failed call:\n{why}")
