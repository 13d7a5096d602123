# SPDX-License-Identifier: GPL-2.0
"""
What each wrong value of each member of each request gets. The table is
Documentation/broker-bad-input.md; each of its rows is executed, and it is
written anew with PHONION_WRITE=1.
"""
import json
import os
import secrets

import rig
from crypto import b64
from tap import eq, ok

FILE = os.path.join(rig.TOP, "Documentation/broker-bad-input.md")
MAX = 2 ** 53 - 1
HEAD = """<!-- SPDX-License-Identifier: GPL-2.0 -->
# What a broker answers to bad input

Written by `selftests/broker/api`, which executes each row and fails when the
answer is another. Each row is one request that is good but for one value, which
is shown as it is in the JSON text. A good request of each kind is answered with
success in the same run.

| request | member | value | answer |
|---|---|---|---|
"""
M, R = (400, "malformed"), (422, "out-of-range")


def quoted(text):
    return json.dumps(text)


def of_any_kind():
    """(what it is called, the raw JSON) of no string."""
    return [("missing", None, M), ("`null`", "null", M), ("`true`", "true", M), ("`[]`", "[]", M), ("`{}`", "{}", M)]


def strings(good):
    """Wrong in every string."""
    return [("a number", "7", M), ("empty", '""', M), ("with NUL", quoted(good[:-1] + "\0"), M),
            ("bad UTF-8", b'"' + good[:-1].encode() + b'\xff"', M),
            ("a lone surrogate", '"' + good[:-1] + '\\ud800"', M),
            ("with a line feed", b'"' + good.encode() + b'\n"', M), ("not ended", f'"{good}', M)]


def octets(good):
    """Wrong in base64url of a length."""
    last = {"A": "B", "Q": "R", "g": "h", "w": "x"}.get(good[-1], chr(ord(good[-1]) + 1))
    return of_any_kind() + strings(good) + [
        ("a character less", quoted(good[:-1]), M), ("a character more", quoted(good + "A"), M),
        ("twice", quoted(good * 2), M), ("60,000 characters", quoted("A" * 60000), M),
        ("padded", quoted(good + "="), M), ("of the other base64", quoted("+/" + good[2:]), M),
        ("with a blank", quoted(" " + good[1:]), M), ("with bits left over", quoted(good[:-1] + last), M)]


def integers(low, high, above=True):
    """Wrong in a whole number of a range."""
    rows = of_any_kind() + [
        ("a text", '"7"', M), ("`7.0`", "7.0", M), ("`7e0`", "7e0", M), ("`07`", "07", M), ("`+7`", "+7", M),
        ("`0x7`", "0x7", M), ("`NaN`", "NaN", M), ("`-7`", "-7", R), ("2^63", str(2 ** 63), M),
        ("-2^63 - 1", str(-2 ** 63 - 1), M), ("2^64 + 7", str(2 ** 64 + 7), M), ("400 digits", "9" * 400, M),
        ("`1e400`", "1e400", M), ("2^63 - 1", str(2 ** 63 - 1), R)]
    if low:
        rows.append((f"{low - 1:,}", str(low - 1), R))
    return rows + ([(f"{high + 1:,}", str(high + 1), R)] if above else [])


def number():
    return of_any_kind() + strings("+4930100") + [
        ("no `+`", '"4930100"', M), ("`+` only", '"+"', M), ("a letter", '"+49x"', M), ("a blank", '"+49 30"', M),
        ("6 digits", '"+493010"', M), ("16 digits", quoted("+" + "1" * 16), M), ("a first 0", '"+0930100"', M),
        ("33 characters", quoted("+" + "1" * 32), M), ("60,000 characters", quoted("+" + "1" * 60000), M),
        ("Arabic digits", quoted("+\u0661\u0662"), M)]


def lists(good, fewer):
    """Wrong in a list of texts or objects, of which GOOD is raw JSON."""
    return [("missing", None, M), ("`null`", "null", M), ("`7`", "7", M), ("a text", '"x"', M), ("`{}`", "{}", M),
            ("`[]`", "[]", fewer), ("of `null`", "[null]", M), ("of a number", "[7]", M),
            ("65 entries", f"[{','.join([good] * 65)}]", R), ("nested", f"[[{good}]]", M),
            ("with a comma more", f"[{good},]", M)]



def object_text(members):
    """Of pairs of name and raw JSON; None is left out."""
    out = b"{"
    for name, raw in members:
        if raw is not None:
            out += (b"," if len(out) > 1 else b"") + json.dumps(name).encode() + b":"
            out += raw if isinstance(raw, bytes) else raw.encode()
    return out + b"}"


def whole_bodies(good):
    """Wrong as a whole."""
    text = good.decode()
    return [("", "empty", b"", M), ("", "`null`", b"null", M), ("", "`[]`", b"[]", M), ("", "`7`", b"7", M),
            ("", "a text", b'"x"', M), ("", "`{}`", b"{}", M), ("", "cut", good[:-1], M),
            ("", "something after it", good + b"x", M), ("", "two of it", good + good, M),
            ("", "NUL after it", good + b"\0", M), ("", "with a byte order mark", b"\xef\xbb\xbf" + good, M),
            ("", "in UTF-16", text.encode("utf-16"), M), ("", "a comma more", good[:-1] + b",}", M),
            ("", "a comment", good[:-1] + b"/* x */}", M), ("", "single quotes", text.replace('"', "'").encode(), M),
            ("", "nested 20,000 deep", b"[" * 20000, M),
            ("", "an unknown member", good[:-1] + b',"x":1}', M),
            ("", "an unknown member with an empty name", good[:-1] + b',"":1}', M)]


def rows_of(members, rules, wrap=lambda text: text):
    """(member, value, body, answer) for all RULES, where WRAP makes an object the body."""
    out = []
    for name, rules_of_it in rules.items():
        for what, raw, answer in rules_of_it:
            body = object_text((n, raw if n == name else good) for n, good in members)
            out.append((name, what, wrap(body), answer))
        twice = object_text([*members, (name, dict(members)[name])])
        out.append((name, "twice in the object", wrap(twice), M))
        out.append((name, "in capitals", wrap(object_text((n.upper() if n == name else n, g) for n, g in members)), M))
    return out


def reservation_rows(relay):
    good = rig.Reservation(relay)
    members = [(k, json.dumps(v)) for k, v in good.body.items()]
    token = list((k, json.dumps(v)) for k, v in good.body["tokens"][0].items())

    def with_token(text):
        raw = b"[" + text + b"]"
        return object_text((k, raw if k == "tokens" else v) for k, v in members)

    rules = {"relay": octets(good.body["relay"]), "ingress": number(), "slot": integers(0, MAX),
             "slots": integers(1, 96), "expires": integers(0, MAX), "box": octets(good.body["box"]),
             "cancel": octets(good.body["cancel"]), "tokens": lists(object_text(token).decode(), R)}
    token_rules = {"epoch": integers(0, MAX), "prepared": octets(good.body["tokens"][0]["prepared"]),
                   "signature": octets(good.body["tokens"][0]["signature"])}
    body = object_text(members)
    rows = whole_bodies(body) + rows_of(members, rules)
    rows += [(f"tokens[].{name}" if name else name, what, text, answer)
             for name, what, text, answer in rows_of(token, token_rules, with_token)]
    rows.append(("tokens[]", "with an unknown member", with_token(object_text(token)[:-1] + b',"x":1}'), M))
    return "PUT", good.target, "/v1/reservations/{id}", body, rows, 201


def tokens_rows():
    blinded = b64(b"\0" + secrets.token_bytes(255))
    members = [("epoch", str(NOW_EPOCH)), ("blinded", f'["{blinded}"]')]
    rules = {"epoch": integers(0, MAX), "blinded": lists(f'"{blinded}"', R)}
    of_list = [("blinded[]", what, object_text([members[0], ("blinded", b"[" + enc(raw) + b"]")]), answer)
               for what, raw, answer in octets(blinded) if raw is not None]
    body = object_text(members)
    return "POST", "/v1/tokens", "/v1/tokens", body, whole_bodies(body) + rows_of(members, rules) + of_list, 200


def enc(raw):
    return raw if isinstance(raw, bytes) else raw.encode()


def one_member(method, target, shown, name, value, status):
    members = [(name, quoted(value))]
    body = object_text(members)
    return method, target, shown, body, whole_bodies(body) + rows_of(members, {name: octets(value)}), status


def descriptor_rows(relay):
    good = relay.descriptor()
    members = [("descriptor", quoted(good))]
    rules = of_any_kind() + strings(good) + [
        ("no statement", '"x"', M), ("`..`", '".."', M), ("16,385 characters", quoted("A" * 16385), M),
        ("cut", quoted(good[:-1]), M), ("of two parts", quoted(good.rsplit(".", 1)[0]), M),
        ("with a blank", quoted(good + " "), M), ("padded", quoted(good + "="), M)]
    body = object_text(members)
    return ("PUT", relay.target, "/v1/relays/{relay}", body,
            whole_bodies(body) + rows_of(members, {"descriptor": rules}), 204)


NOW_EPOCH = 0


def shown_answer(answer):
    return f"{answer.status} `{answer.problem}`" if answer.status >= 400 else str(answer.status)


def execute(relay, client):
    global NOW_EPOCH
    NOW_EPOCH = max(key["epoch"] for key in relay.broker.directory()["tokens"])
    cancelled, receipted = rig.Reservation(relay, "+4930200"), rig.Reservation(relay, "+4930200")
    assert cancelled.put().status == receipted.put().status == 201
    table = HEAD
    for method, target, shown, body, rows, status in (
            tokens_rows(), reservation_rows(relay),
            one_member("POST", f"{cancelled.target}/cancel", "/v1/reservations/{id}/cancel", "secret",
                       b64(cancelled.secret), 204),
            one_member("PUT", f"{receipted.target}/receipt", "/v1/reservations/{id}/receipt", "receipt",
                       b64(secrets.token_bytes(rig.RECEIPT)), 204),
            descriptor_rows(relay)):
        for name, what, raw, (code, problem) in rows:
            got = relay.client.send(method, target, raw=raw)
            if (got.status, got.problem) != (code, problem):
                eq((got.status, got.problem), (code, problem), f"{method} {shown}: {name or 'the body'}: {what}")
            table += f"| {method} {shown} | {f'`{name}`' if name else 'the body'} | {what} | {shown_answer(got)} |\n"
        good = relay.client.send(method, target, raw=body)
        eq(good.status, status, f"{method} {shown}: {len(rows)} bad bodies are refused, a good one is not")
    if os.environ.get("PHONION_WRITE"):
        with open(FILE, "w") as f:
            f.write(table)
    with open(FILE) as f:
        ok(f.read() == table, "Documentation/broker-bad-input.md tells just that (PHONION_WRITE=1 writes it)")
