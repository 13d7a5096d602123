// SPDX-License-Identifier: GPL-2.0
/* A call as JSON, and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/half.h"
#include "call/legs.h"
#include "call/state.h"

#define STATE_VERSION 2

static void encode_uid(const uint8_t *uid, char text[2 * CALL_UID_SIZE + 1])
{
	size_t i;

	for (i = 0; i < CALL_UID_SIZE; i++)
		sprintf(text + 2 * i, "%02x", uid[i]);
}

static bool decode_uid(const char *text, uint8_t *uid)
{
	unsigned int byte;
	size_t i;

	if (strlen(text) != 2 * CALL_UID_SIZE)
		return false;
	for (i = 0; i < CALL_UID_SIZE; i++) {
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		uid[i] = byte;
	}
	return true;
}

static json_t *encode_side(const struct side *side)
{
	char uid[2 * CALL_UID_SIZE + 1];
	json_t *state;

	if (!side_present(side))
		return json_null();
	encode_uid(side->leg.uid, uid);
	state = side->ops->encode(side);
	json_object_set_new(state, "trunk", json_string(side->trunk->name));
	json_object_set_new(state, "uid", json_string(uid));
	json_object_set_new(state, "wish", json_integer(side->wish));
	return state;
}

static bool decode_side(struct calls *calls, const json_t *state, struct side *side)
{
	const char *trunk, *uid;
	const struct conf_trunk *found;
	int wish;
	bool known;

	if (json_is_null(state)) {
		side->state = SIDE_DOWN;
		return true;
	}
	if (json_unpack((json_t *)state, "{s:s, s:s, s:i}", "trunk", &trunk, "uid", &uid, "wish",
			&wish))
		return false;
	legs_remove(side);
	known = decode_uid(uid, side->leg.uid);
	legs_add(side);
	found = conf_trunk_find(calls->conf->conf, trunk);
	if (!known || !found || wish < SDP_SENDRECV || wish > SDP_INACTIVE)
		return false;
	side_set_trunk(side, found);
	side->wish = wish;
	side->state = SIDE_UP;
	return side->ops->decode(side, state);
}

json_t *state_encode(const struct call *call)
{
	return json_pack("{s:i, s:I, s:s, s:I, s:I, s:I, s:i, s:i, s:[o,o]}", "version",
			 STATE_VERSION, "id", (json_int_t)call->id, "circuit", call->circuit,
			 "answered", (json_int_t)call->answered_s, "not_before",
			 (json_int_t)call->not_before_ns, "not_after",
			 (json_int_t)call->not_after_ns, "timing", hop_timing_encode(&call->timing),
			 "spread", call->timing.spread_s, "sides",
			 encode_side(&call->sides[SIDE_IN]), encode_side(&call->sides[SIDE_OUT]));
}

static bool decode_timing(struct hop_timing *timing, int octet, int spread_s)
{
	hop_timing_decode(timing, octet);
	timing->spread_s = spread_s;
	return octet >= 0 && octet <= UINT8_MAX && spread_s >= 0 && spread_s <= UINT16_MAX &&
	       hop_timing_valid(timing);
}

static bool decode_head(const json_t *state, struct call *call)
{
	json_int_t id, answered, not_before, not_after;
	int version, timing, spread;

	if (json_unpack((json_t *)state, "{s:i, s:I, s:I, s:I, s:I, s:i, s:i}", "version", &version,
			"id", &id, "answered", &answered, "not_before", &not_before, "not_after",
			&not_after, "timing", &timing, "spread", &spread) ||
	    version != STATE_VERSION || !decode_timing(&call->timing, timing, spread))
		return false;
	call->id = id;
	if (call->calls->last_id < call->id)
		call->calls->last_id = call->id;
	call->answered_s = answered;
	call->not_before_ns = not_before;
	call->not_after_ns = not_after;
	return true;
}

/* One side at least; that is enough only for one that stands. */
static bool decode_sides(struct call *call, const json_t *sides)
{
	struct side *in = &call->sides[SIDE_IN], *out = &call->sides[SIDE_OUT];

	if (!decode_side(call->calls, json_array_get(sides, 0), in) ||
	    !decode_side(call->calls, json_array_get(sides, 1), out))
		return false;
	if (side_present(in) && side_present(out))
		call->state = CALL_ANSWERED;
	else
		call->state = CALL_STANDING;
	return side_present(in) || side_present(out);
}

struct call *state_decode(struct calls *calls, const json_t *state)
{
	const char *circuit = json_string_value(json_object_get(state, "circuit"));
	struct call *call = circuit ? call_new(calls, calls->conf, circuit) : NULL;

	if (!call)
		return NULL;
	if (!decode_head(state, call) || !decode_sides(call, json_object_get(state, "sides"))) {
		call_free(call);
		return NULL;
	}
	return call;
}
