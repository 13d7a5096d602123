/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Q.850 cause values and SIP status codes, by RFC 3398. Needs no libpri.
 */
#ifndef PHONION_ISDN_Q850_H
#define PHONION_ISDN_Q850_H

#define Q850_MAX 127

/* Values of ITU-T Q.850, table 1, that the project itself tells. */
enum {
	Q850_NORMAL_CLEARING = 16,
	Q850_INVALID_NUMBER = 28,
	Q850_NORMAL_UNSPECIFIED = 31,
	Q850_NETWORK_OUT_OF_ORDER = 38,
	Q850_TEMPORARY_FAILURE = 41,
	Q850_CHANNEL_UNAVAILABLE = 44, /* the one that was asked for */
};

/*
 * The final response that RFC 3398, 7.2.4.1, has for a call that ended with CAUSE
 * before its answer; 500 for what it has no row for, 480 for normal clearing, with
 * which a call may end before its answer all the same. 400 to 699.
 */
int q850_to_status(int cause);

/*
 * The cause that RFC 3398, 8.2.6.1, has for a final response; 127 (interworking)
 * for what it has no row for. Redirections (3xx) are not followed: 20.
 */
int q850_of_status(int status);

#endif
