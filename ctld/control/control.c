// SPDX-License-Identifier: GPL-2.0
/*
 * The socket is closed to everybody else twice: by its mode, and by asking the
 * kernel who calls. Who gets in may end calls and see who is in them.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/client.h"
#include "control/control.h"
#include "log/log.h"
#include "loop/acceptor.h"

#define MAX_CLIENTS  32
#define MAX_COMMANDS 32
/* Of events that a subscriber has not read yet. */
#define MAX_BACKLOG (1 << 20)

struct command {
	const char *name;
	control_fn fn;
	void *arg;
};

struct control {
	struct loop *loop;
	struct acceptor acceptor;
	int fd;
	char *path;
	struct client *clients;
	unsigned int n_clients;
	struct command commands[MAX_COMMANDS];
	size_t n_commands;
};

/* Answers */

static void answer(struct client *client, json_t *object)
{
	if (!object) {
		log_error("no memory for an answer on the control socket");
		client_close(client);
		return;
	}
	client_send(client, object);
	json_decref(object);
}

static void answer_error(struct client *client, const char *error)
{
	answer(client, json_pack("{s:b, s:s}", "ok", 0, "error", error));
}

/* Steals RESULT. */
static void answer_result(struct client *client, json_t *result)
{
	answer(client, json_pack("{s:b, s:o}", "ok", 1, "result", result));
}

/* Commands */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A command of the socket itself, which needs no other arguments. */
static json_t *help(const json_t *args, const char **error, void *arg)
{
	const struct control *ctl = arg;
	const char *names[MAX_COMMANDS];
	json_t *list = json_array();

	(void)args;
	for (size_t i = 0; i < ctl->n_commands; i++)
		names[i] = ctl->commands[i].name;
	qsort(names, ctl->n_commands, sizeof(names[0]), compare_names);
	for (size_t i = 0; i < ctl->n_commands && list; i++) {
		if (json_array_append_new(list, json_string(names[i])) < 0) {
			json_decref(list);
			list = NULL;
		}
	}
	if (!list)
		*error = "no memory";
	return list;
}

/* Only in the list, for help: whose events they are, control_fn does not know. */
static json_t *subscribe(const json_t *args, const char **error, void *arg)
{
	(void)args;
	(void)error;
	(void)arg;
	return json_null();
}

static const struct command *find(const struct control *ctl, const char *name)
{
	for (size_t i = 0; i < ctl->n_commands; i++)
		if (!strcmp(ctl->commands[i].name, name))
			return &ctl->commands[i];
	return NULL;
}

static void run(struct control *ctl, struct client *client, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "cmd")), *error = NULL;
	const struct command *command;
	json_t *result;

	if (!name) {
		answer_error(client, "a request is an object with a \"cmd\", such as "
				     "{\"cmd\":\"help\"}");
		return;
	}
	command = find(ctl, name);
	if (!command) {
		answer_error(client, "there is no such command; {\"cmd\":\"help\"} lists them");
		return;
	}
	if (command->fn == subscribe)
		client->subscribed = true;
	result = command->fn(request, &error, command->arg);
	if (result)
		answer_result(client, result);
	else
		answer_error(client, error ? error : "it failed");
}

static void take_line(struct client *client, const char *line, size_t len, void *arg)
{
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);

	if (request)
		run(arg, client, request);
	else
		answer_error(client, "this line is not JSON");
	json_decref(request);
}

int control_command(struct control *ctl, const char *name, control_fn fn, void *arg)
{
	if (find(ctl, name))
		return -EEXIST;
	if (ctl->n_commands == MAX_COMMANDS)
		return -ENOSPC;
	ctl->commands[ctl->n_commands++] = (struct command){ name, fn, arg };
	return 0;
}

/* Clients */

static void forget(struct client *client, void *arg)
{
	struct control *ctl = arg;
	struct client **link = &ctl->clients;

	while (*link != client)
		link = &(*link)->next;
	*link = client->next;
	ctl->n_clients--;
}

static const struct client_ops client_ops = { .line = take_line, .closed = forget };

static bool may_enter(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return false;
	return peer.uid == 0 || peer.uid == geteuid();
}

static int admit(struct control *ctl, int fd)
{
	struct client *client;
	int err;

	if (!may_enter(fd))
		return -EPERM;
	if (ctl->n_clients == MAX_CLIENTS)
		return -EUSERS;
	err = client_new(&client, ctl->loop, fd, &client_ops, ctl);
	if (err)
		return err;
	client->next = ctl->clients;
	ctl->clients = client;
	ctl->n_clients++;
	return 0;
}

static void accept_client(int fd, const struct sockaddr_storage *peer, void *arg)
{
	int err = admit(arg, fd);

	(void)peer;
	if (err) {
		log_warn("a control client was turned away: %s", strerror(-err));
		close(fd);
	}
}

/* A subscriber that is dropped while this runs is not in the list any more. */
void control_event(struct control *ctl, json_t *event)
{
	struct client *client, *next;

	if (!event)
		return;
	for (client = ctl->clients; client; client = next) {
		next = client->next;
		if (!client->subscribed)
			continue;
		if (client->out_len < MAX_BACKLOG) {
			client_send(client, event);
		} else {
			log_warn("a subscriber reads too slowly, it is dropped");
			client_close(client);
		}
	}
	json_decref(event);
}

/* The socket */

static int make_directory(const char *path)
{
	char *dir = strdup(path), *slash;
	int err = 0;

	if (!dir)
		return -ENOMEM;
	slash = strrchr(dir, '/');
	if (slash && slash != dir) {
		*slash = 0;
		if (mkdir(dir, 0700) < 0 && errno != EEXIST)
			err = -errno;
	}
	free(dir);
	return err;
}

/* An earlier run's socket may be replaced, a living daemon's not. */
static int remove_stale(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (const void *)addr, sizeof(*addr)))
		err = -EADDRINUSE;
	else if (errno == ECONNREFUSED && !lstat(addr->sun_path, &st) && S_ISSOCK(st.st_mode))
		unlink(addr->sun_path);
	close(fd);
	return err;
}

static int bind_private(int fd, const struct sockaddr_un *addr)
{
	mode_t before = umask(0177);
	int err = bind(fd, (const void *)addr, sizeof(*addr)) < 0 ? -errno : 0;

	umask(before);
	return err;
}

static int listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	err = make_directory(path);
	if (!err)
		err = remove_stale(&addr);
	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	err = bind_private(fd, &addr);
	if (!err && listen(fd, MAX_CLIENTS) < 0)
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

int control_open(struct control **ctl, struct loop *loop, const char *path)
{
	struct control *new = calloc(1, sizeof(*new));
	int err = -ENOMEM;

	if (!new)
		return -ENOMEM;
	new->loop = loop;
	new->path = strdup(path);
	if (!new->path)
		goto err_free;
	new->fd = listen_at(path);
	err = new->fd;
	if (err < 0)
		goto err_path;
	err = acceptor_open(&new->acceptor, loop, new->fd, "control clients", accept_client, new);
	if (err)
		goto err_socket;
	control_command(new, "help", help, new);
	control_command(new, "subscribe", subscribe, new);
	*ctl = new;
	return 0;

err_socket:
	unlink(path);
	close(new->fd);
err_path:
	free(new->path);
err_free:
	free(new);
	return err;
}

void control_close(struct control *ctl)
{
	struct client *client, *next;

	if (!ctl)
		return;
	for (client = ctl->clients; client; client = next) {
		next = client->next;
		client_free(client);
	}
	acceptor_close(&ctl->acceptor);
	close(ctl->fd);
	unlink(ctl->path);
	free(ctl->path);
	free(ctl);
}
