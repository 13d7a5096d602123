/* SPDX-License-Identifier: GPL-2.0 */
/* What the book is made of. */
#ifndef PHONION_BOOK_INTERNAL_H
#define PHONION_BOOK_INTERNAL_H

#include "book/book.h"
#include "book/rows.h"
#include "http/client.h"
#include "loop/loop.h"

/* Who the relay is: one key file, from which the seal key is derived. */
struct book_identity {
	uint8_t private_key[SIGN_KEY_LEN], public_key[SIGN_KEY_LEN];
	uint8_t seal_private[HPKE_KEY_LEN], seal_public[HPKE_KEY_LEN];
	char name[SIGN_KEY_CHARS + 1];
	char *pem; /* certificate and key, for mutual TLS */
};

/* What is being done with a broker: one request at a time. */
struct book_broker {
	struct book *book;
	const struct conf_broker *conf;
	struct http_call *call;
	struct loop_timer timer;
	uint64_t announce_ms;	    /* loop time from which it must be announced again */
	unsigned int told, telling; /* which statement it has, and which is on its way */
	uint64_t announced_s, collected_s, failing_s;
	unsigned int failures;			/* in a row */
	uint8_t receipt_id[RESERVATION_ID_LEN]; /* of the receipt that is being sent */
	char error[128];
};

/* A hop whose window is open, or about to be. */
struct book_open {
	bool kept; /* while refreshing: it is still in the book */
	uint8_t id[RESERVATION_ID_LEN];
	struct hop hop;
};

struct book {
	struct loop *loop;
	const struct conf *conf;
	struct book_identity identity;
	struct rows *rows;
	struct http_client *http;
	struct book_broker *brokers;
	size_t n_brokers;
	char *statement;	 /* what brokers are told of the relay; NULL: to be made */
	unsigned int statements; /* how many there were */
	struct book_open *open;
	size_t n_open;
	struct loop_timer refresh;
	void (*watch)(void *arg);
	void *watch_arg;
	uint64_t edge_s;    /* when refreshing next is due */
	uint64_t expired_s; /* when rows were expired last */
	uint64_t accepted, refused[BOOK_REFUSALS];
};

uint64_t book_now_s(void);

/* identity.c */
int identity_open(struct book_identity *identity, const char *file, char **error);
void identity_close(struct book_identity *identity);

/* describe.c: *JWS says who we are now; to be freed */
int describe(const struct book *book, char **jws);
const struct conf_trunk *describe_route(const struct conf *conf, const char *number);
const struct conf_trunk *describe_ingress(const struct conf *conf, const char *number,
					  const struct conf_ingress **ingress);

/* accept.c: what a broker gave us. 0: it is dealt with, whatever it was. */
int accept_item(struct book *book, const char *broker, const struct row *item);
int accept_cancel(struct book *book, const char *broker, const uint8_t id[RESERVATION_ID_LEN],
		  const uint8_t secret[HOP_CANCEL_LEN], uint64_t sequence);

/* open.c */
int open_refresh(struct book *book);
/* ROW is in the book since now. */
int open_added(struct book *book, const struct row *row);
void open_forget(struct book *book);

/* broker.c: starting anew ends what is being asked */
int brokers_start(struct book *book);
void brokers_stop(struct book *book);
/* There are receipts to be sent. */
void brokers_wake(struct book *book, const char *name);

#endif
