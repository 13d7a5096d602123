# SPDX-License-Identifier: GPL-2.0
"""What is said: speech from Debian's Asterisk packages as G.711 u-law."""
import os
import subprocess

import process

SOUNDS = "/usr/share/asterisk/sounds/en_US_f_Allison"
CALLER, CALLEE = "demo-nogo.wav", "dictate/play_help.wav"   # 10.5 s and 10.2 s
RATE, FRAME = 8000, 160     # samples a second, and in the 20 ms of a packet
SILENCE = b"\xff"


def make(clip, path, seconds=None):
    """Writes @clip to @path, whole packets of it, and returns the octets."""
    wav = os.path.join(SOUNDS, clip)
    if not os.path.exists(wav):
        raise process.Missing("asterisk-core-sounds-en-wav is not installed", "selftests/setup")
    try:
        subprocess.run(["sox", "-D", wav, "-t", "ul", "-r", str(RATE), "-c", "1", path],
                       check=True, timeout=300)
    except FileNotFoundError:
        raise process.Missing("sox is not installed", "selftests/setup") from None
    with open(path, "rb") as f:
        said = f.read()
    if seconds:
        said = said[:int(seconds * RATE)]
    said += SILENCE * (-len(said) % FRAME)
    with open(path, "wb") as f:
        f.write(said)
    return said
