/* SPDX-License-Identifier: GPL-2.0 */
/* The directories of all brokers, and the relays in them. */
#ifndef PHONION_DIRECTORIES_H
#define PHONION_DIRECTORIES_H

#include "broker.h"
#include "protocol/directory.h"
#include "tools/lib/window.h"

/* A relay, and what each broker's directory has of it. */
struct known_relay {
	const struct descriptor *descriptor; /* the newest */
	struct {
		unsigned int broker;
		const struct directory_relay *entry;
	} at[MAX_BROKERS];
	unsigned int n;
	bool bad; /* no descriptor of it is signed by it */
};

struct directories {
	struct broker brokers[MAX_BROKERS];
	struct directory *of[MAX_BROKERS]; /* NULL: that broker gave none */
	unsigned int n;
	struct known_relay *relays;
	size_t n_relays;
};

/*
 * Downloads and verifies them, and the newest descriptor of each relay of which
 * they have different ones. At least one broker must answer. An exit status.
 */
int directories_get(const struct client *client, struct directories *directories);
void directories_release(struct directories *directories);

/* Widens WINDOW to slots of all brokers, and says so. An exit status. */
int directories_round(const struct client *client, const struct directories *directories,
		      struct window *window);

/* As far as every broker knows that lists the relay. */
bool directories_free(const struct directories *directories, const struct known_relay *relay,
		      const char *ingress, const struct window *window);

/*
 * Of the newest descriptor. False: it is forged, and the next one takes its
 * place, so that no broker can push a relay aside by a newer forgery; the relay
 * is bad when there is none left.
 */
bool directories_verify(struct known_relay *relay);

/* The relay whose key begins with PREFIX; NULL: none or several. */
const struct known_relay *directories_relay(const struct directories *directories,
					    const char *prefix);

/* How relays are shown: the first characters of their keys. */
#define RELAY_SHORT_CHARS 8
#define RELAY_SHORT_SIZE  (SIGN_KEY_CHARS + 1)
void relay_short(char text[RELAY_SHORT_SIZE], const uint8_t relay[SIGN_KEY_LEN]);

#endif
