// SPDX-License-Identifier: GPL-2.0
/* What is kept of a call says all that a restarted daemon must know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "call/call.h"
#include "call/half.h"
#include "call/state.h"
#include "sip/addr.h"

static const struct sip_ops no_ops;
static struct conf_trunk trunks[2];
static struct conf conf = { .trunks = trunks, .n_trunks = 2 };
static struct conf_ref ref = { .conf = &conf, .refs = 100 };
static struct calls calls = { .conf = &ref };

static int setup(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		trunks[i].name = i ? (char *)"b" : (char *)"a";
		addr_parse(&trunks[i].local, AF_INET, "192.0.2.1");
		addr_parse(&trunks[i].peer, AF_INET, "192.0.2.9");
		addr_parse(&trunks[i].media, AF_INET, "192.0.2.1");
	}
	assert_int_equal(loop_new(&calls.deps.loop), 0);
	return sip_new(&calls.sip, calls.deps.loop, &no_ops, &calls);
}

static int teardown(void **state)
{
	(void)state;
	while (calls.list)
		call_free(calls.list);
	sip_free(calls.sip);
	loop_free(calls.deps.loop);
	return 0;
}

static void fill(struct side *side, int i)
{
	struct sip_path path = sip_trunk_path(&trunks[i]);

	side_set_trunk(side, &trunks[i]);
	side->state = SIDE_UP;
	side->sip.dialog = dialog_new_uac(&path, "sip:me@h", "sip:you@h");
	side->sip.dialog->remote_tag = strdup("their-tag");
	side->sip.dialog->remote_cseq = 41 + i;
	side->sip.dialog->remote_cseq_known = true;
	side->sip.dialog->routes[side->sip.dialog->n_routes++] = strdup("<sip:r;lr>");
	sip_add_dialog(calls.sip, side->sip.dialog);
	addr_parse(&side->leg.local, AF_INET, "192.0.2.1");
	addr_set_port(&side->leg.local, 20000 + 2 * i);
	side->sip.local.addr = side->leg.local;
	side->sip.local.formats[0] = (struct sdp_format){ 8, PHONION_CODEC_PCMA };
	side->sip.local.n_formats = 1;
	side->sip.told = side->sip.local;
	side->sip.agreed[0] = side->sip.local.formats[0];
	side->sip.n_agreed = 1;
	side->wish = SDP_SENDONLY;
	side->sip.remote.n_media = 1;
	strcpy(side->sip.remote.media[0].type, "audio");
	strcpy(side->sip.remote.media[0].proto, "RTP/AVP");
	strcpy(side->sip.remote.media[0].format, "8");
	addr_parse(&side->sip.remote.remote, AF_INET, "192.0.2.99");
	addr_set_port(&side->sip.remote.remote, 4000);
}

static struct call *make(void)
{
	struct call *call = call_new(&calls, &ref, "c1");

	call->state = CALL_ANSWERED;
	call->answered_s = 1234567890;
	call->not_after_ns = 1;
	fill(&call->sides[SIDE_IN], 0);
	fill(&call->sides[SIDE_OUT], 1);
	return call;
}

static void same_side(const struct side *a, const struct side *b)
{
	assert_ptr_equal(a->trunk, b->trunk);
	assert_string_equal(a->sip.dialog->call_id, b->sip.dialog->call_id);
	assert_string_equal(a->sip.dialog->local_tag, b->sip.dialog->local_tag);
	assert_string_equal(a->sip.dialog->remote_tag, b->sip.dialog->remote_tag);
	assert_string_equal(a->sip.dialog->local_uri, b->sip.dialog->local_uri);
	assert_string_equal(a->sip.dialog->remote_uri, b->sip.dialog->remote_uri);
	assert_string_equal(a->sip.dialog->target, b->sip.dialog->target);
	assert_int_equal(b->sip.dialog->n_routes, 1);
	assert_string_equal(a->sip.dialog->routes[0], b->sip.dialog->routes[0]);
	assert_int_equal(a->sip.dialog->local_cseq, b->sip.dialog->local_cseq);
	assert_int_equal(a->sip.dialog->remote_cseq, b->sip.dialog->remote_cseq);
	assert_int_equal(a->sip.told.session, b->sip.told.session);
	assert_int_equal(a->sip.told.version, b->sip.told.version);
	assert_true(addr_same(&a->leg.local, &b->leg.local));
	assert_memory_equal(a->leg.uid, b->leg.uid, CALL_UID_SIZE);
	assert_true(addr_same(&a->sip.remote.remote, &b->sip.remote.remote));
	assert_int_equal(a->wish, b->wish);
	assert_int_equal(b->sip.n_agreed, 1);
	assert_int_equal(b->sip.agreed[0].codec, PHONION_CODEC_PCMA);
	assert_int_equal(b->state, SIDE_UP);
}

static void test_round_trip(void **state)
{
	struct call *call = make(), *back;
	json_t *json = state_encode(call);

	(void)state;
	assert_non_null(json);
	back = state_decode(&calls, json);
	assert_non_null(back);
	assert_int_equal(back->id, call->id);
	assert_string_equal(back->circuit, "c1");
	assert_int_equal(back->answered_s, call->answered_s);
	assert_int_equal(back->not_after_ns, 1);
	assert_int_equal(back->state, CALL_ANSWERED);
	same_side(&call->sides[0], &back->sides[0]);
	same_side(&call->sides[1], &back->sides[1]);
	json_decref(json);
}

/* One side is enough for a call that stands; none is not. */
static void test_half(void **state)
{
	struct call *call = make(), *half, *back;
	json_t *json;

	(void)state;
	call->timing = (struct hop_timing){ HOP_RAISE_WINDOW, HOP_KEEP_WINDOW, HOP_NEAR_RING, 300 };
	half = half_split(&call->sides[SIDE_OUT]);
	assert_non_null(half);
	json = state_encode(half);
	back = state_decode(&calls, json);
	assert_non_null(back);
	assert_true(half_is(back, SIDE_OUT));
	assert_int_equal(hop_timing_encode(&back->timing), hop_timing_encode(&call->timing));
	assert_int_equal(back->timing.spread_s, 300);
	same_side(&half->sides[SIDE_OUT], &back->sides[SIDE_OUT]);
	assert_int_equal(back->sides[SIDE_IN].state, SIDE_DOWN);
	json_array_set_new(json_object_get(json, "sides"), 1, json_null());
	assert_null(state_decode(&calls, json));
	json_decref(json);
}

/* Anything missing or of another kind makes the state unusable, not dangerous. */
static void spoil_one(json_t *root, json_t *object, const char *key)
{
	json_t *kept = json_incref(json_object_get(object, key));

	json_object_set_new(object, key, json_real(0.5));
	assert_null(state_decode(&calls, root));
	json_object_del(object, key);
	assert_null(state_decode(&calls, root));
	json_object_set_new(object, key, kept);
}

static void spoil(json_t *root, json_t *object)
{
	char *keys[32];
	const char *key;
	json_t *value;
	size_t i, n = 0;

	json_object_foreach(object, key, value)
		keys[n++] = strdup(key);
	for (i = 0; i < n; i++) {
		spoil_one(root, object, keys[i]);
		if (json_is_object(json_object_get(object, keys[i])))
			spoil(root, json_object_get(object, keys[i]));
		free(keys[i]);
	}
}

static void test_spoilt(void **state)
{
	json_t *json = state_encode(make());
	size_t before = calls.n;

	(void)state;
	spoil(json, json);
	spoil(json, json_array_get(json_object_get(json, "sides"), 1));
	assert_int_equal(calls.n, before);
	json_decref(json);
}

static void test_trunk_gone(void **state)
{
	json_t *json = state_encode(make());

	(void)state;
	conf.n_trunks = 1;
	assert_null(state_decode(&calls, json));
	conf.n_trunks = 2;
	json_decref(json);
}

/* A line has no dialog in which its peer could be put on hold. */
static void test_hold_at_line(void **state)
{
	struct conf_trunk line = { .name = (char *)"line", .kind = TRUNK_CAS };
	struct call *call = call_new(&calls, &ref, "c1");

	(void)state;
	call->state = CALL_ANSWERED;
	fill(&call->sides[SIDE_IN], 0);
	side_set_trunk(&call->sides[SIDE_OUT], &line);
	call->sides[SIDE_OUT].state = SIDE_UP;
	modify_pass_on(&call->sides[SIDE_IN]);
	assert_null(call->sides[SIDE_OUT].sip.invite);
	call_free(call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_half),
		cmocka_unit_test(test_spoilt),	     cmocka_unit_test(test_trunk_gone),
		cmocka_unit_test(test_hold_at_line),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
