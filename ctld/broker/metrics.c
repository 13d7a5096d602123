// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "broker/broker.h"
#include "broker/reply.h"

static void counter(FILE *out, const char *name, const char *help, uint64_t value)
{
	fprintf(out, "# HELP phonion_broker_%s %s\n# TYPE phonion_broker_%s counter\n", name, help,
		name);
	fprintf(out, "phonion_broker_%s %" PRIu64 "\n", name, value);
}

static void gauge(FILE *out, const char *name, const char *help, uint64_t value)
{
	fprintf(out, "# HELP phonion_broker_%s %s\n# TYPE phonion_broker_%s gauge\n", name, help,
		name);
	fprintf(out, "phonion_broker_%s %" PRIu64 "\n", name, value);
}

static void answers(FILE *out, const struct metrics *metrics)
{
	fprintf(out, "# HELP phonion_broker_answers_total Answers by status.\n"
		     "# TYPE phonion_broker_answers_total counter\n");
	for (unsigned int i = 0; i < METRICS_STATUSES; i++)
		if (metrics->answers[i])
			fprintf(out, "phonion_broker_answers_total{status=\"%u\"} %" PRIu64 "\n", i,
				metrics->answers[i]);
}

static void write_all(FILE *out, const struct broker *broker)
{
	const struct metrics *metrics = &broker->metrics;

	answers(out, metrics);
	gauge(out, "connections", "Connections that are open.",
	      http_server_connections(broker->server));
	counter(out, "connections_refused_total", "Connections beyond a limit.",
		metrics->connections_refused);
	gauge(out, "relays", "Relays in the directory.", catalog_relays(broker->catalog));
	counter(out, "directories_signed_total", "Directories signed.",
		catalog_signed(broker->catalog));
	counter(out, "tokens_issued_total", "Tokens issued.", metrics->tokens_issued);
	counter(out, "tokens_spent_total", "Tokens spent.", metrics->tokens_spent);
	counter(out, "reservations_total", "Reservations made.", metrics->reservations);
	counter(out, "cancellations_total", "Reservations cancelled.", metrics->cancellations);
	counter(out, "receipts_total", "Receipts taken.", metrics->receipts);
	counter(out, "items_collected_total", "Items given to relays.", metrics->items_collected);
}

/* Where this machine's clients are held to no limits, they are an onion service's: anybody. */
static bool may_see(const struct broker *broker, const struct http_exchange *exchange)
{
	const struct broker_conf *conf = broker->conf;

	return conf->metrics == METRICS_EVERYBODY ||
	       (conf->metrics == METRICS_LOOPBACK && conf->limits.loopback &&
		limits_is_loopback(exchange->client));
}

void metrics_serve(struct broker *broker, struct http_exchange *exchange, const char *name)
{
	struct http_answer *answer = &exchange->answer;
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	(void)name;
	if (!may_see(broker, exchange)) {
		reply_problem(exchange, PROBLEM_NOT_FOUND, "look at the path");
		return;
	}
	out = open_memstream(&text, &len);
	if (!out)
		return;
	write_all(out, broker);
	fclose(out);
	*answer = (struct http_answer){
		.status = 200,
		.type = "text/plain; version=0.0.4",
		.body = text,
		.len = len,
		.release = free,
		.release_arg = text,
	};
}
