/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A jitter buffer: packets are put in as they come, 8 samples are taken out at
 * each tick of the TDM clock, which is the only clock there is here.
 *
 * It is a ring of G.711 octets by RTP timestamp. How long before its time a packet
 * comes is its slack. The buffer keeps the least slack of the last seconds small
 * and above zero: by waiting when a packet was missed, and by adding or removing a
 * pitch period, which also takes up the drift between the sender's clock and ours.
 * While neither is needed, octets come out as they went in.
 */
#ifndef PHD_CORE_JITTER_H
#define PHD_CORE_JITTER_H

#include "conceal.h"

/* Samples of a tick. */
#define PHD_TICK      8
/* Octets of the ring: 512 ms of what is to come and what was. */
#define PHD_RING      4096
/* Samples of a packet that are looked at: 60 ms. */
#define PHD_PACKET    480
/* Samples a millisecond. */
#define PHD_MS	      8

/**
 * enum phd_jitter_state - what the last sample was
 * @PHD_JITTER_EMPTY: silence, before there was anything
 * @PHD_JITTER_PLAYING: as it came
 * @PHD_JITTER_CONCEALING: made up
 * @PHD_JITTER_RETURNING: between the two, on the way back
 */
enum phd_jitter_state {
	PHD_JITTER_EMPTY,
	PHD_JITTER_PLAYING,
	PHD_JITTER_CONCEALING,
	PHD_JITTER_RETURNING,
};

/**
 * struct phd_jitter_count - what it did; samples where nothing else is said
 * @played: as they came
 * @concealed: made up
 * @gaps: times that there was nothing to play
 * @late: packets that were of no use any more
 * @added: to delay more
 * @removed: to delay less
 * @restarts: beginnings with another source, or after a jump
 */
struct phd_jitter_count {
	u64 played;
	u64 concealed;
	u64 gaps;
	u64 late;
	u64 added;
	u64 removed;
	u64 restarts;
};

/**
 * struct phd_jitter - a jitter buffer
 * @alaw: the law
 * @running: there is a source
 * @state: enum phd_jitter_state
 * @back: samples since it is on the way back
 * @late_row: packets late in a row
 * @tries: to change the delay where it would be heard
 * @min: least delay
 * @max: most
 * @source: the source
 * @play: timestamp of the next sample
 * @clock: samples taken out, ever
 * @last: @clock at the last packet
 * @turn: @clock at which the next window begins
 * @windows: that were whole since the start, up to 2
 * @least: slack of this window and the one before
 * @most: likewise
 * @conceal: concealment
 * @count: counters
 * @there: a bit for each octet of @ring that is still to be played
 * @ring: by timestamp; what was played stays for a while
 *
 * The caller serialises all calls.
 */
struct phd_jitter {
	bool alaw;
	bool running;
	u8 state;
	u8 back;
	u8 late_row;
	u8 tries;
	u8 windows;
	s32 min;
	s32 max;
	u32 source;
	u32 play;
	u32 clock;
	u32 last;
	u32 turn;
	s32 least[2];
	s32 most[2];
	struct phd_conceal conceal;
	struct phd_jitter_count count;
	u64 there[PHD_RING / 64];
	u8 ring[PHD_RING];
};

void phd_jitter_init(struct phd_jitter *j, bool alaw, unsigned int min_ms, unsigned int max_ms);
void phd_jitter_put(struct phd_jitter *j, u32 source, u32 timestamp, const u8 *data, size_t len);
void phd_jitter_touch(struct phd_jitter *j, u32 source, u32 timestamp);
void phd_jitter_get(struct phd_jitter *j, u8 out[PHD_TICK]);
void phd_jitter_skip(struct phd_jitter *j);
u32 phd_jitter_delay(const struct phd_jitter *j);

#endif
