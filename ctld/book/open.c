// SPDX-License-Identifier: GPL-2.0
/* The hops whose windows are open: in memory for that long, and then wiped. */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "book/internal.h"

#define MAX_OPEN       4096
#define MIN_REFRESH_S  1
#define MAX_REFRESH_S  60 /* the clock may be set */
#define NS_PER_S       1000000000ull
#define EXPIRE_EVERY_S 60
#define GRACE_S	       3600 /* a row is kept so long after its window */
#define AHEAD_S	       2 /* a hop is opened so long before its window: refreshes are not on the dot */

void open_forget(struct book *book)
{
	if (!book->open)
		return;
	OPENSSL_cleanse(book->open, MAX_OPEN * sizeof(*book->open));
	munmap(book->open, MAX_OPEN * sizeof(*book->open));
	book->open = NULL;
	book->n_open = 0;
}

/* Pages of their own: never in a core dump, and in swap only where locking is not allowed. */
static int make_room(struct book *book)
{
	size_t size = MAX_OPEN * sizeof(*book->open);
	void *room;

	if (book->open)
		return 0;
	room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		return -ENOMEM;
	madvise(room, size, MADV_DONTDUMP);
	mlock2(room, size, MLOCK_ONFAULT);
	book->open = room;
	return 0;
}

static int on_row(const struct row *row, void *arg)
{
	struct book *book = arg;
	struct book_open *open = &book->open[book->n_open];

	if (book->n_open == MAX_OPEN)
		return 0;
	if (hop_open(&open->hop, &row->bind, book->identity.seal_private, row->box))
		return 0; /* the key file is another's now */
	memcpy(open->id, row->id, sizeof(open->id));
	book->n_open++;
	return 0;
}

static void on_refresh(void *arg)
{
	open_refresh(arg);
}

/* When the next window opens or closes; until then nothing changes here. */
static uint64_t next_refresh_ms(const struct book *book, uint64_t now)
{
	uint64_t edge = now + MAX_REFRESH_S;

	rows_next_edge(book->rows, now, AHEAD_S, &edge);
	if (edge > now + MAX_REFRESH_S)
		edge = now + MAX_REFRESH_S;
	return (edge > now ? edge - now : MIN_REFRESH_S) * 1000;
}

int open_refresh(struct book *book)
{
	uint64_t now = book_now_s();
	int err = make_room(book);

	if (!err) {
		OPENSSL_cleanse(book->open, book->n_open * sizeof(*book->open));
		book->n_open = 0;
		err = rows_overlapping(book->rows, NULL, now, now + AHEAD_S, on_row, book);
	}
	if (now / EXPIRE_EVERY_S != book->expired_s / EXPIRE_EVERY_S && !err) {
		err = rows_expire(book->rows, now - GRACE_S);
		book->expired_s = now;
	}
	loop_timer_set(book->loop, &book->refresh, next_refresh_ms(book, now), on_refresh, book);
	return err;
}

static bool is_open(const struct hop *hop, uint64_t now_ns)
{
	return hop->not_before * NS_PER_S <= now_ns && now_ns < hop->not_after * NS_PER_S;
}

/* Carriers differ in whether they say the + of an international number. */
static bool is_dialled(const char *number, const char *ingress)
{
	return !strcmp(number + (*number == '+'), ingress + 1);
}

static bool fill(const struct book *book, const struct book_open *open, struct book_hop *hop)
{
	hop->out = describe_route(book->conf, open->hop.next);
	if (!hop->out)
		return false;
	memcpy(hop->reservation, open->id, sizeof(hop->reservation));
	hop->hop = open->hop;
	return true;
}

/* The number of an ingress of TRUNK that NUMBER dials, NULL when none. */
static const struct conf_ingress *find_ingress(const struct conf_trunk *trunk, const char *number)
{
	for (size_t i = 0; i < trunk->n_ingresses; i++)
		if (is_dialled(number, trunk->ingresses[i].number))
			return &trunk->ingresses[i];
	return NULL;
}

enum book_answer book_find(struct book *book, const struct conf_trunk *trunk, const char *number,
			   uint64_t now_ns, struct book_hop *hop)
{
	const struct conf_ingress *ingress = find_ingress(trunk, number);
	const struct book_open *open;

	for (size_t i = 0; ingress && i < book->n_open; i++) {
		open = &book->open[i];
		if (strcmp(open->hop.ingress, ingress->number) || !is_open(&open->hop, now_ns))
			continue;
		if (ingress->lanes)
			return BOOK_CODE;
		if (fill(book, open, hop))
			return BOOK_OPEN;
	}
	return BOOK_UNKNOWN;
}

/* All of CODE is looked at, for every reservation: time says nothing of it. */
int book_match(struct book *book, const struct conf_trunk *trunk, const char *number,
	       const char *code, uint64_t now_ns, struct book_hop *hop)
{
	const struct conf_ingress *ingress = find_ingress(trunk, number);
	const struct book_open *open, *found = NULL;
	char given[HOP_CODE_SIZE] = "";

	if (!ingress || !ingress->lanes || strlen(code) < HOP_CODE_MIN_LEN ||
	    strlen(code) >= sizeof(given))
		return -EACCES;
	strcpy(given, code);
	for (size_t i = 0; i < book->n_open; i++) {
		open = &book->open[i];
		if (strcmp(open->hop.ingress, ingress->number) || !is_open(&open->hop, now_ns))
			continue;
		if (!CRYPTO_memcmp(given, open->hop.code, sizeof(given)))
			found = open;
	}
	OPENSSL_cleanse(given, sizeof(given));
	return found && fill(book, found, hop) ? 0 : -EACCES;
}
