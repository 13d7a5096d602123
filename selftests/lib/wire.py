# SPDX-License-Identifier: GPL-2.0
"""Frames by the octet: Ethernet, IPv4, IPv6, UDP and RTP, made and taken apart.

Every field can be set to what no stack would send. What is left out is right.
"""
import errno
import os
import socket
import struct
from dataclasses import dataclass, field

ETH_P_IP, ETH_P_IPV6, ETH_P_8021Q, ETH_P_ALL = 0x0800, 0x86dd, 0x8100, 3
PACKET_OUTGOING, SO_RCVBUFFORCE = 4, 33
SOL_PACKET, PACKET_STATISTICS, PACKET_AUXDATA = 263, 6, 8
TP_STATUS_VLAN_VALID = 0x10
UDP = 17


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def addr(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def checksum(data, start=0):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = start + sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def rtp(payload=b"", seq=0, ts=0, ssrc=0x11223344, pt=0, marker=False, version=2, csrc=(),
        ext=None, padding=None, cc=None, x=None, p=None):
    """@ext: (profile, octets), @padding: the octets at the end; cc, x, p override."""
    b0 = (version << 6 | (padding is not None if p is None else p) << 5 |
          (ext is not None if x is None else x) << 4 | (len(csrc) if cc is None else cc))
    out = struct.pack(">BBHII", b0, bool(marker) << 7 | pt, seq & 0xffff, ts & 0xffffffff, ssrc)
    out += b"".join(struct.pack(">I", c) for c in csrc)
    if ext is not None:
        out += struct.pack(">HH", ext[0], len(ext[1]) // 4) + ext[1]
    return out + payload + (padding or b"")


def event(code, end, duration, volume=10):
    return struct.pack(">BBH", code, end << 7 | volume, duration)


def pseudo(src, dst, length):
    if len(src) == 4:
        return src + dst + struct.pack(">BBH", 0, UDP, length)
    return src + dst + struct.pack(">II", length, UDP)


def udp(src, dst, sport, dport, payload, check=None, length=None):
    """@check: None computes it. Addresses are octets."""
    size = 8 + len(payload) if length is None else length
    head = struct.pack(">HHHH", sport, dport, size, 0)
    if check is None:
        check = checksum(pseudo(src, dst, 8 + len(payload)) + head + payload) or 0xffff
    return head[:6] + struct.pack(">H", check) + payload


def ipv4(src, dst, payload, proto=UDP, ttl=64, tos=0, ident=0, flags=2, offset=0, options=b"",
         check=None, length=None):
    """@flags: 2 is DF, 1 is MF; @offset in octets."""
    options += bytes(-len(options) % 4)
    hlen = 20 + len(options)
    head = struct.pack(">BBHHHBBH", 4 << 4 | hlen // 4, tos,
                       hlen + len(payload) if length is None else length, ident,
                       flags << 13 | offset // 8, ttl, proto, 0) + src + dst + options
    if check is None:
        check = checksum(head)
    return head[:10] + struct.pack(">H", check) + head[12:] + payload


def ipv6(src, dst, payload, nexthdr=UDP, hlim=64, tclass=0, flow=0, length=None):
    return struct.pack(">IHBB", 6 << 28 | tclass << 20 | flow,
                       len(payload) if length is None else length, nexthdr, hlim) + src + dst + payload


def ethernet(dst, src, payload, vlan=None):
    proto = ETH_P_IPV6 if payload[0] >> 4 == 6 else ETH_P_IP
    tag = b"" if vlan is None else struct.pack(">HH", ETH_P_8021Q, vlan)
    return dst + src + tag + struct.pack(">H", proto) + payload


@dataclass
class Frame:
    """A captured frame, taken apart as far as it goes; .raw is all of it."""
    raw: bytes
    kind: int = 0
    src: bytes = b""
    dst: bytes = b""
    proto: int = None
    sport: int = None
    dport: int = None
    check: int = None
    ttl: int = None
    tos: int = None
    ident: int = None
    frag: int = None
    flow: int = None
    options: bytes = b""
    udp: bytes = None
    rtp: dict = field(default=None)
    vlan: int = None

    def __post_init__(self):
        off = 12
        ethertype, = struct.unpack_from(">H", self.raw, off)
        if ethertype == ETH_P_8021Q:
            self.vlan, ethertype = struct.unpack_from(">HH", self.raw, off + 2)
            off += 4
        ip = self.raw[off + 2:]
        if ethertype == ETH_P_IP and len(ip) >= 20:
            self._ipv4(ip)
        elif ethertype == ETH_P_IPV6 and len(ip) >= 40:
            self._ipv6(ip)

    def _ipv4(self, ip):
        hlen = (ip[0] & 15) * 4
        self.tos, length, self.ident, self.frag, self.ttl, self.proto = \
            struct.unpack_from(">xBHHHBB", ip)
        self.src, self.dst, self.options = ip[12:16], ip[16:20], ip[20:hlen]
        self.ip_ok = checksum(ip[:hlen]) == 0
        if self.proto == UDP and not self.frag & 0x1fff:
            self._udp(ip[hlen:length])

    def _ipv6(self, ip):
        word, length, self.proto, self.ttl = struct.unpack_from(">IHBB", ip)
        self.tos, self.flow = word >> 20 & 0xff, word & 0xfffff
        self.src, self.dst, self.ip_ok = ip[8:24], ip[24:40], True
        if self.proto == UDP:
            self._udp(ip[40:40 + length])

    def _udp(self, data):
        if len(data) < 8:
            return
        self.sport, self.dport, length, self.check = struct.unpack_from(">HHHH", data)
        self.udp = data[8:length]
        self.udp_ok = not self.check or \
            checksum(pseudo(self.src, self.dst, length) + data[:length]) == 0
        if len(self.udp) >= 12 and self.udp[0] >> 6 == 2:
            self._rtp(self.udp)

    def _rtp(self, data):
        b0, b1, seq, ts, ssrc = struct.unpack_from(">BBHII", data)
        # The header is expected bare: whatever else there is counts as payload.
        self.rtp = {"b0": b0, "pt": b1 & 127, "marker": b1 >> 7, "seq": seq, "ts": ts,
                    "ssrc": ssrc, "payload": data[12:]}


class Tap:
    """An AF_PACKET socket on a device of the namespace that the process is in."""
    def __init__(self, device):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self.sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.sock.bind((device, ETH_P_ALL))
        self.sock.setblocking(False)

    def close(self):
        self.sock.close()

    def send(self, frame):
        self.sock.send(frame)

    def drain(self, outgoing=False):
        """Frames that arrived since the last call; with @outgoing, also those that left."""
        out = []
        while True:
            try:
                data, control, _, where = self.sock.recvmsg(65536, 128)
            except BlockingIOError:
                return out
            except OSError as e:    # told once when the device goes down
                if e.errno != errno.ENETDOWN:
                    raise
                continue
            if not outgoing and where[2] == PACKET_OUTGOING:
                continue
            # The kernel has taken the tag out of the frame.
            status, tci, tpid = struct.unpack_from("=I12xHH", control[0][2])
            if status & TP_STATUS_VLAN_VALID:
                data = data[:12] + struct.pack(">HH", tpid or ETH_P_8021Q, tci) + data[12:]
            out.append(Frame(data, where[2]))

    def discard(self):
        """Forget what has arrived, without looking at it."""
        while True:
            try:
                self.sock.recv(1)
            except BlockingIOError:
                return

    def lost(self):
        """Frames that the socket had no room for."""
        return struct.unpack("=II", self.sock.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]


def pin(cpu=0):
    """Keep packets in order: each is received on the CPU that sent it."""
    os.sched_setaffinity(0, {cpu})
