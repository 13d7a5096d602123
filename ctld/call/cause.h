/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a call ended or never came about: what is counted, and the one status
 * code that the near side is told. The far side's own words stop here.
 */
#ifndef PHONION_CAUSE_H
#define PHONION_CAUSE_H

enum cause {
	CAUSE_NORMAL,
	CAUSE_CANCELLED,
	CAUSE_OPERATOR,
	CAUSE_SHUTDOWN,
	CAUSE_NO_CIRCUIT,
	CAUSE_NO_EVENTS,    /* the caller has no RFC 4733 to enter an access code by */
	CAUSE_CODE_WRONG,   /* of no reservation that is open */
	CAUSE_CODE_TIMEOUT, /* none came */
	CAUSE_CODE_CROWD,   /* too many were entering one */
	CAUSE_POSTD,	    /* the far side takes no digits after its answer */
	CAUSE_NOT_OPEN,
	CAUSE_CLOSED,
	CAUSE_CIRCUIT_FULL,
	CAUSE_TRUNK_FULL,
	CAUSE_NUMBER_DENIED,
	CAUSE_BAD_SDP,
	CAUSE_NO_CODEC,
	CAUSE_NO_PORT,
	CAUSE_DATA_PLANE,
	CAUSE_INTERNAL,
	CAUSE_FAR_BUSY,
	CAUSE_FAR_NO_ANSWER,
	CAUSE_FAR_NOT_FOUND,
	CAUSE_FAR_DECLINED,
	CAUSE_FAR_REDIRECT,
	CAUSE_FAR_AUTHENTICATION,
	CAUSE_FAR_MEDIA,
	CAUSE_FAR_FAILURE,
	CAUSE_FAR_UNREACHABLE,
	CAUSE_RING_TIMEOUT,
	CAUSE_NO_ACK,
	CAUSE_MEDIA_TIMEOUT,
	CAUSE_LEG_ENDED,
	CAUSE_LOST,
	CAUSE_COUNT,
};

const char *cause_name(enum cause cause); /* "far-busy": in counters and events */
int cause_status(enum cause cause);	  /* of the final response to the near side */
enum cause cause_of_status(int status);	  /* of a far side's final response */

#endif
