/* SPDX-License-Identifier: GPL-2.0 */
/* What the doctor's checks share. */
#ifndef PHONIONCTL_DOCTOR_H
#define PHONIONCTL_DOCTOR_H

#include <jansson.h>

#include "phonionctl.h"

enum verdict { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_TROUBLE, DOCTOR_UNKNOWN };

struct doctor {
	const struct opts *opts;
	json_t *findings;
	json_t *status; /* the daemon's own, or NULL */
	int daemon_pid; /* 0: not known */
	bool trouble;
};

/* One finding; HINT, what to do, may be NULL. */
void doctor_say(struct doctor *d, enum verdict verdict, const char *check, const char *hint,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* The first line of a file, without its newline; false when it cannot be read. */
bool doctor_read(const char *path, char *line, size_t size);

/* What the running daemon answers to CMD (a new reference); NULL: nothing of use. */
json_t *doctor_ask(const struct doctor *d, const char *cmd);

/* RTP ports of the daemon; false when they are not known. */
bool doctor_rtp_ports(const struct doctor *d, unsigned int *min, unsigned int *max);

/* Does the daemon forward by itself, with io_uring? */
bool doctor_userspace(const struct doctor *d);

/* doctor_kernel.c, doctor_host.c, doctor_route.c, doctor_nft.c, doctor_offload.c, doctor_book.c, doctor_xdp.c */
void doctor_kernel(struct doctor *d);
void doctor_ports(struct doctor *d);
void doctor_buffers(struct doctor *d);
void doctor_forwarding(struct doctor *d);
void doctor_clock(struct doctor *d);
void doctor_privacy(struct doctor *d);
void doctor_nft(struct doctor *d);
void doctor_offload(struct doctor *d);
void doctor_book(struct doctor *d);
void doctor_xdp(struct doctor *d);

#endif
