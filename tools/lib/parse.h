/* SPDX-License-Identifier: GPL-2.0 */
/* Words of the command line into values. All give 0 or -EINVAL. */
#ifndef PHONION_TOOLS_PARSE_H
#define PHONION_TOOLS_PARSE_H

#include <stdint.h>
#include <sys/socket.h>

int parse_uint(const char *s, uint64_t min, uint64_t max, uint64_t *value);
/* 192.0.2.1:20000 or [2001:db8::1]:20000; no names, they would be looked up. */
int parse_addr(const char *s, struct sockaddr_storage *addr);
/* 500ms, 60s, 10m, 2h into milliseconds, at most MAX. */
int parse_duration(const char *s, uint32_t max, uint32_t *ms);
/* 2026-01-31T12:00:00Z, or +60s from now, into ns of CLOCK_REALTIME. */
int parse_time(const char *s, uint64_t *ns);
/* An even number of hexadecimal digits; *LEN is the room in BYTES. */
int parse_hex(const char *s, uint8_t *bytes, size_t *len);

#endif
