// SPDX-License-Identifier: GPL-2.0
/*
 * Which numbers may be dialled on a trunk. Toll fraud is what kills those who
 * run relays, and an emergency call from a relay would send help to the wrong
 * place: both are refused here, whatever a reservation asks for.
 */
#include <string.h>

#include "conf/conf.h"

/*
 * Emergency and crisis numbers of the world, dialled whole. They are national:
 * which one reaches whom depends on the carrier, so none is dialled anywhere.
 * A longer number that begins so is another one.
 */
static const char *const emergency[] = {
	"000", "008", "08",  "061", "066", "100", "101", "102", "103",	"104",	"105",	"106",
	"107", "108", "110", "111", "112", "113", "114", "115", "116",	"117",	"118",	"119",
	"120", "122", "123", "127", "128", "129", "130", "131", "132",	"133",	"140",	"144",
	"145", "147", "15",  "150", "151", "153", "155", "156", "157",	"158",	"159",	"166",
	"17",  "175", "18",  "180", "181", "185", "188", "190", "191",	"192",	"193",	"194",
	"195", "196", "197", "198", "199", "911", "922", "933", "988",	"989",	"990",	"991",
	"992", "993", "994", "995", "996", "997", "998", "999", "1122", "1669", "1717",
};

/*
 * International prefixes behind which calls cost what the far end likes:
 * premium rate, shared cost, and satellites.
 */
static const char *const premium[] = {
	"+1900",  "+31900", "+31906",  "+31909",  "+3290",   "+3389",	"+34803", "+34806",
	"+34807", "+34905", "+351601", "+351760", "+358600", "+358700", "+3690",  "+39144",
	"+39166", "+39892", "+39899",  "+41900",  "+41901",  "+41906",	"+42090", "+43900",
	"+43901", "+43930", "+43931",  "+43939",  "+44871",  "+44872",	"+44873", "+449",
	"+4590",  "+46900", "+46939",  "+46944",  "+4782",   "+4870",	"+49137", "+49900",
	"+6119",  "+64900", "+870",    "+878",	  "+881",    "+882",	"+883",	  "+979",
};

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

static size_t longest_premium(const char *number)
{
	size_t best = 0;

	for (size_t i = 0; i < ARRAY_LEN(premium); i++) {
		size_t len = match(number, premium[i]);

		if (len > best)
			best = len;
	}
	return best;
}

bool conf_number_emergency(const char *number)
{
	number += *number == '+';
	for (size_t i = 0; i < ARRAY_LEN(emergency); i++)
		if (!strcmp(number, emergency[i]))
			return true;
	return false;
}

bool conf_number_allowed(const struct conf_trunk *trunk, const char *number)
{
	size_t allowed = longest(&trunk->allow, number);

	if (!number[strspn(number, "+")] || conf_number_emergency(number))
		return false;
	if (trunk->deny.n && longest(&trunk->deny, number) >= (allowed ? allowed : 1))
		return false;
	/* Only a prefix at least as long opens a premium one: "+1" does not open "+1900". */
	if (longest_premium(number) > allowed)
		return false;
	return allowed || !trunk->allow.n;
}
