// SPDX-License-Identifier: GPL-2.0
/* A fuzzer with a bug in it, by which the runner proves that it reports one. */
#include "selftests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { 0, data, size };
	char *text = fuzz_text(&input);

	if (size > 3 && !memcmp(text, "bug!", 4))
		((volatile char *)text)[size + 1]; /* one beyond the NUL */
	free(text);
	return 0;
}
