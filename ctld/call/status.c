// SPDX-License-Identifier: GPL-2.0
/*
 * What the control socket can ask about calls. Whoever may use the socket
 * still need not learn who calls: numbers are redacted here as in the log.
 */
#include <time.h>

#include "call/circuit.h"
#include "call/status.h"
#include "control/control.h"
#include "log/log.h"

static const char *state_name(const struct call *call)
{
	static const char *const names[] = {
		[CALL_SETUP] = "setup",	      [CALL_CODE] = "code",
		[CALL_DIALLING] = "dialling", [CALL_RINGING] = "ringing",
		[CALL_STANDING] = "standing", [CALL_ANSWERED] = "answered",
		[CALL_ENDED] = "ended",
	};

	return names[call->state];
}

static json_t *side_json(const struct side *side)
{
	return json_pack("{s:s, s:I, s:s}", "trunk", side->trunk ? side->trunk->name : "", "leg",
			 (json_int_t)side->leg.id, "direction", side->id == SIDE_IN ? "in" : "out");
}

static json_int_t duration_s(const struct call *call)
{
	struct timespec now;

	if (!call->answered_s)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec - (time_t)call->answered_s;
}

static json_t *on_call_list(const json_t *args, const char **error, void *arg)
{
	const struct calls *calls = arg;
	const struct call *call;
	json_t *list = json_array();

	(void)args;
	(void)error;
	for (call = calls->list; call; call = call->next) {
		if (call->state == CALL_ENDED)
			continue;
		json_array_append_new(
			list, json_pack("{s:I, s:s, s:s, s:I, s:[o,o]}", "id", (json_int_t)call->id,
					"circuit", circuit_shown(call->circuit), "state",
					state_name(call), "duration_s", duration_s(call), "legs",
					side_json(&call->sides[SIDE_IN]),
					side_json(&call->sides[SIDE_OUT])));
	}
	return list;
}

static json_t *on_call_hangup(const json_t *args, const char **error, void *arg)
{
	const json_t *id = json_object_get(args, "id");
	struct call *call;

	if (!json_is_integer(id)) {
		*error = "call.hangup needs \"id\", a number as call.list shows it";
		return NULL;
	}
	call = calls_find(arg, json_integer_value(id));
	if (!call) {
		*error = "there is no call with this id";
		return NULL;
	}
	call_end(call, CAUSE_OPERATOR);
	return json_true();
}

static json_t *window_edge(uint64_t ns)
{
	return ns ? json_integer(ns / 1000000000ULL) : json_null();
}

static json_t *on_circuit_list(const json_t *args, const char **error, void *arg)
{
	const struct calls *calls = arg;
	const struct conf *conf = calls->conf->conf;
	json_t *list = json_array();
	size_t i;

	(void)args;
	(void)error;
	for (i = 0; i < conf->n_circuits; i++) {
		const struct conf_circuit *circuit = &conf->circuits[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:i}", "name",
						circuit->name, "trunk_in", circuit->in->name,
						"ingress", log_number(circuit->ingress),
						"trunk_out", circuit->out->name, "not_before",
						window_edge(circuit->not_before_ns), "not_after",
						window_edge(circuit->not_after_ns), "calls",
						(int)circuit_calls(calls, circuit->name)));
	}
	return list;
}

static json_t *causes_json(const struct calls *calls)
{
	json_t *causes = json_object();
	enum cause cause;

	for (cause = 0; cause < CAUSE_COUNT; cause++)
		json_object_set_new(causes, cause_name(cause), json_integer(calls->ended[cause]));
	return causes;
}

static json_t *sip_json(const struct calls *calls)
{
	const struct sip_stats *stats = sip_stats(calls->sip);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "received",
			 (json_int_t)stats->received, "refused", (json_int_t)stats->refused,
			 "drop_source", (json_int_t)stats->drop_source, "drop_malformed",
			 (json_int_t)stats->drop_malformed, "drop_unmatched",
			 (json_int_t)stats->drop_unmatched, "drop_overload",
			 (json_int_t)stats->drop_overload, "transactions",
			 (json_int_t)sip_transactions(calls->sip));
}

static json_int_t active_calls(const struct calls *calls)
{
	const struct call *call;
	json_int_t n = 0;

	for (call = calls->list; call; call = call->next)
		n += call->state != CALL_ENDED;
	return n;
}

static json_t *on_status(const json_t *args, const char **error, void *arg)
{
	const struct calls *calls = arg;
	const struct conf *conf = calls->conf->conf;

	(void)args;
	(void)error;
	return json_pack("{s:I, s:I, s:I, s:I, s:o, s:o, s:s, s:i, s:i}", "uptime_s",
			 (json_int_t)((loop_now(calls->deps.loop) - calls->started_ms) / 1000),
			 "calls", active_calls(calls), "calls_total", (json_int_t)calls->total,
			 "calls_answered", (json_int_t)calls->answered, "ended", causes_json(calls),
			 "sip", sip_json(calls), "data_plane", calls_ops(calls)->name,
			 "rtp_port_min", (int)conf->rtp_port_min, "rtp_port_max",
			 (int)conf->rtp_port_max);
}

int status_register(struct calls *calls)
{
	struct control *control = calls->deps.control;
	int err = control_command(control, "call.list", on_call_list, calls);

	if (!err)
		err = control_command(control, "call.hangup", on_call_hangup, calls);
	if (!err)
		err = control_command(control, "circuit.list", on_circuit_list, calls);
	return err ? err : control_command(control, "status", on_status, calls);
}
