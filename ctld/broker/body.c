// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "broker/body.h"
#include "crypto/base64url.h"
#include "protocol/number.h"

static int malformed(struct http_exchange *exchange, const char *name, const char *must)
{
	return reply_problem(exchange, PROBLEM_MALFORMED, "\"%s\" must be %s", name, must);
}

static const char *unknown_member(const json_t *object, const char *const *names)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		size_t i = 0;

		(void)value;
		while (names[i] && strcmp(names[i], key))
			i++;
		if (!names[i])
			return key;
	}
	return NULL;
}

int body_members(struct http_exchange *exchange, const char *where, const json_t *object,
		 const char *const *names)
{
	if (!json_is_object(object))
		return reply_problem(exchange, PROBLEM_MALFORMED, "%s must be an object", where);
	if (unknown_member(object, names)) /* not repeated: it is the peer's text */
		return reply_problem(exchange, PROBLEM_MALFORMED,
				     "%s has a member that is not known: leave it out", where);
	for (size_t i = 0; names[i]; i++)
		if (!json_object_get(object, names[i]))
			return reply_problem(exchange, PROBLEM_MALFORMED, "%s must have \"%s\"",
					     where, names[i]);
	return 0;
}

int body_read(struct http_exchange *exchange, const char *const *names, json_t **root)
{
	json_error_t error;
	int err;

	if (!exchange->is_json)
		return reply_problem(exchange, PROBLEM_WRONG_MEDIA_TYPE,
				     "send Content-Type: application/json");
	*root = json_loadb(exchange->body, exchange->len, JSON_REJECT_DUPLICATES, &error);
	if (!*root)
		return reply_problem(exchange, PROBLEM_MALFORMED,
				     "the body must be one JSON object in UTF-8, without NUL and "
				     "without a member twice: look at octet %d",
				     error.position);
	err = body_members(exchange, "the body", *root, names);
	if (err) {
		json_decref(*root);
		*root = NULL;
	}
	return err;
}

int body_octets(struct http_exchange *exchange, const json_t *object, const char *name, void *out,
		size_t len)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (text && !base64url_exact(out, len, text))
		return 0;
	return reply_problem(exchange, PROBLEM_MALFORMED,
			     "\"%s\" must be %zu octets in base64url without padding", name, len);
}

int body_uint(struct http_exchange *exchange, const json_t *object, const char *name, uint64_t min,
	      uint64_t max, uint64_t *out)
{
	const json_t *value = json_object_get(object, name);
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value))
		return malformed(exchange, name, "a whole number");
	if (number < 0 || (uint64_t)number < min || (uint64_t)number > max)
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "\"%s\" must be from %llu to %llu", name,
				     (unsigned long long)min, (unsigned long long)max);
	*out = number;
	return 0;
}

int body_number(struct http_exchange *exchange, const json_t *object, const char *name,
		char out[HOP_NUMBER_SIZE])
{
	const char *text = json_string_value(json_object_get(object, name));

	if (!text || !number_valid(text))
		return malformed(
			exchange, name,
			"a telephone number as the directory has it: + and 7 to 15 digits, "
			"not beginning with 0");
	memset(out, 0, HOP_NUMBER_SIZE);
	memcpy(out, text, strlen(text));
	return 0;
}

int body_text(struct http_exchange *exchange, const json_t *object, const char *name, size_t max,
	      const char **out)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (!text || !*text || strlen(text) > max)
		return reply_problem(exchange, PROBLEM_MALFORMED,
				     "\"%s\" must be a text of 1 to %zu characters", name, max);
	*out = text;
	return 0;
}

int body_list(struct http_exchange *exchange, const json_t *object, const char *name, size_t min,
	      size_t max, const json_t **out)
{
	const json_t *list = json_object_get(object, name);

	if (!json_is_array(list))
		return malformed(exchange, name, "a list");
	if (json_array_size(list) < min || json_array_size(list) > max)
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "\"%s\" must have %zu to %zu entries", name, min, max);
	*out = list;
	return 0;
}
