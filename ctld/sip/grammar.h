/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parts of RFC 3261's grammar (section 25) on which parsers are known to
 * differ: addresses with their quoting, URIs, Via. Each says whether a value
 * is well formed; none takes it apart for use.
 */
#ifndef PHONION_GRAMMAR_H
#define PHONION_GRAMMAR_H

#include <stdbool.h>

#include "sip/header.h"

bool grammar_address(struct slice value);      /* From, To */
bool grammar_address_list(struct slice value); /* Contact, Route, Record-Route */
bool grammar_via(struct slice value);
bool grammar_call_id(struct slice value);
bool grammar_version(struct slice value); /* SIP/ digits . digits */
/* A URI, of any scheme, that may stand in a start line. */
bool grammar_uri(struct slice uri, struct slice *scheme);
/* At least 1 - OPTIONAL tag parameter, and at most one. */
bool grammar_tag(struct slice value, int optional);

#endif
