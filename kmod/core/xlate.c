// SPDX-License-Identifier: GPL-2.0
#include "xlate.h"

#include "g711.h"

/**
 * phn_pt_of_codec - the payload type that carries a codec
 * @pt: a leg's payload types
 * @n: how many
 * @codec: enum phonion_codec
 *
 * Return: the payload type, or NULL.
 */
const struct phn_pt *phn_pt_of_codec(const struct phn_pt *pt, int n, u8 codec)
{
	int i;

	for (i = 0; i < n; i++)
		if (pt[i].codec == codec)
			return &pt[i];
	return NULL;
}

static bool is_audio(u8 codec)
{
	return codec == PHONION_CODEC_PCMU || codec == PHONION_CODEC_PCMA;
}

/* Same codec if the other leg has it, else the other law. */
static bool xlate_init(struct phn_xlate *x, const struct phn_pt *in, const struct phn_pt *to,
		       int n_to)
{
	const struct phn_pt *out = phn_pt_of_codec(to, n_to, in->codec);

	x->table = NULL;
	if (!out && in->codec == PHONION_CODEC_PCMU) {
		out = phn_pt_of_codec(to, n_to, PHONION_CODEC_PCMA);
		x->table = phn_ulaw_to_alaw;
	} else if (!out && in->codec == PHONION_CODEC_PCMA) {
		out = phn_pt_of_codec(to, n_to, PHONION_CODEC_PCMU);
		x->table = phn_alaw_to_ulaw;
	}
	if (!out)
		return false;

	x->in = in->number;
	x->out = out->number;
	x->codec = in->codec;
	return true;
}

/**
 * phn_xlate_map - map one leg's payload types to another's
 * @x: filled in; those of @from that have no counterpart are left out
 * @from: payload types as they arrive
 * @n_from: how many, at most PHONION_MAX_PAYLOAD_TYPES
 * @to: payload types as they leave
 * @n_to: how many
 *
 * Return: entries of @x, or -EOPNOTSUPP when no audio can flow; telephone events
 * alone make no call.
 */
int phn_xlate_map(struct phn_xlate x[PHONION_MAX_PAYLOAD_TYPES], const struct phn_pt *from,
		  int n_from, const struct phn_pt *to, int n_to)
{
	bool audio = false;
	int i, n = 0;

	for (i = 0; i < n_from; i++) {
		if (!xlate_init(&x[n], &from[i], to, n_to))
			continue;
		n++;
		audio |= is_audio(from[i].codec);
	}
	return audio ? n : -EOPNOTSUPP;
}
