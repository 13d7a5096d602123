// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/lib/window.h"

#define DAY 86400

/* N digits at *AT as a number within [MIN, MAX]; moves *AT on. */
static int digits(const char **at, int n, int min, int max, int *value)
{
	*value = 0;
	for (int i = 0; i < n; i++, (*at)++) {
		if (!isdigit((unsigned char)**at))
			return -EINVAL;
		*value = *value * 10 + (**at - '0');
	}
	return *value < min || *value > max ? -EINVAL : 0;
}

static int sign(const char **at, char c)
{
	if (**at != c)
		return -EINVAL;
	(*at)++;
	return 0;
}

static int parse_date(const char **at, struct tm *tm)
{
	if (digits(at, 4, 1970, 9999, &tm->tm_year) || sign(at, '-') ||
	    digits(at, 2, 1, 12, &tm->tm_mon) || sign(at, '-') ||
	    digits(at, 2, 1, 31, &tm->tm_mday))
		return -EINVAL;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return 0;
}

static int parse_clock(const char **at, struct tm *tm)
{
	tm->tm_sec = 0;
	if (digits(at, 2, 0, 23, &tm->tm_hour) || sign(at, ':') ||
	    digits(at, 2, 0, 59, &tm->tm_min))
		return -EINVAL;
	if (**at != ':')
		return 0;
	(*at)++;
	return digits(at, 2, 0, 59, &tm->tm_sec);
}

/* Z, +01:00 or +0100 into seconds; *HERE when there is none. */
static int parse_offset(const char **at, bool *here, int *offset)
{
	int hours, minutes, east = **at == '-' ? -1 : 1;

	*here = false;
	*offset = 0;
	if (**at == 'Z' || **at == 'z') {
		(*at)++;
		return 0;
	}
	if (**at != '+' && **at != '-') {
		*here = true;
		return 0;
	}
	(*at)++;
	if (digits(at, 2, 0, 14, &hours))
		return -EINVAL;
	if (**at == ':')
		(*at)++;
	if (digits(at, 2, 0, 59, &minutes))
		return -EINVAL;
	*offset = east * (hours * 3600 + minutes * 60);
	return 0;
}

/* A time that the calendar or a change to summer time leaves out is refused. */
static int to_unix(const struct tm *said, bool here, int offset, uint64_t *time)
{
	struct tm tm = *said;
	time_t t;

	tm.tm_isdst = here ? -1 : 0;
	t = here ? mktime(&tm) : timegm(&tm);
	if (t < 0 || tm.tm_mday != said->tm_mday || tm.tm_hour != said->tm_hour ||
	    tm.tm_min != said->tm_min)
		return -EINVAL;
	*time = t - offset;
	return 0;
}

/* DATE is of the time before, for one that has none. */
static int parse_time(const char **at, uint64_t now, struct tm *date, uint64_t *time)
{
	struct tm tm = date ? *date : (struct tm){ 0 };
	int offset;
	bool here;

	if (!strncmp(*at, "now", 3)) {
		*at += 3;
		*time = now;
		return 0;
	}
	if (!date || strlen(*at) < 3 || (*at)[2] != ':') {
		if (parse_date(at, &tm) || (**at != ' ' && **at != 'T' && **at != 't'))
			return -EINVAL;
		(*at)++;
	}
	if (parse_clock(at, &tm) || parse_offset(at, &here, &offset))
		return -EINVAL;
	return to_unix(&tm, here, offset, time);
}

static int parse_length(const char **at, uint64_t *seconds)
{
	*seconds = 0;
	do {
		uint64_t n = 0;

		if (!isdigit((unsigned char)**at))
			return -EINVAL;
		for (; isdigit((unsigned char)**at) && n < 1000000; (*at)++)
			n = n * 10 + (**at - '0');
		switch (*(*at)++) {
		case 'd':
			n *= DAY;
			break;
		case 'h':
			n *= 3600;
			break;
		case 'm':
			n *= 60;
			break;
		case 's':
			break;
		default:
			return -EINVAL;
		}
		*seconds += n;
	} while (**at);
	return 0;
}

static void date_of(const char *start, uint64_t from, struct tm *date)
{
	time_t t = from;

	if (parse_date(&start, date))
		localtime_r(&t, date);
}

int window_parse(struct window *window, const char *text, uint64_t now, const char **error)
{
	const char *at = text, *rest;
	struct tm date = { 0 };
	uint64_t length;

	*error = "a window is START/DURATION or START/END, such as \"2026-12-01 09:00/2h\"; a time "
		 "is local unless it ends in Z or an offset such as +01:00";
	if (parse_time(&at, now, NULL, &window->from) || sign(&at, '/'))
		return -EINVAL;
	rest = at;
	if (!parse_length(&at, &length)) {
		window->to = window->from + length;
	} else {
		date_of(text, window->from, &date);
		if (parse_time(&rest, now, &date, &window->to) || *rest)
			return -EINVAL;
	}
	*error = "the window ends before it begins";
	if (window->to <= window->from)
		return -EINVAL;
	*error = "the window is over";
	return window->to <= now ? -EINVAL : 0;
}

int window_round(struct window *window, const uint32_t *slot_s, unsigned int n)
{
	struct window wide = *window;
	bool changed;

	do {
		changed = false;
		for (unsigned int i = 0; i < n; i++) {
			uint64_t before = wide.from % slot_s[i];
			uint64_t after = (slot_s[i] - wide.to % slot_s[i]) % slot_s[i];

			changed |= before || after;
			wide.from -= before;
			wide.to += after;
		}
		if (window->from - wide.from > DAY || wide.to - window->to > DAY)
			return -ERANGE;
	} while (changed);
	*window = wide;
	return 0;
}

static void text_as(char *text, const char *format, uint64_t time)
{
	time_t t = time;
	struct tm tm;

	text[0] = '\0';
	if (localtime_r(&t, &tm))
		strftime(text, WINDOW_TEXT_SIZE, format, &tm);
}

void window_time_text(char text[WINDOW_TEXT_SIZE], uint64_t time)
{
	text_as(text, "%Y-%m-%d %H:%M %Z", time);
}

void window_time_iso(char text[WINDOW_TEXT_SIZE], uint64_t time)
{
	size_t len;

	text_as(text, "%Y-%m-%dT%H:%M:%S%z", time);
	/* RFC 3339 wants a colon in the offset. */
	len = strlen(text);
	if (len >= 5 && len + 1 < WINDOW_TEXT_SIZE) {
		memmove(text + len - 1, text + len - 2, 3);
		text[len - 2] = ':';
	}
}

void window_text(char text[WINDOW_TEXT_SIZE], const struct window *window)
{
	char from[WINDOW_TEXT_SIZE], to[WINDOW_TEXT_SIZE];
	size_t same = strlen("2026-12-01 ");
	const char *end = to;

	window_time_text(to, window->to);
	text_as(from, "%Y-%m-%d %H:%M", window->from);
	if (!strncmp(from, to, same))
		end += same;
	/* The zone is told twice when it changes in between. */
	else
		window_time_text(from, window->from);
	snprintf(text, WINDOW_TEXT_SIZE, "%.40s to %.40s", from, end);
}
