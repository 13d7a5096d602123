# SPDX-License-Identifier: GPL-2.0
"""Network namespaces: a process that opens its sockets in several of them."""
import ctypes
import os
import socket
import subprocess

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _call(name, *args):
    if getattr(_libc, name)(*args):
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


class Netns:
    """A named namespace; `with ns:` the process is in it."""
    def __init__(self, name, create=True):
        self.name = name
        if create:
            subprocess.run(["ip", "netns", "add", name], check=True)
        self.fd = os.open(f"/run/netns/{name}", os.O_RDONLY | os.O_CLOEXEC)

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

    def delete(self):
        """Its name and our hold on it go; what else holds it may not."""
        subprocess.run(["ip", "netns", "del", self.name], check=True)
        os.close(self.fd)
