/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Q.850 cause values and SIP status codes, by RFC 3398. Needs no libpri.
 */
#ifndef PHONION_ISDN_Q850_H
#define PHONION_ISDN_Q850_H

#define Q850_MAX 127

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
