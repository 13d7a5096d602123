# SPDX-License-Identifier: GPL-2.0
"""Modules that only benches load: the generator, and rtpengine's."""
import os
import shutil
import subprocess

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
BUILT = f"{TREE}/build/bench"
# What building leaves behind beside the sources.
MADE = shutil.ignore_patterns(".*", "*.o", "*.ko", "*.mod", "*.mod.c", "Module.symvers", "modules.order")


def headers(kver):
    places = f"/lib/modules/{kver}/build", f"/usr/src/linux-headers-{kver}", f"{TREE}/build/kernel/{kver}/build"
    return next(p for p in places if os.path.isdir(p))


def build(*more, kver=None, out=BUILT):
    """Into @out, for the kernel that guests boot; what Debian has for it is fetched first. @more
    is for make."""
    subprocess.run([f"{TREE}/bench/setup"], check=True)
    if not kver:
        kver = subprocess.run([f"{TREE}/selftests/kver"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    for source in f"{TREE}/bench/kmod", f"{BUILT}/rtpengine":
        module = f"{out}/{os.path.basename(source)}"
        if module != source:
            shutil.copytree(source, module, ignore=MADE, dirs_exist_ok=True)
        subprocess.run(["make", "-s", "-C", headers(kver), f"M={module}", "RTPENGINE_VERSION=bench", *more, "modules"],
                       check=True, stdout=subprocess.DEVNULL)
