// SPDX-License-Identifier: GPL-2.0
/* Hops: boxes that a broker hands to a relay. Modes: a box; a plaintext, sealed; with its booking. */
#include "protocol/hop.h"
#include "selftests/fuzz/seal.h"

#define AAD_LEN 89

static uint8_t private_key[HPKE_KEY_LEN], public_key[HPKE_KEY_LEN];

static void put(uint8_t *out, uint64_t value, size_t octets)
{
	while (octets--)
		*out++ = value >> (8 * octets);
}

static uint64_t get(const uint8_t *in, size_t octets)
{
	uint64_t value = 0;

	while (octets--)
		value = value << 8 | *in++;
	return value;
}

/* The booking of the seeds. */
static void make_aad(uint8_t aad[AAD_LEN])
{
	memset(aad, 0, AAD_LEN);
	memset(aad, 7, SIGN_KEY_LEN);
	strcpy((char *)aad + 32, "+493012345678");
	put(aad + 65, 1000, 8);
	put(aad + 73, 4, 4);
	put(aad + 77, 1800, 4);
	put(aad + 81, 1807200, 8);
}

/* False when the text is not one: a broker's JSON could not hold it. */
static bool read_aad(struct hop_bind *bind, const uint8_t aad[AAD_LEN])
{
	memset(bind, 0, sizeof(*bind));
	memcpy(bind->relay, aad, SIGN_KEY_LEN);
	memcpy(bind->ingress, aad + 32, HOP_NUMBER_SIZE);
	bind->slots.first = get(aad + 65, 8);
	bind->slots.count = get(aad + 73, 4);
	bind->slots.length_s = get(aad + 77, 4);
	bind->expires = get(aad + 81, 8);
	return memchr(bind->ingress, '\0', sizeof(bind->ingress));
}

/* What opens is a hop that could be sealed, and is the same when it is. */
static void check(const struct hop *hop, const struct hop_bind *bind)
{
	uint8_t box[HOP_BOX_LEN];
	struct hop again;

	FUZZ_ASSERT(hop->not_before < hop->not_after);
	FUZZ_ASSERT(hop->not_before >= slots_start(&bind->slots));
	FUZZ_ASSERT(hop->not_after <= slots_end(&bind->slots));
	FUZZ_ASSERT(!strcmp(hop->ingress, bind->ingress));
	FUZZ_ASSERT(!hop_seal(hop, bind, public_key, box));
	FUZZ_ASSERT(!hop_open(&again, bind, private_key, box));
	FUZZ_ASSERT(!memcmp(again.next, hop->next, sizeof(hop->next)));
	FUZZ_ASSERT(!memcmp(again.postd, hop->postd, sizeof(hop->postd)));
	FUZZ_ASSERT(!memcmp(again.code, hop->code, sizeof(hop->code)));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	memset(private_key, FUZZ_BOX_KEY, sizeof(private_key));
	FUZZ_ASSERT(!hpke_public(private_key, public_key));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t aad[AAD_LEN], plain[HOP_PLAIN_LEN], box[HOP_BOX_LEN];
	struct fuzz_input input;
	struct hop_bind bind;
	struct hop hop;
	int err;

	if (!fuzz_split(&input, data, size, 3))
		return 0;
	make_aad(aad);
	if (input.mode == 2 && input.size >= AAD_LEN) {
		memcpy(aad, input.data, AAD_LEN);
		input.data += AAD_LEN;
		input.size -= AAD_LEN;
	}
	if (!read_aad(&bind, aad))
		return 0;
	if (input.mode) {
		fuzz_fill(plain, sizeof(plain), &input);
		fuzz_seal(public_key, (struct hpke_bytes){ "phonion hop 1", 13 },
			  (struct hpke_bytes){ aad, sizeof(aad) },
			  (struct hpke_bytes){ plain, sizeof(plain) }, box);
	} else {
		fuzz_fill(box, sizeof(box), &input);
	}
	err = hop_open(&hop, &bind, private_key, box);
	if (!err)
		check(&hop, &bind);
	fuzz_said(!err);
	return 0;
}
