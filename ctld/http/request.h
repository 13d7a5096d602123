/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A request between libmicrohttpd and the handlers: collects the body within
 * its limit, asks the handlers, sends their answer.
 */
#ifndef PHONION_HTTP_REQUEST_H
#define PHONION_HTTP_REQUEST_H

#include "http/connection.h"

/* For MHD_start_daemon() and its options; CLS is the struct http_handlers. */
enum MHD_Result http_request_handle(void *cls, struct MHD_Connection *mhd, const char *url,
				    const char *method, const char *version, const char *data,
				    size_t *len, void **request);
void http_request_completed(void *cls, struct MHD_Connection *mhd, void **request,
			    enum MHD_RequestTerminationCode why);

#endif
