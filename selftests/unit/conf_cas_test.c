// SPDX-License-Identifier: GPL-2.0
/* Trunks of the kind "cas" in the configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cas/cas.h"
#include "conf/conf.h"
#include "selftests/unit/conf_text.h"

#define CAS(keys) "trunks = ( { name = \"c\"; kind = \"cas\"; " keys " } );\n"
#define SIP(keys) \
	"trunks = ( { name = \"s\"; local = \"192.0.2.1\"; peer = \"192.0.2.2\"; " keys " } );\n"
#define TWO(a, b)                                                  \
	"trunks = ( { name = \"a\"; kind = \"cas\"; channels = " a \
	"; signalling = \"fxoks\"; }, { name = \"b\"; " b " } );\n"

static void test_defaults(void **state)
{
	struct conf *conf;
	char *error = NULL;
	const struct conf_cas *cas;

	(void)state;
	assert_int_equal(
		read_text(&conf, CAS("channels = \"3-5\"; signalling = \"fxoks\";"), &error), 0);
	assert_int_equal(conf->trunks[0].kind, TRUNK_CAS);
	cas = &conf->trunks[0].cas;
	assert_int_equal(cas->n_channels, 3);
	assert_int_equal(cas->channels[0], 3);
	assert_int_equal(cas->channels[2], 5);
	assert_int_equal(cas->signalling, CAS_FXO_KS);
	assert_int_equal(cas->supervision, CAS_DIALLED);
	assert_false(cas->pulse);
	assert_int_equal(cas->first_digit_ms, 15000);
	assert_int_equal(cas->interdigit_ms, 4000);
	assert_int_equal(cas->dial_delay_ms, 1000);
	assert_null(cas->plus);
	conf_free(conf);
}

#ifdef HAVE_R2
static void test_r2(void **state)
{
	struct conf *conf;
	char *error = NULL;
	const struct conf_cas *cas;

	(void)state;
	assert_int_equal(read_text(&conf, CAS("channels = [ 1 ]; signalling = \"r2\";"), &error),
			 0);
	cas = &conf->trunks[0].cas;
	assert_int_equal(cas->signalling, CAS_R2);
	assert_int_equal(cas->r2_variant, CAS_R2_ITU);
	assert_int_equal(cas->max_dnis, 15);
	assert_int_equal(cas->max_ani, 0);
	conf_free(conf);
	assert_int_equal(read_text(&conf,
				   CAS("channels = [ 1 ]; signalling = \"r2\"; r2_variant = "
				       "\"ve\"; max_dnis = 32; max_ani = 32; number = \"4040\"; "
				       "plus = \"0\";"),
				   &error),
			 0);
	cas = &conf->trunks[0].cas;
	assert_int_equal(cas->r2_variant, CAS_R2_VENEZUELA);
	assert_int_equal(cas->max_dnis, 32);
	assert_int_equal(cas->max_ani, 32);
	conf_free(conf);
}
#endif

static void test_all(void **state)
{
	struct conf *conf;
	char *error = NULL;
	const struct conf_cas *cas;

	(void)state;
	assert_int_equal(read_text(&conf,
				   CAS("channels = [ 9, 2 ]; signalling = \"fxsgs\"; dial = "
				       "\"pulse\"; supervision = \"polarity\"; "
				       "first_digit_timeout = 1; interdigit_timeout = 30; "
				       "dial_delay = 2; plus = \"011\"; number = \"+1555\"; "
				       "max_calls = 2; called_prefix = \"+49\"; delay_min = 5; "
				       "delay_max = 60;"),
				   &error),
			 0);
	cas = &conf->trunks[0].cas;
	assert_int_equal(cas->n_channels, 2);
	assert_int_equal(cas->channels[0], 9);
	assert_int_equal(cas->signalling, CAS_FXS_GS);
	assert_int_equal(cas->supervision, CAS_POLARITY);
	assert_true(cas->pulse);
	assert_int_equal(cas->first_digit_ms, 1000);
	assert_int_equal(cas->interdigit_ms, 30000);
	assert_int_equal(cas->dial_delay_ms, 2000);
	assert_string_equal(cas->plus, "011");
	assert_string_equal(conf->trunks[0].tdm.called_prefix, "+49");
	assert_int_equal(conf->trunks[0].tdm.delay_min_ms, 5);
	assert_int_equal(conf->trunks[0].tdm.delay_max_ms, 60);
	conf_free(conf);
}

static const struct {
	const char *text, *sentence;
} bad[] = {
	{ CAS("signalling = \"fxoks\";"), "\"channels\" is missing" },
	{ CAS("channels = [ 1 ];"), "\"signalling\" is missing" },
	{ CAS("channels = [ 1 ]; signalling = \"fxo_ks\";"), "must be one of \"fxols\"" },
	{ CAS("channels = []; signalling = \"fxoks\";"), "must be a range or a list" },
	{ CAS("channels = 1; signalling = \"fxoks\";"), "must be a range or a list" },
	{ CAS("channels = \"1\"; signalling = \"fxoks\";"), "must be a range, as" },
	{ CAS("channels = \"1-\"; signalling = \"fxoks\";"), "must be a range, as" },
	{ CAS("channels = \"2-1\"; signalling = \"fxoks\";"), "must be a range, as" },
	{ CAS("channels = \"1-2x\"; signalling = \"fxoks\";"), "must be a range, as" },
	{ CAS("channels = \"0-2\"; signalling = \"fxoks\";"), "from 1 to 1023" },
	{ CAS("channels = \"1020-1024\"; signalling = \"fxoks\";"), "from 1 to 1023" },
	{ CAS("channels = [ 1, 1024 ]; signalling = \"fxoks\";"), "from 1 to 1023" },
	{ CAS("channels = [ 0 ]; signalling = \"fxoks\";"), "from 1 to 1023" },
	{ CAS("channels = [ \"1\" ]; signalling = \"fxoks\";"), "from 1 to 1023" },
	{ CAS("channels = [ 4, 5, 4 ]; signalling = \"fxoks\";"), "has 4 twice" },
	{ CAS("channels = [ 1 ]; signalling = \"fxsks\";"), "\"number\" is missing" },
	{ CAS("channels = [ 1 ]; signalling = \"fxoks\"; number = \"1\";"),
	  "\"number\" is not for" },
	{ CAS("channels = [ 1 ]; signalling = \"fxoks\"; dial = \"pulse\";"),
	  "\"dial\" is not for" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; dial = \"pulse\";"), "neither dial pulses" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; supervision = \"polarity\";"),
	  "nor polarity" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; dial = \"mf\";"), "\"dtmf\", \"pulse\"" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; plus = \"+\";"), "1 to 7 of 0-9" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; plus = \"12345678\";"), "1 to 7 of 0-9" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; plus = 1;"), "a text in quotes" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; interdigit_timeout = 0;"), "from 1 to 30" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; interdigit_timeout = 31;"), "from 1 to 30" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; first_digit_timeout = 121;"),
	  "from 1 to 120" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; dial_delay = 0;"), "from 1 to 30" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; dchannel = 24;"),
	  "\"dchannel\" is not for" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; local = \"192.0.2.1\";"),
	  "\"local\" is not for" },
	{ SIP("channels = [ 1 ];"), "\"channels\" is not for" },
	{ SIP("called_prefix = \"+49\";"), "\"called_prefix\" is not for" },
	{ SIP("delay_min = 20;"), "\"delay_min\" is not for" },
	{ SIP("delay_max = 20;"), "\"delay_max\" is not for" },
	{ TWO("\"1-3\"", "kind = \"cas\"; channels = [ 3 ]; signalling = \"e&m\";"),
	  "both have channel 3" },
	{ CAS("channels = [ 1 ]; signalling = \"e&m\"; max_dnis = 4;"), "\"max_dnis\" is not for" },
	{ SIP("r2_variant = \"itu\";"), "\"r2_variant\" is not for" },
#ifdef HAVE_R2
	{ CAS("channels = [ 1 ]; signalling = \"r2\"; max_dnis = 0;"), "from 1 to 32" },
	{ CAS("channels = [ 1 ]; signalling = \"r2\"; max_ani = 33;"), "from 0 to 32" },
	{ CAS("channels = [ 1 ]; signalling = \"r2\"; r2_variant = \"us\";"), "\"itu\", \"ar\"" },
	{ CAS("channels = [ 1 ]; signalling = \"r2\"; number = \"+4930\";"), "must be digits" },
	{ CAS("channels = [ 1 ]; signalling = \"r2\"; dial = \"pulse\";"), "\"dial\" is not for" },
	{ CAS("channels = [ 1 ]; signalling = \"r2\"; first_digit_timeout = 9;"),
	  "\"first_digit_timeout\" is not for" },
#else
	{ CAS("channels = [ 1 ]; signalling = \"r2\";"), "without libopenr2" },
#endif
#ifdef HAVE_PRI
	{ TWO("[ 30, 24 ]", "kind = \"pri\"; dchannel = 24;"), "both have channel 24" },
	{ TWO("[ 30, 1 ]", "kind = \"pri\"; dchannel = 24;"), "both have channel 1" },
#endif
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct conf *conf;
		char *error = NULL;
		int err = read_text(&conf, bad[i].text, &error);

		if (err != -EINVAL || !error || !strstr(error, bad[i].sentence))
			print_error("%s%d: %s\n", bad[i].text, err, error ? error : "no sentence");
		assert_int_equal(err, -EINVAL);
		assert_non_null(error);
		assert_non_null(strstr(error, bad[i].sentence));
		free(error);
	}
}

/* What no channel of the other is. */
static void test_apart(void **state)
{
	struct conf *conf;
	char *error = NULL;

	(void)state;
	assert_int_equal(read_text(&conf,
				   TWO("\"25-48\"", "kind = \"cas\"; channels = \"1-24\"; "
						    "signalling = \"e&m\";"),
				   &error),
			 0);
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_all),
#ifdef HAVE_R2
		cmocka_unit_test(test_r2),
#endif
		cmocka_unit_test(test_refused),	 cmocka_unit_test(test_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
