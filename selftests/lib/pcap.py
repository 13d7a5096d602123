# SPDX-License-Identifier: GPL-2.0
"""Captured packets, and the files that tcpdump and Wireshark read."""
import ipaddress
import struct

IN, OUT = False, True
ETHERNET, RAW, SLL, SLL2 = 1, 101, 113, 276     # link types
MAGIC_US, MAGIC_NS = 0xa1b2c3d4, 0xa1b23c4d
IPV4, IPV6, UDP, TCP = 0x0800, 0x86dd, 17, 6


class Packet:
    """When (ns), at which device (index), which way, and the octets from the IP header on."""
    __slots__ = ("time", "device", "out", "proto", "ip", "_parsed")

    def __init__(self, time, device, out, proto, ip):
        self.time, self.device, self.out, self.proto, self.ip = time, device, out, proto, ip
        self._parsed = None

    def transport(self):
        """(protocol, src, dst, sport, dport, payload), addresses as octets; None if it is
        neither TCP nor UDP or only a fragment of it."""
        if self._parsed is None:
            self._parsed = self._parse() or ()
        return self._parsed or None

    def _parse(self):
        ip = self.ip
        if self.proto == IPV4 and len(ip) >= 20:
            head, total = (ip[0] & 15) * 4, ip[2] << 8 | ip[3]
            if (ip[6] & 0x3f) | ip[7]:
                return None
            kind, src, dst = ip[9], ip[12:16], ip[16:20]
        elif self.proto == IPV6 and len(ip) >= 40:
            head, total = 40, 40 + (ip[4] << 8 | ip[5])
            kind, src, dst = ip[6], ip[8:24], ip[24:40]
        else:
            return None
        if kind == UDP and len(ip) >= head + 8:
            start = head + 8
        elif kind == TCP and len(ip) >= head + 20:
            start = head + (ip[head + 12] >> 4) * 4
        else:
            return None
        sport, dport = struct.unpack_from(">HH", ip, head)
        return kind, src, dst, sport, dport, ip[start:total]


def address(octets):
    return str(ipaddress.ip_address(octets))


def write(path, packets):
    """With device and direction of each (LINUX_SLL2)."""
    with open(path, "wb") as f:
        f.write(struct.pack("=IHHiIII", MAGIC_NS, 2, 4, 0, 0, 65535, SLL2))
        for p in packets:
            length = 20 + len(p.ip)
            f.write(struct.pack("=IIII", *divmod(p.time, 10**9), length, length) +
                    struct.pack(">HHIHBB8x", p.proto, 0, p.device, 1, 4 if p.out else 0, 0) + p.ip)


def _unwrap(link, data):
    """(device, out, proto, ip) of a frame of this link type."""
    if link == ETHERNET:
        off, device, out = 12, 0, IN
    elif link == SLL:
        return 0, data[1] == 4, int.from_bytes(data[14:16], "big"), data[16:]
    elif link == SLL2:
        proto, _, device, _, kind = struct.unpack_from(">HHIHB", data)
        return device, kind == 4, proto, data[20:]
    elif link == RAW:
        return 0, IN, IPV6 if data[0] >> 4 == 6 else IPV4, data
    else:
        raise ValueError(f"link type {link} is not known here")
    while data[off:off + 2] in (b"\x81\x00", b"\x88\xa8"):
        off += 4
    return device, out, int.from_bytes(data[off:off + 2], "big"), data[off + 2:]


def read(path):
    """Packets of a capture file; one that ends in the middle of a packet is read so far."""
    packets = []
    with open(path, "rb") as f:
        head = f.read(24)
        order = "<" if head[0] in (0xd4, 0x4d) else ">"
        magic, *_, link = struct.unpack(order + "IHHiIII", head)
        if magic not in (MAGIC_US, MAGIC_NS):
            raise ValueError(f"{path} is no pcap file")
        unit = 1 if magic == MAGIC_NS else 1000
        while len(record := f.read(16)) == 16:
            sec, part, length, _ = struct.unpack(order + "IIII", record)
            if len(data := f.read(length)) == length:
                packets.append(Packet(sec * 10**9 + part * unit, *_unwrap(link & 0xffff, data)))
    return packets
