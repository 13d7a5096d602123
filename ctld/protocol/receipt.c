// SPDX-License-Identifier: GPL-2.0
#include "protocol/receipt.h"

#include <errno.h>
#include <openssl/crypto.h>

#include "protocol/wire.h"

#define VERSION	   1
#define LABEL	   "phonion receipt 1"
#define LABEL_LEN  (sizeof(LABEL) - 1)
#define SIGNED_LEN 58 /* version, verdict, time, reservation, hash of the box */
#define PAD_LEN	   (RECEIPT_PLAIN_LEN - SIGNED_LEN - SIGN_SIGNATURE_LEN)

static const struct hpke_bytes info = { LABEL, LABEL_LEN };
static const struct hpke_bytes no_aad = { "", 0 };

/* What is signed: the label, so that it is a receipt's signature, and the fields. */
static void write_signed(uint8_t out[LABEL_LEN + SIGNED_LEN], const struct receipt *receipt)
{
	uint8_t *at = wire_put(out, LABEL, LABEL_LEN);

	*at++ = VERSION;
	*at++ = receipt->verdict;
	at = wire_put64(at, receipt->issued);
	at = wire_put(at, receipt->reservation, sizeof(receipt->reservation));
	wire_put(at, receipt->box_hash, sizeof(receipt->box_hash));
}

int receipt_seal(const struct receipt *receipt, const uint8_t relay_private[SIGN_KEY_LEN],
		 const uint8_t reply_key[HPKE_KEY_LEN], uint8_t box[RECEIPT_BOX_LEN])
{
	uint8_t text[LABEL_LEN + SIGNED_LEN], plain[RECEIPT_PLAIN_LEN] = { 0 };
	int err;

	if (receipt->verdict >= RECEIPT_VERDICTS)
		return -EINVAL;
	write_signed(text, receipt);
	wire_put(plain, text + LABEL_LEN, SIGNED_LEN);
	err = sign_data(relay_private, text, sizeof(text), plain + SIGNED_LEN);
	if (!err)
		err = hpke_seal(reply_key, info, no_aad,
				(struct hpke_bytes){ plain, sizeof(plain) }, box);
	OPENSSL_cleanse(plain, sizeof(plain));
	OPENSSL_cleanse(text, sizeof(text));
	return err;
}

static int read_plain(struct receipt *receipt, const uint8_t relay[SIGN_KEY_LEN],
		      const uint8_t plain[RECEIPT_PLAIN_LEN])
{
	uint8_t text[LABEL_LEN + SIGNED_LEN];
	const uint8_t *at = plain + 2;
	int err;

	wire_put(wire_put(text, LABEL, LABEL_LEN), plain, SIGNED_LEN);
	err = sign_verify(relay, text, sizeof(text), plain + SIGNED_LEN);
	OPENSSL_cleanse(text, sizeof(text));
	if (err)
		return err;
	receipt->verdict = plain[1];
	at = wire_get64(&receipt->issued, at);
	at = wire_get(receipt->reservation, at, sizeof(receipt->reservation));
	wire_get(receipt->box_hash, at, sizeof(receipt->box_hash));
	if (plain[0] != VERSION || plain[1] >= RECEIPT_VERDICTS ||
	    !wire_is_zero(plain + SIGNED_LEN + SIGN_SIGNATURE_LEN, PAD_LEN))
		return -EINVAL;
	return 0;
}

int receipt_open(struct receipt *receipt, const uint8_t relay[SIGN_KEY_LEN],
		 const uint8_t reply_private[HPKE_KEY_LEN], const uint8_t box[RECEIPT_BOX_LEN])
{
	uint8_t plain[RECEIPT_PLAIN_LEN];
	int err = hpke_open(reply_private, info, no_aad,
			    (struct hpke_bytes){ box, RECEIPT_BOX_LEN }, plain);

	if (!err)
		err = read_plain(receipt, relay, plain);
	OPENSSL_cleanse(plain, sizeof(plain));
	if (err)
		OPENSSL_cleanse(receipt, sizeof(*receipt));
	return err;
}

static const char *const names[RECEIPT_VERDICTS] = {
	[RECEIPT_ACCEPTED] = "accepted",       [RECEIPT_CANCELLED] = "cancelled",
	[RECEIPT_NO_INGRESS] = "no-ingress",   [RECEIPT_CODE_TAKEN] = "code-taken",
	[RECEIPT_NEXT_DENIED] = "next-denied", [RECEIPT_WINDOW] = "window",
	[RECEIPT_TIMING] = "timing",
};

const char *receipt_verdict_name(enum receipt_verdict verdict)
{
	return verdict < RECEIPT_VERDICTS ? names[verdict] : "unknown";
}
