// SPDX-License-Identifier: GPL-2.0
#include "play.h"

#define SILENCE 0xff

static u16 packets(unsigned int ms)
{
	return (ms + PHN_PLAY_PACKET_MS - 1) / PHN_PLAY_PACKET_MS;
}

/**
 * phn_play_script_tone - play a tone
 * @script: zero-filled, or with noise
 * @tone: a period of it
 * @n: octets of @tone: whole packets, at most PHN_PLAY_MAX_TONE
 * @on_ms: that it lasts, 20 to 60000
 * @off_ms: until it comes again, at most 60000; 0 lets it last
 *
 * Return: 0, or -EINVAL for such a period.
 */
int phn_play_script_tone(struct phn_play_script *script, const u8 *tone, size_t n,
			 unsigned int on_ms, unsigned int off_ms)
{
	if (!n || n > sizeof(script->tone) || n % PHN_PLAY_SAMPLES)
		return -EINVAL;
	memcpy(script->tone, tone, n);
	script->n_tone = n;
	script->on = packets(on_ms);
	script->off = packets(off_ms);
	return 0;
}

/**
 * phn_play_script_noise - play noise where there is no tone
 * @script: zero-filled, or with a tone
 * @noise: octets to draw from
 * @n: how many, 1 to PHN_PLAY_MAX_NOISE
 *
 * Return: 0, or -EINVAL for so many.
 */
int phn_play_script_noise(struct phn_play_script *script, const u8 *noise, size_t n)
{
	if (!n || n > sizeof(script->noise))
		return -EINVAL;
	memcpy(script->noise, noise, n);
	script->n_noise = n;
	return 0;
}

static bool is_on(struct phn_play_script *script)
{
	bool on = script->n_tone && (!script->off || script->tick < script->on);

	if (script->off)
		script->tick = (script->tick + 1) % (script->on + script->off);
	return on;
}

/* Each time from its beginning, so that it sounds alike. */
static void next_of_tone(struct phn_play_script *script, u8 *out)
{
	memcpy(out, script->tone + script->pos, PHN_PLAY_SAMPLES);
	script->pos = (script->pos + PHN_PLAY_SAMPLES) % script->n_tone;
}

/**
 * phn_play_next - the samples of the next packet
 * @script: what is played
 * @random: a random octet for each sample
 * @out: filled in
 */
void phn_play_next(struct phn_play_script *script, const u8 random[PHN_PLAY_SAMPLES],
		   u8 out[PHN_PLAY_SAMPLES])
{
	int i;

	if (is_on(script)) {
		next_of_tone(script, out);
		return;
	}
	script->pos = 0;
	for (i = 0; i < PHN_PLAY_SAMPLES; i++)
		out[i] = script->n_noise ? script->noise[random[i] % script->n_noise] : SILENCE;
}
