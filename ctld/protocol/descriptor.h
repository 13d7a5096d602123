/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A relay's descriptor: what it says of itself, signed by its own key (JWS of
 * type "phonion-relay"), so that no broker can put words into its mouth. The
 * format is in Documentation/protocol.md.
 */
#ifndef PHONION_DESCRIPTOR_H
#define PHONION_DESCRIPTOR_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/hop.h"

#define DESCRIPTOR_TYPE		  "phonion-relay"
#define DESCRIPTOR_MAX_LEN	  16384 /* characters of the JWS */
#define DESCRIPTOR_MAX_TRUNKS	  16
#define DESCRIPTOR_MAX_INGRESSES  64 /* of one trunk */
#define DESCRIPTOR_MAX_PREFIXES	  64 /* of one trunk */
#define DESCRIPTOR_NAME_SIZE	  65 /* operator and carrier: UTF-8, and NUL */
#define DESCRIPTOR_MAX_LANES	  1000
#define DESCRIPTOR_MAX_PRICE	  16
#define DESCRIPTOR_MAX_LIFETIME_S (7 * 86400) /* from when a broker is told */

enum technology { TECH_SIP, TECH_PRI, TECH_CAS, TECH_COUNT };

struct ingress {
	char number[HOP_NUMBER_SIZE]; /* E.164 with + */
	/*
	 * 0: a number of its own, one reservation at a time and no access code.
	 * Otherwise shared by so many at once, told apart by their codes.
	 */
	uint32_t lanes;
};

struct descriptor_trunk {
	char carrier[DESCRIPTOR_NAME_SIZE];
	char region[3]; /* ISO 3166-1 alpha-2 */
	enum technology technology;
	struct ingress *ingresses;
	size_t n_ingresses;
	/*
	 * What can be dialled out, E.164 prefixes with +; "+" is everything. The
	 * trunk with the longest match dials a number, the first of equals: so a
	 * client knows which carrier will.
	 */
	char (*prefixes)[HOP_NUMBER_SIZE];
	size_t n_prefixes;
};

struct descriptor {
	uint8_t relay[SIGN_KEY_LEN];
	uint8_t seal_key[HPKE_KEY_LEN]; /* hops are sealed to it */
	char operator[DESCRIPTOR_NAME_SIZE];
	uint64_t sequence;	  /* grows with each new one */
	uint64_t issued, expires; /* Unix seconds */
	uint32_t price;		  /* tokens for each slot, 0 to DESCRIPTOR_MAX_PRICE */
	struct descriptor_trunk *trunks;
	size_t n_trunks;
};

/* *JWS is to be freed. -EINVAL: a field is out of its range. */
int descriptor_sign(char **jws, const struct descriptor *descriptor,
		    const uint8_t private_key[SIGN_KEY_LEN]);

/*
 * Parses and checks every field; the signature only with DESCRIPTOR_VERIFY
 * (10,000 signatures are a second: a client verifies the relays that it
 * chooses). *ERROR, when not NULL, becomes a constant sentence.
 * -EBADMSG: not a descriptor; -EKEYREJECTED: not signed by the relay.
 */
enum { DESCRIPTOR_VERIFY = 1 };
int descriptor_read(struct descriptor **descriptor, const char *jws, unsigned int flags,
		    const char **error);
void descriptor_free(struct descriptor *descriptor);

/* The trunk that dials NUMBER out, NULL when none does. */
const struct descriptor_trunk *descriptor_route(const struct descriptor *descriptor,
						const char *number);
/* The trunk whose ingress NUMBER is; *INGRESS, when not NULL, is that. */
const struct descriptor_trunk *descriptor_ingress(const struct descriptor *descriptor,
						  const char *number,
						  const struct ingress **ingress);
const char *technology_name(enum technology technology);
int technology_parse(enum technology *technology, const char *name);

#endif
