/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a message must fulfil before libosip2 sees it, and the cleaned copy
 * that libosip2 is then given.
 */
#ifndef PHONION_CHECK_H
#define PHONION_CHECK_H

#include <stdbool.h>

#include "sip/header.h"
#include "sip/text.h"

#define SIP_METHODS_ALLOWED "INVITE, ACK, CANCEL, BYE, OPTIONS"

/*
 * 0: go on. Negative: no answer at all. Else the status code of the refusal.
 * DATAGRAM: the body ends with the message, whatever Content-Length says.
 */
int check_message(const struct raw_message *msg, bool datagram);

/*
 * Writes the message anew with only the header fields that a back-to-back
 * user agent needs, unfolded, with at most one body, of SDP. So libosip2's
 * parsers of all other header fields, and of MIME, are not reachable.
 */
int check_write_clean(struct text *text, const struct raw_message *msg);

/* The body within Content-Length, if it is SDP; else empty. */
struct slice check_sdp_body(const struct raw_message *msg);

#endif
