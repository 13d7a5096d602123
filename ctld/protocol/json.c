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

/* jansson refuses what is not UTF-8 and, in a text, NUL. */
static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
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
