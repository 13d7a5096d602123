// SPDX-License-Identifier: GPL-2.0
/* What a relay tells brokers: read as it is written, refused where it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "selftests/unit/conf_text.h"

#define TRUNK(more) \
	"trunks = ( { name = \"a\"; local = \"192.0.2.1\"; peer = \"192.0.2.9\"; " more " } );\n"
#define OFFER                                                                      \
	"carrier = \"Carrier A\"; region = \"DE\"; prefixes = [ \"+49\", \"+\" ];" \
	"ingresses = ( { number = \"+493012345\"; }, { number = \"+493012346\"; lanes = 32; } );"
#define BROKER(more) "brokers = ( { name = \"b\"; url = \"https://192.0.2.7:8443\"; " more " } );"
#define RELAY(more)  TRUNK(OFFER) "relay = { operator = \"Example\"; " more " };\n"

static struct conf *good(const char *text)
{
	struct conf *conf = NULL;
	char *error;
	int err = read_text(&conf, text, &error);

	if (err)
		print_error("%s\nrefused with: %s\n", text, error ? error : "no sentence");
	assert_int_equal(err, 0);
	return conf;
}

static void bad(const char *text, const char *word)
{
	struct conf *conf = NULL;
	char *error;
	int err = read_text(&conf, text, &error);

	if (!err || !error || !strstr(error, word))
		print_error("%s\nshould be refused with: %s\ngot: %s\n", text, word,
			    err ? error : "accepted");
	assert_true(err && error && strstr(error, word));
	free(error);
}

static void test_relay(void **state)
{
	struct conf *conf = good(RELAY(
		BROKER("") " price = 3; poll_interval = 5; code_calls = 7; standing = false;"));
	const struct conf_relay *relay = conf->relay;

	(void)state;
	assert_string_equal(relay->operator_name, "Example");
	assert_int_equal(relay->price, 3);
	assert_int_equal(relay->poll_ms, 5000);
	assert_int_equal(relay->code_calls, 7);
	assert_false(relay->standing);
	assert_string_equal(relay->key, "/var/lib/phonion/relay.key");
	assert_int_equal(relay->n_brokers, 1);
	assert_string_equal(relay->brokers[0].url, "https://192.0.2.7:8443");
	assert_null(relay->brokers[0].pin);
	conf_free(conf);
}

static void test_trunk(void **state)
{
	struct conf *conf = good(TRUNK(OFFER));
	const struct conf_trunk *trunk = &conf->trunks[0];

	(void)state;
	assert_null(conf->relay);
	assert_string_equal(trunk->carrier, "Carrier A");
	assert_string_equal(trunk->region, "DE");
	assert_int_equal(trunk->prefixes.n, 2);
	assert_int_equal(trunk->n_ingresses, 2);
	assert_int_equal(trunk->ingresses[0].lanes, 0);
	assert_string_equal(trunk->ingresses[1].number, "+493012346");
	assert_int_equal(trunk->ingresses[1].lanes, 32);
	conf_free(conf);
}

#define ONION	  "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx.onion"
#define TEN(text) text text text text text text text text text text
#define LONGEST	  TEN(TEN("012345678")) TEN("012345678") "01" /* with https:// */
#define BROKER_AT(url)                                           \
	RELAY("brokers = ( { name = \"b\"; url = \"https://" url \
	      "\"; proxy = \"socks5h://h:1\"; } );")
#define BROKER_BY(proxy) RELAY(BROKER("proxy = \"socks5h://" proxy "\";"))

static void test_places(void **state)
{
	static const char *const places[] = {
		BROKER_AT("h"),
		BROKER_AT(ONION ":8443"),
		BROKER_AT("[2001:db8::1]"),
		BROKER_AT("[2001:db8::1]:65535"),
		BROKER_AT("h/path"),
		BROKER_AT("h:1/path"),
		BROKER_BY("h:9050"),
		BROKER_BY("user:word@[::1]:9050"),
		BROKER_AT(LONGEST),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		conf_free(good(places[i]));
	bad(BROKER_AT("h:0"), "1 to 65535");
	bad(BROKER_AT("h:99999"), "1 to 65535");
	bad(BROKER_AT("h:"), "1 to 65535");
	bad(BROKER_AT("h:1x"), "1 to 65535");
	bad(BROKER_AT(":1"), "https://HOST");
	bad(BROKER_AT(""), "https://HOST");
	bad(BROKER_AT("[::1"), "https://HOST");
	bad(BROKER_AT("2001:db8::1"), "https://HOST");
	bad(BROKER_AT(LONGEST "2"), "1000 characters");
	bad(BROKER_BY("h:65536"), "1 to 65535");
	bad(BROKER_BY("user@"), "1 to 65535");
	bad(BROKER_BY(TEN(TEN("0123456789"))), "1000 characters");
}

static void test_relay_refused(void **state)
{
	(void)state;
	bad(RELAY(""), "\"brokers\" is missing");
	bad(TRUNK("") "relay = { " BROKER("") " };", "\"operator\" is missing");
	bad(TRUNK("") "relay = 1;", "must be a group");
	bad(RELAY("brokers = ();"), "1 to 16");
	bad(RELAY("brokers = ( { name = \"b\"; url = \"http://h\"; } );"), "https://HOST");
	bad(RELAY("brokers = ( { name = \"b\"; url = \"https://h/\"; } );"), "https://HOST");
	bad(RELAY(BROKER("pin = \"sha256//short\";")), "44 characters");
	bad(RELAY(BROKER("proxy = \"http://h:1\";")), "socks5h");
	bad(RELAY(BROKER("port = 1;")), "unknown key");
	bad(RELAY(BROKER("") " price = 17;"), "0 to 16");
	bad(RELAY(BROKER("") " poll_interval = 0;"), "1 to 3600");
	bad(RELAY(BROKER("") " code_calls = 0;"), "1 to 65536");
	bad(RELAY(BROKER("") " standing = 1;"), "standing");
	bad(RELAY(BROKER("") " key = \"relay.key\";"), "\"key\"");
	bad(TRUNK("") "relay = { operator = \"E\"; " BROKER("") " };", "1 to 16 trunks");
	bad(RELAY("brokers = ( { name = \"b\"; url = \"https://h\"; },"
		  " { name = \"b\"; url = \"https://i\"; } );"),
	    "two brokers");
}

static void test_trunk_refused(void **state)
{
	(void)state;
	bad(TRUNK("ingresses = ( { number = \"+493012345\"; } );"), "\"carrier\" and \"region\"");
	bad(TRUNK("carrier = \"A\"; prefixes = [ \"+49\" ];"), "\"carrier\" and \"region\"");
	bad(TRUNK("carrier = \"A\";"), "with \"carrier\" it needs \"region\"");
	bad(TRUNK("carrier = \"A\"; region = \"de\";"), "two capital letters");
	bad(TRUNK("carrier = \"A\"; region = \"DEU\";"), "two capital letters");
	bad(TRUNK("carrier = \"a\\x01b\"; region = \"DE\";"), "control character");
	bad(TRUNK("carrier = \"A\"; region = \"DE\"; prefixes = [ \"49\" ];"), "+ and digits");
	bad(TRUNK("carrier = \"A\"; region = \"DE\"; prefixes = \"+49\";"), "must be a list");
	bad(TRUNK("carrier = \"A\"; region = \"DE\"; ingresses = ( { number = \"123\"; } );"),
	    "E.164");
	bad(TRUNK("carrier = \"A\"; region = \"DE\"; ingresses = ( { number = \"+0493012345\"; } );"),
	    "not beginning with 0");
	bad(TRUNK("carrier = \"A\"; region = \"DE\"; ingresses = ( { lanes = 3; } );"),
	    "\"number\" is missing");
	bad(TRUNK("carrier = \"A\"; region = \"DE\";"
		  " ingresses = ( { number = \"+493012345\"; lanes = 1001; } );"),
	    "0 to 1000");
	bad(TRUNK("carrier = \"A\"; region = \"DE\"; ingresses ="
		  " ( { number = \"+493012345\"; }, { number = \"+493012345\"; } );"),
	    "stands twice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relay),	      cmocka_unit_test(test_trunk),
		cmocka_unit_test(test_places),	      cmocka_unit_test(test_relay_refused),
		cmocka_unit_test(test_trunk_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
