// SPDX-License-Identifier: GPL-2.0
/*
 * Lines carry no time of their own: the journal adds one where it is wanted,
 * and a plain file then holds nothing that a call record could be matched with.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/log.h"

#define LINE_MAX_LEN 1024

static enum log_level threshold = LOG_LVL_INFO;
static bool to_journal;

/* The journal says by $JOURNAL_STREAM which file it reads. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	if (!stream || sscanf(stream, "%llu:%llu", &dev, &ino) != 2)
		return false;
	return !fstat(STDERR_FILENO, &st) && st.st_dev == dev && st.st_ino == ino;
}

void log_init(enum log_level level)
{
	threshold = level;
	to_journal = stderr_is_journal();
}

static const char *prefix(enum log_level level)
{
	static const char *const journal[] = { "<3>", "<4>", "<6>", "<7>" };
	static const char *const plain[] = { "error: ", "warning: ", "", "debug: " };

	return to_journal ? journal[level] : plain[level];
}

/* A peer's text must not be able to start a line of its own. */
static void one_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

void log_at(enum log_level level, const char *fmt, ...)
{
	char line[LINE_MAX_LEN];
	va_list args;
	size_t len;
	int n;

	if (level > threshold)
		return;
	len = snprintf(line, sizeof(line), "%s", prefix(level));
	va_start(args, fmt);
	n = vsnprintf(line + len, sizeof(line) - len - 1, fmt, args);
	va_end(args);
	if (n < 0)
		return;
	one_line(line);
	len += (size_t)n < sizeof(line) - len - 1 ? (size_t)n : sizeof(line) - len - 2;
	line[len++] = '\n';
	/* Where a log can not be written, there is nobody left to tell. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}
