// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

int words_split(struct words *words, const char *text)
{
	char *at = NULL, *word;

	memset(words, 0, sizeof(*words));
	if (!text)
		return 0;
	words->text = strdup(text);
	if (!words->text)
		return -ENOMEM;
	for (word = strtok_r(words->text, ", ", &at); word; word = strtok_r(NULL, ", ", &at)) {
		if (words->n == WORDS_MAX)
			return -E2BIG;
		words->list[words->n++] = word;
	}
	return 0;
}

void words_release(struct words *words)
{
	free(words->text);
}

bool words_have(const struct words *words, const char *word)
{
	for (unsigned int i = 0; i < words->n; i++)
		if (!strcasecmp(words->list[i], word))
			return true;
	return !words->n;
}
