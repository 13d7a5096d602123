# SPDX-License-Identifier: GPL-2.0
"""Network namespaces: a process that opens its sockets in several of them."""
import array
import ctypes
import fcntl
import os
import socket
import struct
import subprocess

CLONE_NEWNET, MS_BIND = 0x40000000, 4096
SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17
_libc = ctypes.CDLL(None, use_errno=True)
_home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _call(name, *args):
    if getattr(_libc, name)(*args):
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


class Netns:
    """A named namespace; `with ns:` the process is in it."""
    def __init__(self, name, create=True):
        self.name = name
        path = f"/run/netns/{name}"
        if create:      # what `ip netns add` does, without starting a program
            os.makedirs("/run/netns", exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0))
            _call("unshare", CLONE_NEWNET)
            _call("mount", b"/proc/thread-self/ns/net", path.encode(), b"none", MS_BIND, None)
            _call("setns", _home, CLONE_NEWNET)
        self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __enter__(self):
        _call("setns", self.fd, CLONE_NEWNET)
        return self

    def __exit__(self, *_):
        _call("setns", _home, CLONE_NEWNET)

    def socket(self, *args):
        with self:
            return socket.socket(*args)

    def ip(self, *lines):
        """Run `ip` commands, one a line, in this namespace."""
        subprocess.run(["ip", "-n", self.name, "-batch", "-"], check=True,
                       input="\n".join(lines).encode())

    def run(self, *argv, **kwargs):
        with self:
            return subprocess.run(argv, check=True, **kwargs)

    def sysctl(self, **values):
        """net__ipv4__ip_forward=1 sets net.ipv4.ip_forward."""
        with self:
            for name, value in values.items():
                with open("/proc/sys/" + name.replace("__", "/"), "w") as f:
                    f.write(str(value))

    def fill_checksums(self, device, on):
        """Whether @device takes packets whose checksum is still to be filled in."""
        order = array.array("B", struct.pack("=II", ETHTOOL_STXCSUM, on))
        request = struct.pack("16sP", device.encode(), order.buffer_info()[0])
        with self.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            fcntl.ioctl(s, SIOCETHTOOL, request.ljust(40, b"\0"))

    def delete(self):
        """Its name and our hold on it go; what else holds it may not."""
        os.close(self.fd)
        _call("umount2", f"/run/netns/{self.name}".encode(), 2)
        os.unlink(f"/run/netns/{self.name}")
