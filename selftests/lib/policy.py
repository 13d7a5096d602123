# SPDX-License-Identifier: GPL-2.0
"""What a generic-netlink family says that it takes (CTRL_CMD_GETPOLICY)."""
import struct

from nl import ACK, DUMP, GENL_ID_CTRL, tlv, walk

CTRL_GETPOLICY, FAMILY_ID, POLICY, OP_POLICY = 10, 1, 8, 9
TYPE, MIN_S, MAX_S, MIN_U, MAX_U, MIN_LEN, MAX_LEN, NESTED_IN = range(1, 9)
FLAG, U8, U16, U32, U64, S8, S16, S32, S64, BINARY, STRING, NUL_STRING, NESTED = range(1, 14)
SIZES = {U8: 1, U16: 2, U32: 4, U64: 8, S8: 1, S16: 2, S32: 4, S64: 8}


class Attribute:
    """What one attribute may be: its type, least and most (of its value, or of its length)."""
    def __init__(self, told):
        def number(kind, other=None):
            return int.from_bytes(told[kind], "little") if kind in told else other
        self.type = number(TYPE, 0)
        self.size = SIZES.get(self.type)
        self.least = number(MIN_U, number(MIN_S, 0))
        self.most = number(MAX_U, number(MAX_S, 256 ** (self.size or 0) - 1))
        self.min_len, self.max_len = number(MIN_LEN, 0), number(MAX_LEN)
        self.nested = number(NESTED_IN)


def big_endian(size):
    """An attribute of a type that the kernel tells nothing of (NLA_BE16, NLA_BE32 in 6.1)."""
    attr = Attribute({})
    attr.min_len = attr.max_len = size
    return attr


class Policy:
    """.sets: by index, attributes by number; .ops: by command and do (1) or dump (2), an index."""
    def __init__(self, client):
        self.sets, self.ops = {}, {}
        message = client._message(GENL_ID_CTRL, CTRL_GETPOLICY, tlv(FAMILY_ID, struct.pack("=H", client.family)),
                                  ACK | DUMP)
        client._send(message)
        for answer in client._answers():
            for kind, payload, _ in walk(answer[20:]):
                if kind & 0x3fff == POLICY:
                    self._attributes(payload)
                elif kind & 0x3fff == OP_POLICY:
                    self._operations(payload)

    def _attributes(self, payload):
        for index, attributes, _ in walk(payload):
            for number, told, _ in walk(attributes):
                told = {k & 0x3fff: v for k, v, _ in walk(told)}
                self.sets.setdefault(index & 0x3fff, {})[number & 0x3fff] = Attribute(told)

    def _operations(self, payload):
        for cmd, kinds, _ in walk(payload):
            for kind, index, _ in walk(kinds):
                self.ops[cmd & 0x3fff, kind & 0x3fff] = struct.unpack("=I", index)[0]
