// SPDX-License-Identifier: GPL-2.0
/*
 * Points in time: "2026-12-01 09:00" in the relay's own time zone, or with a
 * zone as in RFC 3339: "2026-12-01T09:00:00Z", "2026-12-01T09:00:00+01:00".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/value.h"

/* Exactly N digits; strptime(3) would let blanks and fewer digits through. */
static bool digits(const char **text, int n, int *value)
{
	*value = 0;
	for (; n > 0; n--, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*value = *value * 10 + (**text - '0');
	}
	return true;
}

static bool letter(const char **text, const char *any)
{
	if (!**text || !strchr(any, **text))
		return false;
	(*text)++;
	return true;
}

static bool parse_date(const char **text, struct tm *tm)
{
	return digits(text, 4, &tm->tm_year) && letter(text, "-") && digits(text, 2, &tm->tm_mon) &&
	       letter(text, "-") && digits(text, 2, &tm->tm_mday);
}

static bool parse_clock(const char **text, struct tm *tm)
{
	if (!digits(text, 2, &tm->tm_hour) || !letter(text, ":") || !digits(text, 2, &tm->tm_min))
		return false;
	return !letter(text, ":") || digits(text, 2, &tm->tm_sec);
}

/* "Z", "+hh:mm", or nothing for local time. */
static bool parse_zone(const char **text, bool *local, int *offset)
{
	int hours, minutes, sign;

	*local = !**text;
	*offset = 0;
	if (*local || letter(text, "Zz"))
		return !**text;
	sign = **text == '-' ? -1 : 1;
	if (!letter(text, "+-") || !digits(text, 2, &hours) || !letter(text, ":") ||
	    !digits(text, 2, &minutes) || **text)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return hours < 24 && minutes < 60;
}

/* mktime(3) turns the 31st of April into the 1st of May; here it is no date. */
static bool to_time(const struct tm *wanted, bool local, int offset, time_t *when)
{
	struct tm tm = *wanted;

	*when = local ? mktime(&tm) : timegm(&tm);
	if (*when == -1 || tm.tm_year != wanted->tm_year || tm.tm_mon != wanted->tm_mon ||
	    tm.tm_mday != wanted->tm_mday || tm.tm_hour != wanted->tm_hour ||
	    tm.tm_min != wanted->tm_min || tm.tm_sec != wanted->tm_sec)
		return false;
	*when -= offset;
	return *when > 0;
}

static bool parse_time(const char *text, time_t *when)
{
	struct tm tm = { .tm_isdst = -1 };
	bool local;
	int offset;

	if (!parse_date(&text, &tm) || !letter(&text, "T "))
		return false;
	if (!parse_clock(&text, &tm) || !parse_zone(&text, &local, &offset))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return to_time(&tm, local, offset, when);
}

CONF_VALUE(conf_time)
{
	time_t when;
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	/* 64 bits of nanoseconds since 1970 end in 2554. */
	if (!parse_time(text, &when) || when > 18000000000LL)
		return conf_refuse(reader, setting,
				   "\"%s\" must be a time such as \"2026-12-01 09:00\" (local) "
				   "or \"2026-12-01T09:00:00Z\"",
				   key->name);
	*(uint64_t *)to = (uint64_t)when * 1000000000;
	return 0;
}
