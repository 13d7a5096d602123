// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"
#include "tools/lib/out.h"

/* A daemon that says nothing for this long is not going to. */
#define CONTROL_SECONDS 5
/* No reply is that long; a longer one is not the daemon's. */
#define CONTROL_MAX_LINE (64 << 20)

#define HINT_OTHER "Is phonion-ctld as new as phonionctl, and built with what is asked for?"

struct control_client {
	int fd;
	char *buf;
	size_t len; /* octets in buf */
	size_t size;
};

int control_fd(const struct control_client *c)
{
	return c->fd;
}

int control_connect(struct control_client **cp, const char *path)
{
	const struct timeval limit = { .tv_sec = CONTROL_SECONDS };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct control_client *c;
	int err;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		goto fail;
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(c->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		goto fail;
	*cp = c;
	return 0;
fail:
	err = -errno;
	control_disconnect(c);
	return err;
}

void control_disconnect(struct control_client *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	free(c->buf);
	free(c);
}

int control_send(struct control_client *c, json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	size_t len, done = 0;
	int err = 0;

	json_decref(request);
	if (!text)
		return -ENOMEM;
	len = strlen(text);
	text[len++] = '\n'; /* in place of the NUL */
	while (done < len) {
		ssize_t n = send(c->fd, text + done, len - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = -errno;
			break;
		}
		done += n;
	}
	free(text);
	return err;
}

bool control_pending(const struct control_client *c)
{
	return c->len && memchr(c->buf, '\n', c->len);
}

static int read_more(struct control_client *c, bool wait)
{
	ssize_t n;

	if (c->len == c->size) {
		size_t size = c->size ? 2 * c->size : 4096;
		char *buf;

		if (size > CONTROL_MAX_LINE)
			return -EMSGSIZE;
		buf = realloc(c->buf, size);
		if (!buf)
			return -ENOMEM;
		c->buf = buf;
		c->size = size;
	}
	n = recv(c->fd, c->buf + c->len, c->size - c->len, wait ? 0 : MSG_DONTWAIT);
	if (n < 0)
		return wait && errno == EAGAIN ? -ETIMEDOUT : -errno;
	c->len += n;
	return n;
}

int control_recv(struct control_client *c, bool wait, json_t **line)
{
	char *end;
	int ret;

	while (!control_pending(c)) {
		ret = read_more(c, wait);
		if (ret == -EINTR && wait)
			continue;
		if (ret <= 0)
			return ret;
	}
	end = memchr(c->buf, '\n', c->len);
	*line = json_loadb(c->buf, end - c->buf, 0, NULL);
	c->len -= end + 1 - c->buf;
	memmove(c->buf, end + 1, c->len);
	return json_is_object(*line) ? 1 : (json_decref(*line), -EPROTO);
}

int control_fail(const struct opts *opts, int err)
{
	switch (err) {
	case -ENOENT:
	case -ECONNREFUSED:
		return fail(
			opts, EXIT_NO_DAEMON,
			"Start it with 'systemctl start phonion-ctld', or name its socket with -s.",
			"phonion-ctld does not run: nothing listens on %s", opts->socket);
	case -EACCES:
	case -EPERM:
		return fail(opts, EXIT_NO_PERMISSION,
			    "Run it as root, or as a user whom the socket's owner lets in.",
			    "%s: not permitted", opts->socket);
	case -ETIMEDOUT:
		return fail(opts, EXIT_NO_DAEMON, "Look into its log, and restart it if it hangs.",
			    "phonion-ctld did not answer within %d seconds", CONTROL_SECONDS);
	case -EPROTO:
	case -EMSGSIZE:
		return fail(opts, EXIT_NO_DAEMON, "Is there another program's socket behind -s?",
			    "%s: the answer is not phonion-ctld's", opts->socket);
	default:
		return fail(opts, EXIT_NO_DAEMON, NULL, "%s: %s", opts->socket, strerror(-err));
	}
}

int control_ask(const struct opts *opts, const char *what, const char *hint, json_t *request,
		json_t **result)
{
	struct control_client *c;
	json_t *reply = NULL;
	const char *said;
	int err, status = EXIT_DONE;

	*result = NULL;
	err = control_connect(&c, opts->socket);
	if (err) {
		json_decref(request);
		return control_fail(opts, err);
	}
	err = control_send(c, request);
	if (!err)
		err = control_recv(c, true, &reply);
	if (!err)
		err = -EPROTO; /* closed without a word */
	if (err < 0) {
		status = control_fail(opts, err);
	} else if (!json_is_true(json_object_get(reply, "ok"))) {
		said = json_string_value(json_object_get(reply, "error"));
		status = fail(opts, EXIT_REFUSED, hint, "%s: %s", what,
			      said ? out_str(reply, "error") : "refused without a reason");
	} else {
		*result = json_incref(json_object_get(reply, "result"));
	}
	json_decref(reply);
	control_disconnect(c);
	return status;
}

json_t *control_try(const struct opts *opts, const char *cmd)
{
	json_t *reply = NULL, *result = NULL;
	struct control_client *c;

	if (control_connect(&c, opts->socket))
		return NULL;
	if (!control_send(c, json_pack("{s:s}", "cmd", cmd)) &&
	    control_recv(c, true, &reply) == 1 && json_is_true(json_object_get(reply, "ok")))
		result = json_incref(json_object_get(reply, "result"));
	json_decref(reply);
	control_disconnect(c);
	return result;
}

int control_list(const struct opts *opts, const char *cmd, void (*print)(const json_t *))
{
	json_t *result;
	int status = control_ask(opts, cmd, HINT_OTHER, json_pack("{s:s}", "cmd", cmd), &result);

	if (status)
		return status;
	if (!json_is_array(result) && !json_is_object(result)) {
		json_decref(result);
		return fail(opts, EXIT_REFUSED,
			    "Are phonionctl and phonion-ctld of the same version?",
			    "%s: the answer is not a list", cmd);
	}
	if (opts->json)
		return out_json(opts, result);
	print(result);
	json_decref(result);
	return out_end(opts);
}
