/* SPDX-License-Identifier: GPL-2.0 */
/* A list of words, separated by commas on the command line. */
#ifndef PHONION_WORDS_H
#define PHONION_WORDS_H

#include <stdbool.h>

#define WORDS_MAX 64

struct words {
	char *text;
	const char *list[WORDS_MAX + 1]; /* NULL ends it */
	unsigned int n;
};

/* TEXT NULL: no words. -E2BIG: too many. */
int words_split(struct words *words, const char *text);
void words_release(struct words *words);
/* Is it among them, in any case of letters, or are there none? */
bool words_have(const struct words *words, const char *word);

#endif
