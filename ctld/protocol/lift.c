// SPDX-License-Identifier: GPL-2.0
#include "protocol/lift.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The quotation mark that ends the string at TEXT, or END. *PLAIN: it stands for itself. */
static char *string_end(char *text, char *end, bool *plain)
{
	unsigned char other = 0;

	for (; text < end && *text != '"'; text++) {
		other |= (unsigned char)*text <= ' ' || (unsigned char)*text > '~';
		if (*text != '\\')
			continue;
		other = 1;
		if (++text == end)
			break;
	}
	*plain = !other;
	return text;
}

static int put(struct lifted *lifted, const char *text, size_t len)
{
	size_t room = lifted->room ? 2 * lifted->room : 16;
	char *copy, **texts;

	if (lifted->n == lifted->room) {
		texts = reallocarray(lifted->texts, room, sizeof(*texts));
		if (!texts)
			return -ENOMEM;
		lifted->texts = texts;
		lifted->room = room;
	}
	copy = strndup(text, len);
	if (!copy)
		return -ENOMEM;
	lifted->texts[lifted->n++] = copy;
	return 0;
}

/* FROM is where a string begins, and is left behind its end. */
static int lift_string(struct lifted *lifted, char **to, char **from, char *end)
{
	char *begin = *from + 1, number[32];
	bool plain;
	char *close = string_end(begin, end, &plain);
	size_t len = close - begin, whole = (close < end ? close + 1 : end) - *from;
	int err;

	if (plain && close < end && len >= LIFT_MIN) {
		err = put(lifted, begin, len);
		if (err)
			return err;
		/* Shorter than what it stands for: it never gets ahead of what is read. */
		*from += whole;
		whole = snprintf(number, sizeof(number), "\"#%zu\"", lifted->n - 1);
		memcpy(*to, number, whole);
	} else {
		memmove(*to, *from, whole);
		*from += whole;
	}
	*to += whole;
	return 0;
}

int lift_texts(struct lifted *lifted, char *text, size_t *len)
{
	char *to = text, *from = text, *end = text + *len;
	int err = 0;

	while (from < end && !err) {
		if (*from == '"')
			err = lift_string(lifted, &to, &from, end);
		else
			*to++ = *from++;
	}
	*len = to - text;
	return err;
}

char *lift_take(struct lifted *lifted, const char *text)
{
	char *end, *taken;
	unsigned long n;

	if (*text != '#')
		return strdup(text);
	n = strtoul(text + 1, &end, 10);
	if (*end || n >= lifted->n || !lifted->texts[n])
		return NULL;
	taken = lifted->texts[n];
	lifted->texts[n] = NULL;
	return taken;
}

void lift_free(struct lifted *lifted)
{
	for (size_t i = 0; i < lifted->n; i++)
		free(lifted->texts[i]);
	free(lifted->texts);
}
