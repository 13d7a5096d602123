/* SPDX-License-Identifier: GPL-2.0 */
/* Telephone events played as tones, in the time in which they were sent. */
#ifndef PHD_CORE_PLAYER_H
#define PHD_CORE_PLAYER_H

#include "kmod/core/rtp.h"
#include "tone.h"

/* Events that can wait to be played. */
#define PHD_PLAYER_QUEUE 4

/**
 * struct phd_played - an event that is to be played
 * @id: timestamp that it came with
 * @from: when it is to begin, by the player's clock
 * @length: samples that it lasts as far as is known
 * @code: the event
 * @ended: @length is all of it
 */
struct phd_played {
	u32 id;
	u32 from;
	u16 length;
	u8 code;
	bool ended;
};

/**
 * struct phd_player - a player
 * @queue: events, the first of which is next or on
 * @n: how many
 * @on: the first is on
 * @past: one was played before
 * @last: the id of that
 * @end: when it ended
 * @rest: samples of the pause after it that are to come
 * @heard: samples of the first, if it is on
 * @tone: of the first
 */
struct phd_player {
	struct phd_played queue[PHD_PLAYER_QUEUE];
	u8 n;
	bool on;
	bool past;
	u32 last;
	u32 end;
	u32 rest;
	u32 heard;
	struct phd_tone tone;
};

void phd_player_put(struct phd_player *p, u32 id, u32 from, u32 now,
		    const struct phn_event *event);
bool phd_player_get(struct phd_player *p, u32 now, unsigned int n, s16 *out);

#endif
