// SPDX-License-Identifier: GPL-2.0
/*
 * Which numbers may be dialled on a trunk. Toll fraud is what kills those who
 * run relays, and an emergency call from a relay would send help to the wrong
 * place: both are refused here, whatever a reservation asks for.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/number_table.h"

#define DIALLED_SIZE 80 /* a number, digits for its +, and the NUL */
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* "00" is how most of the world dials what is written "+". */
static size_t international(const char *text, char *plus)
{
	if (!strncmp(text, "00", 2) && text[2] >= '1' && text[2] <= '9') {
		*plus = '+';
		return 2;
	}
	*plus = 0;
	return 0;
}

/* Length of PREFIX, in digits after unifying "00" and "+", if NUMBER begins so. */
static size_t match(const char *number, const char *prefix)
{
	char plus_number, plus_prefix;

	number += international(number, &plus_number);
	prefix += international(prefix, &plus_prefix);
	if (*number == '+') {
		plus_number = '+';
		number++;
	}
	if (*prefix == '+') {
		plus_prefix = '+';
		prefix++;
	}
	if (plus_number != plus_prefix || strncmp(number, prefix, strlen(prefix)))
		return 0;
	return strlen(prefix) + 1;
}

static size_t longest(const struct conf_prefixes *prefixes, const char *number)
{
	size_t best = 0;

	for (size_t i = 0; i < prefixes->n; i++) {
		size_t len = match(number, prefixes->list[i]);

		if (len > best)
			best = len;
	}
	return best;
}

/* A full stop in the pattern is any digit. */
static bool begins(const char *number, const char *pattern)
{
	for (; *pattern; number++, pattern++)
		if (*number != *pattern && (*pattern != '.' || !isdigit((unsigned char)*number)))
			return false;
	return true;
}

/* Without the full stops at its end, which only say how long the number is. */
static size_t prefix_len(const char *pattern)
{
	size_t len = strlen(pattern);

	while (pattern[len - 1] == '.')
		len--;
	return len;
}

/* How long a prefix must be that opens NUMBER; 0 if it costs no more than others. */
static size_t longest_costly(const char *number)
{
	size_t best = 0, skip;
	char plus;

	skip = international(number, &plus);
	if (!plus && *number != '+')
		return 0;
	number += skip ? skip : 1;
	for (size_t i = 0; i < ARRAY_LEN(costly); i++)
		if (prefix_len(costly[i]) > best && begins(number, costly[i] + 1))
			best = prefix_len(costly[i]);
	return best;
}

/* "#" ends dialling in much of the world, and exchanges skip what they do not expect. */
static size_t dialled_len(const char *number)
{
	size_t len = strlen(number);

	while (len && strchr("*#", number[len - 1]))
		len--;
	return len;
}

/*
 * Emergency numbers are national: which one reaches whom depends on the carrier,
 * so none is dialled anywhere. A longer number that begins so is another one.
 */
bool conf_number_emergency(const char *number)
{
	size_t len;

	number += *number == '+';
	len = dialled_len(number);
	for (size_t i = 0; i < ARRAY_LEN(emergency); i++)
		if (len == strlen(emergency[i]) && begins(number, emergency[i]))
			return true;
	return false;
}

int conf_number_dialled(const char *plus, const char *number, char *to, size_t size)
{
	bool international = *number == '+';
	size_t len;

	if (!plus || !*plus)
		plus = "00";
	len = snprintf(to, size, "%s%s", international ? plus : "", number + international);
	return !number[international] || len >= size ? -EINVAL : 0;
}

/*
 * To a line digits go one by one, and its exchange connects an emergency call as soon as
 * it has the number. Of the table's only those two of ITU-T E.161.1 begin no other
 * number; "03" or "011" begin whole countries'. With "9" for a +, as behind a private
 * exchange, "+112..." is such a number, and it is for the callee to name.
 */
static bool emergency_on_line(const struct conf_trunk *trunk, const char *number)
{
	char to[DIALLED_SIZE];
	bool is;

	if (trunk->kind != TRUNK_CAS)
		return false;
	conf_number_dialled(trunk->cas.plus, number, to,
			    sizeof(to)); /* its beginning, if it is too long */
	is = begins(to, "112") || begins(to, "911") || conf_number_emergency(to);
	explicit_bzero(to, sizeof(to));
	return is;
}

bool conf_number_allowed(const struct conf_trunk *trunk, const char *number)
{
	size_t allowed = longest(&trunk->allow, number);

	if (!number[strspn(number, "+")] || conf_number_emergency(number) ||
	    emergency_on_line(trunk, number))
		return false;
	if (trunk->deny.n && longest(&trunk->deny, number) >= (allowed ? allowed : 1))
		return false;
	/* Only a prefix at least as long opens a premium one: "+1" does not open "+1900". */
	if (longest_costly(number) > allowed)
		return false;
	return allowed || !trunk->allow.n;
}
