# SPDX-License-Identifier: GPL-2.0
"""Capture of all that passes in a network namespace.

The kernel copies each packet into a ring that we read when we have time: none
is held back or shared, so the packets go on as they would without us, and a
slow machine loses none.
"""
import mmap
import socket
import struct
import threading

from pcap import Packet

SOL_PACKET, RX_RING, STATISTICS, VERSION = 263, 5, 6, 10
TPACKET_V2, ETH_P_ALL, OUTGOING, LOOPBACK = 1, 3, 4, 772
FRAME, PER_BLOCK = 2048, 32
HEADER, LINK = struct.Struct("=IIIHHII"), struct.Struct("=HHiHB")


class Capture:
    """All devices of @ns but the loopback one. It runs from the moment it is made."""
    def __init__(self, ns, frames=4096):
        self.sock = ns.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.sock.setsockopt(SOL_PACKET, VERSION, TPACKET_V2)
        self.sock.setsockopt(SOL_PACKET, RX_RING,
                             struct.pack("=IIII", FRAME * PER_BLOCK, frames // PER_BLOCK, FRAME, frames))
        self.ring = mmap.mmap(self.sock.fileno(), FRAME * frames)
        self.frames, self.next, self.lost = frames, 0, 0
        self.packets = []
        self.lock = threading.Lock()

    def drain(self):
        """Take what has come since the last time, and return it."""
        with self.lock:
            return self._drain()

    def _drain(self):
        new = []
        while True:
            at = self.next * FRAME
            status, length, snap, mac, net, sec, nsec = HEADER.unpack_from(self.ring, at)
            if not status & 1:
                break
            _, proto, device, kind, way = LINK.unpack_from(self.ring, at + 32)
            if kind != LOOPBACK:
                new.append(Packet(sec * 10**9 + nsec, device, way == OUTGOING, socket.ntohs(proto),
                                  self.ring[at + net:at + mac + snap]))
                self.lost += snap < length
            self.ring[at:at + 4] = b"\0\0\0\0"
            self.next = (self.next + 1) % self.frames
        self.packets += new
        return new

    def close(self):
        """Take the rest. `lost` is what there was no room for."""
        self.drain()
        self.lost += struct.unpack("=II", self.sock.getsockopt(SOL_PACKET, STATISTICS, 8))[1]
        self.ring.close()
        self.sock.close()
