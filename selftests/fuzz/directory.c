// SPDX-License-Identifier: GPL-2.0
/* Directories, which callees download from brokers. Modes: a statement; a payload, signed. */
#include "protocol/directory.h"
#include "selftests/fuzz/fuzz.h"

#define NOW 1796000100

static uint8_t private_key[SIGN_KEY_LEN], public_key[SIGN_KEY_LEN];

/* Nothing busy is free. */
static void check_busy(const struct directory *d)
{
	for (size_t i = 0; i < d->n_relays; i++)
		for (size_t k = 0; k < d->relays[i].n_busy; k++) {
			const struct busy *busy = &d->relays[i].busy[k];
			struct slots slots = { .length_s = d->slot_s,
					       .first = busy->first,
					       .count = 1 };

			FUZZ_ASSERT(!directory_free_slots(&d->relays[i], busy->ingress, &slots));
		}
}

static void check(const struct directory *d)
{
	struct directory *again;
	char *jws;

	FUZZ_ASSERT(d->issued < d->expires && d->expires > NOW);
	FUZZ_ASSERT(!memcmp(d->broker, public_key, sizeof(public_key)));
	check_busy(d);
	FUZZ_ASSERT(!directory_sign(&jws, d, private_key));
	FUZZ_ASSERT(!directory_read(&again, jws, public_key, NOW, NULL, NULL));
	FUZZ_ASSERT(again->n_relays == d->n_relays && again->n_tokens == d->n_tokens);
	directory_free(again);
	free(jws);
}

static bool read_statement(const char *jws)
{
	const char *error = NULL;
	struct directory *d;
	size_t left_out;

	if (directory_read(&d, jws, public_key, NOW, &left_out, &error)) {
		FUZZ_ASSERT(error);
		return false;
	}
	check(d);
	directory_free(d);
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
		FUZZ_ASSERT(!jws_sign(&jws, private_key, DIRECTORY_TYPE, (const char *)input.data,
				      input.size));
	else
		jws = fuzz_text(&input);
	fuzz_said(read_statement(jws));
	free(jws);
	return 0;
}
