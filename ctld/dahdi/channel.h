/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A telephone channel that is to carry speech: a card's, or one of phonion_dahdi.ko's,
 * which are what TDM legs are made of. What two connected channels receive each sends
 * the other, in DAHDI, octet by octet, for as long as their descriptors are open:
 * whoever keeps copies of these keeps the connection.
 */
#ifndef PHONION_DAHDI_CHANNEL_H
#define PHONION_DAHDI_CHANNEL_H

#include <stdbool.h>

struct dahdi_channel {
	unsigned int number; /* DAHDI's; 0: none */
	int fd;		     /* -1: others keep it open, who alone can act on it */
	bool alaw;	     /* otherwise u-law */
};

/*
 * A descriptor of channel NUMBER, non-blocking, whatever the channel is for. Errors as below.
 */
int dahdi_open(unsigned int number, int *fd);

/*
 * Opens channel NUMBER for speech. -EBUSY: it is open elsewhere; -ENXIO: there is none of this
 * number; -ENOENT: DAHDI is not loaded.
 */
int dahdi_channel_open(struct dahdi_channel *channel, unsigned int number);
/*
 * One more descriptor of a channel of a card that is open by FD, as it is. Its signalling stays
 * with whoever opened it.
 */
int dahdi_channel_dup(struct dahdi_channel *channel, int fd);
/* Opens any of ours that nobody has. -EBUSY: all are in use; -ENODEV: there are none. */
int dahdi_channel_ours(struct dahdi_channel *channel);
/* Forgets its number too; a second call does nothing. */
void dahdi_channel_close(struct dahdi_channel *channel);

/* What either was connected with before it is not any more. */
int dahdi_channel_connect(const struct dahdi_channel *a, const struct dahdi_channel *b);
/* A channel sends silence, or what is written to it; what it receives is as before. */
int dahdi_channel_part(const struct dahdi_channel *channel);

#endif
