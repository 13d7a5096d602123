/* SPDX-License-Identifier: GPL-2.0 */
/* Spans of our own: DAHDI ticks them, and cross-connects their channels with others. */
#ifndef PHD_SPAN_H
#define PHD_SPAN_H

#include <dahdi/kernel.h>

/**
 * struct phd_chan - a channel
 * @chan: as DAHDI knows it
 */
struct phd_chan {
	struct dahdi_chan chan;
};

int phd_spans_init(unsigned int n_spans, unsigned int n_chans);
void phd_spans_uninit(void);

#endif
