// SPDX-License-Identifier: GPL-2.0
/* Descriptors: every field is read, held to its range, and signed by the relay itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "crypto/base64url.h"
#include "protocol/descriptor.h"
#include "selftests/unit/statement.h"

static uint8_t private_key[SIGN_KEY_LEN], relay[SIGN_KEY_LEN];
static char *text; /* of a descriptor that is right */

static const char model[] =
	"{\"version\":1,\"relay\":\"%s\",\"seal\":\"AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
	"\"operator\":\"Example e.V.\",\"sequence\":17,\"issued\":1796000000,\"expires\":1796086400,"
	"\"price\":1,\"trunks\":["
	"{\"carrier\":\"Carrier A\",\"region\":\"DE\",\"technology\":\"sip\",\"prefixes\":[\"+49\"],"
	"\"ingresses\":[{\"number\":\"+493012345\",\"lanes\":0},"
	"{\"number\":\"+493012346\",\"lanes\":32}]},"
	"{\"carrier\":\"B\",\"region\":\"FR\",\"technology\":\"pri\",\"prefixes\":[\"+\",\"+4930\"],"
	"\"ingresses\":[]},"
	"{\"carrier\":\"C\",\"region\":\"FR\",\"technology\":\"cas\",\"prefixes\":[\"+49\"],"
	"\"ingresses\":[{\"number\":\"+331234567\",\"lanes\":1000}]}]}";

static int make_text(void **state)
{
	char name[SIGN_KEY_CHARS + 1];
	int err = sign_keypair(private_key, relay);

	(void)state;
	base64url_encode(name, relay, sizeof(relay));
	return err ?: asprintf(&text, model, name) < 0 ? -1 : 0;
}

static int free_text(void **state)
{
	(void)state;
	free(text);
	return 0;
}

static int read_jws(const char *jws, unsigned int flags, struct descriptor **descriptor)
{
	char *copy = strdup(jws);
	const char *error = NULL;
	int err;

	*descriptor = NULL;
	err = descriptor_read(descriptor, copy, flags, &error);
	assert_int_equal(!err, !error);
	assert_int_equal(!err, !!*descriptor);
	free(copy);
	return err;
}

static int read_text(const char *of)
{
	char *jws = signed_by(private_key, DESCRIPTOR_TYPE, of);
	struct descriptor *descriptor;
	int err = read_jws(jws, DESCRIPTOR_VERIFY, &descriptor);

	/* The signature was right: without looking at it, nothing changes. */
	descriptor_free(descriptor);
	assert_int_equal(read_jws(jws, 0, &descriptor), err);
	descriptor_free(descriptor);
	assert_int_equal(descriptor_read(&descriptor, jws, 0, NULL), err);
	if (!err)
		descriptor_free(descriptor);
	free(jws);
	return err;
}

static struct descriptor *good(void)
{
	char *jws = signed_by(private_key, DESCRIPTOR_TYPE, text);
	struct descriptor *descriptor;

	assert_int_equal(read_jws(jws, DESCRIPTOR_VERIFY, &descriptor), 0);
	free(jws);
	return descriptor;
}

static void reads_every_field(void **state)
{
	static const uint8_t seal[HPKE_KEY_LEN] = { 1, 2, 3 };
	struct descriptor *d = good();

	(void)state;
	assert_memory_equal(d->relay, relay, sizeof(relay));
	assert_memory_equal(d->seal_key, seal, sizeof(seal));
	assert_string_equal(d->operator, "Example e.V.");
	assert_int_equal(d->sequence, 17);
	assert_int_equal(d->issued, 1796000000);
	assert_int_equal(d->expires, 1796086400);
	assert_int_equal(d->price, 1);
	assert_int_equal(d->n_trunks, 3);
	assert_string_equal(d->trunks[0].carrier, "Carrier A");
	assert_string_equal(d->trunks[0].region, "DE");
	assert_int_equal(d->trunks[0].technology, TECH_SIP);
	assert_int_equal(d->trunks[1].technology, TECH_PRI);
	assert_int_equal(d->trunks[2].technology, TECH_CAS);
	assert_int_equal(d->trunks[0].n_ingresses, 2);
	assert_int_equal(d->trunks[1].n_ingresses, 0);
	assert_string_equal(d->trunks[0].ingresses[1].number, "+493012346");
	assert_int_equal(d->trunks[0].ingresses[0].lanes, 0);
	assert_int_equal(d->trunks[0].ingresses[1].lanes, 32);
	assert_int_equal(d->trunks[2].ingresses[0].lanes, 1000);
	assert_int_equal(d->trunks[1].n_prefixes, 2);
	assert_string_equal(d->trunks[1].prefixes[0], "+");
	assert_string_equal(d->trunks[1].prefixes[1], "+4930");
	descriptor_free(d);
}

static void writes_what_it_reads(void **state)
{
	struct descriptor *d = good(), *again;
	char *jws, *second;

	(void)state;
	assert_int_equal(descriptor_sign(&jws, d, private_key), 0);
	assert_int_equal(read_jws(jws, DESCRIPTOR_VERIFY, &again), 0);
	assert_int_equal(descriptor_sign(&second, again, private_key), 0);
	assert_string_equal(jws, second);
	free(jws);
	free(second);
	descriptor_free(again);
	descriptor_free(d);
}

static void is_signed_by_the_relay_it_names(void **state)
{
	uint8_t other[SIGN_KEY_LEN], its_public[SIGN_KEY_LEN];
	struct descriptor *d = good(), *again;
	char *jws;

	(void)state;
	assert_int_equal(sign_keypair(other, its_public), 0);
	jws = signed_by(other, DESCRIPTOR_TYPE, text);
	assert_int_equal(read_jws(jws, DESCRIPTOR_VERIFY, &again), -EKEYREJECTED);
	assert_int_equal(read_jws(jws, 0, &again), 0);
	descriptor_free(again);
	free(jws);
	assert_int_equal(descriptor_sign(&jws, d, other), -EINVAL);
	descriptor_free(d);
	jws = signed_by(private_key, "phonion-directory", text);
	assert_int_equal(read_jws(jws, 0, &again), -EBADMSG);
	free(jws);
}

static void every_character_is_signed(void **state)
{
	char *jws = signed_by(private_key, DESCRIPTOR_TYPE, text);
	struct descriptor *d;

	(void)state;
	for (size_t i = 0, len = strlen(jws); i < len; i += 3) {
		char was = jws[i];

		jws[i] = was == 'A' ? 'B' : 'A';
		assert_int_not_equal(read_jws(jws, DESCRIPTOR_VERIFY, &d), 0);
		jws[i] = was;
	}
	for (size_t len = strlen(jws); len--;) {
		jws[len] = '\0';
		assert_int_equal(read_jws(jws, 0, &d), -EBADMSG);
	}
	free(jws);
}

static const struct change {
	const char *old, *new;
} allowed[] = {
	{ "\"price\":1", "\"price\":0" },
	{ "\"price\":1", "\"price\":16" },
	{ "\"sequence\":17", "\"sequence\":0" },
	{ "\"sequence\":17", "\"sequence\":9007199254740991" },
	{ "Example e.V.", "B\xc3\xbcrgernetz \xe2\x9c\x93" },
	{ "Example e.V.", "x" },
	{ "Example e.V.", "\xe2\x80\xa7" },
	{ "+493012345\"", "+123456789012345\"" },
	{ "[\"+49\"]", "[]" },
	{ "[\"+49\"]", "[\"+123456789012345\"]" },
	{ "\"version\":1,", " \"version\" : 1 ,\n" },
	/* The order of members says nothing. */
	{ "\"region\":\"DE\",\"technology\":\"sip\"", "\"technology\":\"sip\",\"region\":\"DE\"" },
}, refused[] = {
	/* JSON itself */
	{ "{\"version\"", "[\"version\"" },
	{ "]}]}", "]}]" },
	{ "]}]}", "]}]}x" },
	{ "]}]}", "]}]}{}" },
	{ "\"price\":1", "\"price\":1,\"price\":1" },
	{ "\"lanes\":0", "\"lanes\":0,\"lanes\":0" },
	/* members: one less, one more, one of another name */
	{ "\"price\":1,", "" },
	{ "\"version\":1,", "" },
	{ "\"price\":1", "\"price\":1,\"note\":\"\"" },
	{ "\"price\":1", "\"prize\":1" },
	{ "\"lanes\":0", "\"lanes\":0,\"x\":null" },
	{ "\"lanes\":0", "\"Lanes\":0" },
	{ "\"region\":\"DE\",", "" },
	{ "\"region\":\"DE\"", "\"region\":\"DE\",\"x\":1" },
	{ "{\"number\":\"+493012345\",\"lanes\":0}", "\"+493012345\"" },
	{ "{\"number\":\"+493012345\",\"lanes\":0}", "null" },
	{ "{\"carrier\":\"B\"", "7,{\"carrier\":\"B\"" },
	/* kinds */
	{ "\"version\":1", "\"version\":\"1\"" },
	{ "\"version\":1", "\"version\":1.0" },
	{ "\"price\":1", "\"price\":true" },
	{ "\"price\":1", "\"price\":null" },
	{ "\"sequence\":17", "\"sequence\":17.5" },
	{ "\"sequence\":17", "\"sequence\":1e3" },
	{ "\"operator\":\"Example e.V.\"", "\"operator\":7" },
	{ "[\"+49\"]", "\"+49\"" },
	{ "[\"+49\"]", "[49]" },
	{ "[\"+49\"]", "{}" },
	/* ranges */
	{ "\"version\":1", "\"version\":2" },
	{ "\"version\":1", "\"version\":0" },
	{ "\"price\":1", "\"price\":17" },
	{ "\"price\":1", "\"price\":-1" },
	{ "\"price\":1", "\"price\":4294967297" },
	{ "\"sequence\":17", "\"sequence\":-1" },
	{ "\"sequence\":17", "\"sequence\":9223372036854775808" },
	{ "\"lanes\":0", "\"lanes\":1001" },
	{ "\"lanes\":0", "\"lanes\":-1" },
	{ "\"issued\":1796000000", "\"issued\":1796086400" },
	{ "\"issued\":1796000000", "\"issued\":-1" },
	{ "\"expires\":1796086400", "\"expires\":9223372036854775807" },
	{ "\"seal\":\"AQ", "\"seal\":\"A" },
	{ "\"seal\":\"AQ", "\"seal\":\"AQA" },
	{ "\"seal\":\"AQ", "\"seal\":\"A=" },
	{ "AAAAAAAAAAAAAA\"", "AAAAAAAAAAAAAB\"" },
	{ "\"relay\":\"", "\"relay\":\"+" },
	/* texts */
	{ "Example e.V.", "" },
	{ "Example e.V.", "12345678901234567890123456789012345678901234567890123456789012345" },
	{ "Example e.V.", "a\\u0000b" },
	{ "Example e.V.", "a\\nb" },
	{ "Example e.V.", "a\\u001bb" },
	{ "Example e.V.", "a\\u007fb" },
	{ "Example e.V.", "a\\u0085b" },
	{ "Example e.V.", "a\\u202eb" },
	{ "Example e.V.", "a\\u2028b" },
	{ "Example e.V.", "a\\u2066b" },
	{ "Example e.V.", "a\xff" "b" },
	{ "Carrier A", "a\\tb" },
	{ "\"DE\"", "\"de\"" },
	{ "\"DE\"", "\"D\"" },
	{ "\"DE\"", "\"DEU\"" },
	{ "\"DE\"", "\"D1\"" },
	{ "\"DE\"", "\"\"" },
	{ "\"sip\"", "\"SIP\"" },
	{ "\"sip\"", "\"\"" },
	{ "\"sip\"", "\"sips\"" },
	/* numbers */
	{ "+493012345\"", "493012345\"" },
	{ "+493012345\"", "+\"" },
	{ "+493012345\"", "+0493012345\"" },
	{ "+493012345\"", "+1234567890123456\"" },
	{ "+493012345\"", "+49 3012345\"" },
	{ "+493012345\"", "+49301234a\"" },
	{ "+493012345\"", "++93012345\"" },
	{ "+493012345\"", "\"" },
	{ "\"+49\"", "\"49\"" },
	{ "\"+49\"", "\"\"" },
	{ "\"+49\"", "\"+0\"" },
	{ "\"+49\"", "\"+49*\"" },
	{ "\"+49\"", "\"+1234567890123456\"" },
	/* twice: in one trunk, and in two */
	{ "+493012346", "+493012345" },
	{ "+331234567", "+493012346" },
};

static void holds_to_the_format(void **state)
{
	char *changed;
	int err;

	(void)state;
	assert_int_equal(read_text(text), 0);
	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
		changed = replaced(text, allowed[i].old, allowed[i].new);
		err = read_text(changed);
		if (err)
			print_message("not read: %s\n", allowed[i].new);
		assert_int_equal(err, 0);
		free(changed);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		changed = replaced(text, refused[i].old, refused[i].new);
		err = read_text(changed);
		if (err != -EBADMSG)
			print_message("read: %s\n", refused[i].new);
		assert_int_equal(err, -EBADMSG);
		free(changed);
	}
}

/* A list of N entries in the place of OLD. */
static int read_list(const char *old, size_t n, const char *entry)
{
	char *list = calloc(n, 100), *to = list, *changed;
	int err;

	for (size_t i = 0; i < n; i++) {
		to += sprintf(to, "%s", i ? "," : "");
		to += sprintf(to, entry, i);
	}
	changed = replaced(text, old, list);
	err = read_text(changed);
	free(changed);
	free(list);
	return err;
}

static void lists_have_their_limits(void **state)
{
	static const char trunk[] = "{\"carrier\":\"%zu\",\"region\":\"DE\",\"technology\":\"sip\","
				    "\"prefixes\":[],\"ingresses\":[]}";
	static const char ingress[] = "{\"number\":\"+3300000%03zu\",\"lanes\":1}";
	static const char first[] = "{\"number\":\"+493012345\",\"lanes\":0},"
				    "{\"number\":\"+493012346\",\"lanes\":32}";
	const char *trunks = strstr(text, "[{\"carrier\":\"Carrier A\"") + 1;
	char *all = strndup(trunks, strlen(trunks) - 2);

	(void)state;
	assert_int_equal(read_list(all, DESCRIPTOR_MAX_TRUNKS, trunk), 0);
	assert_int_equal(read_list(all, DESCRIPTOR_MAX_TRUNKS + 1, trunk), -EBADMSG);
	assert_int_equal(read_list(all, 1, ""), -EBADMSG);
	assert_int_equal(read_list(first, DESCRIPTOR_MAX_INGRESSES, ingress), 0);
	assert_int_equal(read_list(first, DESCRIPTOR_MAX_INGRESSES + 1, ingress), -EBADMSG);
	assert_int_equal(read_list("\"+49\"", DESCRIPTOR_MAX_PREFIXES, "\"+49%zu\""), 0);
	assert_int_equal(read_list("\"+49\"", DESCRIPTOR_MAX_PREFIXES + 1, "\"+49%zu\""), -EBADMSG);
	free(all);
}

static void is_of_a_limited_length(void **state)
{
	char spaces[DESCRIPTOR_MAX_LEN + 1], *changed;

	(void)state;
	memset(spaces, ' ', sizeof(spaces) - 1);
	spaces[sizeof(spaces) - 1] = '\0';
	changed = replaced(text, "\"version\"", spaces);
	assert_int_equal(read_text(changed), -EBADMSG);
	free(changed);
	spaces[DESCRIPTOR_MAX_LEN / 2] = '\0';
	strcpy(spaces + DESCRIPTOR_MAX_LEN / 2, "\"version\"");
	changed = replaced(text, "\"version\"", spaces);
	assert_int_equal(read_text(changed), 0);
	free(changed);
}

/* However deep it goes. */
static void refuses_what_is_deep(void **state)
{
	char brackets[5001];

	(void)state;
	memset(brackets, '[', 5000);
	brackets[5000] = '\0';
	assert_int_equal(read_text(brackets), -EBADMSG);
}

static void signs_only_what_it_would_read(void **state)
{
	struct descriptor *d = good();
	char *jws;

	(void)state;
	d->price = DESCRIPTOR_MAX_PRICE + 1;
	assert_int_equal(descriptor_sign(&jws, d, private_key), -EINVAL);
	d->price = 1;
	d->expires = d->issued;
	assert_int_equal(descriptor_sign(&jws, d, private_key), -EINVAL);
	d->expires = d->issued + 1;
	d->sequence = UINT64_MAX;
	assert_int_equal(descriptor_sign(&jws, d, private_key), -EINVAL);
	d->sequence = 1;
	strcpy(d->operator, "a\nb");
	assert_int_equal(descriptor_sign(&jws, d, private_key), -EINVAL);
	strcpy(d->operator, "a\xff");
	assert_int_equal(descriptor_sign(&jws, d, private_key), -EINVAL);
	strcpy(d->operator, "a");
	strcpy(d->trunks[0].carrier, "\xff");
	assert_int_equal(descriptor_sign(&jws, d, private_key), -EINVAL);
	strcpy(d->trunks[0].carrier, "a");
	d->trunks[1].technology = TECH_COUNT;
	assert_int_equal(descriptor_sign(&jws, d, private_key), -EINVAL);
	d->trunks[1].technology = TECH_SIP;
	strcpy(d->trunks[2].ingresses[0].number, "112");
	assert_int_equal(descriptor_sign(&jws, d, private_key), -EINVAL);
	strcpy(d->trunks[2].ingresses[0].number, "+331234567");
	assert_int_equal(descriptor_sign(&jws, d, private_key), 0);
	free(jws);
	descriptor_free(d);
}

static void dials_by_the_longest_prefix(void **state)
{
	struct descriptor *d = good();

	(void)state;
	assert_ptr_equal(descriptor_route(d, "+493012345"), &d->trunks[1]); /* +4930 */
	assert_ptr_equal(descriptor_route(d, "+498912345"), &d->trunks[0]); /* +49: the first */
	assert_ptr_equal(descriptor_route(d, "+33123456"), &d->trunks[1]);  /* + */
	strcpy(d->trunks[1].prefixes[0], "+1");
	assert_null(descriptor_route(d, "+33123456"));
	assert_null(descriptor_route(d, "493012345"));
	assert_null(descriptor_route(d, ""));
	descriptor_free(d);
}

static void finds_an_ingress(void **state)
{
	struct descriptor *d = good();
	const struct ingress *ingress;

	(void)state;
	assert_ptr_equal(descriptor_ingress(d, "+493012346", &ingress), &d->trunks[0]);
	assert_ptr_equal(ingress, &d->trunks[0].ingresses[1]);
	assert_ptr_equal(descriptor_ingress(d, "+331234567", NULL), &d->trunks[2]);
	assert_null(descriptor_ingress(d, "+49301234", &ingress));
	assert_null(descriptor_ingress(d, "+4930123466", &ingress));
	assert_null(descriptor_ingress(d, "", &ingress));
	descriptor_free(d);
}

static void technologies_have_names(void **state)
{
	enum technology technology;

	(void)state;
	for (unsigned int t = 0; t < TECH_COUNT; t++) {
		assert_int_equal(technology_parse(&technology, technology_name(t)), 0);
		assert_int_equal(technology, t);
	}
	assert_int_equal(technology_parse(&technology, technology_name(TECH_COUNT)), -EINVAL);
	assert_int_equal(technology_parse(&technology, ""), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_field),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(is_signed_by_the_relay_it_names),
		cmocka_unit_test(every_character_is_signed),
		cmocka_unit_test(holds_to_the_format),
		cmocka_unit_test(lists_have_their_limits),
		cmocka_unit_test(is_of_a_limited_length),
		cmocka_unit_test(refuses_what_is_deep),
		cmocka_unit_test(signs_only_what_it_would_read),
		cmocka_unit_test(dials_by_the_longest_prefix),
		cmocka_unit_test(finds_an_ingress),
		cmocka_unit_test(technologies_have_names),
	};

	return cmocka_run_group_tests(tests, make_text, free_text);
}
