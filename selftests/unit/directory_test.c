// SPDX-License-Identifier: GPL-2.0
/* Directories: of one broker, of now, and with every relay whose descriptor reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <openssl/crypto.h>

#include "crypto/base64url.h"
#include "crypto/blind.h"
#include "protocol/directory.h"
#include "selftests/unit/statement.h"

#define NOW	1796000100ull
#define RELAYS	3
#define KEY_LEN 294 /* SubjectPublicKeyInfo of RSA 2048 with 65537 */

static uint8_t private_key[SIGN_KEY_LEN], broker[SIGN_KEY_LEN];
static char *statements[RELAYS];
static char token_key[BASE64URL_CHARS(KEY_LEN) + 1], long_key[1000];
static char *text; /* of a directory that is right */

static void make_relay(char **jws, unsigned int i)
{
	struct ingress ingress = { .lanes = i };
	char prefix[1][HOP_NUMBER_SIZE] = { "+" };
	struct descriptor_trunk trunk = { .carrier = "C",
					  .region = "DE",
					  .ingresses = &ingress,
					  .n_ingresses = 1,
					  .prefixes = prefix,
					  .n_prefixes = 1 };
	struct descriptor d = { .operator= "x", .expires = NOW, .trunks = &trunk, .n_trunks = 1 };
	uint8_t key[SIGN_KEY_LEN];

	snprintf(ingress.number, sizeof(ingress.number), "+4930%06u", i);
	assert_int_equal(sign_keypair(key, d.relay), 0);
	assert_int_equal(descriptor_sign(jws, &d, key), 0);
}

static void write_key(char *out, unsigned int bits)
{
	EVP_PKEY *key;
	uint8_t *der;
	size_t len;

	assert_int_equal(blind_key_new(&key, bits), 0);
	assert_int_equal(blind_key_public(key, &der, &len), 0);
	base64url_encode(out, der, len);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
}

static int make_text(void **state)
{
	char name[SIGN_KEY_CHARS + 1];

	(void)state;
	if (sign_keypair(private_key, broker))
		return -1;
	base64url_encode(name, broker, sizeof(broker));
	for (unsigned int i = 0; i < RELAYS; i++)
		make_relay(&statements[i], i);
	write_key(token_key, 2048);
	write_key(long_key, 3072);
	return asprintf(&text,
			"{\"version\":1,\"broker\":\"%s\",\"issued\":1796000000,"
			"\"expires\":1796003600,\"slot\":1800,\"horizon\":1209600,\"tokens\":["
			"{\"epoch\":123,\"not_before\":1795910400,\"not_after\":1796515200,"
			"\"key\":\"%s\"}],\"relays\":["
			"{\"descriptor\":\"%s\",\"busy\":["
			"{\"ingress\":\"+4930000000\",\"first\":1000,\"count\":4},"
			"{\"ingress\":\"+4930000000\",\"first\":1010,\"count\":1},"
			"{\"ingress\":\"+4930000009\",\"first\":1004,\"count\":1}]},"
			"{\"descriptor\":\"%s\",\"busy\":[]},{\"descriptor\":\"%s\",\"busy\":[]}]}",
			name, token_key, statements[0], statements[1], statements[2]) < 0
		       ? -1
		       : 0;
}

static int free_text(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < RELAYS; i++)
		free(statements[i]);
	free(text);
	return 0;
}

static int read_jws(const char *jws, const uint8_t from[SIGN_KEY_LEN], uint64_t now,
		    struct directory **directory, size_t *left_out)
{
	char *copy = strdup(jws);
	const char *error = NULL;
	int err;

	*directory = NULL;
	err = directory_read(directory, copy, from, now, left_out, &error);
	assert_int_equal(!err, !error);
	assert_int_equal(!err, !!*directory);
	free(copy);
	return err;
}

static int read_text(const char *of, uint64_t now, size_t n_relays, size_t n_left_out)
{
	char *jws = signed_by(private_key, DIRECTORY_TYPE, of);
	struct directory *directory;
	size_t left_out = 77;
	int err = read_jws(jws, broker, now, &directory, &left_out);

	if (!err) {
		assert_int_equal(directory->n_relays, n_relays);
		assert_int_equal(left_out, n_left_out);
	}
	directory_free(directory);
	free(jws);
	return err;
}

static struct directory *good(void)
{
	char *jws = signed_by(private_key, DIRECTORY_TYPE, text);
	struct directory *directory;

	assert_int_equal(read_jws(jws, broker, NOW, &directory, NULL), 0);
	free(jws);
	return directory;
}

static void reads_every_field(void **state)
{
	struct directory *d = good();
	char key[sizeof(token_key)];

	(void)state;
	assert_memory_equal(d->broker, broker, sizeof(broker));
	assert_int_equal(d->issued, 1796000000);
	assert_int_equal(d->expires, 1796003600);
	assert_int_equal(d->slot_s, 1800);
	assert_int_equal(d->horizon_s, 1209600);
	assert_int_equal(d->n_tokens, 1);
	assert_int_equal(d->tokens[0].epoch, 123);
	assert_int_equal(d->tokens[0].not_before, 1795910400);
	assert_int_equal(d->tokens[0].not_after, 1796515200);
	assert_int_equal(d->tokens[0].der_len, KEY_LEN);
	base64url_encode(key, d->tokens[0].der, d->tokens[0].der_len);
	assert_string_equal(key, token_key);
	assert_int_equal(d->n_relays, RELAYS);
	for (unsigned int i = 0; i < RELAYS; i++) {
		assert_string_equal(d->relays[i].jws, statements[i]);
		assert_int_equal(d->relays[i].descriptor->trunks[0].ingresses[0].lanes, i);
	}
	assert_int_equal(d->relays[0].n_busy, 3);
	assert_string_equal(d->relays[0].busy[1].ingress, "+4930000000");
	assert_int_equal(d->relays[0].busy[1].first, 1010);
	assert_int_equal(d->relays[0].busy[1].count, 1);
	assert_int_equal(d->relays[1].n_busy, 0);
	directory_free(d);
}

static void writes_what_it_reads(void **state)
{
	struct directory *d = good(), *again;
	char *jws, *second;

	(void)state;
	assert_int_equal(directory_sign(&jws, d, private_key), 0);
	assert_int_equal(read_jws(jws, broker, NOW, &again, NULL), 0);
	assert_int_equal(directory_sign(&second, again, private_key), 0);
	assert_string_equal(jws, second);
	free(jws);
	free(second);
	directory_free(again);
	d->relays[1].jws[0] = '\xff';
	assert_int_equal(directory_sign(&jws, d, private_key), -EINVAL);
	directory_free(d);
}

static void is_of_one_broker(void **state)
{
	uint8_t other[SIGN_KEY_LEN], its_public[SIGN_KEY_LEN];
	struct directory *d;
	char *jws;

	(void)state;
	assert_int_equal(sign_keypair(other, its_public), 0);
	jws = signed_by(private_key, DIRECTORY_TYPE, text);
	assert_int_equal(read_jws(jws, its_public, NOW, &d, NULL), -EKEYREJECTED);
	free(jws);
	jws = signed_by(other, DIRECTORY_TYPE, text);
	assert_int_equal(read_jws(jws, broker, NOW, &d, NULL), -EKEYREJECTED);
	/* Rightly signed by another, whose name is not in it. */
	assert_int_equal(read_jws(jws, its_public, NOW, &d, NULL), -EBADMSG);
	free(jws);
	jws = signed_by(private_key, DESCRIPTOR_TYPE, text);
	assert_int_equal(read_jws(jws, broker, NOW, &d, NULL), -EBADMSG);
	free(jws);
}

static void is_of_its_time(void **state)
{
	(void)state;
	assert_int_equal(read_text(text, 1796000000, RELAYS, 0), 0);
	assert_int_equal(read_text(text, 1796003599, RELAYS, 0), 0);
	assert_int_equal(read_text(text, 1796003600, RELAYS, 0), -ESTALE);
	assert_int_equal(read_text(text, UINT64_MAX, RELAYS, 0), -ESTALE);
	assert_int_equal(read_text(text, 1796000000 - DIRECTORY_SKEW_S, RELAYS, 0), 0);
	assert_int_equal(read_text(text, 1796000000 - DIRECTORY_SKEW_S - 1, RELAYS, 0), -ESTALE);
	assert_int_equal(read_text(text, 0, RELAYS, 0), -ESTALE);
}

static void every_character_is_signed(void **state)
{
	char *jws = signed_by(private_key, DIRECTORY_TYPE, text);
	struct directory *d;

	(void)state;
	for (size_t i = 0, len = strlen(jws); i < len; i += 29) {
		char was = jws[i];

		jws[i] = was == 'A' ? 'B' : 'A';
		assert_int_not_equal(read_jws(jws, broker, NOW, &d, NULL), 0);
		jws[i] = was;
	}
	for (size_t len = strlen(jws); len > 40; len -= 17) {
		jws[len - 1] = '\0';
		assert_int_not_equal(read_jws(jws, broker, NOW, &d, NULL), 0);
	}
	free(jws);
}

static const struct {
	const char *old, *new;
} refused[] = {
	{ "{\"version\"", "[\"version\"" },
	{ "]}]}", "]}]}x" },
	{ "\"slot\":1800", "\"slot\":1800,\"slot\":1800" },
	{ "\"slot\":1800", "\"slot\":1800,\"note\":1" },
	{ "\"slot\":1800,", "" },
	{ "\"version\":1", "\"version\":2" },
	{ "\"broker\":\"", "\"broker\":\"+" },
	{ "\"slot\":1800", "\"slot\":59" },
	{ "\"slot\":1800", "\"slot\":86401" },
	{ "\"slot\":1800", "\"slot\":\"1800\"" },
	{ "\"horizon\":1209600", "\"horizon\":0" },
	{ "\"horizon\":1209600", "\"horizon\":9223372036854775807" },
	{ "\"issued\":1796000000", "\"issued\":1796003600" },
	{ "\"expires\":1796003600", "\"expires\":9223372036854775807" },
	{ "\"tokens\":[", "\"tokens\":[1," },
	{ "\"tokens\":[", "\"tokens\":[{}," },
	{ "\"epoch\":123", "\"epoch\":-1" },
	{ "\"epoch\":123", "\"epoch\":123,\"epoch\":123" },
	{ "\"not_before\":1795910400", "\"not_before\":1796515200" },
	{ "\"key\":\"", "\"key\":\"A" },
	{ "\"key\":\"MIIB", "\"key\":\"MIIC" },
	{ "\"relays\":[", "\"relays\":[null," },
	{ "\"relays\":[", "\"relays\":[{}," },
	{ "\"busy\":[]", "\"busy\":[],\"x\":1" },
	{ "\"busy\":[]", "\"busy\":{}" },
	{ "\"busy\":[]", "\"busy\":[1]" },
	{ ",\"busy\":[]", "" },
	{ "\"first\":1000", "\"first\":-1" },
	{ "\"first\":1000", "\"first\":9223372036854775807" },
	{ "\"count\":4", "\"count\":0" },
	{ "\"count\":4", "\"count\":4294967296" },
	{ "\"ingress\":\"+4930000000\"", "\"ingress\":\"4930000000\"" },
	{ "\"ingress\":\"+4930000000\"", "\"ingress\":\"\"" },
	{ "{\"descriptor\":\"", "{\"descriptor\":1,\"x\":\"" },
};

static void holds_to_the_format(void **state)
{
	char *changed;

	(void)state;
	assert_int_equal(read_text(text, NOW, RELAYS, 0), 0);
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		int err;

		changed = replaced(text, refused[i].old, refused[i].new);
		err = read_text(changed, NOW, 0, 0);
		if (err != -EBADMSG)
			print_message("read: %s\n", refused[i].new);
		assert_int_equal(err, -EBADMSG);
		free(changed);
	}
}

static void refuses_other_token_keys(void **state)
{
	char twice[2000], *changed;

	(void)state;
	changed = replaced(text, token_key, long_key);
	assert_int_equal(read_text(changed, NOW, RELAYS, 0), -EBADMSG);
	free(changed);
	for (int epoch = 122; epoch <= 123; epoch++) {
		snprintf(
			twice, sizeof(twice),
			"\"tokens\":[{\"epoch\":%d,\"not_before\":1,\"not_after\":2,\"key\":\"%s\"},",
			epoch, token_key);
		changed = replaced(text, "\"tokens\":[", twice);
		assert_int_equal(read_text(changed, NOW, RELAYS, 0), epoch == 123 ? -EBADMSG : 0);
		free(changed);
	}
}

/* A text may stand for itself only: what the reader takes out of the way is not to be named. */
static void no_text_names_another(void **state)
{
	static const char *const names[] = { "#0", "#1", "#2", "#3", "#99", "#", "#x", "\\u00231" };
	char *changed;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		changed = replaced(text, statements[1], names[i]);
		assert_int_equal(read_text(changed, NOW, 0, 0), -EBADMSG);
		free(changed);
	}
	changed = replaced(text, token_key, "#1");
	assert_int_equal(read_text(changed, NOW, 0, 0), -EBADMSG);
	free(changed);
	/* Escaped, it is the same text, and another way to write it. */
	changed = replaced(text, "\"descriptor\":\"e", "\"descriptor\":\"\\u0065");
	assert_int_equal(read_text(changed, NOW, RELAYS, 0), 0);
	free(changed);
}

/* What one relay signed must not take the others away; what the broker wrote must be right. */
static void leaves_out_who_does_not_read(void **state)
{
	char *changed, *spoilt = strdup(statements[1]), spaces[DESCRIPTOR_MAX_LEN + 100];

	(void)state;
	spoilt[5] ^= 1;
	changed = replaced(text, statements[1], spoilt);
	assert_int_equal(read_text(changed, NOW, RELAYS - 1, 1), 0);
	free(changed);
	changed = replaced(text, statements[0], "");
	assert_int_equal(read_text(changed, NOW, RELAYS - 1, 1), 0);
	free(changed);
	memset(spaces, 'A', sizeof(spaces) - 1);
	spaces[sizeof(spaces) - 1] = '\0';
	changed = replaced(text, statements[2], spaces);
	assert_int_equal(read_text(changed, NOW, RELAYS - 1, 1), 0);
	free(changed);
	free(spoilt);
}

/* Of one relay with N runs of busy slots. */
static char *with_busy(unsigned int n)
{
	static const char run[] = "{\"ingress\":\"+4930000000\",\"first\":1000,\"count\":4},";
	char *runs = malloc(n * sizeof(run)), *changed, *end = runs;

	while (n--)
		end = stpcpy(end, run);
	changed = replaced(text, run, runs);
	free(runs);
	return changed;
}

static void leaves_out_who_is_too_busy(void **state)
{
	char *most = with_busy(DIRECTORY_MAX_BUSY - 2), *more = with_busy(DIRECTORY_MAX_BUSY - 1);

	(void)state;
	assert_int_equal(read_text(most, NOW, RELAYS, 0), 0);
	assert_int_equal(read_text(more, NOW, RELAYS - 1, 1), 0);
	free(most);
	free(more);
}

static void lists_a_relay_once(void **state)
{
	char *changed = replaced(text, statements[2], statements[0]);

	(void)state;
	assert_int_equal(read_text(changed, NOW, RELAYS, 0), -EBADMSG);
	free(changed);
}

static bool free_in(const struct directory_relay *relay, const char *ingress, uint64_t first,
		    uint32_t count)
{
	struct slots slots = { .length_s = 1800, .first = first, .count = count };

	return directory_free_slots(relay, ingress, &slots);
}

/* Busy are 1000 to 1003, and 1010. */
static void knows_what_is_free(void **state)
{
	struct directory *d = good();
	const struct directory_relay *relay = &d->relays[0];

	(void)state;
	assert_true(free_in(relay, "+4930000000", 999, 1));
	assert_false(free_in(relay, "+4930000000", 999, 2));
	assert_false(free_in(relay, "+4930000000", 1000, 1));
	assert_false(free_in(relay, "+4930000000", 1003, 1));
	assert_true(free_in(relay, "+4930000000", 1004, 6));
	assert_false(free_in(relay, "+4930000000", 1004, 7));
	assert_false(free_in(relay, "+4930000000", 990, 96));
	assert_true(free_in(relay, "+4930000000", 1011, 96));
	assert_true(free_in(&d->relays[1], "+4930000001", 1000, 1));
	directory_free(d);
}

/* Thousands of relays, each read once: nothing in it takes the square of the time. */
static void reads_many(void **state)
{
	enum { MANY = 1000 };
	struct directory d = { .issued = NOW, .expires = NOW + 1, .slot_s = 1800, .horizon_s = 1 };
	struct directory *again;
	char *jws;

	(void)state;
	memcpy(d.broker, broker, sizeof(broker));
	d.relays = calloc(MANY, sizeof(*d.relays));
	for (; d.n_relays < MANY; d.n_relays++)
		make_relay(&d.relays[d.n_relays].jws, d.n_relays);
	assert_int_equal(directory_sign(&jws, &d, private_key), 0);
	assert_int_equal(read_jws(jws, broker, NOW, &again, NULL), 0);
	assert_int_equal(again->n_relays, MANY);
	for (size_t i = 0; i < MANY; i++) {
		assert_string_equal(again->relays[i].jws, d.relays[i].jws);
		free(d.relays[i].jws);
	}
	free(d.relays);
	free(jws);
	directory_free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_field),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(is_of_one_broker),
		cmocka_unit_test(is_of_its_time),
		cmocka_unit_test(every_character_is_signed),
		cmocka_unit_test(holds_to_the_format),
		cmocka_unit_test(refuses_other_token_keys),
		cmocka_unit_test(leaves_out_who_does_not_read),
		cmocka_unit_test(leaves_out_who_is_too_busy),
		cmocka_unit_test(lists_a_relay_once),
		cmocka_unit_test(no_text_names_another),
		cmocka_unit_test(knows_what_is_free),
		cmocka_unit_test(reads_many),
	};

	return cmocka_run_group_tests(tests, make_text, free_text);
}
