// SPDX-License-Identifier: GPL-2.0
/* Descriptors, which any relay may send to a broker. Modes: a statement; a payload, signed. */
#include "protocol/descriptor.h"
#include "selftests/fuzz/fuzz.h"

static uint8_t private_key[SIGN_KEY_LEN], public_key[SIGN_KEY_LEN];

static void check_numbers(const struct descriptor *d)
{
	const struct ingress *found;

	for (size_t i = 0; i < d->n_trunks; i++)
		for (size_t k = 0; k < d->trunks[i].n_ingresses; k++) {
			const struct ingress *ingress = &d->trunks[i].ingresses[k];

			FUZZ_ASSERT(descriptor_ingress(d, ingress->number, &found) ==
				    &d->trunks[i]);
			FUZZ_ASSERT(found == ingress);
			descriptor_route(d, ingress->number);
		}
}

/* What is read can be written; only the relay itself can sign it. */
static void check(const struct descriptor *d)
{
	bool ours = !memcmp(d->relay, public_key, sizeof(public_key));
	struct descriptor *again;
	char *jws;

	check_numbers(d);
	if (descriptor_sign(&jws, d, private_key)) {
		/* Written anew it may be longer than it may be: what was UTF-8 is escaped. */
		return;
	}
	FUZZ_ASSERT(ours);
	FUZZ_ASSERT(!descriptor_read(&again, jws, DESCRIPTOR_VERIFY, NULL));
	FUZZ_ASSERT(again->n_trunks == d->n_trunks && again->sequence == d->sequence);
	descriptor_free(again);
	free(jws);
}

static bool read_statement(const char *jws, unsigned int flags)
{
	struct descriptor *d;
	const char *error = NULL;

	if (descriptor_read(&d, jws, flags, &error)) {
		FUZZ_ASSERT(error);
		return false;
	}
	check(d);
	descriptor_free(d);
	return true;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	memset(private_key, FUZZ_SIGN_KEY, sizeof(private_key));
	FUZZ_ASSERT(!sign_public(private_key, public_key));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input;
	char *jws;

	if (!fuzz_split(&input, data, size, 2))
		return 0;
	if (input.mode)
		FUZZ_ASSERT(!jws_sign(&jws, private_key, DESCRIPTOR_TYPE, (const char *)input.data,
				      input.size));
	else
		jws = fuzz_text(&input);
	fuzz_said(read_statement(jws, input.mode ? DESCRIPTOR_VERIFY : 0));
	free(jws);
	return 0;
}
