// SPDX-License-Identifier: GPL-2.0
#include "book/book.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "book/internal.h"
#include "log/log.h"

uint64_t book_now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

/* What cannot be said to brokers is refused here and not at the first announcement. */
static int check(const struct book *book, char **error)
{
	char *jws;
	int err = describe(book, &jws);

	if (!err) {
		free(jws);
		return 0;
	}
	if (err == -EINVAL)
		*error = strdup("the relay cannot be described to brokers: a trunk needs "
				"\"carrier\" and \"ingresses\", and all of them together may "
				"not be longer than a descriptor");
	return err;
}

int book_new(struct book **book, struct loop *loop, const struct conf *conf, char **error)
{
	struct book *new = calloc(1, sizeof(*new));
	int err;

	*error = NULL;
	if (!new)
		return -ENOMEM;
	new->loop = loop;
	new->conf = conf;
	err = identity_open(&new->identity, conf->relay->key, error);
	if (!err)
		err = rows_open(&new->rows, conf->relay->book, error);
	if (!err)
		err = check(new, error);
	if (!err)
		err = http_client_new(&new->http, loop);
	if (!err)
		err = open_refresh(new);
	if (!err)
		err = brokers_start(new);
	if (err) {
		book_free(new);
		return err;
	}
	*book = new;
	return 0;
}

void book_free(struct book *book)
{
	if (!book)
		return;
	brokers_stop(book);
	http_client_free(book->http);
	loop_timer_del(&book->refresh);
	open_forget(book);
	rows_close(book->rows);
	identity_close(&book->identity);
	free(book);
}

int book_check(const struct book *book, const struct conf *conf)
{
	const struct conf_relay *relay = book->conf->relay;
	struct book as_told = *book;
	char *error = NULL;
	int err;

	if (!conf->relay || strcmp(conf->relay->key, relay->key) ||
	    strcmp(conf->relay->book, relay->book))
		return -EINVAL;
	as_told.conf = conf;
	err = check(&as_told, &error);
	if (error)
		log_error("%s", error);
	free(error);
	OPENSSL_cleanse(&as_told, sizeof(as_told));
	return err == -EINVAL ? -ERANGE : err;
}

int book_reconfigure(struct book *book, const struct conf *conf)
{
	brokers_stop(book);
	book->conf = conf;
	return brokers_start(book);
}

void book_status(const struct book *book, struct book_status *status)
{
	memset(status, 0, sizeof(*status));
	rows_count(book->rows, &status->reservations, &status->receipts_waiting);
	status->open = book->n_open;
	status->accepted = book->accepted;
	memcpy(status->refused, book->refused, sizeof(status->refused));
}
