/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Call detail records from files, and who calls whom by them. A line is
 *
 *	start|end|duration|source|name|address|destination|name|address
 *
 * times in Unix seconds, as the demo's carriers write them; names are those by which
 * a carrier knows its customers, and may be empty. A relay is whoever is called in one
 * record and calls in another.
 */
#ifndef PHONION_SIM_CDR_H
#define PHONION_SIM_CDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cdr {
	double start, seconds;
	char *source, *destination; /* numbers */
	char *from, *to;	    /* names; numbers where there are none */
	uint32_t file;
	bool from_relay, to_relay;
};

struct cdrs {
	struct cdr *list; /* by start */
	size_t n;
	uint32_t files;
};

/* Adds a file's. -errno; -EBADMSG: *LINE is no record. */
int cdrs_read(struct cdrs *cdrs, const char *path, unsigned int *line);
/* Orders them, drops what two carriers wrote of one link, and finds out who is a relay. */
int cdrs_order(struct cdrs *cdrs);
void cdrs_free(struct cdrs *cdrs);

/* How far apart records of one call may be. */
struct cdr_fit {
	double window_s, within_s;
	bool durations;	    /* or start alone */
	const char *source; /* whose calls are looked for; NULL: everybody's */
};

struct cdr_link {
	const struct cdr *first, *last;
	unsigned int records; /* that lead from one to the other; 1: one names both */
	double chance;
};

/*
 * FN for every pair of ends that the records link: in one record; from relay to relay;
 * by the two access links alone; or by the callee's having stood while the caller's was
 * up, to within WINDOW_S: of those there are many.
 */
typedef void (*cdr_link_fn)(const struct cdr_link *link, void *arg);
void cdrs_direct(const struct cdrs *cdrs, const struct cdr_fit *fit, cdr_link_fn fn, void *arg);
void cdrs_chains(const struct cdrs *cdrs, const struct cdr_fit *fit, cdr_link_fn fn, void *arg);
void cdrs_ends(const struct cdrs *cdrs, const struct cdr_fit *fit, cdr_link_fn fn, void *arg);
void cdrs_slot(const struct cdrs *cdrs, const struct cdr_fit *fit, cdr_link_fn fn, void *arg);

#endif
