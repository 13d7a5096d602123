// SPDX-License-Identifier: GPL-2.0
/* Statements and base64url. Modes: a statement; a payload, signed; a header, over "x", signed. */
#include "crypto/base64url.h"
#include "crypto/sign.h"
#include "selftests/fuzz/fuzz.h"

#define TYPE   "phonion-relay"
#define HEADER "{\"alg\":\"EdDSA\",\"typ\":\"" TYPE "\"}"

static uint8_t private_key[SIGN_KEY_LEN], public_key[SIGN_KEY_LEN];

/* What verifies can be looked at without, to the same payload. */
static bool read_statement(const char *jws)
{
	char *payload, *peeked;
	size_t len, peeked_len;

	if (jws_verify(jws, public_key, TYPE, &payload, &len)) {
		if (!jws_peek(jws, TYPE, &peeked, &peeked_len))
			free(peeked);
		return false;
	}
	FUZZ_ASSERT(!jws_peek(jws, TYPE, &peeked, &peeked_len));
	FUZZ_ASSERT(len == peeked_len && !memcmp(payload, peeked, len + 1));
	free(peeked);
	free(payload);
	return true;
}

static bool try_payload(const struct fuzz_input *input)
{
	char *jws, *payload;
	size_t len;

	FUZZ_ASSERT(!jws_sign(&jws, private_key, TYPE, (const char *)input->data, input->size));
	FUZZ_ASSERT(!jws_verify(jws, public_key, TYPE, &payload, &len));
	FUZZ_ASSERT(len == input->size && !memcmp(payload, input->data, len));
	free(payload);
	free(jws);
	return true;
}

/* No other header is read, whoever signed it. */
static bool try_header(const struct fuzz_input *input)
{
	size_t len = BASE64URL_CHARS(input->size);
	uint8_t signature[SIGN_SIGNATURE_LEN];
	char *jws = malloc(len + 200);
	bool read;

	FUZZ_ASSERT(jws);
	base64url_encode(jws, input->data, input->size);
	strcpy(jws + len, ".eA");
	FUZZ_ASSERT(!sign_data(private_key, jws, len + 3, signature));
	strcpy(jws + len + 3, ".");
	base64url_encode(jws + len + 4, signature, sizeof(signature));
	read = read_statement(jws);
	FUZZ_ASSERT(read ==
		    (input->size == strlen(HEADER) && !memcmp(input->data, HEADER, input->size)));
	free(jws);
	return read;
}

/* There is one way to write anything. */
static void try_base64url(const struct fuzz_input *input)
{
	uint8_t *octets = malloc(input->size + 1);
	char *again = malloc(input->size + 4);
	int n = base64url_decode(octets, input->size, (const char *)input->data, input->size);

	if (n >= 0) {
		base64url_encode(again, octets, n);
		FUZZ_ASSERT(strlen(again) == input->size);
		FUZZ_ASSERT(!memcmp(again, input->data, input->size));
	}
	free(octets);
	free(again);
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
	char *text;
	bool read;

	if (!fuzz_split(&input, data, size, 3))
		return 0;
	text = fuzz_text(&input);
	read = input.mode == 0	 ? read_statement(text)
	       : input.mode == 1 ? try_payload(&input)
				 : try_header(&input);
	try_base64url(&input);
	fuzz_said(read);
	free(text);
	return 0;
}
