# SPDX-License-Identifier: GPL-2.0
"""Modules that only benches load: the generator, and rtpengine's."""
import os
import subprocess

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def build():
    """Into build/bench, for the kernel that guests boot; what Debian has for it is fetched first."""
    subprocess.run([f"{TREE}/bench/setup"], check=True)
    kver = subprocess.run([f"{TREE}/selftests/kver"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    kernel = f"/lib/modules/{kver}/build"
    if not os.path.isdir(kernel):
        kernel = f"/usr/src/linux-headers-{kver}"
    there = f"{TREE}/build/bench/kmod"
    os.makedirs(there, exist_ok=True)
    subprocess.run(f"cp -u {TREE}/bench/kmod/* {there}/", shell=True, check=True)
    for module in there, f"{TREE}/build/bench/rtpengine":
        subprocess.run(["make", "-s", "-C", kernel, f"M={module}", "RTPENGINE_VERSION=bench", "modules"], check=True,
                       stdout=subprocess.DEVNULL)
