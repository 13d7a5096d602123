# SPDX-License-Identifier: GPL-2.0
"""Frames that are not linear."""
import mmap
import socket
import struct

import wire

PACKET_TX_RING = 13


class Ring:
    """Sends frames that lie in pages of ours: beyond Ethernet's header they are not linear."""
    def __init__(self, side):
        self.sock = side.ns.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.setsockopt(wire.SOL_PACKET, PACKET_TX_RING, struct.pack("IIII", 4096, 4, 2048, 8))
        self.ring = mmap.mmap(self.sock.fileno(), 4096 * 4, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
        self.sock.bind((side.dev, wire.ETH_P_ALL))
        self.n = 0

    def send(self, frame):
        """Returns where the frame's octets lie."""
        at = 2048 * (self.n % 8)
        self.n += 1
        data = at + 32          # TPACKET_ALIGN(sizeof(struct tpacket_hdr)) without the address
        self.ring[data:data + len(frame)] = frame
        struct.pack_into("=QII", self.ring, at, 1, len(frame), len(frame))
        self.sock.send(b"")
        return data

    def close(self):
        self.ring.close()
        self.sock.close()
