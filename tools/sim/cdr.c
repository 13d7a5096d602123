// SPDX-License-Identifier: GPL-2.0
/* Who calls whom, by records alone. */
#include <math.h>
#include <string.h>

#include "tools/anonymity/predict.h"
#include "tools/sim/cdr.h"

struct walk {
	const struct cdrs *cdrs;
	const struct cdr_fit *fit;
	cdr_link_fn fn;
	void *arg;
	const struct cdr *first;
};

typedef bool (*follows_fn)(const struct cdr *a, const struct cdr *b);

/* The records around A's start. */
static void around(const struct walk *w, const struct cdr *a, size_t *from, size_t *to)
{
	size_t low = 0, high = w->cdrs->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (w->cdrs->list[middle].start < a->start - w->fit->window_s)
			low = middle + 1;
		else
			high = middle;
	}
	*from = low;
	while (high < w->cdrs->n && w->cdrs->list[high].start <= a->start + w->fit->window_s)
		high++;
	*to = high;
}

static bool fits(const struct walk *w, const struct cdr *a, const struct cdr *b, follows_fn follows)
{
	return a != b && follows(a, b) &&
	       (!w->fit->durations || fabs(a->seconds - b->seconds) <= w->fit->within_s);
}

static unsigned int count(const struct walk *w, const struct cdr *a, follows_fn follows)
{
	unsigned int n = 0;
	size_t from, to;

	for (around(w, a, &from, &to); from < to; from++)
		n += fits(w, a, &w->cdrs->list[from], follows);
	return n;
}

/* The same relay is called, and calls. */
static bool next_link(const struct cdr *a, const struct cdr *b)
{
	return !strcmp(a->to, b->from);
}

static bool last_link(const struct cdr *a, const struct cdr *b)
{
	return b->from_relay && !b->to_relay && strcmp(a->from, b->to);
}

static void follow(const struct walk *w, const struct cdr *a, unsigned int records, double chance)
{
	unsigned int n = count(w, a, next_link);
	const struct cdr *b;
	size_t from, to;

	if (!a->to_relay && records > 1) {
		w->fn(&(struct cdr_link){ w->first, a, records, chance }, w->arg);
		return;
	}
	if (records > ANONYMITY_MAX_HOPS + 1)
		return;
	for (around(w, a, &from, &to); from < to; from++) {
		b = &w->cdrs->list[from];
		if (fits(w, a, b, next_link))
			follow(w, b, records + 1, chance / n);
	}
}

static bool is_sought(const struct cdr_fit *fit, const struct cdr *a)
{
	return !a->from_relay && (!fit->source || !strcmp(a->source, fit->source));
}

void cdrs_direct(const struct cdrs *cdrs, const struct cdr_fit *fit, cdr_link_fn fn, void *arg)
{
	for (size_t i = 0; i < cdrs->n; i++) {
		const struct cdr *a = &cdrs->list[i];

		if (is_sought(fit, a) && !a->to_relay)
			fn(&(struct cdr_link){ a, a, 1, 1 }, arg);
	}
}

void cdrs_chains(const struct cdrs *cdrs, const struct cdr_fit *fit, cdr_link_fn fn, void *arg)
{
	struct walk w = { cdrs, fit, fn, arg, NULL };

	for (size_t i = 0; i < cdrs->n; i++) {
		w.first = &cdrs->list[i];
		if (is_sought(fit, w.first) && w.first->to_relay)
			follow(&w, w.first, 1, 1);
	}
}

void cdrs_ends(const struct cdrs *cdrs, const struct cdr_fit *fit, cdr_link_fn fn, void *arg)
{
	struct walk w = { cdrs, fit, fn, arg, NULL };
	unsigned int n;
	size_t from, to;

	for (size_t i = 0; i < cdrs->n; i++) {
		w.first = &cdrs->list[i];
		if (!is_sought(fit, w.first) || !w.first->to_relay)
			continue;
		n = count(&w, w.first, last_link);
		for (around(&w, w.first, &from, &to); from < to; from++)
			if (fits(&w, w.first, &cdrs->list[from], last_link))
				fn(&(struct cdr_link){ w.first, &cdrs->list[from], 2, 1.0 / n },
				   arg);
	}
}

static bool stood(const struct cdr_fit *fit, const struct cdr *a, const struct cdr *b)
{
	return a != b && last_link(a, b) && b->start <= a->start + fit->window_s &&
	       b->start + b->seconds >= a->start + a->seconds - fit->window_s;
}

void cdrs_slot(const struct cdrs *cdrs, const struct cdr_fit *fit, cdr_link_fn fn, void *arg)
{
	for (size_t i = 0; i < cdrs->n; i++) {
		const struct cdr *a = &cdrs->list[i];
		unsigned int n = 0;

		if (!is_sought(fit, a) || !a->to_relay)
			continue;
		for (size_t k = 0; k < cdrs->n; k++)
			n += stood(fit, a, &cdrs->list[k]);
		for (size_t k = 0; k < cdrs->n; k++)
			if (stood(fit, a, &cdrs->list[k]))
				fn(&(struct cdr_link){ a, &cdrs->list[k], 2, 1.0 / n }, arg);
	}
}
