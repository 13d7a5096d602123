/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The book: a relay's reservations, collected from brokers and kept in SQLite
 * for hours or days, with no broker needed in between. Boxes stay sealed on
 * the disk; what is in one is in memory only while its window is open, or
 * while it is looked at.
 */
#ifndef PHONION_BOOK_H
#define PHONION_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "protocol/hop.h"
#include "protocol/receipt.h"

struct book;
struct loop;

/*
 * CONF has a relay group, and lives until the next book_reconfigure() or
 * book_free(). *ERROR becomes a sentence to be freed. Announces, collects and
 * opens by itself from then on.
 */
int book_new(struct book **book, struct loop *loop, const struct conf *conf, char **error);
void book_free(struct book *book);
/*
 * May it go on with CONF? -EINVAL: there is no relay group in it, or one of
 * another key or book; -ERANGE: it cannot be told to brokers, as a line in the
 * log says.
 */
int book_check(const struct book *book, const struct conf *conf);
/* After book_check(). Brokers are told anew who we are. */
int book_reconfigure(struct book *book, const struct conf *conf);

/* What a call may do by a reservation that is open now. */
struct book_hop {
	uint8_t reservation[RESERVATION_ID_LEN];
	struct hop hop;		      /* wipe after use */
	const struct conf_trunk *out; /* the trunk that dials hop.next */
};

enum book_answer {
	BOOK_UNKNOWN, /* no reservation is open on this number: refuse as an unknown number */
	BOOK_OPEN,    /* its own number: HOP is filled in */
	BOOK_CODE,    /* a shared number: an access code is to be asked for */
};

/* NUMBER, dialled on TRUNK, at NOW_NS (CLOCK_REALTIME). */
enum book_answer book_find(struct book *book, const struct conf_trunk *trunk, const char *number,
			   uint64_t now_ns, struct book_hop *hop);

/*
 * Is CODE the access code of a reservation that is open on this shared number?
 * 0 and HOP, or -EACCES. Takes the same time for every code of a length.
 */
int book_match(struct book *book, const struct conf_trunk *trunk, const char *number,
	       const char *code, uint64_t now_ns, struct book_hop *hop);

/* Each reservation that is open at NOW_NS and has a trunk to go on by; HOP is good until FN returns. */
void book_each(struct book *book, uint64_t now_ns,
	       void (*fn)(const struct book_hop *hop, void *arg), void *arg);
/* FN whenever what is open may have changed, from the loop. */
void book_watch(struct book *book, void (*fn)(void *arg), void *arg);

/* Why items of brokers were refused; each has a counter. */
enum book_refusal {
	BOOK_NOT_FOR_US, /* does not open: another relay's, ingress's, slot's or expiry's */
	BOOK_MALFORMED,	 /* opens, and is not a hop */
	BOOK_REPLAYED,	 /* the box came before under another id */
	BOOK_EXPIRED,
	BOOK_REFUSED,	 /* with a receipt that says why */
	BOOK_BAD_CANCEL, /* the secret is not the hop's */
	BOOK_REFUSALS,
};

const char *book_refusal_name(enum book_refusal refusal);

struct book_status {
	unsigned int reservations, open, receipts_waiting; /* not cancelled, of these open */
	uint64_t accepted, refused[BOOK_REFUSALS];
};

void book_status(const struct book *book, struct book_status *status);

struct book_broker_status {
	const char *name;
	uint64_t announced_s, collected_s; /* Unix time of the last success; 0: never */
	bool failing;
	uint64_t failing_s;    /* Unix time since when */
	unsigned int receipts; /* that it has not taken yet */
	char error[128];       /* of the last request, when it failed */
};

/* False when there are no I + 1 brokers. */
bool book_broker_status(const struct book *book, size_t i, struct book_broker_status *status);

struct control;
/* Commands of the control socket; BOOK may be NULL, and they say so. */
int book_register(struct book *book, struct control *control);

#endif
