/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Takes long texts out of JSON before it is parsed. A directory is nearly all
 * base64url, and a parser that must look for escapes and UTF-8 in it takes
 * several times as long as all the rest.
 */
#ifndef PHONION_LIFT_H
#define PHONION_LIFT_H

#include <stddef.h>

#define LIFT_MIN 64 /* characters; what is shorter stays */

struct lifted {
	char **texts;
	size_t n, room;
};

/*
 * Of the *LEN characters at TEXT, takes every string that is LIFT_MIN long or
 * more and all of it printable ASCII without escapes, and puts "#N" in its
 * place. Whether TEXT is JSON is for the parser to say. -ENOMEM.
 */
int lift_texts(struct lifted *lifted, char *text, size_t *len);

/*
 * What stood where the parser found TEXT, to be freed; each can be taken once,
 * so that no document can write "#N" itself. NULL: out of memory, or taken.
 */
char *lift_take(struct lifted *lifted, const char *text);

void lift_free(struct lifted *lifted);

#endif
