/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the JSON body of a request, strictly. Every reader that fails has
 * answered: 400 when a value is not of its kind, 422 when a number is not in
 * its range. They return 0 or -EINVAL.
 */
#ifndef PHONION_BROKER_BODY_H
#define PHONION_BROKER_BODY_H

#include <jansson.h>
#include <stdint.h>

#include "broker/reply.h"
#include "protocol/hop.h"

#define BODY_MAX_INTEGER 9007199254740991 /* what all JSON readers hold (RFC 8259 section 6) */

/* One object that has all of NAMES and nothing else; NULL ends them. *ROOT is to be released. */
int body_read(struct http_exchange *exchange, const char *const *names, json_t **root);
int body_members(struct http_exchange *exchange, const char *where, const json_t *object,
		 const char *const *names);

int body_octets(struct http_exchange *exchange, const json_t *object, const char *name, void *out,
		size_t len);
int body_uint(struct http_exchange *exchange, const json_t *object, const char *name, uint64_t min,
	      uint64_t max, uint64_t *out);
int body_number(struct http_exchange *exchange, const json_t *object, const char *name,
		char out[HOP_NUMBER_SIZE]);
/* *OUT lives as long as OBJECT. */
int body_text(struct http_exchange *exchange, const json_t *object, const char *name, size_t max,
	      const char **out);
int body_list(struct http_exchange *exchange, const json_t *object, const char *name, size_t min,
	      size_t max, const json_t **out);

#endif
