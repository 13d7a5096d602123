// SPDX-License-Identifier: GPL-2.0
/* Receipts: boxes that a callee finds at a broker. Modes: a box; a plaintext, sealed; and signed. */
#include "protocol/receipt.h"
#include "selftests/fuzz/seal.h"

#define LABEL	  "phonion receipt 1"
#define LABEL_LEN 17
#define SAID_LEN  58

static uint8_t relay_private[SIGN_KEY_LEN], relay[SIGN_KEY_LEN];
static uint8_t reply_private[HPKE_KEY_LEN], reply_key[HPKE_KEY_LEN];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	memset(relay_private, FUZZ_SIGN_KEY, sizeof(relay_private));
	memset(reply_private, FUZZ_BOX_KEY, sizeof(reply_private));
	FUZZ_ASSERT(!sign_public(relay_private, relay));
	FUZZ_ASSERT(!hpke_public(reply_private, reply_key));
	return 0;
}

/* As a relay of bad will would. */
static void sign(uint8_t plain[RECEIPT_PLAIN_LEN])
{
	uint8_t text[LABEL_LEN + SAID_LEN];

	memcpy(text, LABEL, LABEL_LEN);
	memcpy(text + LABEL_LEN, plain, SAID_LEN);
	FUZZ_ASSERT(!sign_data(relay_private, text, sizeof(text), plain + SAID_LEN));
}

static void check(const struct receipt *receipt)
{
	uint8_t box[RECEIPT_BOX_LEN];
	struct receipt again;

	FUZZ_ASSERT(strcmp(receipt_verdict_name(receipt->verdict), "unknown"));
	FUZZ_ASSERT(!receipt_seal(receipt, relay_private, reply_key, box));
	FUZZ_ASSERT(!receipt_open(&again, relay, reply_private, box));
	FUZZ_ASSERT(again.verdict == receipt->verdict && again.issued == receipt->issued);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t plain[RECEIPT_PLAIN_LEN], box[RECEIPT_BOX_LEN];
	struct fuzz_input input;
	struct receipt receipt;
	int err;

	if (!fuzz_split(&input, data, size, 3))
		return 0;
	if (input.mode) {
		fuzz_fill(plain, sizeof(plain), &input);
		if (input.mode == 2)
			sign(plain);
		fuzz_seal(reply_key, (struct hpke_bytes){ LABEL, LABEL_LEN },
			  (struct hpke_bytes){ "", 0 }, (struct hpke_bytes){ plain, sizeof(plain) },
			  box);
	} else {
		fuzz_fill(box, sizeof(box), &input);
	}
	err = receipt_open(&receipt, relay, reply_private, box);
	if (!err)
		check(&receipt);
	fuzz_said(!err);
	return 0;
}
