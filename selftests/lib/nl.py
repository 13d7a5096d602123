# SPDX-License-Identifier: GPL-2.0
"""A generic-netlink client that learns its family from the YAML specification.

Attributes are dicts by attribute name; enums go by the names of their entries,
multi-attr ones are lists. A value given as bytes is sent as it is, so that a
test can send what the specification does not allow.
"""
import os
import select
import socket
import struct
import time

import yaml

SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 1, 10, 11
NETLINK_NO_ENOBUFS, NETLINK_GET_STRICT_CHK = 5, 12
NLMSG_NOOP, NLMSG_ERROR, NLMSG_DONE, NLMSG_OVERRUN = 1, 2, 3, 4
REQUEST, MULTI, ACK, DUMP_INTR, DUMP = 1, 2, 4, 0x10, 0x300
ACK_CAPPED, ACK_TLVS = 0x100, 0x200
NESTED, TYPE_MASK = 0x8000, 0x3fff
ERR_MSG, ERR_OFFS = 1, 2
GENL_ID_CTRL, CTRL_GETFAMILY = 16, 3
INTS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "s32": "i", "s64": "q"}

SPEC = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                    "../../Documentation/netlink/specs/phonion.yaml")


class Refused(OSError):
    """What the kernel said: errno, sentence, and the attribute that it pointed at."""
    def __init__(self, error, text, attr):
        super().__init__(error, text or os.strerror(error))
        self.text, self.attr = text, attr

    def __repr__(self):
        return f"Refused({self.errno}, {self.text!r}, attr={self.attr!r})"


def align(n):
    return (n + 3) & ~3


def tlv(kind, payload):
    return struct.pack("=HH", 4 + len(payload), kind) + payload + bytes(-len(payload) % 4)


def walk(data, base=0):
    """Yields type, payload and offset of each attribute."""
    off = 0
    while off + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, off)
        if length < 4:
            return
        yield kind, data[off + 4:off + length], base + off
        off += align(length)


class Spec:
    def __init__(self, path=SPEC):
        with open(path) as f:
            y = yaml.load(f, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.name = y["name"]
        self.consts = {d["name"]: d["value"] for d in y["definitions"] if d["type"] == "const"}
        self.enums = {d["name"]: [e["name"] for e in d["entries"]]
                      for d in y["definitions"] if d["type"] == "enum"}
        self.sets, self.ops = {}, {}
        for s in y["attribute-sets"]:
            by_name = {}
            for n, a in enumerate(s["attributes"], 1):
                by_name[a["name"]] = dict(a, value=a.get("value", n))
            self.sets[s["name"]] = by_name
        for n, op in enumerate(y["operations"]["list"], 1):
            self.ops[op["name"]] = dict(op, value=op.get("value", n))
        self.op_names = {op["value"]: name for name, op in self.ops.items()}

    def requested(self, op):
        """Names of the attributes that a request of @op may carry."""
        return self.ops[op].get("do", {}).get("request", {}).get("attributes", [])

    def encode_one(self, attr, value):
        kind = attr["value"]
        if isinstance(value, bytes):
            return tlv(kind, value)
        if attr["type"] == "nest":
            return tlv(kind | NESTED, self.encode(attr["nested-attributes"], value))
        if isinstance(value, str):
            value = self.enums[attr["enum"]].index(value)
        order = ">" if attr.get("byte-order") == "big-endian" else "="
        return tlv(kind, struct.pack(order + INTS[attr["type"]], value))

    def encode(self, set_name, attrs):
        """@attrs: a dict, or pairs when order or repetition matters."""
        out = b""
        for name, value in attrs.items() if isinstance(attrs, dict) else attrs:
            attr = self.sets[set_name][name]
            for v in value if isinstance(value, list) else [value]:
                out += self.encode_one(attr, v)
        return out

    def decode(self, set_name, data):
        known = {a["value"]: a for a in self.sets[set_name].values()}
        out = {}
        for kind, payload, _ in walk(data):
            attr = known.get(kind & TYPE_MASK, {"type": "unknown", "name": kind})
            if attr["type"] == "pad":
                continue
            value = self.decode_one(attr, payload)
            if attr.get("multi-attr"):
                out.setdefault(attr["name"], []).append(value)
            else:
                out[attr["name"]] = value
        return out

    def decode_one(self, attr, payload):
        if attr["type"] == "nest":
            return self.decode(attr["nested-attributes"], payload)
        if attr["type"] not in INTS:
            return payload
        order = ">" if attr.get("byte-order") == "big-endian" else "="
        value = struct.unpack(order + INTS[attr["type"]], payload)[0]
        return self.enums[attr["enum"]][value] if "enum" in attr else value

    def locate(self, set_name, data, off):
        """Name of the attribute that begins at @off of @data, nests joined by dots."""
        known = {a["value"]: a for a in self.sets[set_name].values()}
        for kind, payload, at in walk(data):
            attr = known.get(kind & TYPE_MASK, {"type": "unknown", "name": f"#{kind & TYPE_MASK}"})
            if at == off:
                return attr["name"]
            if at < off < at + 4 + len(payload):
                if attr["type"] == "nest":
                    inner = self.locate(attr["nested-attributes"], payload, off - at - 4)
                    return f"{attr['name']}.{inner}"
                return f"{attr['name']}+{off - at}"
        return f"@{off}"


_spec = None


def spec():
    global _spec
    _spec = _spec or Spec()
    return _spec


class Client:
    """A socket in the namespace that the process is in when it is made. @room: octets that
    it reads at once; a dump's messages are as long (Linux: from a page on, and never shorter
    than before)."""
    def __init__(self, groups=(), timeout=30.0, room=1 << 18):
        self.spec, self.room = spec(), room
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.bind((0, 0))
        self.sock.settimeout(timeout)
        for option in NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK:
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.seq = int(time.monotonic() * 1000) & 0xffffff
        self.interrupted = False
        self.family, self.groups = self._resolve()
        for name in groups:
            self.join(name)

    def close(self):
        self.sock.close()

    def _resolve(self):
        request = tlv(2, self.spec.name.encode() + b"\0")
        self._send(self._message(GENL_ID_CTRL, CTRL_GETFAMILY, request, ACK))
        family, groups = None, {}
        for kind, payload, _ in walk(self._answers()[0][20:]):
            if kind == 1:
                family = struct.unpack("=H", payload)[0]
            elif kind == 7:
                for _, group, _ in walk(payload):
                    g = {k: v for k, v, _ in walk(group)}
                    groups[g[1].rstrip(b"\0").decode()] = struct.unpack("=I", g[2])[0]
        return family, groups

    def join(self, name):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, self.groups[name])

    def _message(self, kind, cmd, attrs, flags):
        self.seq += 1
        return struct.pack("=IHHIIBBH", 20 + len(attrs), kind, REQUEST | flags, self.seq, 0,
                           cmd, 1, 0) + attrs

    def _send(self, datagram):
        self.sock.sendto(datagram, (0, 0))

    def message(self, op, attrs=(), flags=ACK):
        o = self.spec.ops[op]
        if not isinstance(attrs, bytes):
            attrs = self.spec.encode(o["attribute-set"], attrs or {})
        return self._message(self.family, o["value"], attrs, flags)

    def _messages(self):
        data = self.sock.recv(self.room)
        off = 0
        while off + 16 <= len(data):
            length = struct.unpack_from("=I", data, off)[0]
            yield data[off:off + length]
            off += align(length)

    def _error(self, msg, request, op):
        """None for an acknowledgement, else what was refused and why."""
        error, = struct.unpack_from("=i", msg, 16)
        flags, = struct.unpack_from("=H", msg, 6)
        if not error:
            return None
        text = attr = None
        if flags & ACK_TLVS:
            # The request is quoted before them, or its head if capped; after a dump it is not.
            quoted = 0 if struct.unpack_from("=H", msg, 4)[0] == NLMSG_DONE else \
                16 if flags & ACK_CAPPED else align(struct.unpack_from("=I", msg, 20)[0])
            for kind, payload, _ in walk(msg[20 + quoted:]):
                if kind == ERR_MSG:
                    text = payload.rstrip(b"\0").decode()
                elif kind == ERR_OFFS and request is not None:
                    off = struct.unpack("=I", payload)[0] - 20
                    attr = self.spec.locate(self.spec.ops[op]["attribute-set"], request[20:], off)
        return Refused(-error, text, attr)

    def _answers(self, request=None, op=None):
        """Replies up to the acknowledgement of the last message sent."""
        out = []
        while True:
            for msg in self._messages():
                kind, flags, seq = struct.unpack_from("=HHI", msg, 4)
                if seq != self.seq:
                    continue
                self.interrupted |= bool(flags & DUMP_INTR)
                if kind == NLMSG_ERROR or kind == NLMSG_DONE and len(msg) >= 20:
                    if error := self._error(msg, request, op):
                        raise error
                    return out
                out.append(msg)

    def _decode(self, msg):
        op = self.spec.ops[self.spec.op_names[msg[16]]]
        return self.spec.decode(op["attribute-set"], msg[20:])

    def do(self, op, attrs=(), **more):
        """One request; its reply, or None. Keyword leg_a=1 is attribute leg-a."""
        attrs = self._merge(attrs, more)
        request = self.message(op, attrs)
        self._send(request)
        answers = self._answers(request, op)
        return self._decode(answers[0]) if answers else None

    @staticmethod
    def _merge(attrs, more):
        if not more:
            return attrs
        return {**dict(attrs), **{k.replace("_", "-"): v for k, v in more.items()}}

    def dump(self, op, attrs=()):
        self.interrupted = False
        request = self.message(op, attrs, DUMP)
        self._send(request)
        return [self._decode(m) for m in self._answers(request, op)]

    def batch(self, requests):
        """Several (op, attrs) in one datagram: for each its reply, None or Refused."""
        messages = [self.message(op, attrs) for op, attrs in requests]
        first = self.seq - len(messages) + 1
        self._send(b"".join(messages))
        results, done = [None] * len(messages), 0
        while done < len(messages):
            for msg in self._messages():
                kind, _, seq = struct.unpack_from("=HHI", msg, 4)
                n = seq - first
                if not 0 <= n < len(messages):
                    continue
                if kind == NLMSG_ERROR:
                    results[n] = self._error(msg, messages[n], requests[n][0]) or results[n]
                    done += 1
                else:
                    results[n] = self._decode(msg)
        return results

    def events(self, seconds=0.0, want=None):
        """(operation, attributes) of what was notified, until @want(list) is true."""
        out, limit = [], time.monotonic() + seconds
        while True:
            left = max(0, limit - time.monotonic())
            if not select.select([self.sock], [], [], left)[0]:
                return out
            for msg in self._messages():
                if struct.unpack_from("=H", msg, 4)[0] == self.family:
                    out.append((self.spec.op_names[msg[16]], self._decode(msg)))
            if want and want(out):
                return out
