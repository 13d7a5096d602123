# SPDX-License-Identifier: GPL-2.0
"""The service manager's part, as sd_notify(3) and sd_listen_fds(3) have systemd's: it holds the descriptors
that the daemon gives it, and passes them to the next."""
import fcntl
import os
import socket

FIRST = 3       # SD_LISTEN_FDS_START
HIGH = 200      # out of the way of what is passed


class Manager:
    def __init__(self, path):
        self.path, self._held = path, []
        self.lies = {}      # what the next one is told instead
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.setblocking(False)    # recv_fds() looks at no flags
        self.sock.bind(path)

    def _take(self):
        while True:
            try:
                text, fds, _, _ = socket.recv_fds(self.sock, 4096, 16)
            except BlockingIOError:
                return
            said = dict(line.split("=", 1) for line in text.decode().splitlines())
            if said.get("FDSTORE") == "1":
                assert len(fds) == 1, text
                self.hold(said["FDNAME"], fds[0])
            elif said.get("FDSTOREREMOVE") == "1":
                self.forget(said["FDNAME"])

    def hold(self, name, fd):
        """Takes @fd over."""
        self._held.append((name, fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH)))
        os.close(fd)

    def forget(self, name):
        for held in [h for h in self._held if h[0] == name]:
            os.close(held[1])
            self._held.remove(held)

    def forget_all(self):
        """As when the service is stopped."""
        for name in self.names():
            self.forget(name)

    def held(self):
        """Name and descriptor of each."""
        self._take()
        return self._held

    def names(self):
        return [name for name, _ in self.held()]

    def rename(self, name, other):
        self._held = [(other if n == name else n, fd) for n, fd in self.held()]

    def starts(self, command, env):
        """@command and @env as it is started, with what is held as its descriptors from 3 on; and what must
        be passed on for that."""
        names, fds = zip(*self.held()) if self.held() else ((), ())
        env.update(NOTIFY_SOCKET=self.path, LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=":".join(names))
        env.update(self.lies)
        moves = " ".join(f"{to}<&{fd} {fd}<&-" for to, fd in enumerate(fds, FIRST))
        return ["bash", "-c", f'exec {moves}; LISTEN_PID=$$ exec "$@"', "bash", *command], fds

    def close(self):
        self.forget_all()
        self.sock.close()
