/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Log lines, and the one way by which numbers, addresses, keys and codes
 * may get into them.
 *
 * Whoever reads a log must not learn who calls whom: log_number(), log_addr()
 * and log_secret() give what may be written in place of the thing itself.
 * They are keyed with a random key of this process, so that two lines of one
 * run about the same peer can be matched, and two runs can not.
 */
#ifndef PHONION_LOG_H
#define PHONION_LOG_H

#include <sys/socket.h>

enum log_level { LOG_LVL_ERROR, LOG_LVL_WARN, LOG_LVL_INFO, LOG_LVL_DEBUG };

/* To standard error; with the journal's <N> prefixes when it is a pipe of systemd's. */
void log_init(enum log_level level);
void log_at(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_at(LOG_LVL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_at(LOG_LVL_WARN, __VA_ARGS__)
#define log_info(...)  log_at(LOG_LVL_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_LVL_DEBUG, __VA_ARGS__)

/*
 * Stand-ins such as "number#4f1c09ab": 32 bits of a keyed hash. The string is
 * static and stays valid for the next seven calls.
 */
const char *log_number(const char *number);
const char *log_addr(const struct sockaddr *addr);
/* Any other thing that must not be read: access codes, Call-IDs, tokens. */
const char *log_secret(const char *secret);

#endif
