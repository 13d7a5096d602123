// SPDX-License-Identifier: GPL-2.0
#include "tools/mos/compare.h"
#include "tools/mos/loudness.h"

int compare(struct compared *compared, const struct sound *said, const struct sound *heard)
{
	struct align *a = &compared->align;
	int err = align(a, said, heard);

	if (err)
		return err;
	err = differ(&compared->differ, said->samples, a->heard, a->n);
	if (!err)
		err = loudness_difference(&compared->difference, said->samples, a->heard, a->n);
	align_free(a);
	return err;
}
