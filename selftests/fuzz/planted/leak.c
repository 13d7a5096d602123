// SPDX-License-Identifier: GPL-2.0
/* The same, with something that it forgets to free. */
#include "selftests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { 0, data, size };
	char *text = fuzz_text(&input);

	if (size > 3 && !memcmp(text, "bug!", 4))
		text = NULL;
	free(text);
	return 0;
}
