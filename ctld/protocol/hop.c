// SPDX-License-Identifier: GPL-2.0
#include "protocol/hop.h"

#include <errno.h>
#include <openssl/crypto.h>

#include "protocol/number.h"
#include "protocol/wire.h"

#define VERSION	 1
#define BIND_LEN (SIGN_KEY_LEN + HOP_NUMBER_SIZE + 8 + 4 + 4 + 8)

static const struct hpke_bytes info = { "phonion hop 1", 13 };

bool hop_timing_valid(const struct hop_timing *timing)
{
	bool spread = timing->raise == HOP_RAISE_WINDOW || timing->keep == HOP_KEEP_LINGER;

	if (timing->spread_s > HOP_SPREAD_MAX_S || !spread != !timing->spread_s)
		return false;
	switch (timing->raise) {
	case HOP_RAISE_CALL:
		return timing->keep <= HOP_KEEP_WINDOW && timing->near == HOP_NEAR_FOLLOW;
	case HOP_RAISE_WINDOW:
		return timing->keep > HOP_KEEP_CALL && timing->keep <= HOP_KEEP_WINDOW &&
		       timing->near <= HOP_NEAR_RELAY;
	case HOP_RAISE_TOLD:
		return timing->keep == HOP_KEEP_CALL && timing->near == HOP_NEAR_RELAY;
	}
	return false;
}

uint8_t hop_timing_encode(const struct hop_timing *timing)
{
	return timing->raise | timing->keep << 2 | timing->near << 4;
}

/* What is left over makes it invalid. */
void hop_timing_decode(struct hop_timing *timing, uint8_t octet)
{
	timing->raise = octet & 3;
	timing->keep = octet >> 2 & 3;
	timing->near = octet >> 4;
}

static bool is_valid(const struct hop *hop, const struct hop_bind *bind)
{
	return slots_valid(&bind->slots) && number_valid(bind->ingress) &&
	       !strcmp(hop->ingress, bind->ingress) && number_valid(hop->next) &&
	       (!*hop->code || code_valid(hop->code)) && postd_valid(hop->postd) &&
	       hop_timing_valid(&hop->timing) && hop->not_before < hop->not_after &&
	       hop->not_before >= slots_start(&bind->slots) &&
	       hop->not_after <= slots_end(&bind->slots);
}

static struct hpke_bytes write_bind(uint8_t out[BIND_LEN], const struct hop_bind *bind)
{
	uint8_t *at = wire_put(out, bind->relay, sizeof(bind->relay));

	at = wire_put_text(at, bind->ingress, sizeof(bind->ingress));
	at = wire_put64(at, bind->slots.first);
	at = wire_put32(at, bind->slots.count);
	at = wire_put32(at, bind->slots.length_s);
	wire_put64(at, bind->expires);
	return (struct hpke_bytes){ out, BIND_LEN };
}

static void write_plain(uint8_t plain[HOP_PLAIN_LEN], const struct hop *hop)
{
	uint8_t *at = plain;

	*at++ = VERSION;
	*at++ = hop_timing_encode(&hop->timing);
	at = wire_put64(at, hop->not_before);
	at = wire_put64(at, hop->not_after);
	at = wire_put_text(at, hop->ingress, sizeof(hop->ingress));
	at = wire_put_text(at, hop->code, sizeof(hop->code));
	at = wire_put_text(at, hop->next, sizeof(hop->next));
	at = wire_put_text(at, hop->postd, sizeof(hop->postd));
	at = wire_put(at, hop->reply_key, sizeof(hop->reply_key));
	at = wire_put(at, hop->cancel_hash, sizeof(hop->cancel_hash));
	*at++ = hop->timing.spread_s >> 8;
	*at++ = hop->timing.spread_s;
	memset(at, 0, plain + HOP_PLAIN_LEN - at);
}

int hop_seal(const struct hop *hop, const struct hop_bind *bind,
	     const uint8_t relay_key[HPKE_KEY_LEN], uint8_t box[HOP_BOX_LEN])
{
	uint8_t plain[HOP_PLAIN_LEN], aad[BIND_LEN];
	int err;

	if (!is_valid(hop, bind))
		return -EINVAL;
	write_plain(plain, hop);
	err = hpke_seal(relay_key, info, write_bind(aad, bind),
			(struct hpke_bytes){ plain, sizeof(plain) }, box);
	OPENSSL_cleanse(plain, sizeof(plain));
	return err;
}

static bool read_plain(struct hop *hop, const uint8_t plain[HOP_PLAIN_LEN])
{
	const uint8_t *at = plain + 2;

	hop_timing_decode(&hop->timing, plain[1]);
	at = wire_get64(&hop->not_before, at);
	at = wire_get64(&hop->not_after, at);
	at = wire_get(hop->ingress, at, sizeof(hop->ingress));
	at = wire_get(hop->code, at, sizeof(hop->code));
	at = wire_get(hop->next, at, sizeof(hop->next));
	at = wire_get(hop->postd, at, sizeof(hop->postd));
	at = wire_get(hop->reply_key, at, sizeof(hop->reply_key));
	at = wire_get(hop->cancel_hash, at, sizeof(hop->cancel_hash));
	hop->timing.spread_s = at[0] << 8 | at[1];
	at += 2;
	return plain[0] == VERSION && wire_is_zero(at, plain + HOP_PLAIN_LEN - at) &&
	       wire_is_padded(hop->ingress, sizeof(hop->ingress)) &&
	       wire_is_padded(hop->code, sizeof(hop->code)) &&
	       wire_is_padded(hop->next, sizeof(hop->next)) &&
	       wire_is_padded(hop->postd, sizeof(hop->postd));
}

int hop_open(struct hop *hop, const struct hop_bind *bind,
	     const uint8_t relay_private[HPKE_KEY_LEN], const uint8_t box[HOP_BOX_LEN])
{
	uint8_t plain[HOP_PLAIN_LEN], aad[BIND_LEN];
	int err = hpke_open(relay_private, info, write_bind(aad, bind),
			    (struct hpke_bytes){ box, HOP_BOX_LEN }, plain);

	if (!err && (!read_plain(hop, plain) || !is_valid(hop, bind)))
		err = -EINVAL;
	OPENSSL_cleanse(plain, sizeof(plain));
	if (err)
		OPENSSL_cleanse(hop, sizeof(*hop));
	return err;
}
