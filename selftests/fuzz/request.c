// SPDX-License-Identifier: GPL-2.0
/* The first octet chooses a request to a broker, what follows is its body. */
#include "broker.h"

#define ID "AAAAAAAAAAAAAAAAAAAAAA"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* %s is the relay. */
static const char *const requests[] = {
	"POST /v1/tokens",
	"PUT /v1/reservations/" ID,
	"POST /v1/reservations/" ID "/cancel",
	"PUT /v1/reservations/" ID "/receipt",
	"PUT /v1/relays/%s",
};

static const char *const headers = "%s HTTP/1.1\r\n"
				   "Host: x\r\n"
				   "Connection: close\r\n"
				   "Content-Type: application/json\r\n"
				   "Content-Length: %zu\r\n"
				   "\r\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz *fuzz = fuzz_broker();
	char line[256], *text;
	size_t head;

	if (!len)
		return 0;
	text = malloc(len + 512);
	fuzz_need(text, "memory");
	snprintf(line, sizeof(line), requests[data[0] % 5], fuzz->relay);
	head = snprintf(text, 512, headers, line, len - 1);
	memcpy(text + head, data + 1, len - 1);
	fuzz_connection(fuzz, text, head + len - 1);
	free(text);
	return 0;
}
