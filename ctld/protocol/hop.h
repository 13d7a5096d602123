/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hop: what one relay of a circuit is told, sealed to its key. It holds the
 * relay's own window, ingress, access code, next number and timing policy, a
 * key to seal the receipt to and the hash that a cancellation must match, and
 * nothing of any other hop. Every box has the same size.
 */
#ifndef PHONION_HOP_H
#define PHONION_HOP_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/hpke.h"
#include "crypto/sign.h"
#include "protocol/slot.h"

#define HOP_NUMBER_SIZE	 33 /* digits with an optional leading +, and NUL; E.164 has 15 digits */
#define HOP_CODE_SIZE	 17 /* DTMF digits 0-9, and NUL */
#define HOP_POSTD_SIZE	 33 /* RFC 3966 post-dial: digits 0-9 * #, p for a pause of 1 s; and NUL */
#define HOP_CANCEL_LEN	 32 /* secret, and its SHA-256 */
#define HOP_PLAIN_LEN	 256
#define HOP_BOX_LEN	 (HOP_PLAIN_LEN + HPKE_OVERHEAD)
#define HOP_CODE_MIN_LEN 8 /* digits of an access code when there is one */

#define HOP_SPREAD_MAX_S 3600

/* When the relay dials its next number. */
enum hop_raise {
	HOP_RAISE_CALL,	  /* when it is called */
	HOP_RAISE_WINDOW, /* by itself, at a random time in the first SPREAD_S of the window */
	HOP_RAISE_TOLD,	  /* when the relay before it says, in the media, that a caller is there */
};

/* How long that leg stays when the near side has gone. */
enum hop_keep {
	HOP_KEEP_CALL,	 /* not at all */
	HOP_KEEP_LINGER, /* a random time, SPREAD_S in the mean; it is not raised again */
	HOP_KEEP_WINDOW, /* to the end of the window, which ends many legs at once */
};

/* What the relay does with who calls it. */
enum hop_near {
	HOP_NEAR_FOLLOW, /* tells him what the far side does; RING when it stayed from a call before */
	HOP_NEAR_RING, /* lets it ring for as long as people take to answer, then joins him */
	HOP_NEAR_RELAY, /* it is the relay before: answers at once, and plays noise till there is more */
};

struct hop_timing {
	enum hop_raise raise;
	enum hop_keep keep;
	enum hop_near near;
	uint16_t spread_s;
};

/* All zero: each leg goes up and down with the call. */
bool hop_timing_valid(const struct hop_timing *timing);
/* As an octet of a hop; the spread is not in it. */
uint8_t hop_timing_encode(const struct hop_timing *timing);
void hop_timing_decode(struct hop_timing *timing, uint8_t octet);

struct hop {
	uint64_t not_before, not_after; /* Unix seconds; within the slots */
	char ingress[HOP_NUMBER_SIZE];
	char code[HOP_CODE_SIZE]; /* "": none, the ingress is the reservation's own */
	char next[HOP_NUMBER_SIZE];
	char postd[HOP_POSTD_SIZE]; /* "": nothing to dial after the answer */
	struct hop_timing timing;
	uint8_t reply_key[HPKE_KEY_LEN];     /* X25519, of the client, for this hop only */
	uint8_t cancel_hash[HOP_CANCEL_LEN]; /* SHA-256 of the cancel secret */
};

/* What is bound to the box as associated data, and known to the broker. */
struct hop_bind {
	uint8_t relay[SIGN_KEY_LEN];
	char ingress[HOP_NUMBER_SIZE];
	struct slots slots;
	uint64_t expires; /* Unix seconds; the box is refused from then on */
};

/* -EINVAL: a field is out of its range. */
int hop_seal(const struct hop *hop, const struct hop_bind *bind,
	     const uint8_t relay_key[HPKE_KEY_LEN], uint8_t box[HOP_BOX_LEN]);

/*
 * -EBADMSG: not sealed to this key, or bound to another relay, ingress, slot or
 * expiry. -EINVAL: opened, but what is in it is not a hop (a field out of its
 * range, padding not zero, an ingress or window that BIND does not have). HOP
 * is wiped on every error; wipe it after use.
 */
int hop_open(struct hop *hop, const struct hop_bind *bind,
	     const uint8_t relay_private[HPKE_KEY_LEN], const uint8_t box[HOP_BOX_LEN]);

#endif
