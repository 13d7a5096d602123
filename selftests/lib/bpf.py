# SPDX-License-Identifier: GPL-2.0
"""A BPF program of the least kind, for tests of what becomes of somebody else's."""
import ctypes
import os
import socket
import struct

_libc = ctypes.CDLL(None, use_errno=True)
SYS_BPF, BPF_PROG_LOAD, BPF_PROG_TYPE_XDP, XDP_PASS = 321, 5, 6, 2
RTM_SETLINK, NLM_F_REQUEST_ACK, IFLA_XDP, NLA_F_NESTED = 19, 5, 43, 0x8000
IFLA_XDP_FD, IFLA_XDP_FLAGS, XDP_FLAGS_DRV_MODE = 1, 3, 4


def load(name):
    """A descriptor of an XDP program that lets everything pass."""
    code = ctypes.create_string_buffer(struct.pack("=BBhi", 0xb7, 0, 0, XDP_PASS) + struct.pack("=BBhi", 0x95, 0, 0, 0))
    license_ = ctypes.create_string_buffer(b"GPL")
    attr = struct.pack("=IIQQIIQII16s", BPF_PROG_TYPE_XDP, 2, ctypes.addressof(code), ctypes.addressof(license_),
                       0, 0, 0, 0, 0, name.encode())
    fd = _libc.syscall(SYS_BPF, BPF_PROG_LOAD, attr, len(attr))
    if fd < 0:
        raise OSError(ctypes.get_errno(), f"bpf: {os.strerror(ctypes.get_errno())}")
    return fd


def attach(ns, device, fd):
    """To @device of the namespace @ns, for its driver to run; -1 takes off what is there."""
    nest = b"".join(struct.pack("=HHi", 8, kind, value)
                    for kind, value in ((IFLA_XDP_FD, fd), (IFLA_XDP_FLAGS, XDP_FLAGS_DRV_MODE)))
    with ns, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as s:
        body = struct.pack("=BxHiII", 0, 0, socket.if_nametoindex(device), 0, 0)
        body += struct.pack("=HH", 4 + len(nest), IFLA_XDP | NLA_F_NESTED) + nest
        s.send(struct.pack("=IHHII", 16 + len(body), RTM_SETLINK, NLM_F_REQUEST_ACK, 1, 0) + body)
        error = struct.unpack_from("=i", s.recv(4096), 16)[0]
    if error:
        raise OSError(-error, f"{device}: {os.strerror(-error)}")
