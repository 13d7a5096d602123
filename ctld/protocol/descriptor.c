// SPDX-License-Identifier: GPL-2.0
#include "protocol/descriptor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64url.h"
#include "protocol/json.h"
#include "protocol/number.h"

#define VERSION	 1
#define MAX_TIME (1ull << 40) /* Unix seconds; and no sum of two overflows */

static const char *const technologies[TECH_COUNT] = {
	[TECH_SIP] = "sip",
	[TECH_PRI] = "pri",
	[TECH_CAS] = "cas",
};

const char *technology_name(enum technology technology)
{
	return technology < TECH_COUNT ? technologies[technology] : "unknown";
}

int technology_parse(enum technology *technology, const char *name)
{
	enum technology i;

	for (i = 0; i < TECH_COUNT; i++) {
		if (strcmp(technologies[i], name))
			continue;
		*technology = i;
		return 0;
	}
	return -EINVAL;
}

/* Reading: READER keeps the first fault. */

static void read_ingress(struct json_reader *reader, const json_t *object, struct ingress *ingress)
{
	static const char *const names[] = { "number", "lanes", NULL };

	json_members(reader, object, names);
	json_name(reader, object, "number", ingress->number, sizeof(ingress->number));
	ingress->lanes = json_uint(reader, object, "lanes", 0, DESCRIPTOR_MAX_LANES);
	if (!reader->error && !number_valid(ingress->number))
		reader->error = "an ingress is not an E.164 number with +";
}

static void read_prefix(struct json_reader *reader, const json_t *value, char out[HOP_NUMBER_SIZE])
{
	const char *text = json_string_value(value);

	if (text && prefix_valid(text))
		memcpy(out, text, strlen(text) + 1);
	else if (!reader->error)
		reader->error = "a prefix is not + and digits";
}

static bool is_region(const char *text)
{
	return text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z' && !text[2];
}

static int read_lists(struct json_reader *reader, const json_t *object,
		      struct descriptor_trunk *trunk)
{
	const json_t *ingresses =
		json_list(reader, object, "ingresses", 0, DESCRIPTOR_MAX_INGRESSES);
	const json_t *prefixes = json_list(reader, object, "prefixes", 0, DESCRIPTOR_MAX_PREFIXES);
	size_t n_ingresses = json_array_size(ingresses), n_prefixes = json_array_size(prefixes), i;

	trunk->ingresses = calloc(n_ingresses + 1, sizeof(*trunk->ingresses));
	trunk->prefixes = calloc(n_prefixes + 1, sizeof(*trunk->prefixes));
	if (!trunk->ingresses || !trunk->prefixes)
		return -ENOMEM;
	for (i = 0; i < n_ingresses; i++)
		read_ingress(reader, json_array_get(ingresses, i), &trunk->ingresses[i]);
	for (i = 0; i < n_prefixes; i++)
		read_prefix(reader, json_array_get(prefixes, i), trunk->prefixes[i]);
	trunk->n_ingresses = n_ingresses;
	trunk->n_prefixes = n_prefixes;
	return 0;
}

static int read_trunk(struct json_reader *reader, const json_t *object,
		      struct descriptor_trunk *trunk)
{
	static const char *const names[] = { "carrier",	 "region",    "technology",
					     "prefixes", "ingresses", NULL };

	json_members(reader, object, names);
	json_name(reader, object, "carrier", trunk->carrier, sizeof(trunk->carrier));
	json_name(reader, object, "region", trunk->region, sizeof(trunk->region));
	if (!reader->error && !is_region(trunk->region))
		reader->error = "a region is not two capital letters";
	if (technology_parse(&trunk->technology, json_text(reader, object, "technology")) &&
	    !reader->error)
		reader->error = "a technology is not known";
	return read_lists(reader, object, trunk);
}

static int compare_numbers(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* An ingress that stands twice would be two, or one of two kinds. */
static int check_twice(struct json_reader *reader, const struct descriptor *descriptor)
{
	const char *numbers[DESCRIPTOR_MAX_TRUNKS * DESCRIPTOR_MAX_INGRESSES];
	size_t n = 0, i, k;

	for (i = 0; i < descriptor->n_trunks; i++)
		for (k = 0; k < descriptor->trunks[i].n_ingresses; k++)
			numbers[n++] = descriptor->trunks[i].ingresses[k].number;
	qsort(numbers, n, sizeof(*numbers), compare_numbers);
	for (i = 1; i < n; i++)
		if (!strcmp(numbers[i - 1], numbers[i]) && !reader->error)
			reader->error = "an ingress stands twice";
	return reader->error ? -EBADMSG : 0;
}

static int read_trunks(struct json_reader *reader, const json_t *root,
		       struct descriptor *descriptor)
{
	const json_t *trunks = json_list(reader, root, "trunks", 1, DESCRIPTOR_MAX_TRUNKS);
	size_t n = json_array_size(trunks);
	int err = 0;

	descriptor->trunks = calloc(n + 1, sizeof(*descriptor->trunks));
	if (!descriptor->trunks)
		return -ENOMEM;
	for (; !err && descriptor->n_trunks < n; descriptor->n_trunks++)
		err = read_trunk(reader, json_array_get(trunks, descriptor->n_trunks),
				 &descriptor->trunks[descriptor->n_trunks]);
	return err ?: check_twice(reader, descriptor);
}

static int read_root(struct json_reader *reader, const json_t *root, struct descriptor *descriptor)
{
	static const char *const names[] = { "version", "relay",   "seal",  "operator", "sequence",
					     "issued",	"expires", "price", "trunks",	NULL };

	json_members(reader, root, names);
	json_uint(reader, root, "version", VERSION, VERSION);
	json_octets(reader, root, "relay", descriptor->relay, sizeof(descriptor->relay));
	json_octets(reader, root, "seal", descriptor->seal_key, sizeof(descriptor->seal_key));
	json_name(reader, root, "operator", descriptor->operator, sizeof(descriptor->operator));
	descriptor->sequence = json_uint(reader, root, "sequence", 0, INT64_MAX);
	descriptor->issued = json_uint(reader, root, "issued", 0, MAX_TIME);
	descriptor->expires = json_uint(reader, root, "expires", 0, MAX_TIME);
	descriptor->price = json_uint(reader, root, "price", 0, DESCRIPTOR_MAX_PRICE);
	if (!reader->error && descriptor->expires <= descriptor->issued)
		reader->error = "it expires before it is issued";
	return read_trunks(reader, root, descriptor);
}

static int read_payload(struct json_reader *reader, struct descriptor *descriptor, const char *text,
			size_t len)
{
	json_t *root = json_object_of(reader, text, len);
	int err = root ? read_root(reader, root, descriptor) : -EBADMSG;

	json_decref(root);
	return err ?: reader->error ? -EBADMSG : 0;
}

/* The key that it is to be verified by is in what is to be verified. */
static int verify(const struct descriptor *descriptor, const char *jws)
{
	char *payload;
	size_t len;
	int err = jws_verify(jws, descriptor->relay, DESCRIPTOR_TYPE, &payload, &len);

	if (!err)
		free(payload);
	return err;
}

int descriptor_read(struct descriptor **descriptor, const char *jws, unsigned int flags,
		    const char **error)
{
	struct json_reader reader = { NULL };
	struct descriptor *new;
	char *payload;
	size_t len;
	int err = strnlen(jws, DESCRIPTOR_MAX_LEN + 1) > DESCRIPTOR_MAX_LEN
			  ? -EBADMSG
			  : jws_peek(jws, DESCRIPTOR_TYPE, &payload, &len);

	if (err) {
		reader.error = "it is not a statement of a relay, or too long";
		goto err_report;
	}
	new = calloc(1, sizeof(*new));
	err = new ? read_payload(&reader, new, payload, len) : -ENOMEM;
	free(payload);
	if (!err && flags & DESCRIPTOR_VERIFY) {
		err = verify(new, jws);
		if (err)
			reader.error = "it is not signed by the relay that it names";
	}
	if (!err) {
		*descriptor = new;
		return 0;
	}
	descriptor_free(new);
err_report:
	if (error)
		*error = reader.error ?: "out of memory";
	return err;
}

void descriptor_free(struct descriptor *descriptor)
{
	size_t i;

	if (!descriptor)
		return;
	for (i = 0; descriptor->trunks && i <= descriptor->n_trunks; i++) {
		free(descriptor->trunks[i].ingresses);
		free(descriptor->trunks[i].prefixes);
	}
	free(descriptor->trunks);
	free(descriptor);
}

/* Writing. What was written must be readable: that is the check of it. */

static json_t *octets(const void *data, size_t len)
{
	char text[BASE64URL_CHARS(64) + 1];

	base64url_encode(text, data, len);
	return json_string(text);
}

/* NULL when one of the values is, so that nothing is left out in silence. */
static json_t *append(json_t *list, json_t *value)
{
	if (!json_array_append_new(list, value))
		return list;
	json_decref(list);
	return NULL;
}

static json_t *write_ingresses(const struct descriptor_trunk *trunk)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < trunk->n_ingresses; i++)
		list = append(list, json_pack("{s:s, s:I}", "number", trunk->ingresses[i].number,
					      "lanes", (json_int_t)trunk->ingresses[i].lanes));
	return list;
}

static json_t *write_prefixes(const struct descriptor_trunk *trunk)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < trunk->n_prefixes; i++)
		list = append(list, json_string(trunk->prefixes[i]));
	return list;
}

static json_t *write_trunks(const struct descriptor *descriptor)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < descriptor->n_trunks; i++) {
		const struct descriptor_trunk *trunk = &descriptor->trunks[i];

		list = append(list, json_pack("{s:s, s:s, s:s, s:o, s:o}", "carrier",
					      trunk->carrier, "region", trunk->region, "technology",
					      technology_name(trunk->technology), "prefixes",
					      write_prefixes(trunk), "ingresses",
					      write_ingresses(trunk)));
	}
	return list;
}

static char *write_text(const struct descriptor *descriptor)
{
	json_t *root;
	char *text;

	root = json_pack("{s:i, s:o, s:o, s:s, s:I, s:I, s:I, s:I, s:o}", "version", VERSION,
			 "relay", octets(descriptor->relay, sizeof(descriptor->relay)), "seal",
			 octets(descriptor->seal_key, sizeof(descriptor->seal_key)), "operator",
			 descriptor->operator, "sequence", (json_int_t)descriptor->sequence,
			 "issued", (json_int_t)descriptor->issued, "expires",
			 (json_int_t)descriptor->expires, "price", (json_int_t)descriptor->price,
			 "trunks", write_trunks(descriptor));
	text = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}

int descriptor_sign(char **jws, const struct descriptor *descriptor,
		    const uint8_t private_key[SIGN_KEY_LEN])
{
	char *text = write_text(descriptor), *signed_text;
	struct descriptor *again;
	int err;

	if (!text)
		return -EINVAL;
	err = jws_sign(&signed_text, private_key, DESCRIPTOR_TYPE, text, strlen(text));
	free(text);
	if (err)
		return err;
	if (descriptor_read(&again, signed_text, DESCRIPTOR_VERIFY, NULL)) {
		free(signed_text);
		return -EINVAL;
	}
	descriptor_free(again);
	*jws = signed_text;
	return 0;
}
