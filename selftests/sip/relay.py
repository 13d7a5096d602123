# SPDX-License-Identifier: GPL-2.0
"""
phonion-ctld in a network namespace of its own, with a carrier on each side.

Where phonion.ko is loaded the daemon is the real one. Elsewhere its signalling
can be tested all the same: the same objects are linked with a data plane that
forwards nothing and writes down what it was told (fake_dataplane.c).
"""
import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "selftests/lib")]
import netns  # noqa: E402
import tap  # noqa: E402

REAL = os.path.exists("/sys/module/phonion")
A, B = ("127.0.0.3", 5060), ("127.0.0.5", 5060)          # the carriers
RELAY_A, RELAY_B = ("127.0.0.2", 5060), ("127.0.0.4", 5060)

CONF = """
control_socket = "{dir}/ctld.sock";
state_dir = "{dir}/state";
firewall = {firewall};
ring_timeout = {ring};
trunks = (
  {{ name = "a"; transport = "{tcp_a}"; local = "127.0.0.2:5060"; peer = "127.0.0.3:5060";
    media = "127.0.0.2"; codecs = ( "pcmu", "pcma" ); max_calls = 50; }},
  {{ name = "b"; transport = "{tcp_b}"; local = "127.0.0.4:5060"; peer = "127.0.0.5:5060";
    media = "127.0.0.4"; number = "100"; max_calls = 50; }}
);
circuits = (
  {{ name = "c1"; in = "a"; ingress = "12345"; out = "b"; next = "67890"; }},
  {{ name = "back"; in = "b"; ingress = "54321"; out = "a"; next = "9876"; }},
  {{ name = "one"; in = "a"; ingress = "1110"; out = "b"; next = "2220"; max_calls = 1; }},
  {{ name = "past"; in = "a"; ingress = "3330"; out = "b"; next = "4440";
    not_before = "2020-01-01T00:00:00Z"; not_after = "2020-01-02T00:00:00Z"; }},
  {{ name = "future"; in = "a"; ingress = "5550"; out = "b"; next = "6660";
    not_before = "2099-01-01T00:00:00Z"; not_after = "2099-01-02T00:00:00Z"; }}
);
"""


def build():
    """The daemon to test, and what it runs with."""
    if REAL:
        return os.path.join(TOP, "build/asan/phonion-ctld")
    out = os.path.join(TOP, "build/asan/phonion-ctld-fake")
    flags = subprocess.run(["pkg-config", "--libs", "liburing", "libmnl", "libnftnl", "libosip2",
                            "jansson", "libconfig", "openssl", "sqlite3", "libcurl"], check=True, text=True,
                           capture_output=True).stdout.split()
    openr2 = os.environ.get("OPENR2") or os.path.join(TOP, "build/kernel/openr2")
    there = {"-lpri": "/usr/include/libpri.h", "-lopenr2": f"{openr2}/include/openr2.h"}
    optional = [library for library, header in there.items() if os.path.exists(header)]
    subprocess.run(["gcc", "-std=gnu11", "-g", "-O1", "-fsanitize=address,undefined",
                    "-fno-sanitize-recover=all", "-D_GNU_SOURCE=", "-I", "ctld", "-I", ".",
                    "-I", "kmod/include/uapi", "-o", out, "ctld/main.c",
                    "selftests/sip/fake_dataplane.c", "build/asan/libphonion.a", *flags, f"-L{openr2}/lib", *optional, "-lm"],
                   cwd=TOP, check=True)
    return out


class Relay:
    def __init__(self, **conf):
        self.dir = tempfile.mkdtemp(prefix="phonion-sip-", dir="/dev/shm")
        atexit.register(shutil.rmtree, self.dir, ignore_errors=True)
        self.log_path = f"{self.dir}/log"
        self.dp_path = f"{self.dir}/dp.log"
        self.program = os.environ.get("PHONION_CTLD") or build()
        self.process = None
        self.manager = None     # who starts it, as systemd would
        self.options = ["-v"]
        self.configure(**conf)

    def configure(self, tcp_a=False, tcp_b=False, ring=60, extra="", conf=CONF, **more):
        with open(f"{self.dir}/conf", "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(conf.format(dir=self.dir, tcp_a="tcp" if tcp_a else "udp", ring=ring,
                                tcp_b="tcp" if tcp_b else "udp",
                                firewall="true" if REAL else "false", **more) + extra)

    def start(self, leak=None):
        """@leak: a library to load that loses memory, which the sanitizers must find."""
        env = dict(os.environ, PHONION_FAKE_LEGS=f"{self.dir}/legs",
                   PHONION_FAKE_LOG=self.dp_path, PHONION_FAKE_EVENTS=f"{self.dir}/events",
                   ASAN_OPTIONS="detect_leaks=1:abort_on_error=0")
        if leak:
            env.update(LD_PRELOAD=leak, ASAN_OPTIONS=env["ASAN_OPTIONS"] + ":verify_asan_link_order=0")
        command, passed = [self.program, *self.options, "-c", f"{self.dir}/conf"], ()
        if self.manager:
            command, passed = self.manager.starts(command, env)
        with open(self.log_path, "ab") as log:
            mark = log.seek(0, os.SEEK_END)
            self.process = subprocess.Popen(command, stderr=log, stdout=log, env=env, pass_fds=passed)
        if not tap.until(lambda: b"ready" in self.log()[mark:] or self.process.poll() is not None, 60) \
                or self.process.poll() is not None:
            raise RuntimeError("the daemon did not start:\n" + self.log().decode())

    def log(self):
        with open(self.log_path, "rb") as f:
            return f.read()

    def state(self):
        return set(os.listdir(f"{self.dir}/state"))

    def dp(self):
        """Lines of the fake data plane's log."""
        if not os.path.exists(self.dp_path):
            return []
        with open(self.dp_path) as f:
            return f.read().splitlines()

    def fake(self, what, local, *more):
        """Something comes from the network to the leg with this @local address, or is done there."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.sendto(" ".join((what, "%s:%d" % local, *map(str, more))).encode(), f"{self.dir}/events")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Exit status of an orderly end; leaks make it one of ASan's."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def alive(self):
        return self.process.poll() is None

    def ask(self, cmd, **args):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(30)
            s.connect(f"{self.dir}/ctld.sock")
            s.sendall(json.dumps({"cmd": cmd, **args}).encode() + b"\n")
            return json.loads(s.makefile().readline())

    def legs(self):
        """How many legs the data plane has now."""
        if not REAL:
            return sum({"new": 1, "del": -1}.get(line.split()[0], 0) for line in self.dp())
        out = subprocess.run([os.path.join(TOP, "build/phonionctl"), "-j", "leg"], check=True,
                             capture_output=True, text=True).stdout
        return out.count('"cookie"')

    def calls(self):
        return self.ask("call.list")["result"]

    def ended(self, cause):
        return self.ask("status")["result"]["ended"][cause]

    def idle(self):
        return tap.until(lambda: not self.calls(), 30)


def namespace():
    """Enter a fresh namespace with only a loopback; it goes with the process."""
    name = f"phsip{os.getpid()}"
    ns = netns.Netns(name)
    ns.ip("link set lo up")
    netns._call("setns", ns.fd, netns.CLONE_NEWNET)
    return ns


def wait(seconds):
    time.sleep(seconds)
