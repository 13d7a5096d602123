// SPDX-License-Identifier: GPL-2.0
/* Why a call ended or never came about. */
#include "call/cause.h"

static const struct {
	const char *name;
	int status;
} causes[CAUSE_COUNT] = {
	[CAUSE_NORMAL] = { "normal", 480 },
	[CAUSE_CANCELLED] = { "cancelled", 487 },
	[CAUSE_OPERATOR] = { "operator", 480 },
	[CAUSE_SHUTDOWN] = { "shutdown", 503 },
	[CAUSE_NO_CIRCUIT] = { "no-circuit", 404 },
	[CAUSE_NO_EVENTS] = { "no-events", 488 },
	[CAUSE_CODE_WRONG] = { "code-wrong", 403 },
	[CAUSE_CODE_TIMEOUT] = { "code-timeout", 480 },
	[CAUSE_CODE_CROWD] = { "code-crowd", 503 },
	[CAUSE_POSTD] = { "postd", 488 },
	[CAUSE_NOT_OPEN] = { "not-open", 480 },
	[CAUSE_CLOSED] = { "closed", 403 },
	[CAUSE_CIRCUIT_FULL] = { "circuit-full", 486 },
	[CAUSE_TRUNK_FULL] = { "trunk-full", 503 },
	[CAUSE_NUMBER_DENIED] = { "number-denied", 403 },
	[CAUSE_BAD_SDP] = { "bad-sdp", 400 },
	[CAUSE_NO_CODEC] = { "no-codec", 488 },
	[CAUSE_NO_PORT] = { "no-port", 503 },
	[CAUSE_DATA_PLANE] = { "data-plane", 500 },
	[CAUSE_INTERNAL] = { "internal", 500 },
	[CAUSE_FAR_BUSY] = { "far-busy", 486 },
	[CAUSE_FAR_NO_ANSWER] = { "far-no-answer", 480 },
	[CAUSE_FAR_NOT_FOUND] = { "far-not-found", 404 },
	[CAUSE_FAR_DECLINED] = { "far-declined", 603 },
	[CAUSE_FAR_REDIRECT] = { "far-redirect", 480 },
	[CAUSE_FAR_AUTHENTICATION] = { "far-authentication", 500 },
	[CAUSE_FAR_MEDIA] = { "far-media", 488 },
	[CAUSE_FAR_FAILURE] = { "far-failure", 500 },
	[CAUSE_FAR_UNREACHABLE] = { "far-unreachable", 504 },
	[CAUSE_RING_TIMEOUT] = { "ring-timeout", 480 },
	[CAUSE_NO_ACK] = { "no-ack", 480 },
	[CAUSE_MEDIA_TIMEOUT] = { "media-timeout", 480 },
	[CAUSE_LEG_ENDED] = { "leg-ended", 480 },
	[CAUSE_LOST] = { "lost", 480 },
};

const char *cause_name(enum cause cause)
{
	return causes[cause].name;
}

int cause_status(enum cause cause)
{
	return causes[cause].status;
}

/*
 * Classes, not codes: which of a class's codes the far carrier chose would
 * help to match the two sides. 3xx names other places to call, which only
 * the circuit may choose.
 */
enum cause cause_of_status(int status)
{
	if (status < 400)
		return CAUSE_FAR_REDIRECT;
	switch (status) {
	case 401:
	case 407:
		return CAUSE_FAR_AUTHENTICATION;
	case 403:
	case 603:
		return CAUSE_FAR_DECLINED;
	case 404:
	case 410:
	case 484:
	case 604:
		return CAUSE_FAR_NOT_FOUND;
	case 408:
	case 480:
	case 487:
		return CAUSE_FAR_NO_ANSWER;
	case 415:
	case 488:
	case 606:
		return CAUSE_FAR_MEDIA;
	case 486:
	case 600:
		return CAUSE_FAR_BUSY;
	default:
		return CAUSE_FAR_FAILURE;
	}
}
