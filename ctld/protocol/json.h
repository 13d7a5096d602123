/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads a statement's JSON strictly: no duplicate, missing or unknown member,
 * no value of another kind or out of its range. The first fault is kept, and
 * whatever is asked for after it is 0 or empty, so that a reader may look once,
 * at its end.
 */
#ifndef PHONION_JSON_H
#define PHONION_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct json_reader {
	const char *error; /* NULL, or a constant sentence */
};

/* TEXT is one object. NULL with READER->error; otherwise to be released. */
json_t *json_object_of(struct json_reader *reader, const char *text, size_t len);

/* OBJECT has the members NAMES (NULL ends them) and no others. */
void json_members(struct json_reader *reader, const json_t *object, const char *const *names);

uint64_t json_uint(struct json_reader *reader, const json_t *object, const char *name, uint64_t min,
		   uint64_t max);
/* UTF-8 without control characters, 1 octet to SIZE - 1. */
void json_name(struct json_reader *reader, const json_t *object, const char *name, char *out,
	       size_t size);
/* "" on a fault; lives as long as OBJECT. */
const char *json_text(struct json_reader *reader, const json_t *object, const char *name);
/* SIZE octets in base64url. */
void json_octets(struct json_reader *reader, const json_t *object, const char *name, void *out,
		 size_t size);
/* MIN to MAX elements; NULL on a fault, which json_array_size() takes for an empty one. */
const json_t *json_list(struct json_reader *reader, const json_t *object, const char *name,
			size_t min, size_t max);

/*
 * Octets of the character at TEXT, which is UTF-8, if it could move the cursor or
 * turn the writing's direction on a terminal; 0: it could not, or TEXT ends.
 */
size_t json_control(const char *text);

#endif
