# SPDX-License-Identifier: GPL-2.0
"""Tokens: how many, of whom, how often."""

from common import broker, listed, refused
from crypto import Token, b64, unb64
from rig import Broker, Client, Reservation
from tap import eq


def test_tokens():
    relay = listed(price=2)
    tokens = broker.tokens(6)
    good = Reservation(relay, slots=2, tokens=tokens[:4])
    for tokens_given in (tokens[:3], tokens[:5], []):
        refused(Reservation(relay, slots=2, tokens=tokens_given).put(), 422, "out-of-range",
                f"{len(tokens_given)} tokens for what costs 4")
    eq(good.put().status, 201, "4 tokens for what costs 4")
    for spent in (tokens[:4], [tokens[4], tokens[0], tokens[5], tokens[1]]):
        refused(Reservation(relay, "+4930200", slots=2, tokens=spent).put(), 403, "token-spent",
                "a token is spent once")
    refused(Reservation(relay, "+4930200", slots=1, tokens=[tokens[4]] * 2).put(), 403, "token-spent",
            "nor twice in one request")
    eq(Reservation(relay, "+4930200", slots=1, tokens=tokens[4:]).put().status, 201,
       "the unspent ones of a refused request are good")
    many = Reservation(relay, "+4930200", ahead=9, slots=33, tokens=[])
    refused(many.put(), 422, "out-of-range", "more than 64 tokens cannot be spent at once")


def altered(token, **changed):
    return {**token.json(), **{k: b64(v) if isinstance(v, bytes) else v for k, v in changed.items()}}


def test_forged_tokens():
    relay = listed()
    reservation = Reservation(relay)
    token = broker.tokens(1)[0]
    flipped = bytes([token.signature[0], token.signature[1] ^ 1]) + token.signature[2:]
    other_nonce = token.prepared[:-1] + bytes([token.prepared[-1] ^ 1])
    for what, forged in (("an altered signature", altered(token, signature=flipped)),
                         ("another message", altered(token, prepared=other_nonce)),
                         ("no signature", altered(token, signature=bytes(256))),
                         ("a signature above the modulus", altered(token, signature=b"\xff" * 256)),
                         ("an epoch that is not", altered(token, epoch=token.epoch + 1)),
                         ("an epoch of long ago", altered(token, epoch=0))):
        refused(reservation.put(tokens=[forged]), 403, "token-invalid", f"a token with {what}")
    eq(reservation.put(tokens=[token.json()]).status, 201, "the token itself is good")


def test_token_of_another_label():
    """What the broker signs it does not see; what it takes must say that it is a token."""
    relay = listed()
    key = broker.directory()["tokens"][0]
    import crypto
    label, crypto.LABEL = crypto.LABEL, b"phonion-token-v2"
    try:
        token = Token(key["epoch"], unb64(key["key"]))
    finally:
        crypto.LABEL = label
    answer = Client(broker).send("POST", "/v1/tokens", {"epoch": key["epoch"], "blinded": [b64(token.blinded)]})
    token.finish(unb64(answer.json["signatures"][0]))
    refused(Reservation(relay, tokens=[token]).put(), 403, "token-invalid", "a signature of something else")


def test_token_of_another_broker():
    other = Broker().start()
    try:
        token = other.tokens(1)
        relay = listed()
        refused(Reservation(relay, tokens=token).put(), 403, "token-invalid", "a token of another broker")
    finally:
        eq(other.stop(), 0, "the other broker ends in order")


def test_blinded_above_the_modulus():
    key = broker.directory()["tokens"][0]
    answer = Client(broker).send("POST", "/v1/tokens", {"epoch": key["epoch"], "blinded": [b64(b"\xff" * 256)]})
    refused(answer, 400, "malformed", "a blinded value above the modulus")
