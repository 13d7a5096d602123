// SPDX-License-Identifier: GPL-2.0
/* SDP: what is taken, what is refused and how, and what we write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sip/addr.h"
#include "sip/sdp.h"

#define HEAD   "v=0\r\no=u 1 2 IN IP4 192.0.2.9\r\ns=-\r\n"
#define CONN   "c=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define AUDIO  "m=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
#define NO     (-EPROTONOSUPPORT)
#define BAD    (-EBADMSG)
#define ROW(n) (sizeof(n) / sizeof((n)[0]))

static const struct {
	const char *text;
	int want;
} table[] = {
	{ HEAD CONN AUDIO, 0 },
	{ HEAD CONN AUDIO "a=sendonly\r\n", 0 },
	{ "v=0\no=u 1 2 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 6000 RTP/AVP 8",
	  0 },
	{ HEAD "t=0 0\r\nm=audio 6000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\n", 0 },
	{ HEAD "c=IN IP6 2001:db8::1\r\nt=0 0\r\n" AUDIO, 0 },
	{ HEAD "c=IN IP4 0.0.0.0\r\nt=0 0\r\n" AUDIO, 0 },
	{ HEAD CONN "m=video 5000 RTP/AVP 31\r\nc=IN IP4 some.host\r\n" AUDIO, 0 },
	{ HEAD CONN "m=audio 6000 RTP/AVP 97\r\na=rtpmap:97 pcmu/8000/1\r\n", 0 },
	{ HEAD CONN "m=audio 0 RTP/AVP 0\r\n" AUDIO, 0 },
	{ HEAD CONN AUDIO "\r\n", 0 },
	{ HEAD CONN, NO },
	{ HEAD CONN "m=audio 6000 RTP/SAVP 0\r\n", NO },
	{ HEAD CONN "m=audio 0 RTP/AVP 0\r\n", NO },
	{ HEAD CONN "m=audio 6000/2 RTP/AVP 0\r\n", NO },
	{ HEAD CONN "m=audio 6000 RTP/AVP 18\r\n", NO },
	{ HEAD CONN "m=audio 6000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n", NO },
	{ HEAD CONN "m=audio 6000 RTP/AVP 0\r\na=rtpmap:0 L16/44100\r\n", NO },
	{ HEAD "c=IN IP4 224.2.1.1/127\r\nt=0 0\r\n" AUDIO, NO },
	{ HEAD "c=IN IP4 255.255.255.255\r\nt=0 0\r\n" AUDIO, NO },
	{ HEAD "c=IN IP6 ff02::1\r\nt=0 0\r\n" AUDIO, NO },
	{ HEAD "c=IN IP6 fe80::1\r\nt=0 0\r\n" AUDIO, NO },
	{ HEAD "c=IN IP6 ::ffff:192.0.2.1\r\nt=0 0\r\n" AUDIO, NO },
	{ HEAD CONN "m=audio 6000 RTP/AVP 95\r\na=rtpmap:95 PCMU/8000\r\n", NO },
	{ HEAD "c=IN IP4 relay.example\r\nt=0 0\r\n" AUDIO, NO },
	{ HEAD "c=IN IP9 1\r\nt=0 0\r\n" AUDIO, NO },
	{ HEAD "t=0 0\r\n" AUDIO, BAD },
	{ "", BAD },
	{ "v=0", BAD },
	{ "v=0\n", BAD },
	{ "v=1\r\no=u 1 2 IN IP4 192.0.2.9\r\ns=-\r\n" CONN AUDIO, BAD },
	{ "o=u 1 2 IN IP4 192.0.2.9\r\nv=0\r\ns=-\r\n" CONN AUDIO, BAD },
	{ HEAD "c=IN IP4\r\nt=0 0\r\n" AUDIO, BAD },
	{ HEAD "c=IN IP4 192.0.2.1 x\r\nt=0 0\r\n" AUDIO, BAD },
	{ HEAD CONN "m=audio 65536 RTP/AVP 0\r\n", BAD },
	{ HEAD CONN "m=audio -1 RTP/AVP 0\r\n", BAD },
	{ HEAD CONN "m=audio 6000 RTP/AVP\r\n", BAD },
	{ HEAD CONN "m=audio 6000 RTP/AVP 128\r\n", BAD },
	{ HEAD CONN "m=audio 6000 RTP/AVP 0 x\r\n", BAD },
	{ HEAD CONN "m=audio\r\n", BAD },
	{ HEAD CONN AUDIO "a=rtpmap:\r\n", BAD },
	{ HEAD CONN AUDIO "a=rtpmap:0 PCMU\r\n", BAD },
	{ HEAD CONN AUDIO "A=x\r\n", BAD },
	{ HEAD CONN AUDIO "rubbish\r\n", BAD },
	{ HEAD CONN AUDIO "\r\na=sendrecv\r\n", BAD },
};

static int parse(struct sdp *sdp, const char *text)
{
	size_t len = strlen(text);
	char *copy = malloc(len + !len);
	int err;

	memcpy(copy, text, len); /* without the NUL: a read beyond the end is seen */
	err = sdp_parse(sdp, copy, len);
	free(copy);
	return err;
}

static void test_table(void **state)
{
	struct sdp sdp;
	size_t i;

	(void)state;
	for (i = 0; i < ROW(table); i++) {
		int got = parse(&sdp, table[i].text);

		if (got != table[i].want)
			fail_msg("%zu: got %d, want %d:\n%s", i, got, table[i].want, table[i].text);
	}
}

static void test_values(void **state)
{
	char host[ADDR_TEXT_SIZE];
	struct sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, HEAD CONN
			       "a=inactive\r\nm=video 1 RTP/AVP 31\r\na=sendrecv\r\n" AUDIO
			       "c=IN IP4 192.0.2.7\r\na=recvonly\r\n"),
			 0);
	assert_string_equal(addr_hostport(&sdp.remote, host), "192.0.2.7:6000");
	assert_int_equal(sdp.direction, SDP_RECVONLY);
	assert_int_equal(sdp.n_media, 2);
	assert_int_equal(sdp.audio, 1);
	assert_int_equal(sdp.n_formats, 3);
	assert_int_equal(sdp.formats[2].number, 101);
	assert_int_equal(sdp.formats[2].codec, PHONION_CODEC_TELEPHONE_EVENT);
	assert_int_equal(parse(&sdp, HEAD CONN "a=inactive\r\n" AUDIO), 0);
	assert_int_equal(sdp.direction, SDP_INACTIVE);
	/* One number for each codec: the first. */
	assert_int_equal(
		parse(&sdp, HEAD CONN "m=audio 6000 RTP/AVP 0 96\r\na=rtpmap:96 PCMU/8000\r\n"), 0);
	assert_int_equal(sdp.n_formats, 1);
	/* None that the data plane refuses: the call goes on without events. */
	assert_int_equal(parse(&sdp, HEAD CONN "m=audio 6000 RTP/AVP 0 80\r\n"
					       "a=rtpmap:80 telephone-event/8000\r\n"),
			 0);
	assert_int_equal(sdp.n_formats, 1);
}

static void test_wildcard_is_hold(void **state)
{
	struct sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, HEAD "c=IN IP4 0.0.0.0\r\nt=0 0\r\n" AUDIO), 0);
	assert_int_equal(sdp.direction, SDP_INACTIVE);
	assert_int_equal(sdp.remote.ss_family, 0);
}

static void local_of(struct sdp_local *local)
{
	*local = (struct sdp_local){ .session = 7, .version = 8, .n_formats = 2 };
	addr_parse(&local->addr, AF_INET6, "2001:db8::5");
	addr_set_port(&local->addr, 20000);
	local->formats[0] = (struct sdp_format){ 8, PHONION_CODEC_PCMA };
	local->formats[1] = (struct sdp_format){ 96, PHONION_CODEC_TELEPHONE_EVENT };
}

static void test_write(void **state)
{
	char buf[SDP_TEXT_SIZE];
	struct sdp_local local;
	struct text text;
	struct sdp back;

	(void)state;
	local_of(&local);
	text_init(&text, buf, sizeof(buf));
	assert_int_equal(sdp_write(&text, &local, NULL), 0);
	assert_string_equal(buf, "v=0\r\no=- 7 8 IN IP6 2001:db8::5\r\ns=-\r\n"
				 "c=IN IP6 2001:db8::5\r\nt=0 0\r\nm=audio 20000 RTP/AVP 8 96\r\n"
				 "a=rtpmap:8 PCMA/8000\r\na=rtpmap:96 telephone-event/8000\r\n"
				 "a=fmtp:96 0-15\r\na=ptime:20\r\na=sendrecv\r\n");
	assert_int_equal(parse(&back, buf), 0);
	assert_true(addr_same(&back.remote, &local.addr));
	text_init(&text, buf, 40);
	assert_int_equal(sdp_write(&text, &local, NULL), -EMSGSIZE);
}

/* As many media lines as the offer had, refused with port 0 but for ours. */
static void test_answer_to_many(void **state)
{
	char buf[SDP_TEXT_SIZE];
	struct sdp_local local;
	struct text text;
	struct sdp offer;

	(void)state;
	local_of(&local);
	assert_int_equal(parse(&offer, HEAD CONN "m=video 5000 RTP/AVP 31 32\r\n" AUDIO
						 "m=audio 6002 RTP/AVP 0\r\n"),
			 0);
	text_init(&text, buf, sizeof(buf));
	assert_int_equal(sdp_write(&text, &local, &offer), 0);
	assert_non_null(strstr(buf, "m=video 0 RTP/AVP 31\r\nm=audio 20000 RTP/AVP 8 96\r\n"));
	assert_non_null(strstr(buf, "a=sendrecv\r\nm=audio 0 RTP/AVP 0\r\n"));
}

static void test_mutations(void **state)
{
	static const char text[] = HEAD CONN "m=video 5000 RTP/AVP 31\r\n" AUDIO "a=sendonly\r\n";
	char buf[sizeof(text)];
	struct sdp sdp;
	int i;

	(void)state;
	srandom(2);
	for (i = 0; i < 200000; i++) {
		size_t len = 1 + random() % (sizeof(text) - 1);
		int changes = random() % 4;
		char *copy;

		memcpy(buf, text, sizeof(text));
		while (changes--)
			buf[random() % len] = random() % 3 ? " \r\n/:=0a"[random() % 8] : random();
		copy = malloc(len);
		memcpy(copy, buf, len);
		sdp_parse(&sdp, copy, len);
		assert_true(sdp.n_formats <= PHONION_MAX_PAYLOAD_TYPES &&
			    sdp.n_media <= SDP_MAX_MEDIA);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_wildcard_is_hold),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_answer_to_many),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
