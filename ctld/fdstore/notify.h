/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_NOTIFY_H
#define PHONION_NOTIFY_H

/*
 * Tells the service manager TEXT, lines of sd_notify(3), and gives it a copy of FD unless that
 * is -1. -ENOTSUP: there is none (no NOTIFY_SOCKET); -EAGAIN: it does not listen.
 */
int notify(const char *text, int fd);

#endif
