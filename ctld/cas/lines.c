// SPDX-License-Identifier: GPL-2.0
/* The lines of the trunks of the kind "cas", and what the operator is told of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cas/cas.h"
#include "cas/lines.h"
#include "conf/cas.h"
#include "control/control.h"
#include "dahdi/channel.h"
#include "fdstore/fdstore.h"
#include "isdn/q850.h"
#include "log/log.h"

#define RETRY_MS 5000
#define REFUSED	 503 /* nobody serves calls yet */

struct entry {
	struct entry *next;
	char *trunk;
	unsigned int channel;
	struct cas_line_conf conf;
	struct cas_line *line; /* NULL: its channel could not be opened */
	int held;	       /* the channel, from a daemon before; -1: it is not */
	struct lines *lines;
	bool wanted, told;
};

struct lines {
	struct loop *loop;
	struct fdstore *store;
	const struct lines_ops *ops; /* NULL: nobody serves calls, and there are none */
	void *arg;
	struct entry *list; /* by channel */
	struct loop_timer retry;
};

static const char *state_name(const struct entry *entry)
{
	static const char *const names[] = { [CAS_ALARM] = "alarm",
					     [CAS_IDLE] = "idle",
					     [CAS_BUSY] = "busy",
					     [CAS_CLEARING] = "clearing",
					     [CAS_BLOCKED] = "blocked" };

	return entry->line ? names[cas_line_state(entry->line)] : "absent";
}

static void open_absent(void *arg);

static void refuse(struct cas_call *call)
{
	cas_hangup(call, q850_of_status(REFUSED));
}

static int on_offered(struct cas_call *call, const struct cas_setup *setup, void *arg)
{
	const struct entry *entry = arg;

	(void)call;
	if (!entry->lines->ops)
		return q850_of_status(REFUSED);
	return entry->lines->ops->offered(entry->trunk, setup, entry->lines->arg);
}

static void on_incoming(struct cas_call *call, const struct cas_setup *setup, void *arg)
{
	const struct entry *entry = arg;

	if (entry->lines->ops)
		entry->lines->ops->incoming(entry->trunk, call, setup, entry->lines->arg);
	else
		refuse(call);
}

static void on_digits(struct cas_call *call, const struct cas_setup *setup, void *arg)
{
	const struct lines *lines = ((const struct entry *)arg)->lines;

	lines->ops->digits(call, setup, lines->arg);
}

static void on_dialled(struct cas_call *call, void *arg)
{
	const struct lines *lines = ((const struct entry *)arg)->lines;

	lines->ops->dialled(call, lines->arg);
}

static void on_alerting(struct cas_call *call, void *arg)
{
	const struct lines *lines = ((const struct entry *)arg)->lines;

	lines->ops->alerting(call, lines->arg);
}

static void on_answered(struct cas_call *call, void *arg)
{
	const struct lines *lines = ((const struct entry *)arg)->lines;

	lines->ops->answered(call, lines->arg);
}

/* It is counted; nobody knows what a relay were to do. */
static void on_flash(struct cas_call *call, void *arg)
{
	(void)call;
	(void)arg;
}

static void on_pulse(struct cas_call *call, char digit, void *arg)
{
	const struct lines *lines = ((const struct entry *)arg)->lines;

	lines->ops->pulse(call, digit, lines->arg);
}

static void on_ended(struct cas_call *call, int cause, void *arg)
{
	const struct lines *lines = ((const struct entry *)arg)->lines;

	lines->ops->ended(call, cause, lines->arg);
}

static void on_alarm(struct cas_line *line, bool alarm, void *arg)
{
	struct entry *entry = arg;
	struct lines *lines = entry->lines;

	if (cas_line_lost(line))
		loop_timer_set(lines->loop, &lines->retry, RETRY_MS, open_absent, lines);
	log_info("trunk %s: channel %u: alarm %s", entry->trunk, entry->channel,
		 alarm ? "begins" : "is over");
}

static void name_of(const struct entry *entry, char name[FDSTORE_NAME_SIZE])
{
	snprintf(name, FDSTORE_NAME_SIZE, "line-%u", entry->channel);
}

static void keep(const struct entry *entry)
{
	char name[FDSTORE_NAME_SIZE];
	int err;

	name_of(entry, name);
	err = fdstore_keep(name, cas_line_fd(entry->line));
	if (err && err != -ENOTSUP)
		log_warn("trunk %s: channel %u: its call would not outlive the daemon: %s",
			 entry->trunk, entry->channel, strerror(-err));
}

static void let_go(const struct entry *entry)
{
	char name[FDSTORE_NAME_SIZE];

	name_of(entry, name);
	fdstore_forget(name);
}

/* Only then: nobody may keep off hook what has no call that goes on. */
static void on_active(struct cas_line *line, bool active, void *arg)
{
	(void)line;
	if (active)
		keep(arg);
	else
		let_go(arg);
}

static const struct cas_ops ops = { .offered = on_offered,
				    .incoming = on_incoming,
				    .digits = on_digits,
				    .dialled = on_dialled,
				    .alerting = on_alerting,
				    .answered = on_answered,
				    .flash = on_flash,
				    .pulse = on_pulse,
				    .ended = on_ended,
				    .alarm = on_alarm,
				    .active = on_active };

static int open_line(struct entry *entry)
{
	int fd, err = cas_channel_open(entry->channel, entry->conf.signalling, &fd);

	return err ? err
		   : cas_line_new(&entry->line, entry->lines->loop, &entry->conf, fd, &ops, entry);
}

static const char *why(int err)
{
	return err == -EPROTOTYPE ? "DAHDI has it configured for another signalling"
				  : strerror(-err);
}

/* Told once, and again when it was there meanwhile. */
static void open_absent(void *arg)
{
	struct lines *lines = arg;
	bool absent = false;

	for (struct entry *entry = lines->list; entry; entry = entry->next) {
		int err;

		if (entry->line && cas_line_lost(entry->line)) {
			cas_line_free(entry->line);
			entry->line = NULL;
		}
		err = entry->line || entry->held >= 0 ? 0 : open_line(entry);
		if (err && !entry->told)
			log_error("trunk %s: channel %u: %s", entry->trunk, entry->channel,
				  why(err));
		entry->told = err;
		absent |= err;
	}
	if (absent)
		loop_timer_set(lines->loop, &lines->retry, RETRY_MS, open_absent, lines);
}

static void take_held(struct entry *entry)
{
	char name[FDSTORE_NAME_SIZE];
	int err;

	name_of(entry, name);
	entry->held = fdstore_take(entry->lines->store, name);
	if (entry->held < 0)
		return;
	err = cas_channel_check(entry->held, entry->channel, entry->conf.signalling);
	if (!err)
		return;
	log_error("trunk %s: channel %u: what was held of it is another's, and is closed: %s",
		  entry->trunk, entry->channel, strerror(-err));
	let_go(entry);
	close(entry->held);
	entry->held = -1;
}

static void entry_free(struct entry *entry)
{
	cas_line_free(entry->line);
	if (entry->held >= 0)
		close(entry->held);
	free(entry->trunk);
	free(entry);
}

static struct cas_line_conf conf_of(const struct conf_trunk *trunk)
{
	const struct conf_cas *cas = &trunk->cas;
	struct cas_line_conf conf = { .signalling = cas->signalling,
				      .supervision = cas->supervision,
				      .pulse = cas->pulse,
				      .first_digit_ms = cas->first_digit_ms,
				      .interdigit_ms = cas->interdigit_ms,
				      .dial_delay_ms = cas->dial_delay_ms,
				      .r2_variant = cas->r2_variant,
				      .max_dnis = cas->max_dnis,
				      .max_ani = cas->max_ani };

	snprintf(conf.plus, sizeof(conf.plus), "%s", cas->plus ? cas->plus : "");
	snprintf(conf.number, sizeof(conf.number), "%s", trunk->number ? trunk->number : "");
	return conf;
}

static bool same(const struct cas_line_conf *a, const struct cas_line_conf *b)
{
	return a->signalling == b->signalling && a->supervision == b->supervision &&
	       a->pulse == b->pulse && a->first_digit_ms == b->first_digit_ms &&
	       a->interdigit_ms == b->interdigit_ms && a->dial_delay_ms == b->dial_delay_ms &&
	       a->r2_variant == b->r2_variant && a->max_dnis == b->max_dnis &&
	       a->max_ani == b->max_ani && !strcmp(a->plus, b->plus) &&
	       !strcmp(a->number, b->number);
}

static struct entry *find(struct lines *lines, const struct conf_trunk *trunk, unsigned int channel)
{
	struct cas_line_conf conf = conf_of(trunk);
	struct entry *entry = lines->list;

	while (entry && (entry->channel != channel || strcmp(entry->trunk, trunk->name) ||
			 !same(&entry->conf, &conf)))
		entry = entry->next;
	return entry;
}

static int entry_add(struct lines *lines, const struct conf_trunk *trunk, unsigned int channel)
{
	struct entry *entry = calloc(1, sizeof(*entry)), **at = &lines->list;

	if (!entry)
		return -ENOMEM;
	entry->trunk = strdup(trunk->name);
	if (!entry->trunk) {
		free(entry);
		return -ENOMEM;
	}
	entry->channel = channel;
	entry->conf = conf_of(trunk);
	entry->lines = lines;
	take_held(entry);
	entry->wanted = true;
	while (*at && (*at)->channel < channel)
		at = &(*at)->next;
	entry->next = *at;
	*at = entry;
	return 0;
}

static void drop_unwanted(struct lines *lines)
{
	struct entry **at = &lines->list, *entry;

	while ((entry = *at)) {
		if (entry->wanted) {
			at = &entry->next;
			continue;
		}
		*at = entry->next;
		if (entry->line)
			cas_line_drop(entry->line);
		entry_free(entry);
	}
}

static int want(struct lines *lines, const struct conf_trunk *trunk)
{
	int err = 0;

	for (size_t i = 0; i < trunk->cas.n_channels && !err; i++) {
		struct entry *entry = find(lines, trunk, trunk->cas.channels[i]);

		if (entry)
			entry->wanted = true;
		else
			err = entry_add(lines, trunk, trunk->cas.channels[i]);
	}
	return err;
}

int lines_configure(struct lines *lines, const struct conf *conf)
{
	int err = 0;

	for (struct entry *entry = lines->list; entry; entry = entry->next)
		entry->wanted = false;
	for (size_t i = 0; i < conf->n_trunks && !err; i++)
		if (conf->trunks[i].kind == TRUNK_CAS)
			err = want(lines, &conf->trunks[i]);
	drop_unwanted(lines); /* before another may open the same channel */
	open_absent(lines);
	return err;
}

void lines_use(struct lines *lines, const struct lines_ops *ops, void *arg)
{
	lines->ops = ops;
	lines->arg = arg;
}

int lines_adopt(struct lines *lines, const char *trunk, unsigned int channel, void *owner,
		struct cas_call **call)
{
	struct entry *entry = lines->list;
	int err;

	while (entry && (entry->channel != channel || strcmp(entry->trunk, trunk)))
		entry = entry->next;
	if (!entry)
		return -ENOENT;
	if (entry->held < 0)
		return -ENODATA;
	err = cas_line_adopt(&entry->line, lines->loop, &entry->conf, entry->held, &ops, entry,
			     owner, call);
	if (err)
		let_go(entry);
	entry->held = -1;
	return err;
}

/* It goes on hook by what is at hand, whatever the manager does with its copy. */
static int begin_anew(struct entry *entry)
{
	const struct dahdi_channel channel = { .number = entry->channel, .fd = entry->held };
	int fd = entry->held;

	log_warn("trunk %s: channel %u: was held, and has no call: it is hung up", entry->trunk,
		 entry->channel);
	let_go(entry);
	dahdi_channel_part(&channel);
	entry->held = -1;
	return cas_line_new(&entry->line, entry->lines->loop, &entry->conf, fd, &ops, entry);
}

void lines_settle(struct lines *lines)
{
	for (struct entry *entry = lines->list; entry; entry = entry->next)
		if (entry->held >= 0 && begin_anew(entry))
			log_error("trunk %s: channel %u: is lost", entry->trunk, entry->channel);
	open_absent(lines);
}

struct cas_line *lines_hunt(const struct lines *lines, const char *trunk)
{
	struct cas_line *found = NULL;

	for (const struct entry *entry = lines->list; entry; entry = entry->next) {
		if (strcmp(entry->trunk, trunk) || !entry->line ||
		    cas_line_state(entry->line) != CAS_IDLE)
			continue;
		found = entry->line;
		if (entry->conf.signalling > CAS_FXO_KS)
			break;
	}
	return found;
}

static json_t *ended_json(const struct cas_counters *counters)
{
	json_t *ended = json_object();
	char cause[12];

	for (int i = 0; i <= Q850_MAX; i++) {
		if (!counters->ended[i])
			continue;
		snprintf(cause, sizeof(cause), "%d", i);
		json_object_set_new(ended, cause, json_integer(counters->ended[i]));
	}
	return ended;
}

static json_t *faults_json(const struct cas_counters *counters)
{
	static const char *const names[] = { [CAS_FAULT_BITS] = "bits",
					     [CAS_FAULT_TONE] = "tone",
					     [CAS_FAULT_TIMEOUT] = "timeout",
					     [CAS_FAULT_INTERNAL] = "internal" };
	json_t *faults = json_object();

	for (int i = 0; i < CAS_FAULTS; i++)
		if (counters->faults[i])
			json_object_set_new(faults, names[i], json_integer(counters->faults[i]));
	return faults;
}

static json_t *line_json(const struct entry *entry)
{
	static const struct cas_counters none;
	const struct cas_counters *c = entry->line ? cas_line_counters(entry->line) : &none;
	const char *law = entry->line && cas_line_alaw(entry->line) ? "alaw" : "ulaw";

	return json_pack("{s:s, s:i, s:s, s:s, s:s?, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
			 "trunk", entry->trunk, "channel", (int)entry->channel, "signalling",
			 conf_cas_signallings[entry->conf.signalling], "state", state_name(entry),
			 "law", entry->line ? law : NULL, "incoming", (json_int_t)c->incoming,
			 "outgoing", (json_int_t)c->outgoing, "answered", (json_int_t)c->answered,
			 "glare", (json_int_t)c->glare, "flashes", (json_int_t)c->flash, "alarms",
			 (json_int_t)c->alarms, "ignored", (json_int_t)c->ignored, "ended",
			 ended_json(c), "faults", faults_json(c));
}

static json_t *on_line_list(const json_t *args, const char **error, void *arg)
{
	const struct lines *lines = arg;
	json_t *list = json_array();

	(void)args;
	(void)error;
	for (const struct entry *entry = lines->list; entry; entry = entry->next)
		json_array_append_new(list, line_json(entry));
	return list;
}

int lines_new(struct lines **lines, struct loop *loop, struct control *control,
	      struct fdstore *store, const struct conf *conf)
{
	struct lines *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->loop = loop;
	new->store = store;
	err = lines_configure(new, conf);
	if (!err && control)
		err = control_command(control, "line.list", on_line_list, new);
	if (err)
		lines_free(new);
	else
		*lines = new;
	return err;
}

void lines_free(struct lines *lines)
{
	struct entry *entry;

	if (!lines)
		return;
	loop_timer_del(&lines->retry);
	while ((entry = lines->list)) {
		lines->list = entry->next;
		entry_free(entry);
	}
	free(lines);
}
