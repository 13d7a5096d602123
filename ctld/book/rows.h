/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The book's rows, in an SQLite file of the relay's own: boxes as they came,
 * sealed; receipts that a broker has not taken yet; how far each broker was
 * collected. A change that returned 0 is on the disk. -EIO: damaged or full.
 */
#ifndef PHONION_BOOK_ROWS_H
#define PHONION_BOOK_ROWS_H

#include "protocol/hop.h"
#include "protocol/receipt.h"

#define ROW_BROKER_SIZE 33

struct rows;

struct row {
	uint64_t sequence; /* at the broker that it came from */
	uint8_t id[RESERVATION_ID_LEN];
	char broker[ROW_BROKER_SIZE]; /* that it came from */
	struct hop_bind bind;
	uint8_t box[HOP_BOX_LEN];
	uint8_t box_hash[32];
	bool cancelled;
};

int rows_open(struct rows **rows, const char *file, char **error);
void rows_close(struct rows *rows);

/* 1: there, and *ROW is it; 0: not. */
int rows_find(struct rows *rows, const uint8_t id[RESERVATION_ID_LEN], struct row *row);
int rows_find_box(struct rows *rows, const uint8_t box_hash[32], struct row *row);

typedef int (*row_fn)(const struct row *row, void *arg);
/* Those not cancelled whose slots overlap [START, END); of INGRESS unless it is NULL. */
int rows_overlapping(struct rows *rows, const char *ingress, uint64_t start, uint64_t end,
		     row_fn fn, void *arg);

/* *EDGE is lowered to when, after NOW, slots begin (less AHEAD_S) or end. */
int rows_next_edge(struct rows *rows, uint64_t now, unsigned int ahead_s, uint64_t *edge);

/*
 * What a broker's item comes to, in one transaction: how far it is collected;
 * the row unless NULL is given; cancelled; the receipt unless NULL is given.
 */
struct rows_change {
	const char *broker;
	uint64_t sequence;
	const struct row *row;
	const uint8_t *cancel; /* id */
	const uint8_t *id;     /* of the receipt */
	const uint8_t *receipt;
	uint64_t ends; /* Unix seconds after which nobody wants the receipt */
};
int rows_apply(struct rows *rows, const struct rows_change *change);

int rows_sequence(struct rows *rows, const char *broker, uint64_t *sequence);
/* 1: ID and RECEIPT are the next that BROKER is to get; 0: none is. */
int rows_next_receipt(struct rows *rows, const char *broker, uint8_t id[RESERVATION_ID_LEN],
		      uint8_t receipt[RECEIPT_BOX_LEN]);
int rows_drop_receipt(struct rows *rows, const char *broker, const uint8_t id[RESERVATION_ID_LEN]);
/* Forgets what ended by THEN; nothing of it stays in the file or its log. */
int rows_expire(struct rows *rows, uint64_t then);
int rows_count_receipts(struct rows *rows, const char *broker, unsigned int *receipts);
/* All that are not expired, by their start. */
int rows_each(struct rows *rows, row_fn fn, void *arg);
int rows_count(struct rows *rows, unsigned int *reservations, unsigned int *receipts);
/* A number that is higher at each call, and about the time. */
int rows_next_version(struct rows *rows, uint64_t now, uint64_t *version);

#endif
