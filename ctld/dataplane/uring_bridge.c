// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "dataplane/uring.h"

static int map(struct uring *uring, struct phn_xlate x[PHONION_MAX_PAYLOAD_TYPES],
	       const struct phn_pt *from, uint8_t n_from, const struct phn_pt *to, uint8_t n_to)
{
	int n = phn_xlate_map(x, from, n_from, to, n_to);

	return n < 0 ? uring_refuse(uring, n, "the legs have no audio payload types that map") : n;
}

static void set_dir(struct uring_leg *from, struct uring_leg *to, const struct phn_xlate *x, int n)
{
	from->peer = to;
	from->n_xlate = n;
	memcpy(from->xlate, x, n * sizeof(*x));
}

/* Both directions are mapped before either is set. */
static int join(struct uring_leg *a, const struct phn_pt *pt, uint8_t n, struct uring_leg *b)
{
	struct phn_xlate there[PHONION_MAX_PAYLOAD_TYPES], back[PHONION_MAX_PAYLOAD_TYPES];
	int n_there = map(a->uring, there, pt, n, b->conf.pt, b->conf.n_pt), n_back;

	if (n_there < 0)
		return n_there;
	n_back = map(a->uring, back, b->conf.pt, b->conf.n_pt, pt, n);
	if (n_back < 0)
		return n_back;
	set_dir(a, b, there, n_there);
	set_dir(b, a, back, n_back);
	return 0;
}

int uring_bridge_new(struct uring_leg *a, struct uring_leg *b)
{
	if (a == b)
		return uring_refuse(a->uring, -EINVAL, "a leg cannot be bridged to itself");
	if (a->peer)
		return uring_refuse(a->uring, -EBUSY, "leg-a is bridged already");
	if (b->peer)
		return uring_refuse(a->uring, -EBUSY, "leg-b is bridged already");
	return join(a, a->conf.pt, a->conf.n_pt, b);
}

int uring_bridge_renew(struct uring_leg *leg, const struct phn_pt *pt, uint8_t n)
{
	return leg->peer ? join(leg, pt, n, leg->peer) : 0;
}

void uring_bridge_del(struct uring_leg *leg)
{
	if (!leg->peer)
		return;
	leg->peer->peer = NULL;
	leg->peer = NULL;
}
