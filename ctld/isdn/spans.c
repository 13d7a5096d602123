// SPDX-License-Identifier: GPL-2.0
/* The spans of the trunks of the kind "pri", and what the operator is told of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/pri.h"
#include "control/control.h"
#include "isdn/isdn.h"
#include "isdn/q850.h"
#include "isdn/spans.h"
#include "log/log.h"

#define RETRY_MS	   5000
#define REFUSED		   404
#define NORMAL_UNSPECIFIED 31

struct entry {
	struct entry *next;
	char *name;
	struct conf_pri conf;
	struct isdn_span *span; /* NULL: its D channel could not be opened */
	struct spans *spans;
	bool wanted, told;
};

struct spans {
	struct loop *loop;
	struct entry *list;
	struct loop_timer retry;
	const struct spans_ops *ops; /* NULL: nobody wants calls */
	void *arg;
};

static const char *state_name(const struct entry *entry)
{
	static const char *const names[] = {
		[ISDN_ALARM] = "alarm", [ISDN_DOWN] = "down", [ISDN_UP] = "up"
	};

	return entry->span ? names[isdn_span_state(entry->span)] : "absent";
}

static void open_absent(void *arg);

/* Calls that go out, go out with somebody who wants them. */
static void on_incoming(struct isdn_call *call, const struct isdn_setup *setup, void *arg)
{
	const struct entry *entry = arg;

	if (entry->spans->ops)
		entry->spans->ops->incoming(entry->name, call, setup, entry->spans->arg);
	else
		isdn_hangup(call, q850_of_status(REFUSED));
}

static void on_progress(struct isdn_call *call, bool inband, void *arg)
{
	const struct entry *entry = arg;

	entry->spans->ops->progress(call, inband, entry->spans->arg);
}

static void on_alerting(struct isdn_call *call, bool inband, void *arg)
{
	const struct entry *entry = arg;

	entry->spans->ops->alerting(call, inband, entry->spans->arg);
}

static void on_answered(struct isdn_call *call, void *arg)
{
	const struct entry *entry = arg;

	entry->spans->ops->answered(call, entry->spans->arg);
}

static void on_ended(struct isdn_call *call, int cause, void *arg)
{
	const struct entry *entry = arg;

	if (entry->spans->ops)
		entry->spans->ops->ended(call, cause, entry->spans->arg);
}

static void on_state(struct isdn_span *span, enum isdn_state state, void *arg)
{
	struct entry *entry = arg;

	(void)span;
	if (state == ISDN_ALARM)
		loop_timer_set(entry->spans->loop, &entry->spans->retry, RETRY_MS, open_absent,
			       entry->spans);
	log_info("trunk %s: the span is %s", entry->name, state_name(entry));
}

static const struct isdn_ops ops = {
	.incoming = on_incoming,
	.digits = on_incoming,
	.proceeding = on_progress,
	.progress = on_progress,
	.alerting = on_alerting,
	.answered = on_answered,
	.ended = on_ended,
	.state = on_state,
};

static int open_span(struct entry *entry)
{
	const struct conf_pri *pri = &entry->conf;
	struct isdn_span_conf conf = { .variant = pri->variant,
				       .network = pri->side,
				       .overlap = pri->overlap,
				       .restart = pri->restart,
				       .alaw = pri->line,
				       .channels = conf_pri_channels(pri),
				       .dchannel = conf_pri_slot(pri) };
	int fd, err = isdn_dchannel_open(pri->dchannel, &fd);

	return err ? err : isdn_span_new(&entry->span, entry->spans->loop, &conf, fd, &ops, entry);
}

/* Told once, and again when it was there meanwhile. */
static void open_absent(void *arg)
{
	struct spans *spans = arg;
	bool absent = false;

	for (struct entry *entry = spans->list; entry; entry = entry->next) {
		int err;

		if (entry->span && isdn_span_lost(entry->span)) {
			isdn_span_free(entry->span);
			entry->span = NULL;
		}
		err = entry->span ? 0 : open_span(entry);
		if (err && !entry->told)
			log_error("trunk %s: D channel %u: %s", entry->name, entry->conf.dchannel,
				  strerror(-err));
		entry->told = err;
		absent |= err;
	}
	if (absent)
		loop_timer_set(spans->loop, &spans->retry, RETRY_MS, open_absent, spans);
}

static void entry_free(struct entry *entry)
{
	isdn_span_free(entry->span);
	free(entry->name);
	free(entry);
}

static int entry_add(struct spans *spans, const struct conf_trunk *trunk)
{
	struct entry *entry = calloc(1, sizeof(*entry)), **at = &spans->list;

	if (!entry)
		return -ENOMEM;
	entry->name = strdup(trunk->name);
	if (!entry->name) {
		free(entry);
		return -ENOMEM;
	}
	entry->conf = trunk->pri;
	entry->spans = spans;
	entry->wanted = true;
	while (*at)
		at = &(*at)->next;
	*at = entry;
	return 0;
}

static bool same(const struct conf_pri *a, const struct conf_pri *b)
{
	return a->dchannel == b->dchannel && a->line == b->line && a->variant == b->variant &&
	       a->side == b->side && a->overlap == b->overlap && a->restart == b->restart;
}

static struct entry *find(const struct spans *spans, const struct conf_trunk *trunk)
{
	struct entry *entry = spans->list;

	while (entry && (strcmp(entry->name, trunk->name) || !same(&entry->conf, &trunk->pri)))
		entry = entry->next;
	return entry;
}

static void drop_unwanted(struct spans *spans)
{
	struct entry **at = &spans->list, *entry;

	while ((entry = *at)) {
		if (entry->wanted) {
			at = &entry->next;
			continue;
		}
		*at = entry->next;
		if (entry->span)
			isdn_span_clear(entry->span, NORMAL_UNSPECIFIED);
		entry_free(entry);
	}
}

int spans_configure(struct spans *spans, const struct conf *conf)
{
	struct entry *entry;
	int err = 0;

	for (entry = spans->list; entry; entry = entry->next)
		entry->wanted = false;
	for (size_t i = 0; i < conf->n_trunks && !err; i++) {
		if (conf->trunks[i].kind != TRUNK_PRI)
			continue;
		entry = find(spans, &conf->trunks[i]);
		if (entry)
			entry->wanted = true;
		else
			err = entry_add(spans, &conf->trunks[i]);
	}
	drop_unwanted(spans); /* before another may open the same D channel */
	open_absent(spans);
	return err;
}

static json_t *channels_json(const struct entry *entry)
{
	static const char *const names[] = { [ISDN_CHANNEL_IDLE] = "idle",
					     [ISDN_CHANNEL_BUSY] = "busy",
					     [ISDN_CHANNEL_RESTARTING] = "restarting",
					     [ISDN_CHANNEL_OUT] = "out" };
	json_t *list = json_array();

	for (unsigned int i = 1; entry->span && i <= conf_pri_channels(&entry->conf); i++) {
		enum isdn_channel_state state = isdn_channel_state(entry->span, i);

		if (state != ISDN_CHANNEL_NONE)
			json_array_append_new(
				list, json_pack("{s:i, s:i, s:s}", "slot", (int)i, "channel",
						(int)(conf_pri_first(&entry->conf) + i - 1),
						"state", names[state]));
	}
	return list;
}

static json_t *on_span_list(const json_t *args, const char **error, void *arg)
{
	const struct spans *spans = arg;
	json_t *list = json_array();

	(void)args;
	(void)error;
	for (const struct entry *entry = spans->list; entry; entry = entry->next) {
		const struct conf_pri *pri = &entry->conf;
		unsigned int usable = 0, busy = 0;

		if (entry->span)
			isdn_span_count(entry->span, &usable, &busy);
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:o}",
						"trunk", entry->name, "state", state_name(entry),
						"line", conf_pri_lines[pri->line], "switch",
						conf_pri_switches[pri->variant], "side",
						conf_pri_sides[pri->side], "dchannel",
						(int)pri->dchannel, "usable", (int)usable, "busy",
						(int)busy, "channels", channels_json(entry)));
	}
	return list;
}

int spans_new(struct spans **spans, struct loop *loop, struct control *control,
	      const struct conf *conf)
{
	struct spans *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->loop = loop;
	err = spans_configure(new, conf);
	if (!err && control)
		err = control_command(control, "span.list", on_span_list, new);
	if (err)
		spans_free(new);
	else
		*spans = new;
	return err;
}

void spans_use(struct spans *spans, const struct spans_ops *new_ops, void *arg)
{
	spans->ops = new_ops;
	spans->arg = arg;
}

struct isdn_span *spans_find(const struct spans *spans, const char *trunk)
{
	const struct entry *entry = spans->list;

	while (entry && strcmp(entry->name, trunk))
		entry = entry->next;
	return entry ? entry->span : NULL;
}

void spans_free(struct spans *spans)
{
	struct entry *entry;

	if (!spans)
		return;
	loop_timer_del(&spans->retry);
	while ((entry = spans->list)) {
		spans->list = entry->next;
		entry_free(entry);
	}
	free(spans);
}
