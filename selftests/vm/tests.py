# SPDX-License-Identifier: GPL-2.0
"""The tests that are to run, from the command line or from the suite."""
import os
import re
import shlex

HERE = os.path.dirname(os.path.realpath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
BUILD = f"{TREE}/build"
SUITE = f"{HERE}/suite"


class Test:
    def __init__(self, words, limit, boot="main", module=True, icount=False, base=TREE):
        self.path = os.path.normpath(os.path.join(base, words[0]))
        self.words = [self.path] + words[1:]
        name = os.path.relpath(self.path, TREE)
        if name.startswith("../"):
            name = self.path
        self.name = " ".join([re.sub(r"^selftests/", "", name)] + words[1:])
        self.limit, self.boot, self.module, self.icount = limit, boot, module, icount

    def missing(self):
        if not os.path.isfile(self.path):
            return "no such file"
        return None if os.access(self.path, os.X_OK) else "not executable"


def read_suite(default_limit, path=SUITE):
    """Lines of: PATH [ARG...] [limit=SECONDS] [boot=NAME] [nomodule] [icount], # comments."""
    tests = []
    for line in open(path):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        options = {"limit": default_limit, "boot": "main", "module": True, "icount": False}
        while len(words) > 1:
            if m := re.fullmatch(r"limit=(\d+)", words[-1]):
                options["limit"] = int(m[1])
            elif m := re.fullmatch(r"boot=(\w+)", words[-1]):
                options["boot"] = m[1]
            elif words[-1] == "nomodule":
                options["module"] = False
            elif words[-1] == "icount":
                options["icount"] = True
            else:
                break
            words.pop()
        tests.append(Test(words, **options))
    return tests
