// SPDX-License-Identifier: GPL-2.0
/*
 * One request as the arguments say (KEY=VALUE), by http_fetch() or on a loop, and
 * what came of it as a line of JSON.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/client.h"
#include "loop/loop.h"

static struct loop *loop;
static struct http_call *call;
static unsigned int left;

static void print(int err, const struct http_response *response)
{
	json_t *root = json_pack("{s:i, s:i, s:i, s:s%, s:s}", "err", err, "status",
				 (int)response->status, "len", (int)response->len, "body",
				 response->body ?: "", response->len < 200 ? response->len : 200,
				 "error", response->error);

	json_dumpf(root, stdout, JSON_COMPACT);
	puts("");
	json_decref(root);
}

static void on_done(int err, const struct http_response *response, void *arg)
{
	(void)arg;
	print(err, response);
	if (!--left)
		loop_stop(loop);
}

static void on_cancel(void *arg)
{
	(void)arg;
	http_call_cancel(call);
	puts("{\"err\":0,\"cancelled\":true}");
	loop_stop(loop);
}

/* TIMES of them at once; cancelled after CANCEL_MS if that is not 0. */
static int on_loop(const struct http_request *request, unsigned int times, unsigned int cancel_ms)
{
	struct http_client *client;
	struct loop_timer timer = { 0 };
	int err = loop_new(&loop) ?: http_client_new(&client, loop);

	for (left = 0; left < times && !err; left++)
		err = http_client_start(client, &call, request, on_done, NULL);
	if (err) {
		struct http_response none = { 0 };

		print(err, &none);
	} else {
		if (cancel_ms)
			loop_timer_set(loop, &timer, cancel_ms, on_cancel, NULL);
		loop_run(loop);
	}
	loop_timer_del(&timer);
	http_client_free(client);
	loop_free(loop);
	return 0;
}

static char *read_file(const char *name)
{
	char *text = calloc(1, 65536);
	FILE *f = fopen(name, "r");

	if (!f || !text || !fread(text, 1, 65535, f))
		exit(2);
	fclose(f);
	return text;
}

int main(int argc, char **argv)
{
	struct http_request request = { .method = "GET" };
	struct http_response response;
	unsigned int times = 0, cancel_ms = 0;
	char *pem = NULL;

	for (int i = 1; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			return 2;
		*value++ = '\0';
		if (!strcmp(argv[i], "url"))
			request.url = value;
		else if (!strcmp(argv[i], "method"))
			request.method = value;
		else if (!strcmp(argv[i], "body"))
			request.body = value, request.body_len = strlen(value);
		else if (!strcmp(argv[i], "pin"))
			request.pin = value;
		else if (!strcmp(argv[i], "proxy"))
			request.proxy = value;
		else if (!strcmp(argv[i], "pem"))
			request.client_pem = pem = read_file(value);
		else if (!strcmp(argv[i], "fresh"))
			request.fresh = true;
		else if (!strcmp(argv[i], "timeout"))
			request.timeout_ms = atoi(value);
		else if (!strcmp(argv[i], "max"))
			request.max_body = atoi(value);
		else if (!strcmp(argv[i], "loop"))
			times = atoi(value);
		else if (!strcmp(argv[i], "cancel"))
			cancel_ms = atoi(value);
		else
			return 2;
	}
	if (times) {
		on_loop(&request, times, cancel_ms);
	} else {
		print(http_fetch(&request, &response), &response);
		http_response_release(&response);
	}
	free(pem);
	return 0;
}
