// SPDX-License-Identifier: GPL-2.0
/* By which trunk a relay dials a number, and which one a number comes in by. */
#include <string.h>

#include "protocol/descriptor.h"

static size_t longest(const struct descriptor_trunk *trunk, const char *number)
{
	size_t best = 0, len, i;

	for (i = 0; i < trunk->n_prefixes; i++) {
		len = strlen(trunk->prefixes[i]);
		if (len > best && !strncmp(trunk->prefixes[i], number, len))
			best = len;
	}
	return best;
}

const struct descriptor_trunk *descriptor_route(const struct descriptor *descriptor,
						const char *number)
{
	const struct descriptor_trunk *found = NULL;
	size_t best = 0, len, i;

	for (i = 0; i < descriptor->n_trunks; i++) {
		len = longest(&descriptor->trunks[i], number);
		if (len <= best)
			continue;
		best = len;
		found = &descriptor->trunks[i];
	}
	return found;
}

const struct descriptor_trunk *descriptor_ingress(const struct descriptor *descriptor,
						  const char *number,
						  const struct ingress **ingress)
{
	const struct descriptor_trunk *trunk;
	size_t i, k;

	for (i = 0; i < descriptor->n_trunks; i++) {
		trunk = &descriptor->trunks[i];
		for (k = 0; k < trunk->n_ingresses; k++) {
			if (strcmp(trunk->ingresses[k].number, number))
				continue;
			if (ingress)
				*ingress = &trunk->ingresses[k];
			return trunk;
		}
	}
	return NULL;
}
