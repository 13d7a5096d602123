/* SPDX-License-Identifier: GPL-2.0 */
/* Spans of our own: DAHDI ticks them, and cross-connects their channels with others. */
#ifndef PHD_SPAN_H
#define PHD_SPAN_H

#include <dahdi/kernel.h>

struct phd_leg;

/**
 * struct phd_chan - a channel
 * @chan: as DAHDI knows it
 * @leg: RCU; the leg that it is, or NULL
 */
struct phd_chan {
	struct dahdi_chan chan;
	struct phd_leg __rcu *leg;
};

int phd_spans_init(unsigned int n_spans, unsigned int n_chans);
void phd_spans_uninit(void);

struct phd_chan *phd_chan_find(unsigned int number);
bool phd_chan_take(struct phd_chan *chan, struct phd_leg *leg);
void phd_chan_release(struct phd_chan *chan);

#endif
