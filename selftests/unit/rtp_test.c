// SPDX-License-Identifier: GPL-2.0
/* RTP headers and telephone events: what is right is read, what is not is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "kmod/core/rtp.h"

/*
 * Parses a packet that lies at the very end of its allocation, of which no more
 * than the peek may be looked at: the sanitizer sees an octet too many.
 */
static int parse(struct phn_rtp *rtp, const u8 *packet, size_t len)
{
	size_t avail = len < PHN_RTP_HLEN_PEEK ? len : PHN_RTP_HLEN_PEEK;
	u8 *copy = malloc(avail ? avail : 1);
	int err;

	memcpy(copy, packet, avail);
	err = phn_rtp_parse(rtp, avail ? copy : copy + 1, avail, len);
	free(copy);
	return err;
}

static const u8 plain[] = { 0x80, 0x80 | 101, 0xbe, 0xef, 1, 2, 3, 4, 0xca, 0xfe, 0xba, 0xbe, 'p' };

static void reads_a_header(void **state)
{
	struct phn_rtp rtp;

	(void)state;
	assert_int_equal(parse(&rtp, plain, sizeof(plain)), 0);
	assert_int_equal(rtp.pt, 101);
	assert_true(rtp.marker);
	assert_false(rtp.padding);
	assert_int_equal(rtp.seq, 0xbeef);
	assert_int_equal(rtp.timestamp, 0x01020304);
	assert_int_equal(rtp.ssrc, 0xcafebabe);
	assert_int_equal(rtp.hlen, 12);
}

static void needs_twelve_octets(void **state)
{
	struct phn_rtp rtp;
	size_t len;

	(void)state;
	for (len = 0; len < 12; len++)
		assert_int_equal(parse(&rtp, plain, len), -EINVAL);
	assert_int_equal(parse(&rtp, plain, 12), 0);
}

static void needs_version_2(void **state)
{
	u8 packet[sizeof(plain)];
	struct phn_rtp rtp;
	int version;

	(void)state;
	memcpy(packet, plain, sizeof(plain));
	for (version = 0; version < 4; version++) {
		packet[0] = version << 6;
		assert_int_equal(parse(&rtp, packet, sizeof(packet)), version == 2 ? 0 : -EINVAL);
	}
}

/* For each number of CSRCs, a packet that holds them all and one an octet short. */
static void bounds_the_csrc_list(void **state)
{
	u8 packet[12 + 15 * 4] = { 0x80 };
	struct phn_rtp rtp;
	int n;

	(void)state;
	for (n = 0; n <= 15; n++) {
		packet[0] = 0x80 | n;
		assert_int_equal(parse(&rtp, packet, 12 + 4 * n), 0);
		assert_int_equal(rtp.hlen, 12 + 4 * n);
		assert_int_equal(parse(&rtp, packet, 12 + 4 * n - 1), -EINVAL);
	}
}

/* The same for the extension, behind each number of CSRCs. */
static void bounds_the_extension(void **state)
{
	static u8 packet[12 + 15 * 4 + 4 + 65535 * 4];
	static const int words[] = { 0, 1, 2, 255, 256, 16000, 65535 };
	struct phn_rtp rtp;
	size_t hlen, len;
	unsigned int i;
	int n;

	(void)state;
	for (n = 0; n <= 15; n++) {
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			hlen = 12 + 4 * n + 4 + 4 * (size_t)words[i];
			memset(packet, 0, PHN_RTP_HLEN_PEEK);
			packet[0] = 0x90 | n;
			phn_put16(packet + 12 + 4 * n + 2, words[i]);
			if (hlen <= 65535) {
				assert_int_equal(parse(&rtp, packet, hlen), 0);
				assert_int_equal(rtp.hlen, hlen);
			}
			assert_int_equal(parse(&rtp, packet, hlen - 1), -EINVAL);
			for (len = 12; len < 12u + 4 * n + 4; len++)
				assert_int_equal(parse(&rtp, packet, len), -EINVAL);
		}
	}
}

static void bounds_the_padding(void **state)
{
	struct phn_rtp rtp = { .hlen = 16, .padding = true };

	(void)state;
	assert_int_equal(phn_rtp_padding(&rtp, 0, 100), -EINVAL);
	assert_int_equal(phn_rtp_padding(&rtp, 1, 100), 1);
	assert_int_equal(phn_rtp_padding(&rtp, 84, 100), 84);
	assert_int_equal(phn_rtp_padding(&rtp, 85, 100), -EINVAL);
	assert_int_equal(phn_rtp_padding(&rtp, 255, 271), 255);
	assert_int_equal(phn_rtp_padding(&rtp, 255, 270), -EINVAL);
	assert_int_equal(phn_rtp_padding(&rtp, 1, 16), -EINVAL);
	rtp.padding = false;
	assert_int_equal(phn_rtp_padding(&rtp, 255, 16), 0);
}

/* What is written is bare, whatever was read, and reads as what was written. */
static void writes_a_bare_header(void **state)
{
	const u8 packet[20] = { 0xb1, 5, 0, 7, 0, 0, 0, 9, 1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff };
	struct phn_rtp rtp, again;
	u8 out[PHN_RTP_HLEN + 1] = { [PHN_RTP_HLEN] = 0x5a };

	(void)state;
	assert_int_equal(parse(&rtp, packet, sizeof(packet)), 0);
	phn_rtp_write(out, &rtp);
	assert_int_equal(out[0], 0x80);
	assert_int_equal(out[PHN_RTP_HLEN], 0x5a);
	assert_int_equal(parse(&again, out, PHN_RTP_HLEN), 0);
	assert_int_equal(again.hlen, 12);
	assert_false(again.padding);
	assert_int_equal(again.pt, rtp.pt);
	assert_int_equal(again.seq, rtp.seq);
	assert_int_equal(again.timestamp, rtp.timestamp);
	assert_int_equal(again.ssrc, rtp.ssrc);
	rtp.marker = true;
	phn_rtp_write(out, &rtp);
	assert_int_equal(out[1], 0x85);
}

/* RFC 5761, section 4: packet types 192 to 223, and nothing else. */
static void tells_rtcp_by_its_type(void **state)
{
	u8 packet[PHN_RTCP_HLEN] = { 0x80 };
	int type;

	(void)state;
	for (type = 0; type < 256; type++) {
		packet[1] = type;
		assert_int_equal(phn_rtp_is_rtcp(packet, sizeof(packet)),
				 type >= 192 && type <= 223);
	}
	packet[1] = 200;
	assert_false(phn_rtp_is_rtcp(packet, sizeof(packet) - 1));
	packet[0] = 0x40;
	assert_false(phn_rtp_is_rtcp(packet, sizeof(packet)));
}

static void reads_an_event(void **state)
{
	const u8 payload[] = { 11, 0x8a, 0x03, 0x20, 0 };
	struct phn_event event;
	size_t len;

	(void)state;
	for (len = 0; len < 4; len++)
		assert_int_equal(phn_event_parse(&event, payload, len), -EINVAL);
	assert_int_equal(phn_event_parse(&event, payload, 4), 0);
	assert_int_equal(event.code, 11);
	assert_true(event.end);
	assert_int_equal(event.duration, 800);
	assert_int_equal(phn_event_parse(&event, (const u8[]){ 0, 0x3f, 0xff, 0xff }, 4), 0);
	assert_false(event.end);
	assert_int_equal(event.duration, 65535);
}

/* RFC 4733, section 2.3: event, E, R (0) and volume, duration. */
static void writes_an_event(void **state)
{
	static const u8 last[] = { 11, 0x80 | 10, 0x03, 0x20 }, first[] = { 0, 10, 0xff, 0xff };
	u8 out[PHN_EVENT_LEN + 1] = { 1, 2, 3, 4, 0x5a };

	(void)state;
	phn_event_write(out, &(struct phn_event){ .code = 11, .end = true, .duration = 800 });
	assert_memory_equal(out, last, sizeof(last));
	phn_event_write(out, &(struct phn_event){ .code = 0, .duration = 65535 });
	assert_memory_equal(out, first, sizeof(first));
	assert_int_equal(out[PHN_EVENT_LEN], 0x5a);
}

/* Of the first octet all is in it but the version: two bits, and one value of them. */
static void tells_a_bare_header(void **state)
{
	u8 packet[PHN_RTP_HLEN] = { 0 };
	int first;

	(void)state;
	for (first = 0; first < 256; first++) {
		packet[0] = first;
		assert_int_equal(phn_rtp_is_bare(packet), first == 0x80);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_header),	cmocka_unit_test(needs_twelve_octets),
		cmocka_unit_test(needs_version_2),	cmocka_unit_test(bounds_the_csrc_list),
		cmocka_unit_test(bounds_the_extension), cmocka_unit_test(bounds_the_padding),
		cmocka_unit_test(writes_a_bare_header), cmocka_unit_test(tells_rtcp_by_its_type),
		cmocka_unit_test(reads_an_event),	cmocka_unit_test(writes_an_event),
		cmocka_unit_test(tells_a_bare_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
