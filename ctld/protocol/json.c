// SPDX-License-Identifier: GPL-2.0
#include "protocol/json.h"

#include <stdbool.h>
#include <string.h>

#include "crypto/base64url.h"

static void fault(struct json_reader *reader, const char *error)
{
	if (!reader->error)
		reader->error = error;
}

json_t *json_object_of(struct json_reader *reader, const char *text, size_t len)
{
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(root))
		return root;
	json_decref(root);
	fault(reader, "it is not a JSON object, or has a member twice");
	return NULL;
}

void json_members(struct json_reader *reader, const json_t *object, const char *const *names)
{
	size_t n = 0;

	if (!json_is_object(object)) {
		fault(reader, "an object is missing");
		return;
	}
	for (; names[n]; n++)
		if (!json_object_get(object, names[n]))
			fault(reader, "a member is missing");
	if (json_object_size(object) > n)
		fault(reader, "there is a member that is not known");
}

uint64_t json_uint(struct json_reader *reader, const json_t *object, const char *name, uint64_t min,
		   uint64_t max)
{
	const json_t *value = json_object_get(object, name);
	json_int_t n = json_integer_value(value);

	if (json_is_integer(value) && n >= 0 && (uint64_t)n >= min && (uint64_t)n <= max)
		return n;
	fault(reader, "a number is missing or out of its range");
	return 0;
}

const char *json_text(struct json_reader *reader, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (json_is_string(value))
		return json_string_value(value);
	fault(reader, "a text is missing");
	return "";
}

/* LOW to HIGH, at the end of three octets of UTF-8 that begin with these two. */
static bool is_among(const unsigned char *at, const char *two, unsigned char low,
		     unsigned char high)
{
	return !memcmp(at, two, 2) && at[2] >= low && at[2] <= high;
}

/* C0, DEL, C1, and U+2028 to U+202E, U+2066 to U+2069. jansson has refused what is not UTF-8. */
size_t json_control(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	if ((*at && *at < ' ') || *at == 0x7f)
		return 1;
	if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
		return 2;
	if (*at == 0xe2 &&
	    (is_among(at, "\xe2\x80", 0xa8, 0xae) || is_among(at, "\xe2\x81", 0xa6, 0xa9)))
		return 3;
	return 0;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if (json_control(text))
			return true;
	return false;
}

void json_name(struct json_reader *reader, const json_t *object, const char *name, char *out,
	       size_t size)
{
	const char *text = json_text(reader, object, name);
	size_t len = strlen(text);

	memset(out, 0, size);
	if (!len || len >= size || has_control(text))
		fault(reader, "a text is empty, too long, or has control characters");
	else
		memcpy(out, text, len);
}

void json_octets(struct json_reader *reader, const json_t *object, const char *name, void *out,
		 size_t size)
{
	if (!base64url_exact(out, size, json_text(reader, object, name)))
		return;
	memset(out, 0, size);
	fault(reader, "octets are not base64url or not of their length");
}

const json_t *json_list(struct json_reader *reader, const json_t *object, const char *name,
			size_t min, size_t max)
{
	const json_t *value = json_object_get(object, name);

	if (json_is_array(value) && json_array_size(value) >= min && json_array_size(value) <= max)
		return value;
	fault(reader, "a list is missing, too short or too long");
	return NULL;
}
