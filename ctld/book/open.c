// SPDX-License-Identifier: GPL-2.0
/* The hops whose windows are open: in memory for that long, and then wiped. */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "book/internal.h"
#include "log/log.h"
#include "loop/clock.h"

#define MAX_OPEN       4096
#define MIN_REFRESH_S  1
#define MAX_REFRESH_S  60 /* the clock may be set */
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

static struct book_open *find(const struct book *book, const uint8_t id[RESERVATION_ID_LEN])
{
	for (size_t i = 0; i < book->n_open; i++)
		if (!memcmp(book->open[i].id, id, RESERVATION_ID_LEN))
			return &book->open[i];
	return NULL;
}

/* The slots of a hop are open; its window within them may not be. */
static bool is_due(struct book *book, const struct hop *hop)
{
	uint64_t now = book_now_s(), opens = hop->not_before - AHEAD_S;
	uint64_t edge = opens > now ? opens : hop->not_after;

	if (edge > now && edge < book->edge_s)
		book->edge_s = edge;
	return opens <= now && now < hop->not_after;
}

static int on_row(const struct row *row, void *arg)
{
	struct book *book = arg;
	struct book_open *open = find(book, row->id);

	if (open) {
		open->kept = is_due(book, &open->hop);
		return 0;
	}
	if (book->n_open == MAX_OPEN) {
		log_error("more than %d reservations are open: one is not", MAX_OPEN);
		return 0;
	}
	open = &book->open[book->n_open];
	if (hop_open(&open->hop, &row->bind, book->identity.seal_private, row->box))
		return 0; /* the key file is another's now */
	memcpy(open->id, row->id, sizeof(open->id));
	open->kept = true;
	if (is_due(book, &open->hop))
		book->n_open++;
	else
		OPENSSL_cleanse(open, sizeof(*open));
	return 0;
}

/* What is over or cancelled is wiped, the last takes its place. */
static void drop_others(struct book *book)
{
	for (size_t i = book->n_open; i-- > 0;) {
		struct book_open *last = &book->open[book->n_open - 1];

		if (book->open[i].kept)
			continue;
		book->open[i] = *last;
		OPENSSL_cleanse(last, sizeof(*last));
		book->n_open--;
	}
}

static void on_refresh(void *arg)
{
	int err = open_refresh(arg);

	if (err)
		log_error("the book of reservations cannot be read: %s", strerror(-err));
}

/* When the next window opens or closes; until then nothing changes here. */
static void schedule(struct book *book, uint64_t now)
{
	uint64_t wait_s = book->edge_s > now ? book->edge_s - now : MIN_REFRESH_S;

	loop_timer_set(book->loop, &book->refresh, wait_s * 1000, on_refresh, book);
}

static int expire(struct book *book, uint64_t now)
{
	int err;

	if (now / EXPIRE_EVERY_S == book->expired_s / EXPIRE_EVERY_S)
		return 0;
	err = rows_expire(book->rows, now - GRACE_S);
	if (!err)
		book->expired_s = now;
	return err;
}

int open_refresh(struct book *book)
{
	uint64_t now = book_now_s();
	int err = make_room(book);

	book->edge_s = now + MAX_REFRESH_S;
	for (size_t i = 0; i < book->n_open; i++)
		book->open[i].kept = false;
	if (!err)
		err = rows_overlapping(book->rows, NULL, now, now + AHEAD_S, on_row, book);
	/* What cannot be read of the file is no reason to end what is open. */
	if (!err)
		drop_others(book);
	if (!err)
		err = rows_next_edge(book->rows, now, AHEAD_S, &book->edge_s);
	if (!err)
		err = expire(book, now);
	schedule(book, now);
	if (book->watch)
		book->watch(book->watch_arg);
	return err;
}

int open_added(struct book *book, const struct row *row)
{
	uint64_t now = book_now_s(), opens = slots_start(&row->bind.slots) - AHEAD_S;

	if (opens <= now)
		return open_refresh(book);
	if (opens < book->edge_s) {
		book->edge_s = opens;
		schedule(book, now);
	}
	return 0;
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

void book_each(struct book *book, uint64_t now_ns,
	       void (*fn)(const struct book_hop *hop, void *arg), void *arg)
{
	struct book_hop hop;

	for (size_t i = 0; i < book->n_open; i++)
		if (is_open(&book->open[i].hop, now_ns) && fill(book, &book->open[i], &hop))
			fn(&hop, arg);
	OPENSSL_cleanse(&hop, sizeof(hop));
}

void book_watch(struct book *book, void (*fn)(void *arg), void *arg)
{
	book->watch = fn;
	book->watch_arg = arg;
}
