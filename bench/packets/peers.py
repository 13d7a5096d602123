# SPDX-License-Identifier: GPL-2.0
"""Relays in userspace, and rtpengine: processes in the relay's namespace."""
import contextlib
import itertools
import os
import re
import socket
import subprocess

from bed import TREE
import tap

NG_PORT = 2223
START = 3000            # seconds to start in: this guest's clock leaps while it waits for a disk
PORT = 20000            # rtpengine has no other to choose

cookies = itertools.count()     # it answers an old one as it did before


@contextlib.contextmanager
def running(bed, *argv):
    """@argv in the relay's namespace. The generator gives way to it, after each burst."""
    with bed.relay:
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    bed.polite = True
    try:
        yield process
        tap.ok(process.poll() is None, f"{os.path.basename(argv[0])}: still runs")
    finally:
        process.kill()
        if rest := process.communicate()[1]:
            tap.note(rest.decode(errors="replace")[-2000:])


def listens(bed, flow, ends):
    with bed.relay, open("/proc/net/udp") as f:
        return f.read().count(f":{flow.port:04X} ") >= ends


@contextlib.contextmanager
def dataplane(bed, flows):
    """bench/dataplane, once the sockets of the last flow are there: at each leg one that anybody
    can send to, and one that is connected."""
    first, last = flows[0], flows[-1]
    with running(bed, f"{TREE}/build/bench/dataplane", first.relay_in, first.caller, first.relay_out, first.callee,
                 str(first.port), str(len(flows))):
        if not tap.until(lambda: listens(bed, last, 6), START, pause=1):
            raise RuntimeError("bench/dataplane does not listen")
        yield


@contextlib.contextmanager
def relay(bed, way, flow):
    """bench/relay, once it listens."""
    with running(bed, f"{TREE}/build/bench/relay", way, flow.relay_in, flow.relay_out, flow.callee, str(flow.port)):
        if not tap.until(lambda: listens(bed, flow, 2), START, pause=1):
            raise RuntimeError("bench/relay does not listen")
        yield


def bencode(value):
    if isinstance(value, dict):
        return b"d" + b"".join(bencode(k) + bencode(v) for k, v in sorted(value.items())) + b"e"
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    text = value.encode()
    return b"%d:%s" % (len(text), text)


def ng(bed, **request):
    """Ask the daemon; the SDP that it answers with. It may still be starting."""
    with bed.relay.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.connect(("127.0.0.1", NG_PORT))

        message = b"%d " % next(cookies) + bencode(request)

        def ask():
            try:
                s.send(message)
                return s.recv(65536)
            except (ConnectionRefusedError, TimeoutError):
                return None
        answer = tap.until(ask, START, pause=1) or b"no answer"
    if not (sdp := re.search(rb"3:sdp(\d+):", answer)):
        raise RuntimeError(f"rtpengine: {answer!r}")
    return answer[sdp.end():sdp.end() + int(sdp[1])].decode()


def sdp(address, port):
    return (f"v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n")


def call(bed, flow):
    """A call between the ends of @flow; it must be where the packets of @flow go."""
    who = {"call-id": "bench", "from-tag": "a"}
    offered = ng(bed, command="offer", sdp=sdp(flow.caller, flow.port), direction=["a", "b"], ICE="remove", **who)
    answered = ng(bed, command="answer", sdp=sdp(flow.callee, flow.port), ICE="remove", **{"to-tag": "b"}, **who)
    for got, address in (offered, flow.relay_out), (answered, flow.relay_in):
        tap.ok(f"IN IP4 {address}\r\n" in got and f"m=audio {flow.port} " in got, f"rtpengine: receives at {address}", got)


def rtpengine(bed, flow, table):
    return running(bed, "rtpengine", "--foreground", "--log-stderr", "--log-level=3", f"--table={table}",
                   *(["--no-fallback"] if table >= 0 else []), f"--listen-ng=127.0.0.1:{NG_PORT}",
                   f"--interface=a/{flow.relay_in}", f"--interface=b/{flow.relay_out}", "--num-threads=1",
                   f"--port-min={PORT}", f"--port-max={PORT + 1}", "--endpoint-learning=immediate")


def kernel_packets():
    """How many packets rtpengine's module has forwarded by itself."""
    with open("/proc/rtpengine/0/list") as f:
        return sum(int(n) for n in re.findall(r"^    stats:.* (\d+) packets", f.read(), re.M))
