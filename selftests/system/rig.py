# SPDX-License-Identifier: GPL-2.0
"""
The whole relay: the real daemon (with sanitizers) and the real module between a
caller and a callee, each in a network namespace, and a stranger on the caller's
link. A test moves both SIP sides message by message and talks RTP on both.
"""
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "selftests", d) for d in ("sip", "lib")]
sys.dont_write_bytecode = True
import relay  # noqa: E402
import ua  # noqa: E402
import wire  # noqa: E402
from netns import Netns  # noqa: E402
from tap import until  # noqa: E402

# What a test's arguments may be: signalling over TCP, everything over IPv6, and the daemon
# forwarding by itself, where there is no module.
TCP, V6, IO_URING = (word in sys.argv[1:] for word in ("tcp", "ipv6", "io_uring"))
sys.argv = [word for word in sys.argv if word not in ("tcp", "ipv6", "io_uring")]
if IO_URING:
    os.environ["PHONION_CTLD"] = f"{TOP}/build/asan/phonion-ctld"
CALLER, STRANGER, RELAY_A, CALLEE, RELAY_B = (
    ("fd01::2", "fd01::3", "fd01::1", "fd02::2", "fd02::1") if V6 else
    ("10.1.0.2", "10.1.0.3", "10.1.0.1", "10.2.0.2", "10.2.0.1"))
IP, PREFIX, NOBODY = ("IP6", "64 nodad", "::") if V6 else ("IP4", "24", "0.0.0.0")
INGRESS, NEXT = "15550123", "442079460000"
PORTS = 20000, 20099
PTIME = 0.02
MTU = 9000 # so that no message is in pieces, and a search of frames finds all

CONF = """
control_socket = "{dir}/ctld.sock";
state_dir = "{dir}/state";
rtp_ports = "20000-20099";
lease = {lease};
ring_timeout = {ring};
media_timeout = {media_timeout};
trunks = (
  {{ name = "a"; transport = "{proto}"; local = "{a[0]}"; peer = "{a[1]}"; }},
  {{ name = "b"; transport = "{proto}"; local = "{b[0]}"; peer = "{b[1]}"; }}
);
circuits = (
  {{ name = "c1"; in = "a"; ingress = "15550123"; out = "b"; next = "442079460000"; max_calls = 20; }},
  {{ name = "back"; in = "b"; ingress = "15550124"; out = "a"; next = "442079460001"; max_calls = 20; }}
);
"""


def ends(*hosts):
    return [f"{ua.uri_host(host)}:5060" for host in hosts]


class Daemon(relay.Relay):
    """phonion-ctld in the relay's namespace."""
    def __init__(self, ns, **conf):
        self.ns = ns
        super().__init__(**conf)

    def configure(self, lease=60, ring=60, media_timeout=60, extra=""):
        with open(f"{self.dir}/conf", "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(CONF.format(dir=self.dir, lease=lease, ring=ring, media_timeout=media_timeout,
                                proto="tcp" if TCP else "udp", a=ends(RELAY_A, CALLER),
                                b=ends(RELAY_B, CALLEE)) + extra)

    def start(self):
        with self.ns:
            super().start()

    def ctl(self, *args):
        """What phonionctl prints."""
        return self.ns.run(f"{TOP}/build/phonionctl", "-s", f"{self.dir}/ctld.sock", *args,
                           capture_output=True, text=True).stdout

    def refused(self, *args):
        """What phonionctl says to what it will not do."""
        with self.ns:
            return subprocess.run([f"{TOP}/build/phonionctl", "-s", f"{self.dir}/ctld.sock", *args],
                                  capture_output=True, text=True, check=False)

    def legs(self):
        return self.ctl("-j", "leg").count('"cookie"')

    def bridges(self):
        return self.ctl("-j", "bridge").count('"leg_a"')

    def nft(self, *args):
        return self.ns.run("nft", *args, capture_output=True, text=True).stdout

    def counted(self, counter):
        """The sum of this counter over all legs."""
        return sum(leg["stats"][counter] for leg in json.loads(self.ctl("-j", "leg")))

    def open_ports(self):
        """The media ports that the packet filter lets through."""
        return sorted(int(p) for p in re.findall(r" \. (\d+)", self.nft("list", "set", "inet",
                                                                         "phonion", f"media{6 if V6 else 4}")))

    def free_ports(self):
        """Whether every media port can be bound by others, on both addresses."""
        for addr in RELAY_A, RELAY_B:
            for port in range(PORTS[0], PORTS[1] + 1):
                with self.ns.socket(ua.family(addr), socket.SOCK_DGRAM) as s:
                    try:
                        s.bind((addr, port))
                    except OSError:
                        return False
        return True

    def clean(self):
        """What is left of calls, in words; "" if nothing. Waits a little for it to go."""
        def left():
            found = {"calls": self.calls(), "legs": self.legs(), "bridges": self.bridges(),
                     "open ports": self.open_ports(), "taken ports": not self.free_ports(),
                     "state": [f for f in os.listdir(f"{self.dir}/state") if f != "instance"]}
            return {k: v for k, v in found.items() if v}
        return until(lambda: not left(), 5, 0.1) and "" or str(left() or "")

    def content(self):
        """Whether the sanitizers had nothing to say."""
        return b"ERROR: " not in self.log() and b"runtime error" not in self.log()


class Peer(ua.Peer):
    """Writes @mark, as long as it, for "marker" in all that it sends, so that a find tells whose it is."""
    def __init__(self, ns, addr, relay_addr, mark="marker", tcp=False):
        self.ns, self.mark = ns, mark
        with ns:
            super().__init__((addr, 5060), (relay_addr, 5060), tcp)

    def send(self, text):
        raw = text if isinstance(text, bytes) else text.encode()
        with self.ns:
            super().send(raw.replace(b"marker", self.mark.encode()))

    def drain(self):
        while self.recv(0.02):
            pass


class Media:
    """One side's RTP: a socket, a stream of numbered packets out, and all that came in."""
    def __init__(self, ns, addr, port=0):
        self.sock = ns.socket(ua.family(addr), socket.SOCK_DGRAM)
        self.sock.bind((addr, port))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.addr, self.port = self.sock.getsockname()[:2]
        self.sock.setblocking(False)
        self.to, self.pt = None, 0
        self.seq, self.sent, self.got = 1000, [], []

    def send(self, payload=None, pt=None, marker=False):
        payload = os.urandom(160) if payload is None else payload
        self.sock.sendto(wire.rtp(payload, self.seq, self.seq * 160, pt=self.pt if pt is None else pt,
                                  marker=marker), self.to)
        self.seq += 1
        self.sent.append(payload)

    def collect(self):
        while True:
            try:
                self.got.append(self.sock.recv(2048))
            except BlockingIOError:
                return self.payloads()

    def payloads(self):
        return [p[12:] for p in self.got]

    def forget(self):
        self.collect()
        self.sent, self.got = [], []

    def close(self):
        self.sock.close()


class Rig:
    def __init__(self, **conf):
        self.caller_ns, self.relay_ns, self.callee_ns, self.stranger_ns = \
            (Netns(n) for n in ("caller", "relay", "callee", "stranger"))
        wired = f"mtu {MTU} up"
        self.caller_ns.ip("link set lo up", "link add br0 type bridge")
        self.relay_ns.ip("link set lo up",
                         f"link add ra mtu {MTU} type veth peer name relay mtu {MTU} netns caller",
                         f"link add rb mtu {MTU} type veth peer name eth0 mtu {MTU} netns callee",
                         f"addr add {RELAY_A}/{PREFIX} dev ra", f"addr add {RELAY_B}/{PREFIX} dev rb",
                         "link set ra up", "link set rb up")
        self.stranger_ns.ip(f"link add eth0 mtu {MTU} type veth peer name stranger mtu {MTU} netns caller",
                            f"addr add {STRANGER}/{PREFIX} dev eth0", "link set eth0 up")
        self.caller_ns.ip("link set relay master br0 up", "link set stranger master br0 up",
                          f"link set br0 {wired}", f"addr add {CALLER}/{PREFIX} dev br0")
        self.callee_ns.ip(f"addr add {CALLEE}/{PREFIX} dev eth0", "link set eth0 up", "link set lo up")
        self.daemon = Daemon(self.relay_ns, **conf)
        self.daemon.start()
        self.a = Peer(self.caller_ns, CALLER, RELAY_A, "qzfrom", TCP)
        self.b = Peer(self.callee_ns, CALLEE, RELAY_B, "qztoto", TCP)

    def sniff(self):
        """Captures at the caller's and the callee's end of the relay's links."""
        with self.caller_ns:
            first = wire.Tap("relay")
        with self.callee_ns:
            return first, wire.Tap("eth0")

    def call(self, **how):
        return Call(self, **how)

    def end(self):
        """Orderly end of the daemon; its status, which leaks make not 0."""
        for peer in self.a, self.b:
            peer.close()
        return self.daemon.stop()

    def delete(self):
        if self.daemon.alive():
            self.daemon.kill()
        for ns in self.caller_ns, self.relay_ns, self.callee_ns, self.stranger_ns:
            ns.delete()


class Call:
    """One call, from INVITE as far as the test takes it."""
    def __init__(self, rig, number=INGRESS, offer=None, formats="0 101", **headers):
        self.rig, self.a, self.b = rig, rig.a, rig.b
        self.a.drain(), self.b.drain()
        self.ma = Media(rig.caller_ns, CALLER)
        self.mb = Media(rig.callee_ns, CALLEE)
        self.caller = ua.Dialog(self.a, number)
        self.offer = ua.sdp(CALLER, self.ma.port, formats) if offer is None else offer
        self.n = self.caller.send("INVITE", self.offer, **headers)
        self.invite_text = self.caller.last
        self.a.expect(100)
        self.callee = ua.Dialog.answering(self.b, self.b.expect("INVITE"))
        self.invite = self.callee.request
        self.point(self.mb, self.invite, RELAY_B)

    @staticmethod
    def point(media, msg, addr):
        """Send where this description says."""
        if (port := msg.sdp(r"^m=audio (\d+)")):
            media.to = addr, int(port)

    def answer_sdp(self, **how):
        return ua.sdp(CALLEE, self.mb.port, **how)

    def answer(self, ack_body="", headers="", **how):
        self.callee.reply(200, self.answer_sdp(**how), headers=headers)
        self.b.expect("ACK")
        self.ok = self.a.expect(200)
        self.caller.learn(self.ok)
        self.point(self.ma, self.ok, RELAY_A)
        self.caller.send("ACK", ack_body, cseq=self.n, headers=headers)
        until(lambda: any(c["state"] == "answered" for c in self.rig.daemon.calls()))
        return self

    def talk(self, n=10, seconds=3.0):
        """@n packets each way at the pace of speech; whether each side heard them all as sent."""
        for m in self.ma, self.mb:
            m.forget()
        for _ in range(n):
            self.ma.send()
            self.mb.send()
            time.sleep(PTIME)
        return until(self.heard, seconds)

    def heard(self):
        self.ma.collect(), self.mb.collect()
        return self.ma.payloads() == self.mb.sent and self.mb.payloads() == self.ma.sent

    def bye(self, who=None):
        """@who ("caller" by default) hangs up; the other is told."""
        first, other = (self.callee, self.caller) if who == "callee" else (self.caller, self.callee)
        first.send("BYE")
        first.peer.expect(200)
        bye = other.peer.expect("BYE")
        other.reply(200, request=bye)
        self.close()
        return bye

    def reinvite(self, who, body, headers=""):
        """A re-INVITE by one side and its answer, acknowledged."""
        n = who.send("INVITE", body, headers=headers)
        msg = who.peer.expect(200)
        who.send("ACK", cseq=n)
        return msg

    def close(self):
        self.ma.close(), self.mb.close()


class Speech(threading.Thread):
    """50 packets a second each way on a call until told to stop."""
    def __init__(self, call):
        super().__init__(daemon=True)
        self.call, self.over = call, threading.Event()
        for m in call.ma, call.mb:
            m.forget()
        self.start()

    def run(self):
        due = time.monotonic()
        while not self.over.is_set():
            self.call.ma.send()
            self.call.mb.send()
            self.call.ma.collect(), self.call.mb.collect()
            due += PTIME
            time.sleep(max(0, due - time.monotonic()))

    def stop(self):
        self.over.set()
        self.join()
        return until(self.call.heard)
