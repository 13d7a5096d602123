// SPDX-License-Identifier: GPL-2.0
/* Reads call detail records. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/sim/cdr.h"

/* Two carriers of one link differ in its times by less. */
#define CLOCKS_S 2

enum { START, END, SECONDS, SOURCE, FROM, SOURCE_AT, DESTINATION, TO, DESTINATION_AT, FIELDS };

static int number(const char *s, double *value)
{
	char *end;

	errno = 0;
	*value = strtod(s, &end);
	return errno || end == s || *end || !isfinite(*value) || *value < 0 ? -EBADMSG : 0;
}

static int split(char *line, char *fields[FIELDS])
{
	int n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (n < FIELDS && line)
		fields[n++] = strsep(&line, "|");
	return n == FIELDS && !line ? 0 : -EBADMSG;
}

/* A number is printed again: nothing is in it that a terminal would take for its own. */
static bool printable(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (*s < '!' || *s > '~')
			return false;
	return true;
}

static int read_one(struct cdr *cdr, char *line)
{
	char *f[FIELDS];
	double end;

	memset(cdr, 0, sizeof(*cdr));
	if (split(line, f) || number(f[START], &cdr->start) || number(f[END], &end) ||
	    number(f[SECONDS], &cdr->seconds) || !printable(f[SOURCE]) ||
	    !printable(f[DESTINATION]))
		return -EBADMSG;
	cdr->source = strdup(f[SOURCE]);
	cdr->destination = strdup(f[DESTINATION]);
	cdr->from = strdup(*f[FROM] ? f[FROM] : f[SOURCE]);
	cdr->to = strdup(*f[TO] ? f[TO] : f[DESTINATION]);
	return cdr->source && cdr->destination && cdr->from && cdr->to ? 0 : -ENOMEM;
}

static void free_one(struct cdr *cdr)
{
	free(cdr->source);
	free(cdr->destination);
	free(cdr->from);
	free(cdr->to);
}

static int add(struct cdrs *cdrs, const struct cdr *cdr)
{
	struct cdr *list = cdrs->list;

	/* Of a power of two there is no room left. */
	if (!(cdrs->n & (cdrs->n - 1)))
		list = realloc(list, (cdrs->n ? 2 * cdrs->n : 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	cdrs->list = list;
	list[cdrs->n++] = *cdr;
	return 0;
}

int cdrs_read(struct cdrs *cdrs, const char *path, unsigned int *line)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	struct cdr cdr;
	int err = f ? 0 : -errno;

	*line = 0;
	while (!err && getline(&text, &size, f) >= 0) {
		(*line)++;
		err = read_one(&cdr, text);
		cdr.file = cdrs->files;
		if (!err)
			err = add(cdrs, &cdr);
		if (err)
			free_one(&cdr);
	}
	if (!err && ferror(f))
		err = -EIO;
	free(text);
	if (f)
		fclose(f);
	cdrs->files++;
	return err;
}

static int by_start(const void *a, const void *b)
{
	const struct cdr *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has(char *const *names, size_t n, char *name)
{
	return bsearch(&name, names, n, sizeof(*names), by_name);
}

/* Was A written of the same link, by its other carrier? */
static bool same_link(const struct cdr *a, const struct cdr *b)
{
	return !strcmp(a->source, b->source) && !strcmp(a->destination, b->destination) &&
	       a->file != b->file && fabs(a->seconds - b->seconds) < CLOCKS_S;
}

/* Leaves one record of each link; they are by start. */
static void drop_twins(struct cdrs *cdrs)
{
	size_t n = 0, i, j;

	for (i = 0; i < cdrs->n; i++) {
		for (j = n; j && cdrs->list[j - 1].start > cdrs->list[i].start - CLOCKS_S; j--)
			if (same_link(&cdrs->list[j - 1], &cdrs->list[i]))
				break;
		if (j && cdrs->list[j - 1].start > cdrs->list[i].start - CLOCKS_S)
			free_one(&cdrs->list[i]);
		else
			cdrs->list[n++] = cdrs->list[i];
	}
	cdrs->n = n;
}

int cdrs_order(struct cdrs *cdrs)
{
	char **calls = malloc((cdrs->n + 1) * sizeof(*calls));
	char **called = malloc((cdrs->n + 1) * sizeof(*called));
	struct cdr *c;

	if (!calls || !called) {
		free(calls);
		free(called);
		return -ENOMEM;
	}
	for (size_t i = 0; i < cdrs->n; i++) {
		calls[i] = cdrs->list[i].from;
		called[i] = cdrs->list[i].to;
	}
	qsort(calls, cdrs->n, sizeof(*calls), by_name);
	qsort(called, cdrs->n, sizeof(*called), by_name);
	for (size_t i = 0; i < cdrs->n; i++) {
		c = &cdrs->list[i];
		c->from_relay = has(called, cdrs->n, c->from);
		c->to_relay = has(calls, cdrs->n, c->to);
	}
	if (cdrs->n)
		qsort(cdrs->list, cdrs->n, sizeof(*cdrs->list), by_start);
	drop_twins(cdrs);
	free(calls);
	free(called);
	return 0;
}

void cdrs_free(struct cdrs *cdrs)
{
	for (size_t i = 0; i < cdrs->n; i++)
		free_one(&cdrs->list[i]);
	free(cdrs->list);
	memset(cdrs, 0, sizeof(*cdrs));
}
