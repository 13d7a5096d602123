# SPDX-License-Identifier: GPL-2.0
"""The virtual machine: kernel, initramfs, QEMU's command."""
import lzma
import os
import shlex
import struct
import subprocess
import tempfile

from tests import BUILD, HERE, TREE

# One instruction is one virtual nanosecond, on one CPU. Without -erms a copy of many octets
# (rep movsb) would count as one instruction each.
ICOUNT = ["-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm", "-seed", "1", "-cpu", "max,-erms"]


class Guest:
    REACH_ROOT = ["virtio_pci", "virtio_console", "9p", "9pnet_virtio", "overlay"]

    def __init__(self, args, out):
        self.args, self.out = args, out
        self.kernel = f"{BUILD}/kernel/{args.kver}"
        ko = f"{BUILD}/kmod/{args.kver}/kmod/phonion.ko"
        self.ko = ko if os.path.exists(ko) and not args.no_module else ""

    def own_arguments(self):
        """What this kernel, and no other, is to be started with."""
        try:
            with open(f"{self.kernel}/cmdline") as f:
                return " ".join(line.strip() for line in f if not line.startswith("#")) + " "
        except OSError:
            return ""

    def image(self):
        """The kernel uncompressed, if it can be booted so: unpacking itself would cost it
        six seconds without KVM."""
        packed, plain = f"{self.kernel}/vmlinuz", f"{self.kernel}/vmlinux"
        if not os.path.exists(plain):
            data = open(packed, "rb").read()
            start = data.find(b"\xfd7zXZ\0")
            if start < 0:
                return packed
            data = lzma.LZMADecompressor().decompress(data[start:])
            if not any(struct.pack("<III4s", 4, n, 18, b"Xen") in data for n in (4, 8)):
                return packed   # no PVH entry point
            with open(f"{plain}.{os.getpid()}", "wb") as f:
                f.write(data)
            os.rename(f.name, plain)
        return plain

    def initramfs(self, path, config):
        """busybox, the few modules that reach the root file system, /init, /config."""
        files = {"init": open(f"{HERE}/init", "rb").read(),
                 "config": config.encode(),
                 "bin/busybox": open("/usr/bin/busybox" if os.path.exists("/usr/bin/busybox")
                                     else "/bin/busybox", "rb").read()}
        modules = []
        for module in self.REACH_ROOT:
            shown = subprocess.run(["/sbin/modprobe", "-d", self.kernel, "-S", self.args.kver,
                                    "--show-depends", module],
                                   capture_output=True, text=True, check=True).stdout
            for line in shown.splitlines():
                file = line.split()[1] if line.startswith("insmod") else None
                if file and file not in modules:
                    modules.append(file)
        for i, file in enumerate(modules):
            data = open(file, "rb").read()
            if file.endswith(".xz"):
                data = lzma.decompress(data)
            files[f"modules/{i:02}-{os.path.basename(file)}"] = data
        with tempfile.TemporaryDirectory() as top:
            for d in "bin", "modules", "dev", "proc", "lower", "rw", "new":
                os.mkdir(f"{top}/{d}")
            for name, data in files.items():
                with open(f"{top}/{name}", "wb") as f:
                    f.write(data)
                os.chmod(f"{top}/{name}", 0o755)
            names = subprocess.run(["find", ".", "-print0"], cwd=top, capture_output=True, check=True).stdout
            with open(path, "wb") as f:
                subprocess.run(["cpio", "-0oH", "newc", "--quiet", "-R", "0:0"],
                               cwd=top, input=names, stdout=f, check=True)

    def qemu(self, accel, limit, extra):
        kernel_args = ("console=ttyS0 loglevel=5 panic=-1 tsc=reliable no_timer_check mitigations=off "
                       "random.trust_cpu=1 log_buf_len=4M watchdog_thresh=60 "
                       "rcupdate.rcu_cpu_stall_timeout=60 ")
        # timeout: nothing that goes wrong here may leave a virtual machine behind.
        return (["timeout"] + (["--foreground"] if self.args.interactive else []) +
                ["-k", "5", str(limit), "qemu-system-x86_64",
                 "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                 "-M", "q35", "-accel", accel, *(ICOUNT if self.args.icount else ["-cpu", "max"]), "-smp", str(self.args.smp), "-m", self.args.mem,
                 "-kernel", self.image(),
                 "-append", kernel_args + self.own_arguments() + self.args.append] + extra)

    def accel(self):
        """KVM if a guest really runs under it: one try per boot of this machine, 10 s at most."""
        if self.args.icount:
            return "tcg"
        try:
            key = open("/proc/sys/kernel/random/boot_id").read().strip()
        except OSError:
            key = ""
        cache = f"{BUILD}/vm/accel-{os.getuid()}"
        try:
            known, accel = open(cache).read().split()
            if known == key:
                return accel
        except (OSError, ValueError):
            pass
        accel = "tcg"
        if os.access("/dev/kvm", os.R_OK | os.W_OK):
            # Without an initramfs the kernel soon panics; getting there proves it runs.
            probe = self.qemu("kvm", 10, ["-serial", "stdio"])
            done = subprocess.run(probe, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            if b"Kernel panic" in done.stdout and done.returncode == 0:
                accel = "kvm"
        with open(cache, "w") as f:
            f.write(f"{key} {accel}\n")
        return accel

    def prepare(self):
        """Finds out, once for all guests, what is kept in build/."""
        self.image()
        self.accel()

    def depends(self):
        if not self.ko:
            return ""
        shown = subprocess.run(["/sbin/modinfo", "-F", "depends", self.ko],
                               stdout=subprocess.PIPE, text=True, check=True).stdout
        return shown.strip().replace(",", " ")

    def own_initramfs(self):
        """Where the initramfs is that tells the guest what it is for."""
        config = {"TREE": TREE, "OUT": self.out, "KERNEL": self.kernel, "KO": self.ko, "DEPENDS": self.depends(),
                  "ENV": " ".join(self.args.env), "SHELL_TERM": ""}
        if self.args.interactive:
            config["SHELL_TERM"] = os.environ.get("TERM", "dumb")
        initrd = f"{self.out}/initramfs"
        self.initramfs(initrd, "".join(f"{k}={shlex.quote(v)}\n" for k, v in config.items()))
        return initrd

    def command(self, limit):
        share = "local,security_model=none,multidevs=remap"
        extra = ["-initrd", self.own_initramfs(), "-fsdev", f"{share},id=root,path=/,readonly=on",
                 "-device", "virtio-9p-pci,fsdev=root,mount_tag=root",
                 "-fsdev", f"{share},id=out,path={self.out}",
                 "-device", "virtio-9p-pci,fsdev=out,mount_tag=out"]
        if self.args.gdb:
            extra += ["-chardev", f"socket,path={self.args.gdb},server=on,wait=off,id=gdb", "-gdb", "chardev:gdb"]
        if self.args.interactive:
            extra += ["-serial", "mon:stdio"]
        else:
            extra += ["-serial", f"file:{self.out}/console.log", "-device", "virtio-serial-pci",
                      "-chardev", "stdio,id=tap,signal=off", "-device", "virtserialport,chardev=tap"]
        return self.qemu(self.accel(), limit, extra)
