// SPDX-License-Identifier: GPL-2.0
/* Which circuit a dialled number is the ingress of, and may it be used now? */
#include <stdio.h>
#include <string.h>

#include "book/book.h"
#include "call/circuit.h"
#include "call/half.h"
#include "crypto/base64url.h"
#include "log/log.h"
#include "loop/clock.h"

unsigned int circuit_calls(const struct calls *calls, const char *circuit)
{
	const struct call *call;
	unsigned int n = 0;

	for (call = calls->list; call; call = call->next)
		n += call->state != CALL_ENDED && side_present(&call->sides[SIDE_IN]) &&
		     !strcmp(call->circuit, circuit);
	return n;
}

static bool side_uses(const struct side *side, const char *trunk)
{
	return side->trunk && !strcmp(side->trunk->name, trunk);
}

unsigned int trunk_calls(const struct calls *calls, const char *trunk)
{
	const struct call *call;
	unsigned int n = 0;

	for (call = calls->list; call; call = call->next)
		if (call->state != CALL_ENDED && call->state != CALL_DIALLING)
			n += side_uses(&call->sides[SIDE_IN], trunk) +
			     side_uses(&call->sides[SIDE_OUT], trunk);
	return n;
}

static bool trunk_full(const struct calls *calls, const struct conf_trunk *trunk)
{
	return trunk->max_calls && trunk_calls(calls, trunk->name) >= trunk->max_calls;
}

/* [not-before, not-after); the kernel enforces the same on the legs. */
static enum cause check_window(const struct circuit *circuit)
{
	uint64_t now = clock_realtime_ns();

	if (circuit->not_before_ns && now < circuit->not_before_ns)
		return CAUSE_NOT_OPEN;
	if (circuit->not_after_ns && now >= circuit->not_after_ns)
		return CAUSE_CLOSED;
	return CAUSE_NORMAL;
}

static void from_conf(struct circuit *circuit, const struct conf_circuit *conf)
{
	*circuit = (struct circuit){
		.out = conf->out,
		.not_before_ns = conf->not_before_ns,
		.not_after_ns = conf->not_after_ns,
		.max_calls = conf->max_calls,
	};
	snprintf(circuit->name, sizeof(circuit->name), "%s", conf->name);
	snprintf(circuit->next, sizeof(circuit->next), "%s", conf->next);
}

/* No circuit of the configuration may have a # in its name. */
const char *circuit_shown(const char *name)
{
	return *name == '#' ? log_secret(name + 1) : name;
}

/* A reservation is for one caller at a time. */
static void from_book(struct circuit *circuit, const struct book_hop *hop)
{
	char id[RESERVATION_ID_CHARS + 1];

	base64url_encode(id, hop->reservation, sizeof(hop->reservation));
	*circuit = (struct circuit){
		.out = hop->out,
		.not_before_ns = hop->hop.not_before * NS_PER_S,
		.not_after_ns = hop->hop.not_after * NS_PER_S,
		.max_calls = 1,
	};
	snprintf(circuit->name, sizeof(circuit->name), "#%s", id);
	snprintf(circuit->next, sizeof(circuit->next), "%s", hop->hop.next);
	snprintf(circuit->postd, sizeof(circuit->postd), "%s", hop->hop.postd);
	circuit->timing = hop->hop.timing;
}

/* Which reservation it is will be told by a code: till then it is nobody's. */
static void from_shared(struct circuit *circuit)
{
	*circuit = (struct circuit){ .name = "-", .ask_code = true };
}

static enum cause find_reserved(const struct calls *calls, const struct conf_trunk *trunk,
				const char *number, struct circuit *circuit)
{
	enum cause cause = CAUSE_NO_CIRCUIT;
	struct book_hop hop;

	switch (book_find(calls->deps.book, trunk, number, clock_realtime_ns(), &hop)) {
	case BOOK_OPEN:
		from_book(circuit, &hop);
		cause = CAUSE_NORMAL;
		break;
	case BOOK_CODE:
		from_shared(circuit);
		return CAUSE_NORMAL;
	case BOOK_UNKNOWN:
		return cause;
	}
	explicit_bzero(&hop, sizeof(hop));
	return cause;
}

static enum cause find(const struct calls *calls, const struct conf_trunk *trunk,
		       const char *number, struct circuit *circuit)
{
	const struct conf_circuit *conf = conf_circuit_find(calls->conf->conf, trunk, number);

	if (conf)
		from_conf(circuit, conf);
	else if (!calls->deps.book)
		return CAUSE_NO_CIRCUIT;
	else
		return find_reserved(calls, trunk, number, circuit);
	return CAUSE_NORMAL;
}

static enum cause check_way(const struct calls *calls, const struct circuit *circuit)
{
	if (trunk_full(calls, circuit->out))
		return CAUSE_TRUNK_FULL;
	if (!conf_number_allowed(circuit->out, circuit->next)) {
		log_warn("circuit %s: trunk %s must not dial %s", circuit_shown(circuit->name),
			 circuit->out->name, log_number(circuit->next));
		return CAUSE_NUMBER_DENIED;
	}
	return CAUSE_NORMAL;
}

static enum cause check(const struct calls *calls, const struct circuit *circuit)
{
	enum cause cause = check_window(circuit);

	if (cause)
		return cause;
	if (circuit->max_calls && circuit_calls(calls, circuit->name) >= circuit->max_calls)
		return CAUSE_CIRCUIT_FULL;
	return check_way(calls, circuit);
}

enum cause circuit_select(const struct calls *calls, const struct conf_trunk *trunk,
			  const char *number, struct circuit *circuit)
{
	enum cause cause = find(calls, trunk, number, circuit);

	if (!cause && trunk_full(calls, trunk))
		cause = CAUSE_TRUNK_FULL;
	return cause || circuit->ask_code ? cause : check(calls, circuit);
}

enum cause circuit_by_code(const struct calls *calls, const struct conf_trunk *trunk,
			   const char *number, const char *code, struct circuit *circuit)
{
	struct book_hop hop;

	if (book_match(calls->deps.book, trunk, number, code, clock_realtime_ns(), &hop))
		return CAUSE_CODE_WRONG;
	from_book(circuit, &hop);
	explicit_bzero(&hop, sizeof(hop));
	return check(calls, circuit);
}

struct by_name {
	const char *name;
	struct circuit *circuit;
	bool found;
};

static void on_named(const struct book_hop *hop, void *arg)
{
	struct by_name *by_name = arg;
	struct circuit circuit;

	from_book(&circuit, hop);
	if (!by_name->found && !strcmp(circuit.name, by_name->name)) {
		*by_name->circuit = circuit;
		by_name->found = true;
	}
	explicit_bzero(&circuit, sizeof(circuit));
}

static bool find_named(const struct calls *calls, const char *name, struct circuit *circuit)
{
	struct by_name by_name = { name, circuit, false };

	if (calls->deps.book)
		book_each(calls->deps.book, clock_realtime_ns(), on_named, &by_name);
	return by_name.found;
}

enum cause circuit_by_name(const struct calls *calls, const char *name, struct circuit *circuit)
{
	return find_named(calls, name, circuit) ? check_way(calls, circuit) : CAUSE_CLOSED;
}

bool circuit_open(const struct calls *calls, const char *name)
{
	struct circuit circuit;
	bool found = find_named(calls, name, &circuit);

	explicit_bzero(&circuit, sizeof(circuit));
	return found;
}

struct standing_fn {
	void (*fn)(const struct circuit *circuit, void *arg);
	void *arg;
};

static void on_standing(const struct book_hop *hop, void *arg)
{
	const struct standing_fn *each = arg;
	struct circuit circuit;

	if (hop->hop.timing.raise != HOP_RAISE_WINDOW && hop->hop.timing.keep == HOP_KEEP_CALL)
		return;
	from_book(&circuit, hop);
	each->fn(&circuit, each->arg);
	explicit_bzero(&circuit, sizeof(circuit));
}

void circuit_each_standing(const struct calls *calls,
			   void (*fn)(const struct circuit *circuit, void *arg), void *arg)
{
	struct standing_fn each = { fn, arg };

	if (calls->deps.book)
		book_each(calls->deps.book, clock_realtime_ns(), on_standing, &each);
}
