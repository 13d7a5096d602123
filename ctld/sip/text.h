/* SPDX-License-Identifier: GPL-2.0 */
/* Text that is written into a buffer of fixed size, and never beyond it. */
#ifndef PHONION_TEXT_H
#define PHONION_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *buf;
	size_t size, len;
	bool full; /* something did not fit; what is there ends before it */
};

void text_init(struct text *text, char *buf, size_t size);
/* For what is of a call, once it is sent. */
void text_wipe(struct text *text);
void text_add(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *text, const char *bytes, size_t len);
/* Continuation lines become one line (RFC 3261, 7.3.1). */
void text_add_unfolded(struct text *text, const char *bytes, size_t len);

#endif
