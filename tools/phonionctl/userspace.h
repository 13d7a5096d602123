/* SPDX-License-Identifier: GPL-2.0 */
/* Legs that are phonion-ctld's own, where it forwards by io_uring. */
#ifndef PHONIONCTL_USERSPACE_H
#define PHONIONCTL_USERSPACE_H

#include <jansson.h>

#include "phonionctl.h"

/* What phonion-ctld says that forwards: "kernel", "io_uring", or "" when it does not say. */
void userspace_data_plane(const struct opts *opts, char name[16]);
/*
 * Its legs as JSON, in LIST, when there is no module and it has legs of its own; otherwise
 * LIST is left alone and false is the answer.
 */
bool userspace_legs(const struct opts *opts, json_t *list);

#endif
