// SPDX-License-Identifier: GPL-2.0
/* Text that is written into a buffer of fixed size, and never beyond it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sip/text.h"

void text_init(struct text *text, char *buf, size_t size)
{
	*text = (struct text){ .buf = buf, .size = size };
	buf[0] = '\0';
}

/* All of it: what did not fit has been written and cut off. */
void text_wipe(struct text *text)
{
	explicit_bzero(text->buf, text->full ? text->size : text->len + 1);
	text->len = 0;
}

void text_add(struct text *text, const char *fmt, ...)
{
	size_t left = text->size - text->len;
	va_list args;
	int len;

	if (text->full)
		return;
	va_start(args, fmt);
	len = vsnprintf(text->buf + text->len, left, fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= left) {
		text->buf[text->len] = '\0';
		text->full = true;
		return;
	}
	text->len += len;
}

void text_add_bytes(struct text *text, const char *bytes, size_t len)
{
	if (text->full || len >= text->size - text->len) {
		text->full = true;
		return;
	}
	memcpy(text->buf + text->len, bytes, len);
	text->len += len;
	text->buf[text->len] = '\0';
}

void text_add_unfolded(struct text *text, const char *bytes, size_t len)
{
	size_t i, start = 0;

	for (i = 0; i < len; i++) {
		if (bytes[i] != '\r' && bytes[i] != '\n')
			continue;
		text_add_bytes(text, bytes + start, i - start);
		start = i + 1;
	}
	text_add_bytes(text, bytes + start, len - start);
}
