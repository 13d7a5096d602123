/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A broker's directory: all its relays and its token keys, signed by the
 * broker (JWS of type "phonion-directory") and downloaded whole, so that no
 * broker sees what is looked for in it.
 */
#ifndef PHONION_DIRECTORY_H
#define PHONION_DIRECTORY_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/descriptor.h"

#define DIRECTORY_TYPE	     "phonion-directory"
#define DIRECTORY_MAX_LEN    (64u << 20) /* characters of the JWS */
#define DIRECTORY_MAX_RELAYS 20000
#define DIRECTORY_MAX_TOKENS 64
#define DIRECTORY_MAX_BUSY   4096 /* runs of slots of one relay */
#define DIRECTORY_SKEW_S     300  /* by which the broker's clock may be ahead of ours */

/* Slots of an ingress in which no lane is free: [first, first + count). */
struct busy {
	char ingress[HOP_NUMBER_SIZE];
	uint64_t first;
	uint32_t count;
};

struct directory_relay {
	char *jws; /* as the relay signed it; not verified by directory_read() */
	struct descriptor *descriptor;
	struct busy *busy;
	size_t n_busy;
};

struct token_key {
	uint64_t epoch;
	uint64_t not_before, not_after; /* Unix seconds in which tokens are issued and taken */
	uint8_t *der;			/* SubjectPublicKeyInfo, RSA 2048 */
	size_t der_len;
};

struct directory {
	uint8_t broker[SIGN_KEY_LEN];
	uint64_t issued, expires; /* Unix seconds */
	uint32_t slot_s;	  /* length of a slot */
	uint64_t horizon_s;	  /* how far ahead may be reserved */
	struct token_key *tokens;
	size_t n_tokens;
	struct directory_relay *relays;
	size_t n_relays;
};

/* *JWS is to be freed. -EINVAL: a token key is too long, or a text is not UTF-8. */
int directory_sign(char **jws, const struct directory *directory,
		   const uint8_t private_key[SIGN_KEY_LEN]);

/*
 * Verifies the broker's signature and every field. A relay whose descriptor
 * does not read is left out and counted in *LEFT_OUT. -EBADMSG: not a
 * directory, or one in which a relay or an epoch stands twice or a token key is
 * not RSA 2048 with 65537; -EKEYREJECTED: not signed by BROKER; -ESTALE:
 * expired at NOW, or issued more than DIRECTORY_SKEW_S after it.
 */
int directory_read(struct directory **directory, const char *jws,
		   const uint8_t broker[SIGN_KEY_LEN], uint64_t now, size_t *left_out,
		   const char **error);
void directory_free(struct directory *directory);

/* Is a lane of the ingress free in all of SLOTS, as far as the directory knows? */
bool directory_free_slots(const struct directory_relay *relay, const char *ingress,
			  const struct slots *slots);

#endif
