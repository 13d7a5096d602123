// SPDX-License-Identifier: GPL-2.0
/*
 * A relay's book without its telephony: what phonion-ctld does of brokers, for
 * tests that need no kernel module. Prints its state when it changes, a line
 * of JSON each; answers "find TRUNK NUMBER" and "match TRUNK NUMBER CODE" from
 * standard input. Ends at its end.
 */
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "book/book.h"
#include "crypto/base64url.h"
#include "loop/loop.h"

#define LOOK_MS 20

struct run {
	struct loop *loop;
	struct conf *conf;
	struct book *book;
	struct loop_timer timer;
	char last[4096];
	char input[1024];
	size_t n_input;
};

static json_t *brokers(const struct book *book)
{
	struct book_broker_status status;
	json_t *list = json_array();

	for (size_t i = 0; book_broker_status(book, i, &status); i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:b, s:b, s:b, s:s}", "name", status.name,
						"announced", status.announced_s != 0, "collected",
						status.collected_s != 0, "failing", status.failing,
						"error", status.error));
	return list;
}

static void look(void *arg)
{
	struct run *run = arg;
	struct book_status status;
	json_t *refused = json_object(), *root;
	char *text;

	book_status(run->book, &status);
	for (enum book_refusal i = 0; i < BOOK_REFUSALS; i++)
		json_object_set_new(refused, book_refusal_name(i), json_integer(status.refused[i]));
	root = json_pack("{s:i, s:i, s:i, s:I, s:o, s:o}", "reservations", status.reservations,
			 "open", status.open, "receipts", status.receipts_waiting, "accepted",
			 (json_int_t)status.accepted, "refused", refused, "brokers",
			 brokers(run->book));
	text = json_dumps(root, JSON_COMPACT);
	if (strcmp(text, run->last)) {
		snprintf(run->last, sizeof(run->last), "%s", text);
		puts(text);
	}
	free(text);
	json_decref(root);
	loop_timer_set(run->loop, &run->timer, LOOK_MS, look, run);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void say(const struct book_hop *hop, const char *answer)
{
	char id[RESERVATION_ID_CHARS + 1] = "";

	if (!strcmp(answer, "open"))
		base64url_encode(id, hop->reservation, sizeof(hop->reservation));
	printf("{\"answer\":\"%s\",\"id\":\"%s\",\"next\":\"%s\",\"postd\":\"%s\"}\n", answer, id,
	       *id ? hop->hop.next : "", *id ? hop->hop.postd : "");
}

static void command(struct run *run, char *line)
{
	static const char *const answers[] = { "unknown", "open", "code" };
	char trunk[64], number[64], code[64];
	struct book_hop hop;
	int n = sscanf(line, "%*s %63s %63s %63s", trunk, number, code);
	const struct conf_trunk *conf = n > 1 ? conf_trunk_find(run->conf, trunk) : NULL;

	if (!conf)
		say(&hop, "no such trunk");
	else if (n == 2)
		say(&hop, answers[book_find(run->book, conf, number, now_ns(), &hop)]);
	else
		say(&hop,
		    book_match(run->book, conf, number, code, now_ns(), &hop) ? "wrong" : "open");
}

static void on_input(int fd, short revents, void *arg)
{
	struct run *run = arg;
	ssize_t n = read(fd, run->input + run->n_input, sizeof(run->input) - 1 - run->n_input);
	char *end;

	(void)revents;
	if (n <= 0) {
		loop_stop(run->loop);
		return;
	}
	run->n_input += n;
	run->input[run->n_input] = '\0';
	while ((end = strchr(run->input, '\n'))) {
		*end = '\0';
		command(run, run->input);
		run->n_input -= end + 1 - run->input;
		memmove(run->input, end + 1, run->n_input + 1);
	}
}

int main(int argc, char **argv)
{
	struct run run = { .last = "" };
	struct loop_io *io;
	char *error = NULL;

	setlinebuf(stdout);
	if (argc != 2 || conf_read(&run.conf, argv[1], &error) || !run.conf->relay ||
	    loop_new(&run.loop) || book_new(&run.book, run.loop, run.conf, &error) ||
	    loop_io_add(run.loop, &io, STDIN_FILENO, POLLIN, on_input, &run)) {
		fprintf(stderr, "book_run: %s\n", error ? error : "usage: book_run CONF");
		return 1;
	}
	look(&run);
	loop_run(run.loop);
	loop_io_del(io);
	loop_timer_del(&run.timer);
	book_free(run.book);
	loop_free(run.loop);
	conf_free(run.conf);
	return 0;
}
