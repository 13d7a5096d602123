/* SPDX-License-Identifier: GPL-2.0 */
/* One request as libcurl has it, whoever turns it. */
#ifndef PHONION_HTTP_TRANSFER_H
#define PHONION_HTTP_TRANSFER_H

#include <curl/curl.h>

#include "http/client.h"

struct transfer {
	CURL *easy;
	struct curl_slist *headers;
	struct http_response response;
	size_t room; /* of its body */
	size_t max_body;
	bool too_large;
};

/* Copies what it needs of REQUEST. Release TRANSFER in any case. */
int transfer_init(struct transfer *transfer, const struct http_request *request);
void transfer_release(struct transfer *transfer);
/* Fills in the response; what http_fetch() returns. */
int transfer_finish(struct transfer *transfer, CURLcode code);

#endif
