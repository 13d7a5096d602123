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

#endif
