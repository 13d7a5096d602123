// SPDX-License-Identifier: GPL-2.0
/* The input is all that comes over a connection to a broker. */
#include "broker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_connection(fuzz_broker(), data, len);
	return 0;
}
