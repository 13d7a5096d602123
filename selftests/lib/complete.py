# SPDX-License-Identifier: GPL-2.0
"""What a shell's completion offers."""
import subprocess

SCRIPT = '''. "$1"
function=$2
shift 2
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
$function
printf "%s\\n" "${COMPREPLY[@]}"'''


def offered(file, function, words, cwd):
    """For the last of @words, by @function of the script @file."""
    done = subprocess.run(["bash", "-c", SCRIPT, "-", file, function, *words], stdout=subprocess.PIPE, text=True, check=True,
                          cwd=cwd)
    return set(done.stdout.split())
