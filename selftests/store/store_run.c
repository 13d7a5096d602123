// SPDX-License-Identifier: GPL-2.0
/*
 * What a store promises, held against it from outside:
 *
 *   store_run conform URL     every operation, as TAP
 *   store_run race URL        eight processes want one lane: how many get it
 *   store_run spend URL       eight processes spend one token: how many may
 *   store_run load URL        reserves until it is killed; a line for each that is acknowledged
 *   store_run there URL       those of the lines on standard input that are not there
 */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/store.h"

#define NOW	1800000000ull /* of no clock: the store is told what time it is */
#define SLOT	1800
#define RACERS	8
#define INGRESS "+4930100"
#define LANES	3
#define SHARED	"+4930200"

static struct store *store;
static unsigned int n_tests, n_bad;
static uint8_t relay[SIGN_KEY_LEN];

static void ok(bool good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++n_tests, what);
	n_bad += !good;
}

static void eq(int got, int want, const char *what)
{
	if (got != want)
		printf("# got %d (%s), want %d\n", got, strerror(abs(got)), want);
	ok(got == want, what);
}

static struct store *open_or_die(const char *url)
{
	struct store *s;
	char *error = NULL;

	if (store_open(&s, url, &error)) {
		fprintf(stderr, "store_run: %s\n", error);
		exit(1);
	}
	return s;
}

static int announce(uint64_t sequence, unsigned int lanes)
{
	struct ingress ingresses[] = { { INGRESS, 0 }, { SHARED, lanes } };
	struct descriptor_trunk trunk = { .ingresses = ingresses, .n_ingresses = 2 };
	struct descriptor descriptor = {
		.sequence = sequence, .expires = NOW + 86400, .trunks = &trunk, .n_trunks = 1
	};

	memcpy(descriptor.relay, relay, sizeof(relay));
	return store_relay_put(store, &descriptor, "jws");
}

/* Its box and its secret are its own; slots are counted from NOW. */
static struct store_reservation reservation(const char *ingress, uint64_t first, uint32_t count,
					    uint8_t secret[HOP_CANCEL_LEN])
{
	struct store_reservation r = { .bind.slots = { SLOT, NOW / SLOT + first, count } };

	RAND_bytes(r.id, sizeof(r.id));
	RAND_bytes(r.box, sizeof(r.box));
	RAND_bytes(secret, HOP_CANCEL_LEN);
	EVP_Q_digest(NULL, "SHA256", NULL, secret, HOP_CANCEL_LEN, r.cancel_hash, NULL);
	memcpy(r.bind.relay, relay, sizeof(relay));
	snprintf(r.bind.ingress, sizeof(r.bind.ingress), "%s", ingress);
	r.bind.expires = slots_end(&r.bind.slots);
	return r;
}

static int reserve(const struct store_reservation *r)
{
	return store_reserve(store, r, NULL, 0, NOW);
}

static struct token token(uint8_t mark)
{
	struct token t = { .epoch = NOW / 86400 * 86400 };

	memset(t.prepared, mark, sizeof(t.prepared));
	return t;
}

static int count_relay(const uint8_t key[SIGN_KEY_LEN], const char *jws, void *arg)
{
	*(int *)arg += !memcmp(key, relay, sizeof(relay)) && !strcmp(jws, "jws");
	return 0;
}

static void test_relays(void)
{
	int n = 0;

	eq(announce(5, LANES), 0, "a relay is taken in");
	eq(announce(5, LANES), -ESTALE, "not again with the same sequence");
	eq(announce(4, LANES), -ESTALE, "nor with one before");
	eq(announce(6, LANES), 0, "with a later one it is");
	eq(store_relays(store, NOW, count_relay, &n), 0, "relays are listed");
	eq(n, 1, "this one once");
	n = 0;
	store_relays(store, NOW + 86400, count_relay, &n);
	eq(n, 0, "and not when it has expired");
	eq(store_ping(store), 0, "the store answers");
}

struct busy {
	int n;
	uint64_t start, end;
};

static int on_busy(const uint8_t key[SIGN_KEY_LEN], const char *ingress, uint64_t start,
		   uint64_t end, void *arg)
{
	struct busy *busy = arg;

	(void)key;
	(void)ingress;
	*busy = (struct busy){ busy->n + 1, start, end };
	return 0;
}

static void test_lanes(void)
{
	uint8_t secret[HOP_CANCEL_LEN], other_secret[HOP_CANCEL_LEN];
	struct store_reservation r = reservation(INGRESS, 2, 2, secret), other, lanes[LANES];
	struct busy busy = { 0 };

	eq(reserve(&r), 0, "a number of its own is booked");
	eq(reserve(&r), 0, "the same again is no change");
	other = r;
	other.box[0] ^= 1;
	eq(reserve(&other), -EEXIST, "another under its id is refused");
	other = reservation(INGRESS, 3, 1, other_secret);
	eq(reserve(&other), -EBUSY, "and so is one that overlaps");
	other = reservation(INGRESS, 4, 1, other_secret);
	eq(reserve(&other), 0, "but not one that follows");
	other = reservation(INGRESS, 1, 1, other_secret);
	eq(reserve(&other), 0, "or goes before");
	eq(store_busy(store, NOW, on_busy, &busy), 0, "when it is taken can be asked");
	ok(busy.n == 1 && busy.start == (NOW / SLOT + 1) * SLOT &&
		   busy.end == (NOW / SLOT + 5) * SLOT,
	   "as one run of slots");
	for (int i = 0; i < LANES; i++) {
		lanes[i] = reservation(SHARED, 2, 1, secret);
		eq(reserve(&lanes[i]), 0, "a lane of a shared number");
	}
	other = reservation(SHARED, 2, 1, other_secret);
	eq(reserve(&other), -EBUSY, "and no more than there are");
	eq(store_cancel(store, lanes[1].id, secret), -EACCES,
	   "which another's secret does not free");
	eq(store_cancel(store, lanes[2].id, secret), 0, "which its own does");
	eq(reserve(&other), 0, "for another");
	eq(announce(7, 1), 0, "the number has fewer lanes now");
	eq(store_cancel(store, other.id, other_secret), 0, "and one booking less");
	other = reservation(SHARED, 2, 1, other_secret);
	eq(reserve(&other), -EBUSY, "but still more than it has lanes");
	eq(announce(8, LANES), 0, "all lanes are back");
	other = reservation("+4930999", 2, 1, other_secret);
	eq(reserve(&other), -ENOENT, "a number that is not announced");
	other = reservation(INGRESS, 9, 1, other_secret);
	other.bind.relay[0] ^= 1;
	eq(reserve(&other), -ENOENT, "a relay that is not");
	other = reservation(INGRESS, 9, 0, other_secret);
	eq(reserve(&other), -EINVAL, "no slot at all");
}

static void test_tokens(void)
{
	uint8_t secret[HOP_CANCEL_LEN];
	struct store_reservation r = reservation(INGRESS, 20, 1, secret);
	struct token two[] = { token(1), token(2) }, twice[] = { token(3), token(3) };
	struct token other[] = { token(4), token(2) };

	eq(store_reserve(store, &r, two, 2, NOW), 0, "two tokens pay");
	eq(store_reserve(store, &r, two, 2, NOW), 0, "the same again spends nothing");
	r = reservation(INGRESS, 21, 1, secret);
	eq(store_reserve(store, &r, other, 2, NOW), -EKEYREJECTED, "a spent one does not");
	eq(store_reserve(store, &r, other, 1, NOW), 0, "and the other with it was not spent");
	r = reservation(INGRESS, 22, 1, secret);
	eq(store_reserve(store, &r, twice, 2, NOW), -EKEYREJECTED, "one cannot pay twice at once");
	r = reservation(INGRESS, 20, 1, secret);
	eq(store_reserve(store, &r, twice, 1, NOW), -EBUSY, "what is refused");
	r = reservation(INGRESS, 22, 1, secret);
	eq(store_reserve(store, &r, twice, 1, NOW), 0, "spends nothing");
}

struct items {
	unsigned int n, cancelled;
	uint64_t last;
	bool rising;
	struct store_item item;
};

static int on_item(const struct store_item *item, void *arg)
{
	struct items *items = arg;

	items->rising &= item->sequence > items->last;
	items->last = item->sequence;
	items->cancelled += item->cancelled;
	items->n++;
	items->item = *item;
	return 0;
}

static bool same_bind(const struct hop_bind *a, const struct hop_bind *b)
{
	return !memcmp(a->relay, b->relay, sizeof(a->relay)) && !strcmp(a->ingress, b->ingress) &&
	       a->slots.length_s == b->slots.length_s && a->slots.first == b->slots.first &&
	       a->slots.count == b->slots.count && a->expires == b->expires;
}

static void test_course(void)
{
	uint8_t secret[HOP_CANCEL_LEN], receipt[RECEIPT_BOX_LEN] = { 7 };
	struct store_reservation r = reservation(INGRESS, 30, 2, secret);
	struct items items = { .rising = true };
	struct store_status status;
	uint64_t before;

	eq(store_collect(store, relay, 0, 1000, on_item, &items), 0, "a relay collects");
	before = items.last;
	eq(reserve(&r), 0, "one more is booked");
	eq(store_status(store, r.id, &status), 0, "and can be asked for");
	ok(status.state == STORE_WAITING && !status.has_receipt, "it waits");
	eq(store_collect(store, relay, before, 1000, on_item, &items), 0, "it is collected");
	ok(items.rising && items.item.sequence > before, "sequences rise");
	ok(!memcmp(items.item.id, r.id, sizeof(r.id)) &&
		   !memcmp(items.item.box, r.box, sizeof(r.box)) &&
		   same_bind(&items.item.bind, &r.bind),
	   "as it came in");
	store_status(store, r.id, &status);
	eq(status.state, STORE_COLLECTED, "it is known as collected");
	eq(store_receipt_put(store, relay, r.id, receipt), 0, "a receipt comes");
	store_status(store, r.id, &status);
	ok(status.has_receipt && !memcmp(status.receipt, receipt, sizeof(receipt)), "and is there");
	receipt[0] = 8;
	eq(store_receipt_put(store, relay, r.id, receipt), 0, "a later one");
	store_status(store, r.id, &status);
	eq(status.receipt[0], 8, "replaces it");
	relay[0] ^= 1;
	eq(store_receipt_put(store, relay, r.id, receipt), -ENOENT, "another relay's is refused");
	relay[0] ^= 1;
	before = items.last;
	eq(store_cancel(store, r.id, secret), 0, "it is cancelled");
	eq(store_cancel(store, r.id, secret), 0, "twice");
	items = (struct items){ .rising = true };
	store_collect(store, relay, before, 1000, on_item, &items);
	ok(items.n == 1 && items.cancelled == 1 &&
		   !memcmp(items.item.cancel_secret, secret, sizeof(secret)),
	   "of which the relay hears once, with its secret");
	RAND_bytes(r.id, sizeof(r.id));
	eq(store_status(store, r.id, &status), -ENOENT, "what is not there is not");
	eq(store_cancel(store, r.id, secret), -ENOENT, "nor cancelled");
	items = (struct items){ .rising = true };
	eq(store_collect(store, relay, 0, 3, on_item, &items), 0, "some can be asked for");
	eq(items.n, 3, "and not more than that");
	items.n = 0;
	eq(store_collect(store, relay, UINT64_MAX, 3, on_item, &items), 0, "after the last of all");
	eq(items.n, 0, "there is nothing");
}

static int on_epoch(const struct store_epoch *epoch, void *arg)
{
	*(int *)arg += epoch->private_len == 3 && !memcmp(epoch->private_key, "abc", 3) &&
		       epoch->public_len == 2 && epoch->not_after == epoch->epoch + 20;
	return 0;
}

static void test_epochs(void)
{
	struct store_epoch epoch = {
		NOW, NOW, NOW + 20, (const uint8_t *)"abc", 3, (const uint8_t *)"de", 2
	};
	int n = 0;

	eq(store_epoch_put(store, &epoch), 0, "an epoch's key is kept");
	epoch.private_key = (const uint8_t *)"xyz";
	eq(store_epoch_put(store, &epoch), 0, "another one for it");
	eq(store_epochs(store, on_epoch, &n), 0, "changes nothing:");
	eq(n, 1, "the first is there");
	epoch.private_len = STORE_MAX_KEY + 1;
	eq(store_epoch_put(store, &epoch), -EINVAL, "no key is so long");
}

static void test_expire(void)
{
	uint8_t secret[HOP_CANCEL_LEN];
	struct store_reservation r = reservation(INGRESS, 40, 1, secret);
	uint64_t end = slots_end(&r.bind.slots), n;
	struct store_status status;
	int relays = 0;

	eq(reserve(&r), 0, "one that will end");
	store_expire(store, end + 3599, &n);
	eq(store_status(store, r.id, &status), 0, "is there for an hour after its end");
	eq(store_expire(store, end + 3600, &n), 0, "then what has ended is forgotten");
	ok(n > 0, "some rows are");
	eq(store_status(store, r.id, &status), -ENOENT, "this one too");
	eq(store_expire(store, end + 3600, &n), 0, "again");
	eq(n, 0, "there is nothing more");
	eq(store_expire(store, NOW + 2 * 86400, &n), 0, "days later");
	store_relays(store, NOW, count_relay, &relays);
	eq(relays, 0, "nor is the relay known");
}

static int conform(void)
{
	RAND_bytes(relay, sizeof(relay));
	test_relays();
	test_lanes();
	test_tokens();
	test_course();
	test_epochs();
	test_expire();
	printf("1..%u\n", n_tests);
	return n_bad != 0;
}

/* How many of RACERS processes, each with a connection of its own, have FN return 0. */
static int race(const char *url, int (*fn)(int racer))
{
	int status, won = 0, failed = 0, gate[2];
	char go;

	if (pipe(gate))
		return 1;
	for (int i = 0; i < RACERS; i++) {
		if (fork())
			continue;
		close(gate[1]);
		store = open_or_die(url);
		/* All begin when the pipe is closed. */
		if (read(gate[0], &go, 1))
			_exit(2);
		do
			status = fn(i);
		while (status == -EAGAIN);
		_exit(status ? status == -EBUSY || status == -EKEYREJECTED ? 1 : 2 : 0);
	}
	close(gate[0]);
	usleep(500000);
	close(gate[1]);
	while (wait(&status) > 0) {
		won += status == 0;
		failed += WEXITSTATUS(status) > 1;
	}
	printf("%d of %d, %d failed\n", won, RACERS, failed);
	return failed != 0;
}

static int racer_of_lane(int racer)
{
	uint8_t secret[HOP_CANCEL_LEN];
	struct store_reservation r = reservation(INGRESS, 2 + racer % 2, 2, secret);

	return reserve(&r);
}

static int racer_of_token(int racer)
{
	uint8_t secret[HOP_CANCEL_LEN];
	struct store_reservation r = reservation(INGRESS, 2 + racer, 1, secret);
	struct token t = token(9);

	return store_reserve(store, &r, &t, 1, NOW);
}

static _Noreturn void load(void)
{
	uint8_t secret[HOP_CANCEL_LEN];
	struct store_reservation r;

	for (uint64_t i = 0;; i++) {
		r = reservation(SHARED, i % 1000, 1, secret);
		/* The answer may be lost, not the reservation: asked again it is the same. */
		while (reserve(&r) == -EAGAIN)
			usleep(100000);
		for (size_t k = 0; k < sizeof(r.id); k++)
			printf("%02x", r.id[k]);
		printf("\n");
		fflush(stdout);
	}
}

static int there(void)
{
	uint8_t id[RESERVATION_ID_LEN];
	struct store_status status;
	unsigned int octet, n = 0, missing = 0;
	char line[64];

	while (fgets(line, sizeof(line), stdin)) {
		for (size_t k = 0; k < sizeof(id); k++) {
			sscanf(line + 2 * k, "%2x", &octet);
			id[k] = octet;
		}
		n++;
		missing += store_status(store, id, &status) != 0;
	}
	printf("%u of %u are missing\n", missing, n);
	return missing != 0;
}

/* The relay of all but the conformance test, announced by whoever comes first. */
static void be_known(void)
{
	int err;

	memset(relay, 9, sizeof(relay));
	err = announce(1, 1000);
	if (!err || err == -ESTALE)
		return;
	fprintf(stderr, "store_run: cannot announce: %s\n", strerror(-err));
	exit(1);
}

int main(int argc, char **argv)
{
	const char *what = argc == 3 ? argv[1] : "";
	int status = 2;

	if (argc != 3) {
		fprintf(stderr, "usage: store_run conform|race|spend|load|there URL\n");
		return 2;
	}
	store = open_or_die(argv[2]);
	be_known();
	if (!strcmp(what, "conform"))
		status = conform();
	else if (!strcmp(what, "race"))
		status = race(argv[2], racer_of_lane);
	else if (!strcmp(what, "spend"))
		status = race(argv[2], racer_of_token);
	else if (!strcmp(what, "load"))
		load();
	else if (!strcmp(what, "there"))
		status = there();
	store_close(store);
	return status;
}
