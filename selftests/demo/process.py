# SPDX-License-Identifier: GPL-2.0
"""Programs in namespaces: started, waited for with a limit, and ended by pid."""
import os
import random
import signal
import socket
import subprocess
import time

_running = []


class Missing(Exception):
    """Something that the demo needs is not there, and the command that brings it."""
    def __init__(self, what, remedy):
        super().__init__(f"{what}. Run `{remedy}`, then try again.")


class Failed(Exception):
    """The demo cannot go on; the message says where to look."""


def tail(path, lines=8):
    with open(path, errors="replace") as f:
        return "".join(f.readlines()[-lines:])


class Process:
    def __init__(self, ns, argv, log, cwd=None):
        self.name, self.log = os.path.basename(argv[0]), log
        with ns, open(log, "ab") as out:
            # A session of its own, so that what it forks can be ended with it.
            self.popen = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                          cwd=cwd, start_new_session=True)
        self.pid = self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def check(self):
        if not self.alive():
            raise Failed(f"{self.name} ended with status {self.popen.returncode}; "
                         f"{self.log} ends with:\n{tail(self.log)}")

    def wait(self, deadline):
        try:
            return self.popen.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} does not end; {self.log} ends with:\n{tail(self.log)}") from None


def start(ns, argv, log, cwd=None):
    try:
        p = Process(ns, argv, log, cwd)
    except FileNotFoundError:
        raise Missing(f"there is no {argv[0]}",
                      "make" if os.sep in argv[0] else "selftests/setup") from None
    _running.append(p)
    return p


def memory(pid):
    """All that a process can write to, without pages of nothing."""
    zero, out = bytes(4096), []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            area, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(x, 16) for x in area.split("-"))
            try:
                mem.seek(start)
                data = mem.read(end - start)
            except OSError:     # not memory: the ring shared with the kernel
                continue
            out += [page for i in range(0, len(data), 4096) if (page := data[i:i + 4096]) != zero]
    return b"".join(out)


def stop_all(limit=3.0):
    """Orderly, and after @limit seconds not."""
    for number, wait in (signal.SIGTERM, limit), (signal.SIGKILL, 1.0):
        deadline = time.monotonic() + wait
        for p in _running:
            if p.alive():
                os.killpg(p.pid, number)
        for p in _running:
            try:
                p.popen.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
        _running[:] = [p for p in _running if p.alive()]


def left(deadline):
    """Seconds, for what would wait for ever if there were none."""
    return max(0.1, deadline - time.monotonic())


def until(condition, deadline, what, *watched, pause=0.02):
    """Poll until @condition() is true, and return it; the @watched must live on."""
    while not (got := condition()):
        for p in watched:
            p.check()
        if time.monotonic() > deadline:
            raise Failed(f"waited too long for {what}" +
                         "".join(f"; {p.log} ends with:\n{tail(p.log)}" for p in watched))
        time.sleep(pause)
    return got


def sip_ready(ns, address, port, deadline, watched):
    """Ask with OPTIONS until there is an answer of any kind."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    at = f"[{address}]" if ":" in address else address
    tag = f"{random.getrandbits(64):x}"
    with ns.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect((address, port))
        sock.settimeout(0.1)
        own = sock.getsockname()
        via = f"[{own[0]}]" if ":" in own[0] else own[0]
        request = (f"OPTIONS sip:{at}:{port} SIP/2.0\r\n"
                   f"Via: SIP/2.0/UDP {via}:{own[1]};branch=z9hG4bK{tag};rport\r\n"
                   f"From: <sip:ready@{via}>;tag={tag}\r\nTo: <sip:ready@{at}>\r\n"
                   f"Call-ID: {tag}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 1\r\n"
                   "Content-Length: 0\r\n\r\n").encode()

        def answers():
            try:
                sock.send(request)
                return sock.recv(4096)
            except OSError:         # not there yet: refused, or silence
                return None
        until(answers, deadline, f"an answer from {at}", watched)


def udp_ready(p, port, deadline):
    """Until @p, or another program of its namespace, has the UDP @port."""
    def bound():
        for table in "udp", "udp6":
            try:
                with open(f"/proc/{p.pid}/net/{table}") as f:
                    if any(line.split()[1].endswith(f":{port:04X}") for line in f):
                        return True
            except OSError:
                return False
        return False
    until(bound, deadline, f"{p.name} to have port {port}", p)
