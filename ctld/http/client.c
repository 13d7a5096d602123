// SPDX-License-Identifier: GPL-2.0
/* Many requests on a daemon's loop, which tells libcurl of its sockets and its timer. */
#include "http/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "http/transfer.h"
#include "loop/loop.h"

struct http_client {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer timer;
	struct http_call *calls;
};

struct http_call {
	struct http_call *next, **link;
	struct http_client *client;
	struct transfer transfer;
	http_done_fn fn;
	void *arg;
};

static void call_free(struct http_call *call)
{
	curl_multi_remove_handle(call->client->multi, call->transfer.easy);
	*call->link = call->next;
	if (call->next)
		call->next->link = call->link;
	transfer_release(&call->transfer);
	free(call);
}

/* The callback may start and cancel calls, but not free the client. */
static void tell_done(struct http_client *client)
{
	struct http_call *call;
	CURLMsg *msg;
	int left, err;

	while ((msg = curl_multi_info_read(client->multi, &left))) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &call);
		err = transfer_finish(&call->transfer, msg->data.result);
		call->fn(err, &call->transfer.response, call->arg);
		call_free(call);
	}
}

static void on_io(int fd, short revents, void *arg)
{
	struct http_client *client = arg;
	int events = 0, running;

	if (revents & (POLLIN | POLLHUP))
		events |= CURL_CSELECT_IN;
	if (revents & POLLOUT)
		events |= CURL_CSELECT_OUT;
	if (revents & POLLERR)
		events |= CURL_CSELECT_ERR;
	curl_multi_socket_action(client->multi, fd, events, &running);
	tell_done(client);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct http_client *client = arg;
	struct loop_io *io = socket_arg;
	short events = (what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0);

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		loop_io_del(io);
		return 0;
	}
	if (io)
		return loop_io_set(io, events) ? -1 : 0;
	if (loop_io_add(client->loop, &io, fd, events, on_io, client))
		return -1;
	curl_multi_assign(client->multi, fd, io);
	return 0;
}

static void on_timer(void *arg)
{
	struct http_client *client = arg;
	int running;

	curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	tell_done(client);
}

/* libcurl must not be called from here: even at once means by the loop. */
static int on_timeout(CURLM *multi, long timeout_ms, void *arg)
{
	struct http_client *client = arg;

	(void)multi;
	if (timeout_ms >= 0)
		return loop_timer_set(client->loop, &client->timer, timeout_ms, on_timer, client);
	loop_timer_del(&client->timer);
	return 0;
}

int http_client_new(struct http_client **client, struct loop *loop)
{
	struct http_client *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->loop = loop;
	new->multi = curl_multi_init();
	if (!new->multi) {
		free(new);
		return -ENOMEM;
	}
	curl_multi_setopt(new->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(new->multi, CURLMOPT_SOCKETDATA, new);
	curl_multi_setopt(new->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(new->multi, CURLMOPT_TIMERDATA, new);
	*client = new;
	return 0;
}

void http_client_free(struct http_client *client)
{
	if (!client)
		return;
	while (client->calls)
		call_free(client->calls);
	curl_multi_cleanup(client->multi);
	loop_timer_del(&client->timer);
	free(client);
}

int http_client_start(struct http_client *client, struct http_call **call,
		      const struct http_request *request, http_done_fn fn, void *arg)
{
	struct http_call *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->client = client;
	new->fn = fn;
	new->arg = arg;
	err = transfer_init(&new->transfer, request);
	if (!err) {
		curl_easy_setopt(new->transfer.easy, CURLOPT_PRIVATE, new);
		err = curl_multi_add_handle(client->multi, new->transfer.easy) ? -ENOMEM : 0;
	}
	if (err) {
		transfer_release(&new->transfer);
		free(new);
		return err;
	}
	new->next = client->calls;
	new->link = &client->calls;
	if (new->next)
		new->next->link = &new->next;
	client->calls = new;
	*call = new;
	return 0;
}

void http_call_cancel(struct http_call *call)
{
	if (call)
		call_free(call);
}
