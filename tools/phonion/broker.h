/* SPDX-License-Identifier: GPL-2.0 */
/* The brokers that we know, and questions to them. */
#ifndef PHONION_CLIENT_BROKER_H
#define PHONION_CLIENT_BROKER_H

#include "crypto/sign.h"
#include "state.h"

struct broker {
	const char *name, *url;
	const char *pin; /* NULL: its certificate is for the system's CAs to judge */
	uint8_t key[SIGN_KEY_LEN];
};

/* How many; their texts live as long as the state. */
unsigned int brokers_list(const struct client *client, struct broker list[MAX_BROKERS]);
/* false: it was removed. */
bool broker_find(const struct client *client, const uint8_t key[SIGN_KEY_LEN],
		 struct broker *broker);

struct answer {
	long status;	  /* of HTTP; 0: there was none */
	char *body;	  /* NUL-terminated, or NULL */
	char why[320];	  /* unless the status is 2xx: a sentence */
	char problem[40]; /* and its name, such as "lane-busy" */
};

/*
 * Asks over a connection of its own; asks the same again when no answer came or
 * the broker is busy. PATH follows the URL; BODY may be NULL. False unless the
 * status is 2xx. Release ANSWER in any case.
 */
bool broker_ask(const struct client *client, const struct broker *broker, const char *method,
		const char *path, const json_t *body, struct answer *answer);
void answer_release(struct answer *answer);

/* A random pause up to the spread, so that requests do not show to belong together. */
void broker_pause(struct client *client);

/*
 * Sends the cancellations that are to be sent, and forgets those that arrived.
 * How many are left.
 */
size_t broker_cancel_all(struct client *client);

#endif
