// SPDX-License-Identifier: GPL-2.0
#include "protocol/number.h"

#include <string.h>

#include "protocol/hop.h"

#define DIGITS	   "0123456789"
#define MIN_DIGITS 7
#define MAX_DIGITS 15

static bool is_international(const char *text, size_t min)
{
	size_t n;

	if (text[0] != '+' || text[1] == '0')
		return false;
	n = strspn(text + 1, DIGITS);
	return !text[1 + n] && n >= min && n <= MAX_DIGITS;
}

bool number_valid(const char *number)
{
	return is_international(number, MIN_DIGITS);
}

bool prefix_valid(const char *prefix)
{
	return is_international(prefix, 0);
}

static bool is_of(const char *text, const char *characters, size_t min, size_t max)
{
	size_t n = strspn(text, characters);

	return !text[n] && n >= min && n <= max;
}

bool code_valid(const char *code)
{
	return is_of(code, DIGITS, HOP_CODE_MIN_LEN, HOP_CODE_SIZE - 1);
}

bool postd_valid(const char *postd)
{
	return is_of(postd, DIGITS "*#p", 0, HOP_POSTD_SIZE - 1);
}
