/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control socket: one JSON object a line, each way, for phonionctl.
 * {"cmd":"call.list"} is answered by {"ok":true,"result":[...]} or
 * {"ok":false,"error":"..."}; {"cmd":"subscribe"} by a stream of events.
 */
#ifndef PHONION_CONTROL_H
#define PHONION_CONTROL_H

#include <jansson.h>

struct control;
struct loop;

/*
 * Gives the result (a new reference), or NULL and a sentence in *error
 * (static storage). ARGS is the whole request.
 */
typedef json_t *(*control_fn)(const json_t *args, const char **error, void *arg);

int control_open(struct control **ctl, struct loop *loop, const char *path);
void control_close(struct control *ctl);
/* NAME must outlive the control socket. */
int control_command(struct control *ctl, const char *name, control_fn fn, void *arg);
/* Steals the reference to EVENT; sent to every subscriber. */
void control_event(struct control *ctl, json_t *event);

#endif
