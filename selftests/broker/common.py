# SPDX-License-Identifier: GPL-2.0
"""The broker that most tests share."""
import rig
from tap import eq

EPOCH = 12
broker = rig.Broker('metrics = "loopback";\n')


def listed(price=1, **kwargs):
    """A relay that has announced itself."""
    relay = rig.Relay(broker, price=price, **kwargs)
    answer = relay.announce()
    assert answer.status == 204, answer.body
    return relay


def refused(answer, status, problem, what):
    return eq((answer.status, answer.problem), (status, problem), what)
