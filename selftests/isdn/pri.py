# SPDX-License-Identifier: GPL-2.0
"""The other end of a PRI span (phone.c), and what it says and hears on its B channels."""
import os
import queue
import subprocess
import sys
import threading

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path[:0] = [os.path.join(TOP, "selftests/lib")]
sys.dont_write_bytecode = True

import dahdi  # noqa: E402

LIMIT = 60
PROGRAM = os.path.join(TOP, "build/asan/pri_phone")


class Span:
    """The end of a wire that has the channels @numbers, D channel at time slot @slot; @options are the phone's."""
    def __init__(self, numbers, slot, side="net", line="t1", switch="ni2", *options, program=PROGRAM):
        self.numbers, self.events, self.held = numbers, queue.Queue(), []
        self.command = [program, str(numbers[slot - 1]), side, line, switch, *options]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True).start()

    def stop(self):
        """Without a word to the peer; start() begins anew."""
        self.process.kill()
        self.process.wait()

    def _read(self, told):
        for line in told:
            self.events.put(line.split())

    def say(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def expect(self, what, call=None, limit=LIMIT):
        """The rest of the next event of the kind @what, of @call if one is named; others are kept
        for later. The call's number is the first of it, but for `state`."""
        def fits(event):
            return event[0] == what and (call is None or event[1] == str(call))
        for event in self.held:
            if fits(event):
                self.held.remove(event)
                return event[1:]
        while True:
            try:
                event = self.events.get(timeout=limit)
            except queue.Empty:
                raise AssertionError(f"no {what} of call {call}; {self.held}") from None
            if fits(event):
                return event[1:]
            self.held.append(event)

    def forget(self):
        self.held = []
        while not self.events.empty():
            self.events.get()

    def up(self, limit=LIMIT):
        while self.expect("state", limit=limit) != ["up"]:
            pass

    def channel(self, slot, **more):
        """The B channel at time slot @slot, to be read and written."""
        return dahdi.Channel(self.numbers[int(slot) - 1], **more)

    def close(self):
        self.process.stdin.close()
        return self.process.wait(30)
