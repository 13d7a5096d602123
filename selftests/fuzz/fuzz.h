/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzers have in common. To add one: write NAME.c with
 * LLVMFuzzerTestOneInput(), and some inputs into corpus/NAME (through the
 * script `seeds` where they are made of something), of which at least one,
 * named good-*, is accepted to the end. NAME.dict is used when there is one.
 */
#ifndef PHONION_FUZZ_H
#define PHONION_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libFuzzer calls the first once; it may be left out. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever comes in. */
#define FUZZ_ASSERT(condition)                                                           \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, \
				#condition);                                             \
			abort();                                                         \
		}                                                                        \
	} while (0)

/* Asked by the runner, of one input: a fuzzer whose every input is refused finds nothing. */
static inline void fuzz_said(bool accepted)
{
	if (getenv("PHONION_FUZZ_SAY"))
		puts(accepted ? "accepted" : "refused");
}

/* The input's first octet says what the rest is; '0' and on, so that seeds can be read. */
struct fuzz_input {
	unsigned int mode;
	const uint8_t *data;
	size_t size;
};

static inline bool fuzz_split(struct fuzz_input *input, const uint8_t *data, size_t size,
			      unsigned int modes)
{
	if (!size)
		return false;
	*input = (struct fuzz_input){ (data[0] - '0') % modes, data + 1, size - 1 };
	return true;
}

/* SIZE octets: of the input, and zeros after its end. */
static inline void fuzz_fill(uint8_t *out, size_t size, const struct fuzz_input *input)
{
	memset(out, 0, size);
	memcpy(out, input->data, input->size < size ? input->size : size);
}

/* In memory that ends with its NUL, so that the sanitizer sees a character too many; to be freed. */
static inline char *fuzz_text(const struct fuzz_input *input)
{
	char *text = malloc(input->size + 1);

	FUZZ_ASSERT(text);
	memcpy(text, input->data, input->size);
	text[input->size] = '\0';
	return text;
}

/* Keys that stay the same: all octets of the private one are 1 (Ed25519), 2 and 3 (X25519). */
#define FUZZ_SIGN_KEY	   1
#define FUZZ_BOX_KEY	   2
#define FUZZ_EPHEMERAL_KEY 3

#endif
