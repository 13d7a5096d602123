// SPDX-License-Identifier: GPL-2.0
/* A fuzzer without a bug, that refuses what it should accept. */
#include "selftests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	fuzz_said(false);
	return 0;
}
