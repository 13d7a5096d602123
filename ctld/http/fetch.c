// SPDX-License-Identifier: GPL-2.0
/* One request at a time, waited for. */
#include <string.h>

#include "http/transfer.h"

int http_fetch(const struct http_request *request, struct http_response *response)
{
	struct transfer transfer;
	int err = transfer_init(&transfer, request);

	if (!err)
		err = transfer_finish(&transfer, curl_easy_perform(transfer.easy));
	*response = transfer.response;
	memset(&transfer.response, 0, sizeof(transfer.response));
	transfer_release(&transfer);
	return err;
}
