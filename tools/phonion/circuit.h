/* SPDX-License-Identifier: GPL-2.0 */
/* A circuit as the client keeps it. */
#ifndef PHONION_CLIENT_CIRCUIT_H
#define PHONION_CLIENT_CIRCUIT_H

#include "path/path.h"
#include "phonion.h"
#include "protocol/hop.h"
#include "protocol/receipt.h"
#include "tools/lib/window.h"

#define CIRCUIT_ID_LEN 6

enum booking_state {
	BOOKING_PLANNED, /* no broker knows of it */
	BOOKING_SENT,	 /* perhaps one does */
	BOOKING_RESERVED,
	BOOKING_STATES,
};

/* When its legs go up and down; timing.h. */
enum circuit_timing {
	CIRCUIT_DEMAND,	   /* with the call */
	CIRCUIT_LINGER,	   /* up with the call, down a random time after the caller has gone */
	CIRCUIT_QUANTISED, /* up with the call, down at the end of the window */
	CIRCUIT_EARLY,	   /* those between relays stand for the window */
	CIRCUIT_STANDBY,   /* the callee's too */
	CIRCUIT_TIMINGS
};

/* A hop of it. */
struct booking {
	enum booking_state state;
	uint8_t id[RESERVATION_ID_LEN];
	uint8_t broker[SIGN_KEY_LEN];
	uint8_t relay[SIGN_KEY_LEN];
	uint8_t seal_key[HPKE_KEY_LEN];
	char operator[DESCRIPTOR_NAME_SIZE];
	char carrier_in[DESCRIPTOR_NAME_SIZE], carrier_out[DESCRIPTOR_NAME_SIZE];
	char ingress[HOP_NUMBER_SIZE];
	char code[HOP_CODE_SIZE]; /* "": a number of its own */
	char next[HOP_NUMBER_SIZE];
	char postd[HOP_POSTD_SIZE];
	struct slots slots; /* of its broker */
	uint32_t tokens;    /* that it costs */
	uint8_t reply_private[HPKE_KEY_LEN], reply_key[HPKE_KEY_LEN];
	uint8_t cancel_secret[HOP_CANCEL_LEN];
	uint8_t box_hash[32];
	bool answered; /* by a receipt */
	enum receipt_verdict verdict;
	uint64_t answered_at;
};

struct circuit {
	char id[CIRCUIT_ID_LEN + 1];
	bool building;
	enum circuit_timing timing;
	uint16_t lead_s; /* legs go up within so long of the window's start; 0: as long as fits it */
	struct window window; /* on slots of every broker */
	char to[HOP_NUMBER_SIZE];
	char from_carrier[DESCRIPTOR_NAME_SIZE],
		to_carrier[DESCRIPTOR_NAME_SIZE]; /* "": not told */
	unsigned int n;
	struct booking hops[PATH_MAX_HOPS];
};

/* In locked memory; release with secret_free(). NULL: no memory. */
struct circuit *circuit_new(void);
/* Writes it into the state, in place of one with the same id. 0 or -ENOMEM. */
int circuit_keep(struct client *client, const struct circuit *circuit);
/* From the state; NULL: it is not one, or no memory. */
struct circuit *circuit_from(const json_t *item);
/* The item in the state whose id begins with ID (NULL: the only one); NULL after complaining. */
json_t *circuit_find(const struct client *client, const char *id, int *status);
void circuit_remove(struct client *client, const char *id);

/* Its reservations become cancellations to be sent. */
void circuit_abandon(struct client *client, const json_t *item);
void booking_abandon(struct client *client, const struct circuit *circuit,
		     const struct booking *booking);

/* What the caller is to do, as a tel: URI (RFC 3966). */
#define CIRCUIT_URI_SIZE (HOP_NUMBER_SIZE + HOP_CODE_SIZE + 16)
void circuit_uri(const struct circuit *circuit, char uri[CIRCUIT_URI_SIZE]);

#endif
