/* SPDX-License-Identifier: GPL-2.0 */
/* The daemon's control socket, seen from the client's side. */
#ifndef PHONIONCTL_CONTROL_H
#define PHONIONCTL_CONTROL_H

#include <jansson.h>

#include "phonionctl.h"

#define CONTROL_SOCKET "/run/phonion/ctld.sock"

struct control_client;

/* 0 or a negative errno. */
int control_connect(struct control_client **c, const char *path);
void control_disconnect(struct control_client *c);
int control_fd(const struct control_client *c);
/* Takes the reference to REQUEST. */
int control_send(struct control_client *c, json_t *request);
/*
 * The next line that the daemon sent: 1 and a new reference, 0 when it closed
 * the connection, -EAGAIN when the line is not complete yet and WAIT is false.
 */
int control_recv(struct control_client *c, bool wait, json_t **line);
/* There is a whole line already read, so poll() would wait in vain. */
bool control_pending(const struct control_client *c);

/*
 * Connects, asks and takes the result (a new reference), or says what is
 * wrong, and HINT when it is refused: an exit status. Takes the reference to REQUEST.
 */
int control_ask(const struct opts *opts, const char *what, const char *hint, json_t *request,
		json_t **result);
/* Asks CMD: its result, a new reference; NULL, and not a word, when there is none. */
json_t *control_try(const struct opts *opts, const char *cmd);
/* Says why the daemon could not be reached: an exit status. */
int control_fail(const struct opts *opts, int err);

/* Asks CMD, whose answer is a list or an object, and prints it as text or JSON. */
int control_list(const struct opts *opts, const char *cmd, void (*print)(const json_t *));

#endif
