// SPDX-License-Identifier: GPL-2.0
/* The book without brokers: what it makes of the items that one would hand it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "book/internal.h"

#define OWN    "+4930100"
#define SHARED "+4930200"
#define NEXT   "+4989123456"
#define NS     1000000000ULL
#define MINUTE 60

/* What a callee knows of its hop. */
struct callee {
	struct hop hop;
	struct row row;
	uint8_t reply[HPKE_KEY_LEN], secret[HOP_CANCEL_LEN];
};

static struct {
	char dir[40], conf_file[64], key[64], file[64];
	struct loop *loop;
	struct conf *conf;
	struct book *book;
	uint64_t sequence;
} t;

static void write_conf(void)
{
	FILE *f = fopen(t.conf_file, "w");

	assert_non_null(f);
	fchmod(fileno(f), 0600);
	fprintf(f,
		"trunks = ({ name = \"a\"; local = \"192.0.2.1\"; peer = \"192.0.2.9\";\n"
		"  carrier = \"A\"; region = \"DE\"; prefixes = [ \"+49\" ]; deny = [ \"+4966\" ];\n"
		"  ingresses = ({ number = \"" OWN "\"; },\n"
		"    { number = \"" SHARED "\"; lanes = 2; }); });\n"
		"relay = { operator = \"E\"; key = \"%s\"; book = \"%s\";\n"
		"  brokers = ({ name = \"b1\"; url = \"https://127.0.0.1:1\"; },\n"
		"    { name = \"b2\"; url = \"https://127.0.0.1:1\"; }); };\n",
		t.key, t.file);
	fclose(f);
}

static int open_book(char **error)
{
	return book_new(&t.book, t.loop, t.conf, error);
}

/* It runs no loop: no broker is ever asked. */
static int setup(void **state)
{
	char *error = NULL;

	(void)state;
	memset(&t, 0, sizeof(t));
	strcpy(t.dir, "/tmp/book_test.XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	snprintf(t.conf_file, sizeof(t.conf_file), "%s/conf", t.dir);
	snprintf(t.key, sizeof(t.key), "%s/key", t.dir);
	snprintf(t.file, sizeof(t.file), "%s/book", t.dir);
	write_conf();
	assert_int_equal(conf_read(&t.conf, t.conf_file, &error), 0);
	assert_int_equal(loop_new(&t.loop), 0);
	assert_int_equal(open_book(&error), 0);
	return 0;
}

static void close_book(void)
{
	book_free(t.book);
	t.book = NULL;
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	close_book();
	loop_free(t.loop);
	conf_free(t.conf);
	snprintf(command, sizeof(command), "rm -r %s", t.dir);
	return system(command);
}

static void sha256(const void *data, size_t len, uint8_t out[32])
{
	assert_true(EVP_Q_digest(NULL, "SHA256", NULL, data, len, out, NULL));
}

/* A hop that is good, and open for the next minutes. */
static void plan(struct callee *c, const char *ingress, const char *code)
{
	uint8_t public[HPKE_KEY_LEN];
	uint64_t now = book_now_s();

	memset(c, 0, sizeof(*c));
	assert_int_equal(hpke_keypair(c->reply, public), 0);
	RAND_bytes(c->secret, sizeof(c->secret));
	RAND_bytes(c->row.id, sizeof(c->row.id));
	c->row.sequence = ++t.sequence;
	c->row.bind.slots = (struct slots){ MINUTE, now / MINUTE - 1, 10 };
	c->row.bind.expires = slots_end(&c->row.bind.slots);
	strcpy(c->row.bind.ingress, ingress);
	memcpy(c->row.bind.relay, t.book->identity.public_key, SIGN_KEY_LEN);
	c->hop.not_before = now - 5;
	c->hop.not_after = now + 300;
	strcpy(c->hop.ingress, ingress);
	strcpy(c->hop.code, code);
	strcpy(c->hop.next, NEXT);
	memcpy(c->hop.reply_key, public, sizeof(public));
	sha256(c->secret, sizeof(c->secret), c->hop.cancel_hash);
}

static void seal(struct callee *c)
{
	assert_int_equal(hop_seal(&c->hop, &c->row.bind, t.book->identity.seal_public, c->row.box),
			 0);
}

static void give(struct callee *c, const char *broker)
{
	assert_int_equal(accept_item(t.book, broker, &c->row), 0);
}

/* The verdict of the receipt that waits for BROKER, which has taken it then; -1: none waits. */
static int take_receipt(const struct callee *c, const char *broker)
{
	uint8_t id[RESERVATION_ID_LEN], box[RECEIPT_BOX_LEN], hash[32];
	struct receipt receipt;
	int found = rows_next_receipt(t.book->rows, broker, id, box);

	if (!found)
		return -1;
	assert_int_equal(found, 1);
	assert_int_equal(receipt_open(&receipt, t.book->identity.public_key, c->reply, box), 0);
	assert_memory_equal(id, c->row.id, sizeof(id));
	assert_memory_equal(receipt.reservation, id, sizeof(id));
	sha256(c->row.box, sizeof(c->row.box), hash);
	assert_memory_equal(receipt.box_hash, hash, sizeof(hash));
	assert_int_equal(rows_drop_receipt(t.book->rows, broker, id), 0);
	return receipt.verdict;
}

static int verdict_of(struct callee *c)
{
	seal(c);
	give(c, "b1");
	return take_receipt(c, "b1");
}

static uint64_t refused(enum book_refusal why)
{
	struct book_status status;

	book_status(t.book, &status);
	return status.refused[why];
}

static unsigned int reservations(void)
{
	struct book_status status;

	book_status(t.book, &status);
	return status.reservations;
}

static enum book_answer find_at(const char *number, uint64_t ns, struct book_hop *hop)
{
	memset(hop, 0, sizeof(*hop));
	return book_find(t.book, conf_trunk_find(t.conf, "a"), number, ns, hop);
}

static enum book_answer find(const char *number)
{
	struct book_hop hop;

	return find_at(number, book_now_s() * NS, &hop);
}

static int match(const char *number, const char *code, struct book_hop *hop)
{
	return book_match(t.book, conf_trunk_find(t.conf, "a"), number, code, book_now_s() * NS,
			  hop);
}

static void test_own_number(void **state)
{
	struct book_hop hop;
	struct callee c;

	(void)state;
	assert_int_equal(find(OWN), BOOK_UNKNOWN);
	plan(&c, OWN, "");
	assert_int_equal(verdict_of(&c), RECEIPT_ACCEPTED);
	assert_int_equal(find_at(OWN + 1, book_now_s() * NS, &hop), BOOK_OPEN);
	assert_memory_equal(hop.reservation, c.row.id, sizeof(c.row.id));
	assert_string_equal(hop.hop.next, NEXT);
	assert_string_equal(hop.out->name, "a");
	assert_int_equal(find(SHARED), BOOK_UNKNOWN);
	assert_int_equal(find("+4930101"), BOOK_UNKNOWN);
	assert_int_equal(match(OWN, "12345678", &hop), -EACCES);
	assert_int_equal(take_receipt(&c, "b1"), -1);
	assert_int_equal(reservations(), 1);
}

/* [not before, not after), to the nanosecond. */
static void test_window(void **state)
{
	struct book_hop hop;
	struct callee c;
	uint64_t first, end;

	(void)state;
	plan(&c, OWN, "");
	first = c.hop.not_before * NS;
	end = c.hop.not_after * NS;
	assert_int_equal(verdict_of(&c), RECEIPT_ACCEPTED);
	assert_int_equal(find_at(OWN, first - NS, &hop), BOOK_UNKNOWN);
	assert_int_equal(find_at(OWN, first - 1, &hop), BOOK_UNKNOWN);
	assert_int_equal(find_at(OWN, first, &hop), BOOK_OPEN);
	assert_int_equal(find_at(OWN, end - 1, &hop), BOOK_OPEN);
	assert_int_equal(find_at(OWN, end, &hop), BOOK_UNKNOWN);
	assert_int_equal(find_at(OWN, end + NS, &hop), BOOK_UNKNOWN);
}

static void test_shared_number(void **state)
{
	struct book_hop hop;
	struct callee a, b;

	(void)state;
	plan(&a, SHARED, "11112222");
	assert_int_equal(verdict_of(&a), RECEIPT_ACCEPTED);
	plan(&b, SHARED, "1111333344");
	assert_int_equal(verdict_of(&b), RECEIPT_ACCEPTED);
	assert_int_equal(find(SHARED), BOOK_CODE);
	assert_int_equal(match(SHARED, "11112222", &hop), 0);
	assert_memory_equal(hop.reservation, a.row.id, sizeof(a.row.id));
	assert_int_equal(match(SHARED, "1111333344", &hop), 0);
	assert_memory_equal(hop.reservation, b.row.id, sizeof(b.row.id));
	assert_int_equal(match(SHARED, "11112223", &hop), -EACCES);
	assert_int_equal(match(SHARED, "1111222", &hop), -EACCES);
	assert_int_equal(match(SHARED, "111122220", &hop), -EACCES);
	assert_int_equal(match(SHARED, "11113333", &hop), -EACCES);
	assert_int_equal(match(SHARED, "", &hop), -EACCES);
	assert_int_equal(match(SHARED, "11112222111122221", &hop), -EACCES);
	assert_int_equal(match(OWN, "11112222", &hop), -EACCES);
}

static void test_codes_clash(void **state)
{
	static const struct {
		const char *code;
		int shift, verdict;
	} cases[] = {
		{ "11112222", 0, RECEIPT_CODE_TAKEN },	 { "1111222233", 0, RECEIPT_CODE_TAKEN },
		{ "11112222", 299, RECEIPT_CODE_TAKEN }, { "11112222", 305, RECEIPT_ACCEPTED },
		{ "11112223", 0, RECEIPT_ACCEPTED },
	};
	struct callee c;

	(void)state;
	plan(&c, SHARED, "11112222");
	assert_int_equal(verdict_of(&c), RECEIPT_ACCEPTED);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t end = c.hop.not_after;

		plan(&c, SHARED, cases[i].code);
		c.hop.not_after = end + (cases[i].shift ? 60 : 0);
		c.hop.not_before += cases[i].shift;
		assert_int_equal(verdict_of(&c), cases[i].verdict);
		c.hop.not_after = end;
	}
}

/* A number of its own is one reservation's at a time. */
static void test_own_number_taken(void **state)
{
	struct callee a, b;

	(void)state;
	plan(&a, OWN, "");
	assert_int_equal(verdict_of(&a), RECEIPT_ACCEPTED);
	plan(&b, OWN, "");
	assert_int_equal(verdict_of(&b), RECEIPT_CODE_TAKEN);
	plan(&b, OWN, "");
	b.hop.not_before = a.hop.not_after;
	b.hop.not_after = b.hop.not_before + 60;
	assert_int_equal(verdict_of(&b), RECEIPT_ACCEPTED);
	assert_int_equal(refused(BOOK_REFUSED), 1);
}

static void test_verdicts(void **state)
{
	uint64_t now = book_now_s();
	struct callee c;

	(void)state;
	plan(&c, "+4930999", "");
	assert_int_equal(verdict_of(&c), RECEIPT_NO_INGRESS);
	plan(&c, OWN, "12345678");
	assert_int_equal(verdict_of(&c), RECEIPT_NO_INGRESS);
	plan(&c, SHARED, "");
	assert_int_equal(verdict_of(&c), RECEIPT_NO_INGRESS);
	plan(&c, OWN, "");
	strcpy(c.hop.next, "+442079460000");
	assert_int_equal(verdict_of(&c), RECEIPT_NEXT_DENIED);
	plan(&c, OWN, "");
	strcpy(c.hop.next, "+4966123456");
	assert_int_equal(verdict_of(&c), RECEIPT_NEXT_DENIED);
	plan(&c, OWN, "");
	c.hop.not_after = now - 1;
	assert_int_equal(verdict_of(&c), RECEIPT_WINDOW);
	plan(&c, OWN, "");
	c.row.bind.slots.first += 400 * 1440;
	c.row.bind.expires = slots_end(&c.row.bind.slots);
	c.hop.not_before += 400 * 86400;
	c.hop.not_after += 400 * 86400;
	assert_int_equal(verdict_of(&c), RECEIPT_WINDOW);
	assert_int_equal(refused(BOOK_REFUSED), 7);
	assert_int_equal(reservations(), 0);
	assert_int_equal(find(OWN), BOOK_UNKNOWN);
}

/* No receipt where nobody can be known to read it, but each cause is counted. */
static void test_unopened(void **state)
{
	uint8_t private_key[HPKE_KEY_LEN], other[HPKE_KEY_LEN];
	struct callee c;

	(void)state;
	plan(&c, OWN, "");
	assert_int_equal(hpke_keypair(private_key, other), 0);
	assert_int_equal(hop_seal(&c.hop, &c.row.bind, other, c.row.box), 0);
	give(&c, "b1");
	plan(&c, OWN, "");
	seal(&c);
	strcpy(c.row.bind.ingress, SHARED);
	give(&c, "b1");
	plan(&c, OWN, "");
	seal(&c);
	c.row.bind.slots.count++;
	give(&c, "b1");
	plan(&c, OWN, "");
	seal(&c);
	c.row.bind.expires++;
	give(&c, "b1");
	plan(&c, OWN, "");
	seal(&c);
	c.row.box[HOP_BOX_LEN - 1] ^= 1;
	give(&c, "b1");
	assert_int_equal(refused(BOOK_NOT_FOR_US), 5);
	plan(&c, OWN, "");
	seal(&c);
	c.row.bind.slots.count = 0;
	give(&c, "b1");
	assert_int_equal(refused(BOOK_MALFORMED), 1);
	plan(&c, OWN, "");
	c.row.bind.expires = book_now_s() - 1;
	seal(&c);
	give(&c, "b1");
	assert_int_equal(refused(BOOK_EXPIRED), 1);
	assert_int_equal(take_receipt(&c, "b1"), -1);
	assert_int_equal(reservations(), 0);
}

/* A key to which nothing can be sealed (RFC 7748, section 6.1): what comes after it is taken. */
static void test_reply_key(void **state)
{
	static const uint8_t low_order[][HPKE_KEY_LEN] = {
		{ 0 },
		{ 1 },
		{ 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
		  0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
		  0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
	};
	struct callee c;
	uint64_t sequence;

	(void)state;
	for (size_t i = 0; i < sizeof(low_order) / sizeof(*low_order); i++) {
		plan(&c, OWN, "");
		memcpy(c.hop.reply_key, low_order[i], HPKE_KEY_LEN);
		seal(&c);
		give(&c, "b1");
		assert_int_equal(refused(BOOK_MALFORMED), i + 1);
		assert_int_equal(rows_sequence(t.book->rows, "b1", &sequence), 0);
		assert_int_equal(sequence, c.row.sequence);
	}
	assert_int_equal(reservations(), 0);
	plan(&c, OWN, "");
	assert_int_equal(verdict_of(&c), RECEIPT_ACCEPTED);
}

static void test_replays(void **state)
{
	struct callee first, c;
	uint64_t sequence;

	(void)state;
	plan(&first, OWN, "");
	assert_int_equal(verdict_of(&first), RECEIPT_ACCEPTED);
	give(&first, "b1"); /* the very same: no replay */
	assert_int_equal(refused(BOOK_REPLAYED), 0);
	c = first;
	RAND_bytes(c.row.id, sizeof(c.row.id));
	give(&c, "b1");
	assert_int_equal(refused(BOOK_REPLAYED), 1);
	give(&first, "b2");
	assert_int_equal(refused(BOOK_REPLAYED), 2);
	/* Its id with another box: whoever does that must not stop what comes after. */
	plan(&c, SHARED, "12345678");
	memcpy(c.row.id, first.row.id, sizeof(c.row.id));
	seal(&c);
	give(&c, "b2");
	assert_int_equal(refused(BOOK_REPLAYED), 3);
	assert_int_equal(rows_sequence(t.book->rows, "b2", &sequence), 0);
	assert_int_equal(sequence, c.row.sequence);
	assert_int_equal(take_receipt(&c, "b1"), -1);
	assert_int_equal(take_receipt(&c, "b2"), -1);
	assert_int_equal(reservations(), 1);
}

static void test_cancel(void **state)
{
	struct callee c, other;
	uint8_t wrong[HOP_CANCEL_LEN] = { 0 };

	(void)state;
	plan(&c, OWN, "");
	assert_int_equal(verdict_of(&c), RECEIPT_ACCEPTED);
	assert_int_equal(accept_cancel(t.book, "b1", c.row.id, wrong, ++t.sequence), 0);
	assert_int_equal(refused(BOOK_BAD_CANCEL), 1);
	assert_int_equal(find(OWN), BOOK_OPEN);
	assert_int_equal(take_receipt(&c, "b1"), -1);
	plan(&other, SHARED, "12345678");
	assert_int_equal(accept_cancel(t.book, "b1", other.row.id, c.secret, ++t.sequence), 0);
	assert_int_equal(accept_cancel(t.book, "b1", c.row.id, c.secret, ++t.sequence), 0);
	assert_int_equal(find(OWN), BOOK_UNKNOWN);
	assert_int_equal(take_receipt(&c, "b1"), RECEIPT_CANCELLED);
	assert_int_equal(accept_cancel(t.book, "b1", c.row.id, c.secret, ++t.sequence), 0);
	assert_int_equal(take_receipt(&c, "b1"), -1);
	assert_int_equal(reservations(), 0);
	/* What was cancelled does not come back, and its number is free again. */
	give(&c, "b1");
	assert_int_equal(find(OWN), BOOK_UNKNOWN);
	plan(&other, OWN, "");
	assert_int_equal(verdict_of(&other), RECEIPT_ACCEPTED);
}

static void test_restart(void **state)
{
	struct callee c;
	char *error = NULL;
	struct stat st;
	uint64_t sequence;

	(void)state;
	plan(&c, OWN, "");
	seal(&c);
	give(&c, "b1");
	close_book();
	assert_int_equal(open_book(&error), 0);
	assert_int_equal(find(OWN), BOOK_OPEN);
	assert_int_equal(rows_sequence(t.book->rows, "b1", &sequence), 0);
	assert_int_equal(sequence, c.row.sequence);
	assert_int_equal(take_receipt(&c, "b1"), RECEIPT_ACCEPTED);
	assert_int_equal(stat(t.key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(t.file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Killed once accept_item() has returned: nothing of it is lost. */
static void test_killed(void **state)
{
	struct callee c;
	char *error = NULL;
	int status;
	pid_t child;

	(void)state;
	plan(&c, OWN, "");
	seal(&c);
	close_book();
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (!loop_new(&t.loop) && !open_book(&error) && !accept_item(t.book, "b1", &c.row))
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(open_book(&error), 0);
	assert_int_equal(find(OWN), BOOK_OPEN);
	assert_int_equal(take_receipt(&c, "b1"), RECEIPT_ACCEPTED);
}

static bool is_wiped(const void *data, size_t len)
{
	const uint8_t *octets = data;

	for (size_t i = 0; i < len; i++)
		if (octets[i])
			return false;
	return true;
}

/* The slots go on; the window within them does not, and memory forgets with it. */
static void test_memory_forgets(void **state)
{
	struct callee c;

	(void)state;
	plan(&c, OWN, "");
	c.hop.not_after = book_now_s() + 2;
	assert_int_equal(verdict_of(&c), RECEIPT_ACCEPTED);
	assert_int_equal(t.book->n_open, 1);
	assert_false(is_wiped(&t.book->open[0], sizeof(t.book->open[0])));
	assert_int_equal(t.book->edge_s, c.hop.not_after);
	while (book_now_s() < c.hop.not_after)
		usleep(10000);
	assert_int_equal(open_refresh(t.book), 0);
	assert_int_equal(t.book->n_open, 0);
	assert_true(is_wiped(&t.book->open[0], sizeof(t.book->open[0])));
	assert_int_equal(reservations(), 1);
}

/* Of a window that is to come nothing is in memory, and its opening is waited for. */
static void test_memory_waits(void **state)
{
	struct callee c;

	(void)state;
	plan(&c, OWN, "");
	c.hop.not_before = book_now_s() + 30;
	assert_int_equal(verdict_of(&c), RECEIPT_ACCEPTED);
	assert_int_equal(t.book->n_open, 0);
	assert_true(is_wiped(&t.book->open[0], sizeof(t.book->open[0])));
	assert_true(t.book->edge_s < c.hop.not_before);
	assert_true(t.book->edge_s + 5 > c.hop.not_before);
}

static bool in_file(const char *suffix, const void *what, size_t len)
{
	char name[80], *text = NULL;
	struct stat st;
	bool found;
	int fd;

	snprintf(name, sizeof(name), "%s%s", t.file, suffix);
	fd = open(name, O_RDONLY);
	if (fd < 0)
		return false;
	assert_int_equal(fstat(fd, &st), 0);
	text = malloc(st.st_size + 1);
	assert_int_equal(read(fd, text, st.st_size), st.st_size);
	found = memmem(text, st.st_size, what, len);
	free(text);
	close(fd);
	return found;
}

static bool on_disk(const void *what, size_t len)
{
	return in_file("", what, len) || in_file("-wal", what, len) ||
	       in_file("-journal", what, len);
}

static void test_disk_forgets(void **state)
{
	struct callee c, kept;
	uint64_t end;

	(void)state;
	plan(&c, OWN, "");
	seal(&c);
	give(&c, "b1");
	plan(&kept, SHARED, "12345678");
	kept.row.bind.slots.count += 5;
	kept.row.bind.expires = slots_end(&kept.row.bind.slots);
	seal(&kept);
	give(&kept, "b2");
	end = slots_end(&c.row.bind.slots);
	assert_true(on_disk(c.row.box, sizeof(c.row.box)));
	assert_false(on_disk(NEXT, strlen(NEXT)));
	assert_int_equal(rows_expire(t.book->rows, end - 1), 0);
	assert_int_equal(reservations(), 2);
	assert_int_equal(rows_expire(t.book->rows, end), 0);
	assert_int_equal(reservations(), 1);
	assert_false(on_disk(c.row.box, sizeof(c.row.box)));
	assert_false(on_disk(c.row.id, sizeof(c.row.id)));
	assert_true(on_disk(kept.row.box, sizeof(kept.row.box)));
	assert_int_equal(take_receipt(&c, "b1"), -1);
	assert_int_equal(take_receipt(&kept, "b2"), RECEIPT_ACCEPTED);
}

static void refused_with(const char *sentence)
{
	char *error = NULL;

	assert_true(open_book(&error) < 0);
	assert_non_null(error);
	assert_non_null(strstr(error, sentence));
	free(error);
}

static void test_newer_schema(void **state)
{
	sqlite3 *db;

	(void)state;
	close_book();
	assert_int_equal(sqlite3_open(t.file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	refused_with("newer version");
	assert_int_equal(sqlite3_open(t.file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 1", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(open_book(&(char *){ NULL }), 0);
}

static void test_two_daemons(void **state)
{
	struct book *first = t.book;

	(void)state;
	refused_with("locked");
	t.book = first;
	assert_int_equal(reservations(), 0);
}

static void test_not_a_book(void **state)
{
	FILE *f;

	(void)state;
	close_book();
	f = fopen(t.file, "w");
	assert_non_null(f);
	fputs("This is something else, and it is longer than the header that SQLite looks for.\n"
	      "There are two lines of it, so that it is more than a hundred octets long.\n",
	      f);
	fclose(f);
	refused_with("not a database");
}

static void test_key_of_others(void **state)
{
	(void)state;
	close_book();
	assert_int_equal(chmod(t.key, 0640), 0);
	refused_with("chmod 600");
	assert_int_equal(chmod(t.key, 0600), 0);
	assert_int_equal(open_book(&(char *){ NULL }), 0);
}

static void test_reconfigure(void **state)
{
	struct conf *old = t.conf, *new;
	struct callee c;
	char *error, elsewhere[64];

	(void)state;
	plan(&c, OWN, "");
	assert_int_equal(verdict_of(&c), RECEIPT_ACCEPTED);
	assert_int_equal(conf_read(&new, t.conf_file, &error), 0);
	assert_int_equal(book_check(t.book, new), 0);
	assert_int_equal(book_reconfigure(t.book, new), 0);
	conf_free(old);
	t.conf = new;
	assert_int_equal(find(OWN), BOOK_OPEN);
	strcpy(elsewhere, t.file);
	strcat(t.file, "2");
	write_conf();
	strcpy(t.file, elsewhere);
	assert_int_equal(conf_read(&new, t.conf_file, &error), 0);
	assert_int_equal(book_check(t.book, new), -EINVAL);
	conf_free(new);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_own_number),	   TEST(test_window),		TEST(test_shared_number),
		TEST(test_codes_clash),	   TEST(test_own_number_taken), TEST(test_verdicts),
		TEST(test_unopened),	   TEST(test_reply_key),	TEST(test_replays),
		TEST(test_cancel),	   TEST(test_restart),		TEST(test_killed),
		TEST(test_memory_forgets), TEST(test_memory_waits),	TEST(test_disk_forgets),
		TEST(test_newer_schema),   TEST(test_two_daemons),	TEST(test_not_a_book),
		TEST(test_key_of_others),  TEST(test_reconfigure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
