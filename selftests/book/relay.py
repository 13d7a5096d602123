# SPDX-License-Identifier: GPL-2.0
"""A relay's book without its telephony (book_run.c)."""
import atexit
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
from hop import LIMIT, OWN, OWN2, SHARED, TOP, pin_of, tap  # noqa: E402

CONF = """
trunks = (
  {{ name = "a"; local = "127.0.0.1:5060"; peer = "127.0.0.1:5070"; carrier = "Carrier A"; region = "DE";
    prefixes = [ "+49" ]; ingresses = ( {{ number = "{own}"; }}, {{ number = "{own2}"; }},
                                        {{ number = "{shared}"; lanes = 5; }} ); }}
);
relay = {{ operator = "Example e.V."; key = "{dir}/key"; book = "{dir}/book"; price = 0; poll_interval = 1;
          brokers = ( {brokers} ); }};
"""


def build():
    out = os.path.join(TOP, "build/asan/book_run")
    flags = subprocess.run(["pkg-config", "--libs", "liburing", "jansson", "libconfig", "openssl", "sqlite3",
                            "libcurl"], check=True, text=True, capture_output=True).stdout.split()
    subprocess.run(["gcc", "-std=gnu11", "-g", "-O1", "-fsanitize=address,undefined",
                    "-fno-sanitize-recover=all", "-D_GNU_SOURCE=", "-I", "ctld", "-I", ".",
                    "-I", "kmod/include/uapi", "-o", out, "selftests/book/book_run.c",
                    "build/asan/libphonion.a", *flags, "-lm", "-lpthread"], cwd=TOP, check=True)
    return out


PROGRAM = os.environ.get("PHONION_BOOK") or build()


class Book:
    def __init__(self, brokers, pins=None):
        self.dir = tempfile.mkdtemp(prefix="phonion-book-", dir="/dev/shm")
        atexit.register(self.clean)
        self.brokers, self.process = brokers, None
        entries = [f'{{ name = "b{i + 1}"; url = "https://127.0.0.1:{broker.port}"; pin = "{pin}"; }}'
                   for i, (broker, pin) in enumerate(zip(brokers, pins or map(pin_of, brokers)))]
        with open(f"{self.dir}/conf", "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(CONF.format(dir=self.dir, brokers=", ".join(entries), own=OWN, own2=OWN2, shared=SHARED))

    def start(self):
        self.status, self.answers = {}, []
        with open(f"{self.dir}/log", "ab") as log:
            self.process = subprocess.Popen([PROGRAM, f"{self.dir}/conf"], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        threading.Thread(target=self.read, args=(self.process.stdout,), daemon=True).start()
        assert tap.until(lambda: self.status, LIMIT), self.log()
        return self

    def read(self, stream):
        for line in stream:
            said = json.loads(line)
            if "answer" in said:
                self.answers.append(said)
            else:
                self.status = said

    def log(self):
        with open(f"{self.dir}/log", encoding="utf-8", errors="replace") as f:
            return f.read()

    def broker(self, name="b1"):
        return next(b for b in self.status["brokers"] if b["name"] == name)

    def serves(self, name="b1", seconds=LIMIT):
        """Announced and collected from, and no trouble now."""
        return tap.until(lambda: self.broker(name)["announced"] and self.broker(name)["collected"] and
                         not self.broker(name)["failing"], seconds)

    def ask(self, *words):
        n = len(self.answers)
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        assert tap.until(lambda: len(self.answers) > n, LIMIT), self.log()
        return self.answers[-1]

    def find(self, number):
        return self.ask("find", "a", number)["answer"]

    def match(self, number, code):
        return self.ask("match", "a", number, code)["answer"]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """The exit status; leaks are an error."""
        self.process.stdin.close()
        return self.process.wait(30)

    def end(self, what):
        status = self.stop()
        log = self.log()
        tap.ok(status == 0 and "Sanitizer" not in log and "runtime error" not in log,
               f"the book ends in order and without a leak after {what}", f"status {status}", log[-3000:])

    def clean(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


def noise(n):
    return secrets.token_bytes(n)
