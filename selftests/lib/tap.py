# SPDX-License-Identifier: GPL-2.0
"""Results in TAP. A test is a function; what it raises fails it and not the rest."""
import os
import sys
import time
import traceback

_n = _failed = 0


def ok(good, what, *detail):
    """One result; @detail is shown when it is bad."""
    global _n, _failed
    _n += 1
    if not good:
        _failed += 1
        for text in detail:
            note(text)
    print(f"{'ok' if good else 'not ok'} {_n} - {what}", flush=True)
    return bool(good)


def eq(got, want, what):
    return ok(got == want, what, f"got  {got!r}"[:1000], f"want {want!r}"[:1000])


def raises(error, what, call, *args, **kwargs):
    """@call must raise an OSError with this errno; returns it."""
    try:
        result = call(*args, **kwargs)
    except OSError as e:
        ok(e.errno == error, what, f"got {e!r}, want errno {error}")
        return e
    ok(False, what, f"no error, but {result!r}")
    return None


def skip(what, why):
    global _n
    _n += 1
    print(f"ok {_n} - {what} # SKIP {why}", flush=True)


def note(text):
    for line in str(text).splitlines():
        print(f"# {line}", flush=True)


def until(condition, seconds=20.0, pause=0.01):
    """Poll until @condition() is true, and return what it returned last."""
    limit = time.monotonic() + seconds
    while not (got := condition()) and time.monotonic() < limit:
        time.sleep(pause)
    return got


def run(tests):
    """Run the functions whose names begin with test_ (those that argv names, if any)."""
    only = sys.argv[1:]
    for name, test in list(tests.items()):
        if not name.startswith("test_") or only and name[5:] not in only:
            continue
        start = time.monotonic()
        try:
            test()
        except Exception:
            ok(False, f"{name[5:]} runs to its end", traceback.format_exc())
        if "PHONION_TIMES" in os.environ:
            note(f"{name[5:]}: {time.monotonic() - start:.2f} s")
    done()


def done():
    print(f"1..{_n}", flush=True)
    sys.exit(1 if _failed or not _n else 0)
