# SPDX-License-Identifier: GPL-2.0
"""When the circuit's legs go up and down, and what the demo has to do for it."""
import datetime
import time

import process

RAISED, LET_DOWN = 90, 120          # seconds; relays look at the clock once a minute


class Demand:
    """With the call."""
    name, stands, words = "demand", False, ()

    def raised(self, call):
        pass

    def let_down(self, call):
        pass


class Standby:
    """Before it and after it: for the whole window, which nobody waits for who can set the clock."""
    name, stands, words = "standby", True, ("--timing", "standby", "--lead", "5s")

    def raised(self, call):
        deadline = time.monotonic() + RAISED
        process.until(lambda: self._stands(call), deadline, "the circuit to stand",
                      *(r.process for r in call.relays), pause=0.3)
        call.say("all legs but the caller's are up, with noise on them; the callee keeps the line")

    @staticmethod
    def _stands(call):
        """The first relay waits for a caller; the others have both their legs."""
        states = [[c["state"] for c in relay.ask("call")] for relay in call.relays]
        return states == [["standing"]] + [["answered"]] * (len(states) - 1)

    @staticmethod
    def _gone(call):
        return not any(relay.legs() for relay in call.relays)

    def let_down(self, call):
        process.until(lambda: self._stands(call), time.monotonic() + RAISED, "the circuit to stand on", pause=0.3)
        call.say("the legs stand on; the clock is set to the end of the window")
        end = datetime.datetime.fromisoformat(call.circuit["to"])
        time.clock_settime(time.CLOCK_REALTIME, end.timestamp() + 1)
        deadline = time.monotonic() + LET_DOWN
        process.until(lambda: self._gone(call), deadline, "the legs to go down",
                      *(r.process for r in call.relays), pause=0.3)


POLICIES = {policy.name: policy for policy in (Demand, Standby)}
