/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tone with its cadence, noise or silence in its pauses: the samples of each
 * packet. All is G.711 u-law, 8000 samples a second.
 */
#ifndef PHN_CORE_PLAY_H
#define PHN_CORE_PLAY_H

#include "types.h"

#define PHN_PLAY_PACKET_MS 20
#define PHN_PLAY_SAMPLES   160 /* of a packet */
#define PHN_PLAY_MAX_TONE  1600
#define PHN_PLAY_MAX_NOISE 256

/**
 * struct phn_play_script - what is played
 * @tone: a period
 * @noise: what samples of noise are drawn from
 * @n_tone: octets of @tone; 0 is no tone
 * @n_noise: octets of @noise; 0 is silence
 * @pos: where in @tone the next packet begins
 * @on: packets that the tone lasts
 * @off: packets until it comes again; 0 is a tone that lasts
 * @tick: packets since it last came
 */
struct phn_play_script {
	u8 tone[PHN_PLAY_MAX_TONE];
	u8 noise[PHN_PLAY_MAX_NOISE];
	u16 n_tone;
	u16 n_noise;
	u16 pos;
	u16 on;
	u16 off;
	u16 tick;
};

int phn_play_script_tone(struct phn_play_script *script, const u8 *tone, size_t n,
			 unsigned int on_ms, unsigned int off_ms);
int phn_play_script_noise(struct phn_play_script *script, const u8 *noise, size_t n);
void phn_play_next(struct phn_play_script *script, const u8 random[PHN_PLAY_SAMPLES],
		   u8 out[PHN_PLAY_SAMPLES]);

#endif
