// SPDX-License-Identifier: GPL-2.0
/* The parts of RFC 3261's grammar on which parsers are known to differ. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "sip/grammar.h"

#define BRANCH_COOKIE "z9hG4bK"

/* Index after a quoted string that starts at I; 0 if it does not end. */
static size_t skip_quoted(struct slice value, size_t i)
{
	for (i++; i < value.len; i++) {
		if (value.at[i] == '\\')
			i++;
		else if (value.at[i] == '"')
			return i + 1;
	}
	return 0;
}

/*
 * Index of the first octet of SET that is neither quoted nor in angle
 * brackets; value.len if there is none, -1 if quotes or brackets do not match.
 */
static long find_outside(struct slice value, size_t i, const char *set)
{
	while (i < value.len) {
		char c = value.at[i];

		if (strchr(set, c))
			return i;
		if (c == '"') {
			i = skip_quoted(value, i);
			if (!i)
				return -1;
			continue;
		}
		if (c == '>')
			return -1;
		if (c == '<') {
			const char *end = memchr(value.at + i, '>', value.len - i);

			if (!end)
				return -1;
			i = end - value.at;
		}
		i++;
	}
	return value.len;
}

static struct slice sub(struct slice value, size_t from, size_t to)
{
	return (struct slice){ value.at + from, to - from };
}

/* "" or one quoted string or tokens parted by white space. */
static bool display_name_right(struct slice name)
{
	size_t i = 0, start;

	name = slice_trim(name);
	if (name.len && name.at[0] == '"')
		return skip_quoted(name, 0) == name.len;
	while (i < name.len) {
		for (start = i; i < name.len && !isspace((unsigned char)name.at[i]); i++)
			;
		if (!slice_is_token(sub(name, start, i)))
			return false;
		while (i < name.len && isspace((unsigned char)name.at[i]))
			i++;
	}
	return true;
}

static bool is_scheme(struct slice scheme)
{
	size_t i;

	if (!scheme.len || !isalpha((unsigned char)scheme.at[0]))
		return false;
	for (i = 1; i < scheme.len; i++) {
		unsigned char c = scheme.at[i];

		if (c >= 0x80 || (!isalnum(c) && (!c || !strchr("+-.", c))))
			return false;
	}
	return true;
}

static bool uri_split(struct slice uri, struct slice *scheme)
{
	const char *colon = memchr(uri.at, ':', uri.len);
	size_t i;

	if (!colon)
		return false;
	for (i = 0; i < uri.len; i++) {
		unsigned char c = uri.at[i];

		if (c <= ' ' || c == '<' || c == '>' || c == '"' || c == 0x7f)
			return false;
	}
	*scheme = (struct slice){ uri.at, colon - uri.at };
	return is_scheme(*scheme) && colon + 1 < uri.at + uri.len;
}

/*
 * Headers are not allowed in a Request-URI (RFC 3261, 19.1.1), which begin
 * after the host at '?'; and "%00" would end the number in a C string.
 */
bool grammar_uri(struct slice uri, struct slice *scheme)
{
	const char *host = memchr(uri.at, '@', uri.len);
	size_t from = host ? (size_t)(host - uri.at) : 0;

	return uri_split(uri, scheme) && !memchr(uri.at + from, '?', uri.len - from) &&
	       !memmem(uri.at, uri.len, "%00", 3);
}

/* name-addr params, or addr-spec params where addr-spec has no '?' (20.10). */
bool grammar_address(struct slice value)
{
	struct slice scheme, uri;
	long open, params;
	const char *close;

	params = find_outside(value, 0, ";");
	if (params < 0)
		return false;
	open = find_outside(value, 0, "<");
	if (open < 0)
		return false;
	if ((size_t)open == value.len) {
		uri = slice_trim(sub(value, 0, params));
		return uri_split(uri, &scheme) && !memchr(uri.at, '?', uri.len) &&
		       !memchr(uri.at, ',', uri.len);
	}
	close = memchr(value.at + open, '>', value.len - open);
	uri = sub(value, open + 1, close - value.at);
	if (!display_name_right(sub(value, 0, open)) || !uri_split(uri, &scheme))
		return false;
	value = slice_trim(sub(value, close + 1 - value.at, value.len));
	return !value.len || (value.at[0] == ';' && find_outside(value, 0, "<") == (long)value.len);
}

bool grammar_address_list(struct slice value)
{
	size_t from = 0;

	while (from <= value.len) {
		long to = find_outside(value, from, ",");

		if (to < 0 || !grammar_address(slice_trim(sub(value, from, to))))
			return false;
		from = to + 1;
	}
	return true;
}

/* The next ";name=value" of a list of parameters; false at its end. */
static bool next_param(struct slice *rest, struct slice *name, struct slice *value)
{
	long end;
	const char *equals;
	struct slice param;

	if (!rest->len || rest->at[0] != ';')
		return false;
	end = find_outside(*rest, 1, ";");
	if (end < 0)
		end = rest->len;
	param = sub(*rest, 1, end);
	*rest = sub(*rest, end, rest->len);
	equals = memchr(param.at, '=', param.len);
	*name = slice_trim(sub(param, 0, equals ? (size_t)(equals - param.at) : param.len));
	*value = (struct slice){ "", 0 };
	if (equals)
		*value = slice_trim(sub(param, equals + 1 - param.at, param.len));
	return true;
}

bool grammar_tag(struct slice value, int optional)
{
	struct slice name, tag;
	long open = find_outside(value, 0, "<");
	long params;
	int tags = 0;

	if (open < 0)
		return false;
	params = find_outside(value, 0, ";");
	if (params < 0)
		return false;
	value = sub(value, params, value.len);
	while (next_param(&value, &name, &tag)) {
		if (!slice_is(name, "tag"))
			continue;
		if (!slice_is_token(tag))
			return false;
		tags++;
	}
	return tags <= 1 && tags >= 1 - optional;
}

bool grammar_call_id(struct slice value)
{
	size_t i;

	for (i = 0; i < value.len; i++)
		if ((unsigned char)value.at[i] <= ' ')
			return false;
	return value.len > 0 && value.len < 256;
}

bool grammar_version(struct slice value)
{
	const char *dot = memchr(value.at, '.', value.len);
	struct slice major, minor;

	if (!dot || value.len < 7 || strncasecmp(value.at, "SIP/", 4))
		return false;
	major = sub(value, 4, dot - value.at);
	minor = sub(value, dot + 1 - value.at, value.len);
	return slice_number(major, 1000000) >= 0 && slice_number(minor, 1000000) >= 0;
}

/* SIP / 2.0 / transport LWS sent-by, white space allowed around slashes (25.1). */
static bool via_protocol_right(struct slice *via)
{
	const char *slash = memchr(via->at, '/', via->len);
	const char *second;
	size_t i, start;

	if (!slash || !slice_is(slice_trim(sub(*via, 0, slash - via->at)), "SIP"))
		return false;
	second = memchr(slash + 1, '/', via->at + via->len - slash - 1);
	if (!second ||
	    !slice_is(slice_trim((struct slice){ slash + 1, second - slash - 1 }), "2.0"))
		return false;
	*via = slice_trim((struct slice){ second + 1, via->at + via->len - second - 1 });
	for (start = i = 0; i < via->len && !isspace((unsigned char)via->at[i]); i++)
		;
	if (i == via->len || !slice_is_token(sub(*via, start, i)))
		return false;
	*via = slice_trim(sub(*via, i, via->len));
	return true;
}

static bool via_params_right(struct slice params)
{
	struct slice name, value;

	while (next_param(&params, &name, &value)) {
		if (!slice_is_token(name))
			return false;
		/* The bare magic cookie names no transaction (RFC 4475, 3.2.1). */
		if (slice_is(name, "branch") && (!value.len || slice_is(value, BRANCH_COOKIE)))
			return false;
	}
	return !params.len;
}

static bool sent_by_right(struct slice host)
{
	size_t i;

	for (i = 0; i < host.len; i++) {
		unsigned char c = host.at[i];

		if (c >= 0x80 || (!isalnum(c) && !isspace(c) && (!c || !strchr("-.:[]_", c))))
			return false;
	}
	return host.len > 0;
}

bool grammar_via(struct slice value)
{
	size_t from = 0;

	while (from <= value.len) {
		long to = find_outside(value, from, ","), params;
		struct slice via;

		if (to < 0)
			return false;
		via = slice_trim(sub(value, from, to));
		if (!via_protocol_right(&via))
			return false;
		params = find_outside(via, 0, ";");
		if (params < 0 || !sent_by_right(slice_trim(sub(via, 0, params))) ||
		    !via_params_right(sub(via, params, via.len)))
			return false;
		from = to + 1;
	}
	return true;
}
